"""Chooses between two readings of a turn, and keeps an answer from saying again what was just said.

Guarantee: decided by the evidence: the reading that the words make likely wins unless the other is plainly better
supported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.dialogue import moves
from assistant.planning.abstention import Verdict
from assistant.planning.ranking import Scored, Selection, Selector
from assistant.reading.question import Question
from assistant.search.hybrid import Candidates
from ingest.corpus.fiches import Role

_SAID_AGAIN = 2.5
"""What a statement just shown loses when it holds nothing of what the turn itself says."""
_ENOUGH = 0.8
"""A reading whose statement holds this much of the turn's own words is not doubted."""
_MARGIN = 0.6
"""By how much the less likely reading must be better supported: score, turn's own words held, words of its own text."""
_UNKNOWN = 3.0
"""The same for a known unknown: one from elsewhere is hardly evidence of a change of subject…"""
_TELLING = 0.5
"""… unless it holds that much more of the turn's own words."""


@dataclass(frozen=True)
class Judged:
    """A reading with what the texts make of it."""

    question: Question
    candidates: Candidates
    selections: list[Selection]
    verdicts: list[Verdict]

    @property
    def chosen(self) -> Scored | None:
        """The statement that would head the answer; None when the reading abstains."""
        return next((v.chosen for v in self.verdicts if v.kind == "answer" and v.chosen), None)


def better(first: Judged, judge_other: Callable[[], Judged], text: str, selector: Selector) -> Judged:
    """The reading that the evidence supports; the other one is judged only when the words leave a doubt."""
    own = own_terms(selector, text)
    if first.question.follow_up and not own:
        return first
    fit = held(selector, first.chosen, own)
    if first.chosen is not None and fit > _ENOUGH:
        return first
    other = judge_other()
    return other if _stronger(other.chosen, first.chosen, selector, own) else first


def _stronger(other: Scored | None, first: Scored | None, selector: Selector, own: dict[str, float]) -> bool:
    """True when the less likely reading is plainly the better supported one."""
    if other is None or first is None:
        return other is not None
    margin, gain = other.score - first.score, held(selector, other, own) - held(selector, first, own)
    if other.statement is not None and other.statement.role is Role.ABSENCE and gain < _TELLING:
        return margin >= _UNKNOWN
    margin += 2 * gain
    return margin + other.features["own_coverage"] - first.features["own_coverage"] >= _MARGIN


def fresh(selection: Selection, told: Sequence[str], own: dict[str, float], selector: Selector) -> Selection:
    """A selection where what was just said comes lower, the less it holds of what the turn itself says; unless it gives
    the figure that the turn asks for (« faut le refaire tous les combien ? »)."""
    if not told or not own:
        return selection
    scored = [
        replace(s, score=s.score - _SAID_AGAIN * (1 - held(selector, s, own)))
        if s.passage.id in told and not s.features["figure_wanted"]
        else s
        for s in selection.scored
    ]
    scored.sort(key=lambda s: (-s.score, s.hit.position))
    return replace(selection, scored=scored)


def own_terms(selector: Selector, text: str) -> dict[str, float]:
    """The terms that a turn itself brings, with their weights."""
    telling = set(moves.content(text))
    return {t: w for t, w in selector.question_terms(moves.said(text)).items() if t in telling or len(t) > 3}


def held(selector: Selector, chosen: Scored | None, own: dict[str, float]) -> float:
    """Share of the turn's own terms, by weight, that a statement holds; -1 when there is none."""
    if chosen is None:
        return -1.0
    body, _, _ = selector.terms_of(chosen.hit.position)
    return sum(w for t, w in own.items() if t in body) / (sum(own.values()) or 1.0)
