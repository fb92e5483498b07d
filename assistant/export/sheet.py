"""Writes a table as CSV or XLSX, for spreadsheets.

Guarantee: no cell is ever a formula: in XLSX every text is typed as text; in CSV a text that a spreadsheet would
compute is preceded by an apostrophe. Numbers and dates stay numbers and dates. Equal tables give equal bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from assistant.export.archive import dated
from assistant.export.document import clean

Cell = str | int | float | dt.date | None
_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_bytes(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file as French spreadsheets open it: UTF-8 with its mark, semicolons, decimal commas, ISO dates."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_csv_cell(t) for t in titles])
    writer.writerows([_csv_cell(c) for c in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx_bytes(
    name: str, titles: Sequence[str], rows: Iterable[Sequence[Cell]], date: dt.date, widths: Sequence[int] = ()
) -> bytes:
    """A workbook of one sheet, its header row frozen. `date`: the day written in its properties; `widths` in
    characters."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = clean(name).translate(str.maketrans("[]:*?/\\", "       "))[:31].strip() or "Feuille"
    fill_sheet(sheet, titles, rows, widths)
    return workbook_bytes(book, date)


def fill_sheet(
    sheet: Worksheet, titles: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int] = ()
) -> None:
    """Write a header row, frozen, and rows under it."""
    for row, values in enumerate([titles, *rows], 1):
        for column, value in enumerate(values, 1):
            put(sheet, row, column, value)
    for column in range(1, len(titles) + 1):
        cell = sheet.cell(1, column)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EEF3F0")
        width = widths[column - 1] if column <= len(widths) else 24
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    if sheet.max_row > 1:
        sheet.auto_filter.ref = sheet.dimensions


def put(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    """Write one cell; a text is a text, whatever it starts with."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = clean(value)[:32767]
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    else:
        cell.value = value


def workbook_bytes(book: openpyxl.Workbook, date: dt.date) -> bytes:
    """The file of a workbook, dated by `date` and not by the clock."""
    moment = dt.datetime.combine(date, dt.time(12))
    book.properties.creator = "Clapvert"
    book.properties.title = clean(book.properties.title or "") or None
    book.properties.created = moment
    raw = io.BytesIO()
    book.save(raw)
    written = book.properties.modified  # openpyxl writes the instant of the saving
    stamps = {f"{written:%Y-%m-%dT%H:%M:%SZ}".encode(): f"{moment.isoformat()}Z".encode()} if written else {}
    return dated(raw.getvalue(), date, stamps)


def _csv_cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        return str(value).replace(".", ",")
    if isinstance(value, dt.date):
        return value.isoformat()
    text = clean(value)
    return f"'{text}" if text.startswith(_COMPUTED) else text
