"""Chooses between two readings of a turn, and keeps an answer from saying again what was just said.

Guarantee: decided by the evidence, never by the length of the words: the reading whose statement holds more of what the
turn itself says wins, and a tie goes to the conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.abstain import Verdict
from assistant.dialogue import moves
from assistant.retrieve import Candidates
from assistant.select import Scored, Selection, Selector
from assistant.understand import Question

_SAID_AGAIN = 2.5
"""What a statement just shown loses when it holds nothing of what the turn itself says."""
_BETTER = 0.2
"""How much more of the turn's own words the less likely reading must hold."""


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
    if first.chosen is not None and fit > 1 - _BETTER:
        return first
    other = judge_other()
    import os
    if os.environ.get("DBG"):
        for n, j in (("first", first), ("other", other)):
            c = j.chosen
            print(f"@@ {text!r} {n} fu={j.question.follow_up} {c and c.statement and c.statement.id} fit={held(selector, c, own):.2f} alias={c and round(c.alias, 2)} cov={c and round(c.coverage, 2)} own={c and round(c.features['own_coverage'],2)} score={c and round(c.score, 1)} verdict={[v.reason for v in j.verdicts]} {list(own)}")
    if other.chosen is None:
        return first
    return other if held(selector, other.chosen, own) > fit + _BETTER else first


def fresh(selection: Selection, told: Sequence[str], own: dict[str, float], selector: Selector) -> Selection:
    """A selection where what was just said comes lower, the less it holds of what the turn itself says."""
    if not told or not own:
        return selection
    scored = [
        replace(s, score=s.score - _SAID_AGAIN * (1 - held(selector, s, own))) if s.passage.id in told else s
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
