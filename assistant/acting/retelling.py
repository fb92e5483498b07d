"""A sentence on screen, as it was shown or shorter.

Guarantee: a shorter wording is one of the statement's own that keeps each figure, date, reserve and condition of the
whole; each passes the gate, or the sentence is said as it was shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from assistant.acting.opened import Row
from assistant.checking.fidelity import omissions
from assistant.checking.verifier import Sentence, Verifier
from assistant.reading.dates import AsOf
from ingest.corpus.fiches import Role
from ingest.corpus.hedges import drift, hedges
from ingest.language.claims import Language, flipped, read_claim, unsupported

_ASIDE = re.compile(r"\s\([^()]{3,80}\)")


def keeps(whole: str, shorter: str, language: Language) -> bool:
    """True when a shorter wording holds every hedge, condition, figure and date of the whole."""
    claim, said = replace(read_claim(whole, language), references=frozenset()), read_claim(shorter, language)
    if unsupported(claim, said) or flipped(read_claim(shorter, language), read_claim(whole, language)):
        return False
    return not (language == "fr" and drift(whole, shorter)) and not omissions(shorter, whole, language)


def unreferenced(text: str, language: Language) -> str:
    """A sentence without the references that stand alone between brackets: its citation holds them."""

    def drop(m: re.Match[str]) -> str:
        claim = read_claim(m.group(), language)
        bare = claim.references and not (claim.figures or claim.dates or claim.negated or hedges(m.group(), language))
        return "" if bare else m.group()

    return _ASIDE.sub(drop, text)


@dataclass
class Retelling:
    """Retells sentences on a day, in a language."""

    verifier: Verifier
    as_of: AsOf
    language: Language

    def shown(self, row: Row) -> Sentence | None:
        """A sentence as it was shown; None when the gate no longer lets it through."""
        return self._first([row.shown(self.language), *self._said(row, row.wordings(self.language)[::-1])])

    def short(self, row: Row) -> Sentence | None:
        """The shortest of its wordings that keeps what the whole says."""
        return self._first(self._said(row, self._shorter(row)))

    def bare(self, row: Row) -> Sentence | None:
        """The same without the verdict that it was shown with."""
        if row.statement is None or row.step:
            return self.short(row)
        alone = replace(row, told=replace(row.told, words={}))
        return self._first(alone.sentence(self.language, w) for w in self._shorter(row))

    def _shorter(self, row: Row) -> Iterator[str]:
        wordings, s = row.wordings(self.language), row.statement
        if s is not None and s.role is Role.ABSENCE:  # who would know is what it is for
            wordings = wordings[-1:]
        whole = wordings[-1]
        for wording in wordings:
            if wording == whole or keeps(whole, wording, self.language):
                if row.statement is not None and not row.step:
                    yield unreferenced(wording, self.language)
                yield wording

    def _said(self, row: Row, wordings: Iterable[str]) -> Iterator[Sentence]:
        return (row.sentence(self.language, w) for w in dict.fromkeys(wordings))

    def _first(self, sentences: Iterable[Sentence]) -> Sentence | None:
        return next((s for s in sentences if not self.verifier.faults(s, self.as_of)), None)
