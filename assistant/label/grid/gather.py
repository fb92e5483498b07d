"""Readings of rows, sheet after sheet → criteria, each counted once.

Guarantee: a code is one criterion inside a sheet; two rows of one sheet that give it different points or titles are
cells to correct. Sheets that number each from 1 keep their numbers and get keys of their own; a criterion written alike
on several sheets is counted once, for all their departments, and that is a doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assistant.label.frameworks import folded
from assistant.label.grid.problems import BadCell
from assistant.label.grid.rows import RowRead
from assistant.label.projects.projects import GridLevel
from assistant.label.score.points import said


@dataclass(slots=True)
class Gathered:
    """A criterion being put together from its rows."""

    sheet: str
    first: RowRead
    key: str
    levels: list[GridLevel] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    departments: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


@dataclass(slots=True)
class SheetRead:
    """The readings of one sheet, and the column that identifies its rows."""

    sheet: str
    column: int
    readings: list[RowRead]
    department: str | None
    """What the sheet's name gives, when sheets are departments."""


def gathered(sheets: Sequence[SheetRead], bad: list[BadCell], doubts: list[str]) -> list[Gathered]:
    """The criteria of the sheets in their order; cells to correct and doubts are added to the lists."""
    out: list[Gathered] = []
    by_code: dict[str, list[Gathered]] = {}
    for sheet in sheets:
        for one in _of_sheet(sheet, bad, doubts):
            twins = by_code.setdefault(one.key, [])
            same = next((t for t in twins if _alike(t, one)), None)
            if same is not None:
                doubts.append(
                    f"« {same.key} » est écrit à l'identique sur « {same.sheet} » et « {one.sheet} » : compté une fois."
                )
                same.departments += [d for d in one.departments if d not in same.departments]
                continue
            twins.append(one)
            out.append(one)
    for twins in by_code.values():
        if len(twins) > 1:
            for one in twins:
                one.key = f"{folded(one.sheet).replace(' ', '-')}·{one.key}"
    return out


def _of_sheet(sheet: SheetRead, bad: list[BadCell], doubts: list[str]) -> list[Gathered]:
    """Readings by criterion: a row continues the criterion of its merged code, or adds a level to it."""
    out: dict[str, Gathered] = {}
    titles: dict[str, RowRead] = {}
    for r in sheet.readings:
        there = out.get(r.key)
        if there is None:
            department = r.department or sheet.department
            out[r.key] = Gathered(
                sheet.sheet, r, r.key, list(r.levels), [r.evidence] if r.evidence else [],
                [department] if department else [], [r.row],
            )  # fmt: skip
            if r.code is None and (twin := titles.setdefault(folded(r.title), r)) is not r:
                doubts.append(f"Même intitulé aux lignes {twin.row} et {r.row}, « {r.title[:50]} » : deux critères.")
            continue
        there.rows.append(r.row)
        if r.evidence and r.evidence not in there.evidence:
            there.evidence.append(r.evidence)
        if r.continues:
            continue
        known = {level.name for level in there.levels}
        if r.levels and there.levels and not known & {level.name for level in r.levels}:
            there.levels += r.levels
        elif _same_figures(there.first, r):
            doubts.append(f"« {r.key} » est écrit deux fois (lignes {there.first.row} et {r.row}) : compté une fois.")
        else:
            bad.append(_twice(sheet, there.first, r))
    return list(out.values())


def _same_figures(a: RowRead, b: RowRead) -> bool:
    return (a.points, a.title, [v.points for v in a.levels]) == (b.points, b.title, [v.points for v in b.levels])


def _alike(a: Gathered, b: Gathered) -> bool:
    return (a.first.points, folded(a.first.title), a.levels) == (b.first.points, folded(b.first.title), b.levels)


def _twice(sheet: SheetRead, first: RowRead, second: RowRead) -> BadCell:
    differs = (
        f"{_said(first.points)} et {_said(second.points)} points"
        if first.points != second.points
        else "deux intitulés différents"
    )
    why = f"code déjà à la ligne {first.row}, avec {differs}"
    return BadCell(sheet.sheet, sheet.column, second.row, second.key, why, "duplicate")


def _said(points: Decimal | None) -> str:
    return "aucun" if points is None else said(points)
