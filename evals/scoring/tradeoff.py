"""Refusals against wrong answers as the threshold of abstention moves, read from a run.

Guarantee: at the threshold of the run the curve is what the run measured, exactly. Elsewhere it moves only the
questions that the threshold decides: one answered is closed above its margin; one that the threshold closed is what it
answered without it (the run asked it again). Rules, and dialogues built on another answer, do not move: the curve says
what the threshold is worth, `eval calibrate` what a setting is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

from evals.running.runner import Record, Run
from evals.scoring.scores import Scores, score_run
from evals.scoring.scoring import Score


@dataclass(frozen=True, slots=True)
class Point:
    """Shares at one threshold: of questions that have an answer, refused; of those that have none, answered."""

    threshold: float
    refused: float
    wrongly_answered: float

    def as_dict(self) -> dict[str, float]:
        """JSON-ready."""
        return {k: round(v, 4) for k, v in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """The curve, and the threshold of the run. `moved`: how many questions the threshold decides."""

    current: Point
    points: tuple[Point, ...]
    moved: int

    def as_dict(self) -> dict[str, object]:
        """JSON-ready."""
        return {
            "current": self.current.as_dict(),
            "points": [p.as_dict() for p in self.points],
            "moved": self.moved,
        }


@dataclass(frozen=True, slots=True)
class _Question:
    margin: float | None
    shut: tuple[bool | None, bool | None]
    open: tuple[bool | None, bool | None]

    def at(self, threshold: float) -> tuple[bool | None, bool | None]:
        return self.shut if self.margin is not None and self.margin < threshold else self.open


def tradeoff(run: Run, scores: Scores) -> Tradeoff | None:
    """The trade-off of a run; None when it was not traced, or when a rate applies to nothing."""
    threshold = run.about.get("settings", {}).get("abstain", {}).get("not_found")
    if threshold is None or all(r.margin is None for r in run.records):
        return None
    reopened = _reopened(run)
    questions = [
        _question(r, scores.rows[r.id].score, reopened.get(r.id), threshold) for r in run.records if r.id in scores.rows
    ]
    decided = sorted({q.margin for q in questions if q.margin is not None and q.shut != q.open})
    if not decided:
        return None
    between = [(a + b) / 2 for a, b in pairwise(decided)]
    found = [_point(questions, t) for t in (decided[0] - 0.01, *between, decided[-1] + 0.01)]
    current = _point(questions, threshold)
    if current is None:
        return None
    points = _turning(p for p in found if p)
    return Tradeoff(current, points, sum(q.margin is not None and q.shut != q.open for q in questions))


def _question(record: Record, score: Score, reopened: Score | None, threshold: float) -> _Question:
    abstained = score.outcome == "abstained"
    shut = (None if score.refused is None else True, None if score.wrongly_answered is None else False)
    actual = (score.refused, score.wrongly_answered)
    margin = record.margin
    if margin is not None and (margin < threshold) != abstained:
        # A rule closed it above the threshold, or another part answered below it: the threshold does not decide.
        margin = None
    if abstained:
        return _Question(margin, actual, (reopened.refused, reopened.wrongly_answered) if reopened else actual)
    return _Question(margin, shut, actual)


def _reopened(run: Run) -> dict[str, Score]:
    """Scores of what the closed questions answer without the threshold."""
    records = [replace(r, answer=r.opened) for r in run.records if r.opened]
    return {i: row.score for i, row in score_run(replace(run, records=records)).rows.items()}


def _point(questions: Iterable[_Question], threshold: float) -> Point | None:
    states = [q.at(threshold) for q in questions]
    refused, wrongly = ([s[i] for s in states if s[i] is not None] for i in (0, 1))
    if not refused or not wrongly:
        return None
    return Point(threshold, sum(map(bool, refused)) / len(refused), sum(map(bool, wrongly)) / len(wrongly))


def _turning(points: Iterable[Point]) -> tuple[Point, ...]:
    """The points where a rate changes, with the first and the last."""
    rows = list(points)
    rates = [(p.refused, p.wrongly_answered) for p in rows]
    kept = [i for i in range(len(rows)) if i in (0, len(rows) - 1) or rates[i] != rates[i - 1]]
    return tuple(rows[i] for i in kept)
