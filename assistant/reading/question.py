"""What a question asks: language, kinds of answer wanted, facets, references, date, parts; and, in a conversation, what
it leaves unsaid.

Guarantee: deterministic rules over the glossary and the article grammar; whatever is inferred is shown to the user
(`Answer.understood`). A question is data: nothing in it is ever followed as an instruction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import product

from assistant.reading.clauses import split_parts
from assistant.reading.dates import AsOf, CaseDate, read_dates
from assistant.reading.folding import Aligned
from assistant.reading.kinds import (
    asks_risk,
    asks_text,
    detect_language,
    named_regimes,
    question_types,
)
from assistant.reading.scope import without_instructions
from assistant.reading.spelling import spelt_out
from ingest.corpus.criteria import CRITERIA_NOTICE
from ingest.corpus.fiches import AnswerType
from ingest.corpus.glossary import Glossary
from ingest.corpus.register import Domain, Regime
from ingest.corpus.rules import DateName, YearName
from ingest.language.claims import Language
from ingest.language.lexical import analyse, fold
from ingest.language.locators import Reference, TextNames, bare_codes, parse_references
from ingest.language.phrases import Phrases, Span, tokens

_INITIALS = 2
"""Letters of a word that is too short to have a plural."""


@dataclass(frozen=True, slots=True)
class Synonym:
    """Words of the question that the glossary knows: their terms, and the other ways of saying the same."""

    said: frozenset[str]
    term: str
    others: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Question:
    """A question, understood; `raw` is what is left of it to answer."""

    raw: str
    query: str
    language: Language
    types: tuple[AnswerType, ...]
    as_of: AsOf
    today: date
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    domains: tuple[Domain, ...] = ()
    parts: tuple[str, ...] = ()
    profile: dict[str, str] = field(default_factory=dict)
    follow_up: bool = False
    context_topics: tuple[str, ...] = ()
    context_sources: tuple[str, ...] = ()
    base: str = ""
    shift: bool = False
    moved: frozenset[str] = frozenset()
    asks_article: bool = False
    regimes: frozenset[Regime] = frozenset()
    asks_sanction: bool = False
    synonyms: tuple[Synonym, ...] = ()
    frameworks: frozenset[str] = frozenset()
    dates: Mapping[DateName | YearName, CaseDate] = field(default_factory=dict)
    """The days and years of the case that its own words tell."""

    @cached_property
    def words(self) -> frozenset[str]:
        """Index terms of what was asked."""
        return frozenset(analyse(self.raw))

    @cached_property
    def codes(self) -> frozenset[str]:
        """Codes and numbers, folded, that may be a criterion's: bare ones, and those of the references."""
        bare = {m.group(0).lower() for m in bare_codes(self.raw)}
        return frozenset(bare | {r.number.rsplit(":", 1)[-1].lower() for r in self.references})

    @cached_property
    def otherwise(self) -> dict[str, tuple[frozenset[str], ...]]:
        """Index term → the terms of every other way of saying what it says, as the glossary knows."""
        out: dict[str, dict[frozenset[str], None]] = {}
        for s in self.synonyms:
            for term in s.said:
                out.setdefault(term, {}).update(dict.fromkeys(s.others))
        return {term: tuple(others) for term, others in out.items()}

    @cached_property
    def dated(self) -> bool:
        """True when the question is about another day than today."""
        return self.as_of.day != self.today or self.as_of.start != self.as_of.end


class Understanding:
    """Reads questions with the glossary's facet words and the register's names of texts."""

    def __init__(self, glossary: Glossary, names: TextNames) -> None:
        self.glossary = glossary
        self.names = names

    @cached_property
    def _facet_words(self) -> dict[str, list[tuple[str, str, str]]]:
        """The words of facets, singular → (facet, value, word)."""
        table: dict[str, list[tuple[str, str, str]]] = {}
        for facet, values in self.glossary.facets.items():
            for value, entry in values.items():
                for word in entry.words:
                    table.setdefault(singular(fold(word)), []).append((facet, value, word))
        return table

    @cached_property
    def _families(self) -> dict[str, tuple[str, str, tuple[str, ...]]]:
        """Every way of saying each glossary term, by its words → (as it is said, the term, its family)."""
        table: dict[str, tuple[str, str, tuple[str, ...]]] = {}
        for entry in self.glossary.terms:
            family = (entry.term, *entry.also)
            for said in family:
                if len(said) > _INITIALS:
                    table.setdefault(_written(fold(said)), (said, entry.term, family))
        return table

    @cached_property
    def _phrases(self) -> Phrases:
        """The words of facets; `unlike`: expressions in which they name another thing (« groupe électrogène » is no
        group); the words of glossary terms. In the singular or in the plural."""
        unlike = [fold(w) for values in self.glossary.facets.values() for e in values.values() for w in e.unlike]
        words = [fold(w) for values in self.glossary.facets.values() for e in values.values() for w in e.words]
        terms = [form for said in self._families for form in (said, f"{said}s")]
        plurals = {
            "facets": (p for w in words for p in _plurals(w)),
            "unlike": (p for w in unlike for p in _plurals(w)),
        }
        return Phrases({**plurals, "terms": terms})

    def _named(self, folded: str, name: str) -> list[Span]:
        """Where words of a list stand that are not part of a longer name (« Seine-Saint-Denis »)."""
        found = self._phrases.find(folded, name)
        return [(a, b) for a, b in found if folded[a - 1 : a] != "-" and folded[b : b + 1] != "-"]

    def synonyms(self, text: str) -> tuple[Synonym, ...]:
        """What the glossary knows of a text's words; the longest words win."""
        folded = fold(text)
        out: dict[str, Synonym] = {}
        for span in self._named(folded, "terms"):
            words = _written(folded[slice(*span)])
            if (known := self._families.get(words) or self._families.get(words.removesuffix("s"))) is None:
                continue
            form, term, family = known
            said = frozenset(analyse(form))
            others = tuple(dict.fromkeys(t for f in family if (t := frozenset(analyse(f))) and t != said))
            out.setdefault(term, Synonym(said, term, others))
        return tuple(out.values())

    def facets(self, text: str) -> dict[str, tuple[str, ...]]:
        """Facet values that the words of a text name; the longest word wins."""
        found: dict[str, dict[str, None]] = {}
        line = Aligned(text)
        unlike = self._named(line.folded, "unlike")
        for start, end in self._named(line.folded, "facets"):
            if any(start < b and a < end for a, b in unlike):
                continue
            said = text[slice(*line.span_of(start, end))]
            for facet, value, word in self._facet_words.get(singular(line.folded[start:end]), ()):
                if spelt_as(said, word):
                    found.setdefault(facet, {})[value] = None
        return {facet: tuple(values) for facet, values in found.items()}

    def read(
        self,
        raw: str,
        today: date,
        domains: tuple[Domain, ...] = (),
        language: Language | None = None,
        profile: dict[str, str] | None = None,
    ) -> Question:
        """Understand one question by itself, on the day that it names or today."""
        text = spelt_out(without_instructions(" ".join(raw.split())))
        facets = self.facets(text)
        for facet, value in (profile or {}).items():
            if facet in self.glossary.facets and facet not in facets and value in self.glossary.facets[facet]:
                facets[facet] = (value,)
        dated = read_dates(text, today)
        return Question(
            raw=text,
            query=text[-1200:],
            language=language or detect_language(text),
            types=question_types(text),
            as_of=dated.as_of or AsOf.on(None, today),
            today=today,
            facets=facets,
            references=read_references(text, self.names, domains),
            domains=domains,
            parts=split_parts(text),
            profile=profile or {},
            base=text,
            asks_article=asks_text(text),
            regimes=named_regimes(text),
            asks_sanction=asks_risk(text),
            synonyms=self.synonyms(text),
            frameworks=self.named_frameworks(text),
            dates=dated.case,
        )

    def named_frameworks(self, text: str) -> frozenset[str]:
        """The frameworks of criteria that a text names."""
        return frozenset(n for _, _, n in self.names.find(text) if n in self.names.frameworks)


def spelt_as(said: str, word: str) -> bool:
    """True unless the spelling tells two words apart: « réunion » is not « La Réunion », nor « indé » « Inde ».

    A capital of the glossary's word must stand in the question; an accent of the question's must stand in the word.
    """
    capitals = sum(c.isupper() for c in word)
    if capitals and sum(c.isupper() for c in said) < capitals:
        return False
    accents = [c for c in said.lower() if c.isalpha() and fold(c) != c]
    return all(c in word.lower() for c in accents)


def singular(folded: str) -> str:
    """Folded words without their plural marks: « courts métrages » and « court métrage » are one key."""
    return _written(folded, _stripped)


def _written(folded: str, form: Callable[[str], str] = str) -> str:
    """Words and marks, each in a form, apart by a space or by the hyphen that joins them."""
    return "-".join(" ".join(map(form, tokens(piece))) for piece in folded.split("-"))


def _stripped(word: str) -> str:
    """A word without its plural mark; initials are left."""
    return word[:-1] if len(word) > _INITIALS + 1 and word[-1] in "sx" and word[-2].isalpha() else word


def _plurals(folded: str) -> Iterator[str]:
    """Words in the singular and in the plural, each (« aides sélectives », « jeux vidéo »)."""
    forms = [(w, f"{w}s", f"{w}x") if len(w) > _INITIALS and w[-1] not in "sx" else (w,) for w in tokens(folded)]
    return (" ".join(said) for said in product(*forms))


def read_references(
    text: str, names: TextNames, domains: tuple[Domain, ...] = (), base: str = "", sources: tuple[str, ...] = ()
) -> tuple[Reference, ...]:
    """The references of a question.

    A bare code (« D3 ? ») is a criterion only when the domain asked for is the label's, or when the turn before was
    about criteria; « et la preuve ? » is still about the criterion of the turn before.
    """
    found = parse_references(text, names)
    about_criteria = any(s.startswith(CRITERIA_NOTICE) for s in sources)
    if not found and (about_criteria or domains == (Domain.LABEL,)):
        found = [
            Reference("criterion", f"critere:{m.group(0).upper()}", m.start(), m.end(), None, weak=True)
            for m in bare_codes(text)
        ]
    if not found and base and about_criteria:
        found = [r for r in parse_references(base, names) if r.kind == "criterion"]
    return tuple(found)
