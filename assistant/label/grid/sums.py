"""What a workbook says of itself (totals, subtotals, « 80 critères, 124 points », a summary sheet) against what was
read.

Guarantee: a figure that no reading of the rows gives is told with its place; nothing is corrected here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from textwrap import shorten

from assistant.label.frameworks import folded
from assistant.label.grid.account import Sum
from assistant.label.grid.mapping import ColumnMapping
from assistant.label.grid.rows import RowRead
from assistant.label.grid.sheets import Source
from assistant.label.grid.table import TOTAL, Table
from assistant.label.grid.words import plain
from assistant.label.projects.projects import GridCriterion
from assistant.label.score.points import BadPointsError, french, in_points, points, said, some
from ingest.documents.cells import Row

_COUNT = re.compile(r"\b(\d{1,3}) criteres?\b(?! (?:obligatoire|facultatif|optionnel|par|de|minimum))")
_MANDATORY = re.compile(r"\b(\d{1,3}) (?:criteres? )?obligatoires?\b")
_POINTS = re.compile(
    r"(?:\btotal\b|\bbareme\b|\bsur\b|\bcriteres?\b)\D{0,24}?(\d{1,4}(?:[.,]\d{1,2})?) ?(?:points?|pts?)\b"
)


def totals(table: Table, mapping: ColumnMapping, readings: Sequence[RowRead], whole: Decimal) -> list[Sum]:
    """The totals written under the rows of a sheet, each with the sum that comes nearest to what it may mean."""
    if len(mapping.points) != 1 or mapping.level is not None:
        return []
    column = mapping.points[0]
    out: list[Sum] = []
    previous = 0
    for row in table.totals:
        try:
            written = points(row.cell(column))
        except BadPointsError:
            continue
        if written is None:
            continue
        part, sheet = _sum(readings, previous, row.number), _sum(readings, 0, row.number)
        counted = next((s for s in (part, sheet, whole) if s == written), part)
        out.append(Sum(table.sheet, row.number, _label(row), written, counted))
        previous = row.number
    return out


def announced(source: Source, tables: Sequence[Table], criteria: Sequence[GridCriterion]) -> list[Sum]:
    """What titles and sheets that are not read announce of the grid."""
    out: list[Sum] = []
    for table in tables:
        own = [c for c in criteria if c.sheet == table.sheet]
        out += [s for row in table.above for s in _said_in(table.sheet, row, [own, criteria])]
    for left in source.left:
        if left.suspect or left.why.startswith("mise de côté"):
            continue
        for row in left.sheet.rows:
            out += [*_said_in(left.sheet.name, row, [criteria]), *_summary(left.sheet.name, row, criteria)]
    return out


def differences(sums: Iterable[Sum]) -> list[str]:
    """What does not agree, in sentences."""
    out = []
    for s in sums:
        if s.agrees:
            continue
        where = f"{f'« {s.sheet} », ' if s.sheet else ''}ligne {s.row}, « {s.label} »"
        if s.what == "points":
            told = f"le classeur annonce {in_points(s.written)}, les lignes lues en donnent {said(s.counted)}"
        else:
            word = "critère obligatoire" if s.what == "mandatory" else "critère"
            plural = "critères obligatoires" if s.what == "mandatory" else "critères"
            told = f"le classeur annonce {some(int(s.written), word, plural)}, {said(s.counted)} sont lus"
        out.append(f"{where} : {told}.")
    return out


def _said_in(sheet: str, row: Row, groups: Sequence[Sequence[GridCriterion]]) -> list[Sum]:
    """« 80 critères, 124 points, 8 obligatoires » in a line of text; a figure may be of any of the groups."""
    text = " ".join(c.text for c in row.cells if c and c.text and c.kind == "text" and not c.filled)
    bare = plain(text.replace(",", "§")).replace("§", ",")
    out = []
    for what, pattern, figures in (
        ("criteria", _COUNT, [Decimal(len(g)) for g in groups]),
        ("mandatory", _MANDATORY, [Decimal(sum(bool(c.mandatory) for c in g)) for g in groups]),
        ("points", _POINTS, [_total(g) for g in groups]),
    ):
        if found := pattern.search(bare):
            written = french(found[1])
            counted = next((f for f in figures if f == written), figures[0])
            out.append(Sum(sheet, row.number, shorten(text, 60, placeholder="…"), written, counted, what))
    return out


def _summary(sheet: str, row: Row, criteria: Sequence[GridCriterion]) -> list[Sum]:
    """A line of a summary: a department or « Total », then figures, one of which should be its points."""
    label = _label(row)
    figures = [Decimal(c.text) for c in row.cells if c and c.kind == "number" and not c.filled]
    if not label or not figures:
        return []
    if TOTAL.match(plain(label)):
        group: list[GridCriterion] = list(criteria)
    else:
        group = [
            c for c in criteria if folded(label) in (folded(c.department or ""), folded(c.poste or ""), folded(c.sheet))
        ]
    if not group:
        return []
    total = _total(group)
    if total in figures:
        return [Sum(sheet, row.number, label, total, total)]
    if Decimal(len(group)) in figures and len(figures) == 1:
        return [Sum(sheet, row.number, label, figures[0], figures[0], "criteria")]
    return [Sum(sheet, row.number, label, max(figures), total)]


def _total(criteria: Iterable[GridCriterion]) -> Decimal:
    return sum((c.points for c in criteria if c.points is not None), Decimal(0))


def _sum(readings: Sequence[RowRead], after: int, before: int) -> Decimal:
    counted = (r for r in readings if after < r.row < before and not r.continues)
    return sum((r.points for r in counted if r.points is not None), Decimal(0))


def _label(row: Row) -> str:
    return next((c.text for c in row.cells if c and c.text and c.kind == "text"), "")[:60]
