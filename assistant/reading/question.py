"""What a question asks: language, kinds of answer wanted, facets, references, date, parts; and, in a conversation, what
it leaves unsaid.

Guarantee: deterministic rules over the glossary and the article grammar; whatever is inferred is shown to the user
(`Answer.understood`). A question is data: nothing in it is ever followed as an instruction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from assistant.reading.clauses import split_parts
from assistant.reading.dates import AsOf, CaseDate, read_dates
from assistant.reading.folding import Aligned
from assistant.reading.kinds import (
    asks_risk,
    asks_text,
    detect_language,
    named_regimes,
    plainly,
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
    def _facet_words(self) -> tuple[re.Pattern[str], dict[str, list[tuple[str, str, str]]]]:
        table: dict[str, list[tuple[str, str, str]]] = {}
        for facet, values in self.glossary.facets.items():
            for value, entry in values.items():
                for word in entry.words:
                    table.setdefault(singular(fold(word)), []).append((facet, value, word))
        words = {fold(w) for values in self.glossary.facets.values() for e in values.values() for w in e.words}
        pattern = "|".join(_plural_pattern(w) for w in sorted(words, key=len, reverse=True))
        return re.compile(rf"(?<![\w-])({pattern})(?![\w-])") if words else re.compile(r"(?!)"), table

    @cached_property
    def _unlike(self) -> re.Pattern[str]:
        """Expressions in which the words of a facet name another thing: « groupe électrogène » is no group."""
        longer = {fold(w) for values in self.glossary.facets.values() for e in values.values() for w in e.unlike}
        pattern = "|".join(_plural_pattern(w) for w in sorted(longer, key=len, reverse=True))
        return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])") if longer else re.compile(r"(?!)")

    @cached_property
    def _families(self) -> tuple[re.Pattern[str], dict[str, tuple[str, tuple[str, ...]]]]:
        """Every way of saying each glossary term → the term, and the family it belongs to."""
        table: dict[str, tuple[str, tuple[str, ...]]] = {}
        for entry in self.glossary.terms:
            family = (entry.term, *entry.also)
            for form in family:
                if len(form) > 2:
                    table.setdefault(fold(form), (entry.term, family))
        pattern = "|".join(re.escape(w) for w in sorted(table, key=len, reverse=True))
        return re.compile(rf"(?<![\w-])({pattern})s?(?![\w-])") if table else re.compile(r"(?!)"), table

    def synonyms(self, text: str) -> tuple[Synonym, ...]:
        """What the glossary knows of a text's words; the longest words win."""
        regex, table = self._families
        out: dict[str, Synonym] = {}
        for match in regex.finditer(fold(text)):
            term, family = table[match.group(1)]
            said = frozenset(analyse(match.group(1)))
            others = tuple(dict.fromkeys(t for f in family if (t := frozenset(analyse(f))) and t != said))
            out.setdefault(term, Synonym(said, term, others))
        return tuple(out.values())

    def facets(self, text: str) -> dict[str, tuple[str, ...]]:
        """Facet values that the words of a text name; the longest word wins."""
        regex, table = self._facet_words
        found: dict[str, dict[str, None]] = {}
        line = Aligned(text)
        for match in regex.finditer(self._unlike.sub(lambda m: "_" * len(m.group()), line.folded)):
            said = text[slice(*line.span(match, 1))]
            for facet, value, word in table[singular(match.group(1))]:
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
        query = plainly(text)
        dated = read_dates(text, today)
        return Question(
            raw=text,
            query=query[-1200:],
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
            synonyms=self.synonyms(query),
            frameworks=self.named_frameworks(query),
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
    return re.sub(r"(?<=[a-z]{2})[sx](?![a-z'])", "", folded)


def _plural_pattern(folded: str) -> str:
    """A pattern for words in the singular or in the plural, each (« aides sélectives », « jeux vidéo »)."""
    return re.sub(r"(?<=[a-z]{3})(?<![sx])(?![a-z'])", "[sx]?", re.escape(folded))


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
