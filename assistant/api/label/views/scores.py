"""Scores and plans as `/api/label` shows them; exact shares go out as fractions, `13/20`."""

from __future__ import annotations

from assistant.api.schemas import View
from assistant.label.score.score import Reached, Score
from assistant.label.score.tally import ScoreReading
from assistant.label.score.whatif import Plan


class VerdictView(View):
    """One threshold. `depend`: the unknown rule on « sans objet » decides."""

    scheme: str
    minimum_percent: int
    reached: Reached
    missing: float
    missing_if_excluded: float
    sentence: str
    source_id: str
    confidence: str


class MandatoryView(View):
    """Mandatory criteria by key; `known` False when the workbook does not say which they are."""

    known: bool
    all_met: bool | None
    met: list[str]
    missing: list[str]
    not_applicable: list[str]
    undecided: list[str]


class PartView(View):
    """A poste or a department."""

    name: str
    obtained: float
    possible: float
    done: int
    criteria: int


class ScoreView(View):
    """A score. `percent` counts « sans objet » for zero, `percent_if_excluded` leaves it out; both rounded down to a
    hundredth, while thresholds compare the exact shares `ratio` and `ratio_if_excluded`."""

    headline: str
    obtained: float
    possible: float
    not_applicable: float
    percent: float
    percent_if_excluded: float
    ratio: str
    ratio_if_excluded: str
    thresholds: list[VerdictView]
    mandatory: MandatoryView
    by_poste: list[PartView]
    by_department: list[PartView]
    uncounted: list[str]
    explanation: list[str]

    @classmethod
    def of(cls, s: Score) -> ScoreView:
        """A score, for showing."""
        return cls.read(
            s,
            percent=s.low_percent,
            percent_if_excluded=s.high_percent,
            thresholds=s.verdicts,
            ratio=str(s.low),
            ratio_if_excluded=str(s.high),
        )


class StandingView(View):
    """A score in a line."""

    headline: str
    needs: str
    reached: bool


class StepView(View):
    """A criterion to do."""

    key: str
    title: str
    gain: float
    effort: int
    mandatory: bool


class EffortView(View):
    """The criteria of least effort to a threshold."""

    target: int
    reading: ScoreReading
    reachable: bool
    missing: float
    steps: list[StepView]
    effort: int
    percent_after: float
    explanation: list[str]

    @classmethod
    def of(cls, p: Plan) -> EffortView:
        """A plan, for showing."""
        return cls.read(p, percent_after=p.after)
