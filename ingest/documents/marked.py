"""A copy of a workbook with some of its cells marked: a colour, a comment that says what is wrong, and a sheet that
lists them with links.

Guarantee: an XLSX keeps its sheets, formulas and formats; a CSV or an ODS becomes an XLSX of the same cells at the same
addresses. It runs in the child process of `ingest.documents.sandbox`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest.documents.cells import Workbook
from ingest.documents.workbook import read_workbook

LISTED = "À corriger"
_RED = "FFC7CE"


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell (« F12 ») and what is wrong with it."""

    sheet: str
    at: str
    why: str


@dataclass(frozen=True, slots=True)
class Marked:
    """The bytes of the copy, as hexadecimal: what the child answers is text."""

    content: str


def marked_workbook(data: bytes, name: str, marks: Sequence[Mark]) -> Marked:
    """The copy of a workbook that can be read, marked; the `ClapvertError` of the reader when it cannot."""
    import openpyxl
    from openpyxl.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import quote_sheetname

    book = read_workbook(data, name)
    out: Any = openpyxl.load_workbook(io.BytesIO(data)) if book.kind == "xlsx" else _copied(book)
    listed = out.create_sheet(LISTED if LISTED not in out.sheetnames else None, 0)
    listed.append(["Feuille", "Cellule", "Ce qui ne va pas"])
    for cell in listed[1]:
        cell.font = Font(bold=True)
    for column, width in (("A", 28), ("B", 10), ("C", 90)):
        listed.column_dimensions[column].width = width
    for row, mark in enumerate(marks, 2):
        sheet = out[mark.sheet] if mark.sheet in out.sheetnames else out.worksheets[1]
        cell = sheet[mark.at]
        if isinstance(cell, MergedCell):
            cell = _first_of(sheet, mark.at)
        cell.fill = PatternFill("solid", fgColor=_RED)
        cell.comment = Comment(mark.why, "Clapvert")
        listed.append([sheet.title, mark.at, mark.why])
        link = listed.cell(row, 2)
        link.hyperlink = f"#{quote_sheetname(sheet.title)}!{mark.at}"
        link.font = Font(underline="single", color="0563C1")
    out.active = 0
    for sheet in out.worksheets:
        sheet.sheet_view.tabSelected = sheet is listed
    stream = io.BytesIO()
    out.save(stream)
    return Marked(stream.getvalue().hex())


def _first_of(sheet: Any, at: str) -> Any:
    """The cell that a merged one repeats."""
    area = next(r for r in sheet.merged_cells.ranges if at in r)
    return sheet.cell(area.min_row, area.min_col)


def _copied(book: Workbook) -> Any:
    import openpyxl

    out = openpyxl.Workbook()
    for n, sheet in enumerate(book.sheets):
        page: Any = out.active if n == 0 else out.create_sheet()
        page.title = (sheet.name or "Grille")[:31]
        for row in sheet.rows:
            for column, cell in enumerate(row.cells, 1):
                if cell is None or not cell.text or cell.filled:
                    continue
                there = page.cell(row.number, column)
                there.value = float(cell.text) if cell.kind == "number" else cell.text
                if cell.kind != "number":
                    there.data_type = "s"  # never a formula
    return out
