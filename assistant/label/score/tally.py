"""What each criterion of a grid brings and what it has brought so far: the figures that scores and plans are made of.

Guarantee: exact arithmetic. Points are `Decimal` as the workbook writes them, ratios are fractions; a ratio is rounded
only to be shown, always down, so that « 64,99 % » is never shown as 65.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from assistant.label import phrases as say
from assistant.label.projects.projects import CriterionState, GridCriterion, Project, Row, Status, rows
from ingest.corpus.criteria import Framework
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.claims import Language

ScoreReading = Literal["zero", "excluded"]
"""How « sans objet » counts: `zero`, in the denominator without bringing points; `excluded`, out of it. The official
rule is not in our facts: a score is given under both."""
SCORE_READINGS: tuple[ScoreReading, ...] = ("zero", "excluded")


@dataclass(frozen=True, slots=True)
class Item:
    """One criterion of the grid, as a score sees it. `points` 0 when the workbook gives none."""

    key: str
    title: str
    points: Decimal
    earned: Decimal
    status: Status
    mandatory: bool | None
    poste: str = ""
    departments: tuple[str, ...] = ()
    counted: bool = True
    """False when the workbook gives no points: outside the score."""

    @property
    def gain(self) -> Decimal:
        """What is still to be had; nothing of what does not apply."""
        return Decimal(0) if self.status is Status.SANS_OBJET else self.points - self.earned


@dataclass(frozen=True, slots=True)
class Tally:
    """Points obtained, points of the whole grid, and points of what does not apply."""

    obtained: Decimal
    possible: Decimal
    not_applicable: Decimal

    def denominator(self, reading: ScoreReading) -> Decimal:
        """The points that count under a reading of « sans objet »."""
        return self.possible - self.not_applicable if reading == "excluded" else self.possible

    def ratio(self, reading: ScoreReading) -> Fraction | None:
        """Share obtained, 0–1; None when no point counts."""
        below = self.denominator(reading)
        return Fraction(self.obtained) / Fraction(below) if below > 0 else None

    def missing(self, percent: int, reading: ScoreReading) -> Decimal:
        """Points still to obtain for a threshold, exact; 0 when it is reached."""
        return max(Decimal(0), self.denominator(reading) * percent / 100 - self.obtained)


def items(project: Project, framework: Framework, language: Language = "fr") -> list[Item]:
    """The criteria of a project's grid, in its order; `GRID_MISSING` says why there is no score without a grid, nor
    in a framework that has no threshold, whatever points a workbook brings."""
    if not framework.thresholds:
        told = say.NO_SCORE_HERE[language].format(name=getattr(framework.name, language))
        raise ClapvertError(ErrorCode.GRID_MISSING, told, say.FOLLOW[language])
    if project.grid is None:
        told = say.NO_GRID[language].format(of=getattr(framework.of, language))
        raise ClapvertError(ErrorCode.GRID_MISSING, told, say.IMPORT[language])
    return [item(row) for row in rows(project, framework) if row.grid is not None]


def item(row: Row) -> Item:
    """One row of the board as a score sees it."""
    assert row.grid is not None
    return Item(
        row.key, row.title, row.grid.points or Decimal(0), earned(row.grid, row.state), row.state.status,
        row.grid.mandatory, row.poste, row.departments, row.grid.points is not None,
    )  # fmt: skip


def earned(criterion: GridCriterion, state: CriterionState) -> Decimal:
    """Points that a state brings: all of them once done, those of the level reached when it is named, else none."""
    if state.status is not Status.FAIT or criterion.points is None:
        return Decimal(0)
    reached = next((v.points for v in criterion.levels if state.level and v.name == state.level), None)
    return criterion.points if reached is None else reached


def tally(counted: Iterable[Item], without: str | None = None) -> Tally:
    """The sums over criteria; `without` loses the points of one."""
    obtained = possible = absent = Decimal(0)
    for one in counted:
        possible += one.points
        if one.status is Status.SANS_OBJET:
            absent += one.points
        elif one.key != without:
            obtained += one.earned
    return Tally(obtained, possible, absent)


def shown(ratio: Fraction) -> Decimal:
    """A share as a percentage of two decimals, rounded down: 0.6499999 → 64.99."""
    return Decimal(ratio.numerator * 10_000 // ratio.denominator) / 100
