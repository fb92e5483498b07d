"""A sentence against the statements nearest to it.

Guarantee: a contradiction is told only with a statement in force that speaks of the same thing, in nearly the same
words: its figure, of the same unit, is in none of the statements around it. Else nothing is said, which is no approval.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from assistant.checking.fidelity.words import read
from assistant.checking.refuting import refutations
from assistant.proofing.remarks import Kind, Remark, cited
from assistant.proofing.sentences import Sentence
from assistant.reading.dates import AsOf
from assistant.search.hybrid import HybridSearch
from ingest.language.claims import merged, read_claim, unsupported
from ingest.passages.passages import Passage

NEAREST = 12
"""Statements that may bear what a sentence says."""
SAME_SUBJECT = 0.6
"""Share of the words of a sentence, figures apart, that a statement holds, from which both speak of the same thing."""
RELATED = 0.4
"""The same share, from which a statement may bear a figure of the sentence, and silences the remark."""
SAME_BELIEF = 0.7
"""Words in common with a denied belief from which a sentence holds it."""
_EXCEPTION = re.compile(r"\b(?:hors|sauf|excepté|à l'exception d\w+)\b([^,;.:]*)", re.IGNORECASE)
"""Whom a statement leaves out: a sentence about them says the contrary of it, rightly."""
_TURNED = ("→", "négation", "obligation")


class Contradictions:
    """The statements of a snapshot that are in force on a day."""

    def __init__(self, search: HybridSearch, day: AsOf) -> None:
        self._search, self._day = search, day
        eligible = search.eligible(day, ()) & search.snapshot.columns.is_statement
        self._eligible = eligible
        held = search.snapshot.passages(np.flatnonzero(eligible).tolist())
        self._denials = [(_stems(p.statement.belief), p) for p in held if p.statement and p.statement.belief]

    def nearest(self, sentence: Sentence) -> list[Passage]:
        """The statements nearest in meaning, best first."""
        search = self._search
        found, _, _ = search._nearest(search.vector(sentence.text), self._eligible)
        return search.snapshot.passages(found[:NEAREST])

    def remarks(self, sentence: Sentence) -> Iterator[Remark]:
        """At most one remark: a belief, else a figure, else a duty."""
        if (believed := self._believed(sentence)) is not None:
            text = believed.statement.belief if believed.statement else ""
            yield _remark(sentence, "belief", f"Idée reçue : « {text} »", believed)
            return
        near = self.nearest(sentence)
        same = [p for p in near if _covered(sentence.text, p) >= SAME_SUBJECT]
        if not same:
            return
        best = same[0]
        if faults := _figures(sentence.text, best, [p for p in near if _covered(sentence.text, p) >= RELATED]):
            yield _remark(sentence, "figure", f"À comparer avec le texte cité : {', '.join(faults)}.", best)
            return
        if _excepted(sentence.text, best.text):
            return
        told = refutations(sentence.text, "fr", [best], [best.text], [], self._day.day)
        if turned := [f for f in told if any(mark in f for mark in _TURNED)]:
            yield _remark(sentence, "duty", f"Obligation ou négation à comparer : {', '.join(turned)}.", best)

    def _believed(self, sentence: Sentence) -> Passage | None:
        mine, negated = _stems(sentence.text), read_claim(sentence.text, "fr").negated
        for belief, passage in self._denials:
            s = passage.statement
            alike = len(mine & belief) / (len(mine | belief) or 1)
            if s and s.belief and alike >= SAME_BELIEF and read_claim(s.belief, "fr").negated == negated:
                return passage
        return None


def _stems(text: str | None) -> frozenset[str]:
    return frozenset(s for s in read(text or "", "fr").stems if not re.search(r"\d", s))


def _covered(sentence: str, passage: Passage) -> float:
    """Share of the words of a sentence that a statement holds."""
    mine = _stems(sentence)
    return len(mine & _stems(passage.text)) / (len(mine) or 1)


def _excepted(sentence: str, statement: str) -> bool:
    """Whether a sentence speaks of what a statement leaves out, and does not leave it out itself."""
    left_out = frozenset[str]().union(*(_stems(m.group(1)) for m in _EXCEPTION.finditer(statement)))
    return bool(left_out & _stems(sentence)) and not _EXCEPTION.search(sentence)


def _figures(sentence: str, best: Passage, near: Sequence[Passage]) -> list[str]:
    """Figures and dates of a sentence that none of the statements holds, where the best has one of that kind."""
    claim, told = read_claim(sentence, "fr"), read_claim(best.text, "fr")
    units = {f.unit for f in told.figures}
    wrong = set(unsupported(claim, merged([read_claim(p.text, "fr") for p in near])))
    figures = claim.figures if units else frozenset()
    kept = [f"chiffre {f}" for f in figures if f.unit in units and f"chiffre {f}" in wrong]
    return sorted(kept) + sorted(f for f in wrong if f.startswith("date") and told.dates)


def _remark(sentence: Sentence, kind: Kind, look_at: str, passage: Passage) -> Remark:
    return Remark(
        kind=kind, strength="likely", start=sentence.start, end=sentence.end, words=sentence.text, look_at=look_at,
        cited=cited(passage),
    )  # fmt: skip
