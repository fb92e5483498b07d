"""A sentence on screen said shorter, or more plainly.

Guarantee: a shorter wording is one of the statement's own that keeps each figure, date, reserve and condition of the
whole; what is put in plainer words or explained in line is reviewed data (`corpus/clair.yaml`,
`corpus/glossaire.yaml`); each passes the gate, or the sentence is said as it was shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.acting.briefs import Briefs
from assistant.acting.opened import Row
from assistant.checking.fidelity import omissions
from assistant.checking.verifier import Sentence, Verifier
from assistant.reading.dates import AsOf
from ingest.corpus.fiches import Role
from ingest.corpus.glossary import Term
from ingest.corpus.hedges import drift, hedges
from ingest.corpus.plain import PlainWords
from ingest.corpus.register import Domain
from ingest.language.claims import Language, flipped, read_claim, unsupported
from ingest.language.lexical import analyse
from ingest.language.sentences import outside, upper_first

_ASIDE = re.compile(r"\s\([^()]{3,80}\)")
_ENDS = re.compile(r"$|\s?[,.;:)]|\s(?:et|ou|d)\b", re.IGNORECASE)
"""What may follow a term of several words that ends there: « cœur de parc national » is not « cœur de parc »."""
_EXPLAINED = 3
"""Terms explained in one answer, at most: more of them are a glossary."""


def keeps(whole: str, shorter: str, language: Language, figures: bool = True) -> bool:
    """True when a shorter wording holds every hedge and condition of the whole, and every figure and date where they
    are wanted."""
    claim, said = replace(read_claim(whole, language), references=frozenset()), read_claim(shorter, language)
    if (figures and unsupported(claim, said)) or flipped(read_claim(shorter, language), read_claim(whole, language)):
        return False
    return not (language == "fr" and drift(whole, shorter)) and not omissions(shorter, whole, language)


def plainly(text: str, plain: PlainWords) -> str:
    """A French sentence in plain words, where they keep all that it says and its force; as it is otherwise."""
    said = plain.said(text)
    same = read_claim(said).modality == read_claim(text).modality and keeps(text, said, "fr")
    return said if same else text


def cut_short(text: str) -> str:
    """A sentence in two or more, where semicolons part it outside brackets and quotes."""
    ends = [i for i in outside(text) if text[i : i + 2] == "; "]
    pieces = [text[a:b] for a, b in zip([0, *(i + 2 for i in ends)], [*ends, len(text)], strict=True)]
    first, *others = (*(p.rstrip() for p in pieces[:-1]), pieces[-1])
    return ". ".join((first, *map(upper_first, others)))


def unreferenced(text: str, language: Language) -> str:
    """A sentence without the references that stand alone between brackets: its citation holds them."""

    def drop(m: re.Match[str]) -> str:
        claim = read_claim(m.group(), language)
        bare = claim.references and not (claim.figures or claim.dates or claim.negated or hedges(m.group(), language))
        return "" if bare else m.group()

    return _ASIDE.sub(drop, text)


@dataclass
class Retelling:
    """Retells sentences on a day, in a language; `known`: the asker's own words, which need no explanation."""

    verifier: Verifier
    as_of: AsOf
    language: Language
    terms: tuple[Term, ...] = ()
    plain: PlainWords | None = None
    known: str = ""
    briefs: Briefs | None = None

    def brief(self, rows: Sequence[Row]) -> list[Sentence]:
        """Steps in a few lines; none where no reviewed lines sum them up."""
        return self.briefs.of(rows, self.language, self.verifier, self.as_of) if self.briefs and rows else []

    def shown(self, row: Row) -> Sentence | None:
        """A sentence as it was shown; None when the gate no longer lets it through."""
        return self._first([row.shown(self.language), *self._said(row, row.wordings(self.language)[::-1])])

    def short(self, row: Row, whole: bool = True) -> Sentence | None:
        """The shortest of its wordings that keeps what the whole says; beside a verdict (`whole` false), the figures
        that only go on may go."""
        return self._first(self._shortest(row, list(self._said(row, self._shorter(row, whole)))))

    def bare(self, row: Row) -> Sentence | None:
        """The same without the verdict that it was shown with."""
        if row.statement is None or row.step:
            return self.short(row)
        alone = replace(row, told=replace(row.told, words={}))
        return self._first(self._shortest(alone, [alone.sentence(self.language, w) for w in self._shorter(row)]))

    def _shortest(self, row: Row, sentences: list[Sentence]) -> list[Sentence]:
        """Sentences after the plain one, where it is the shortest."""
        said = self._phrase(row)
        return [said, *sentences] if said and all(len(said.text) < len(s.text) for s in sentences) else sentences

    def clear(self, row: Row) -> Sentence | None:
        """The same in plainer words."""
        sentences = list(self._said(row, self._shorter(row)))
        if self.plain is None or self.language == "en" or row.statement is None or row.step:
            return self._first(sentences)
        plainer = [said] if (said := self._phrase(row)) else []
        for s in sentences:
            told = s.text.removeprefix(s.opening)
            if (text := plainly(told, self.plain)) != told:
                plainer.append(replace(s, text=f"{s.opening}{text}"))
            plainer.append(s)
        return self._first(plainer)

    def _phrase(self, row: Row) -> Sentence | None:
        """The reviewed plain sentence of a statement."""
        said = self.plain.phrases.get(row.statement.id) if self.plain and row.statement and not row.step else None
        return replace(row.sentence("fr", said), reviewed=True) if said and self.language == "fr" else None

    def _shorter(self, row: Row, figures: bool = True) -> Iterator[str]:
        wordings, s = row.wordings(self.language), row.statement
        if s is not None and s.role is Role.ABSENCE:  # who would know is what it is for
            wordings = wordings[-1:]
        whole = wordings[-1]
        for wording in wordings:
            if wording == whole or keeps(whole, wording, self.language, figures):
                if row.statement is not None and not row.step:
                    yield unreferenced(wording, self.language)
                yield wording

    def _said(self, row: Row, wordings: Iterable[str]) -> Iterator[Sentence]:
        return (row.sentence(self.language, w) for w in dict.fromkeys(wordings))

    def _first(self, sentences: Iterable[Sentence]) -> Sentence | None:
        return next((s for s in sentences if not self.verifier.faults(s, self.as_of)), None)

    def explained(self, texts: list[str], domains: frozenset[Domain]) -> list[str]:
        """Texts of some domains with their hard terms explained in line, each where it first stands: acronyms and terms
        of several words; those that the asker used are known."""
        if self.language == "en":
            return texts
        told, out = set(analyse(self.known)), list(texts)
        found: list[tuple[int, Term]] = []
        for term in self.terms:
            if (
                not _hard(term)
                or not term.definition
                or not domains & {*term.domains, *(domains if not term.domains else ())}
            ):
                continue
            if set(analyse(term.term)) <= told or read_claim(term.definition).figures:
                continue
            n = next((i for i, t in enumerate(texts) if _spot(term, t)), None)
            if n is not None and not set(analyse(term.definition)) <= set(analyse(texts[n])):
                found.append((n, term))
        hardest = sorted(found, key=lambda row: (-_hard(row[1]), row[0]))
        named: list[str] = []
        for n, term in hardest:
            if len(named) == _EXPLAINED:
                break
            if any(term.term in other or other in term.term for other in named):
                continue
            spot = _spot(term, out[n])
            after = "" if spot is None else out[n][spot.end() : spot.end() + 4]
            if spot is None or after.strip().startswith(("(", "»")) or (_hard(term) == 1 and not _ENDS.match(after)):
                continue
            means = (term.definition or "").rstrip(".")
            out[n] = f"{out[n][: spot.end()]} ({means[:1].lower()}{means[1:]}){out[n][spot.end() :]}"
            named.append(term.term)
        return out


def _spot(term: Term, text: str) -> re.Match[str] | None:
    flags = 0 if any(c.isupper() for c in term.term[1:]) else re.IGNORECASE
    return re.search(rf"(?<![\w«'’-]){re.escape(term.term)}(?![\w»+-])", text, flags)


def _hard(term: Term) -> int:
    """How much a term needs its explanation: an acronym most, a common word least."""
    return 2 if sum(c.isupper() for c in term.term) > 1 else 1 if " " in term.term else 0
