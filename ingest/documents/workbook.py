"""Workbooks (XLSX, ODS) and CSV as cells, for readers that need rows and columns (`sheet.py` gives text to cite
instead).

Guarantee: nothing is left out in silence. Hidden rows, columns and sheets are read and marked; a merged cell repeats
in all that it covers and every repetition is marked, so that its points are counted once; a number is written with
the digits that the cell holds (15 significant, as spreadsheets do), and a formula that has no stored value is no
number. What cannot be checked (macros, values of other workbooks, XML entities) is refused before it is parsed.
It runs in the child process of `ingest.documents.sandbox`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ingest.documents.cells import Cell, CellKind, Row, Sheet, Workbook
from ingest.documents.encoding import decode
from ingest.documents.ods import ods_sheets
from ingest.documents.sheet import separator
from ingest.documents.workbook_check import MAX_COLUMNS, MAX_ROWS, checked_workbook, has_formulas, too_big
from ingest.errors import ClapvertError, ErrorCode


def read_workbook(data: bytes, name: str) -> Workbook:
    """Read a workbook or a CSV file by its bytes; a `ClapvertError` names what is wrong with it."""
    kind = checked_workbook(data, name)
    if kind == "csv":
        return Workbook("csv", (_csv(data),))
    return Workbook(kind, tuple(_xlsx(data) if kind == "xlsx" else ods_sheets(data)))


def _csv(data: bytes) -> Sheet:
    text = decode(data)
    sign = separator(text)
    if match := re.match(r"sep=(.)\r?\n", text):  # what Excel writes for itself
        sign, text = match[1], "\n" + text[match.end() :]
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        for number, line in enumerate(reader, 1):
            if number > MAX_ROWS or len(line) > MAX_COLUMNS:
                raise too_big()
            cells = tuple(Cell(c) if c else None for c in (_line(x) for x in line))
            if any(cells):
                rows.append(Row(number, cells))
    except csv.Error as exc:
        raise ClapvertError(
            ErrorCode.DOCUMENT_DAMAGED,
            f"Le CSV ne se lit pas à la ligne {reader.line_num} : un guillemet n'est pas fermé ou est mal placé.",
            "Ouvrez-le dans un tableur et enregistrez-le de nouveau.",
        ) from exc
    return Sheet("", tuple(rows))


def _xlsx(data: bytes) -> Iterator[Sheet]:
    import openpyxl  # loads numpy: only for workbooks

    def load(values: bool) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return openpyxl.load_workbook(io.BytesIO(data), data_only=values, keep_links=False)
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, SyntaxError, IndexError) as exc:
            raise ClapvertError(
                ErrorCode.DOCUMENT_DAMAGED,
                "Le classeur est abîmé ou incomplet.",
                "Ouvrez-le dans un tableur et enregistrez-le de nouveau au format .xlsx.",
            ) from exc

    values = load(True)
    formulas = load(False) if has_formulas(data) else None
    for sheet in values.worksheets:
        written = _held(formulas[sheet.title]) if formulas else {}
        computed = {at for at, c in written.items() if c.data_type == "f"}
        yield _sheet(sheet, computed)


def _held(sheet: Any) -> dict[tuple[int, int], Any]:
    """The cells that the file holds, by row and column from 1; going through all the places between them would make
    millions of blank ones when a single cell far below is styled."""
    held: dict[tuple[int, int], Any] = sheet._cells
    if any(c.value is not None for (row, _), c in held.items() if row > MAX_ROWS):
        raise too_big()
    return {at: c for at, c in held.items() if at[0] <= MAX_ROWS and at[1] <= MAX_COLUMNS}


def _sheet(sheet: Any, computed: set[tuple[int, int]]) -> Sheet:
    source = _held(sheet)
    for area in sheet.merged_cells.ranges:
        first = sheet.cell(area.min_row, area.min_col)
        for row in range(area.min_row, min(area.max_row, MAX_ROWS) + 1):
            for column in range(area.min_col, min(area.max_col, MAX_COLUMNS) + 1):
                source[row, column] = first
    lines: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in source.items():
        at = (cell.row, cell.column)
        if read := _cell(cell, filled=at != (row, column), computed=at in computed):
            lines.setdefault(row, {})[column] = read
    rows = tuple(
        Row(number, tuple(line.get(c) for c in range(1, max(line) + 1)), bool(sheet.row_dimensions[number].hidden))
        for number, line in sorted(lines.items())
        if any(c.text for c in line.values())
    )
    columns = {i - 1 for d in sheet.column_dimensions.values() if d.hidden for i in range(d.min or 1, (d.max or 0) + 1)}
    width = max((len(r.cells) for r in rows), default=0)
    return Sheet(str(sheet.title), rows, sheet.sheet_state != "visible", tuple(sorted(c for c in columns if c < width)))


def _cell(cell: Any, filled: bool, computed: bool) -> Cell | None:
    value, fill = cell.value, _fill(cell) if cell.has_style else None
    pinned = "" if filled or cell.comment is None else _line(str(cell.comment.text or ""))
    if value is None:
        if computed:
            return Cell("", "formula", filled, True, fill, pinned)
        return Cell("", "text", filled, False, fill, pinned) if fill or pinned else None
    text, kind = _value(value, cell.data_type, str(cell.number_format or ""))
    return Cell(text, kind, filled, computed, fill, pinned) if text or fill or pinned else None


def _value(value: Any, data_type: str, form: str) -> tuple[str, CellKind]:
    if data_type == "e":
        return str(value), "error"
    if isinstance(value, bool):
        return ("oui" if value else "non"), "bool"
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            return str(value), "error"
        percent = "%" in form and '"' not in form
        return _digits(value, form, percent), "percent" if percent else "number"
    if isinstance(value, dt.datetime):
        return value.strftime("%d/%m/%Y" if value.time() == dt.time() else "%d/%m/%Y %H:%M"), "date"
    if isinstance(value, (dt.date, dt.time)):
        return value.strftime("%d/%m/%Y" if isinstance(value, dt.date) else "%H:%M"), "date"
    return _line(str(value)), "text"


def _digits(value: float, form: str, percent: bool) -> str:
    """A number with the digits of its cell, point for decimals; a code shown as `1.10` keeps its zero."""
    exact = Decimal(f"{value:.15g}")
    if percent:
        exact = (exact * 100).normalize()
    if match := re.fullmatch(r"0\.(0{1,4})", form):
        shown = exact.quantize(Decimal(1).scaleb(-len(match[1])))
        if shown == exact:
            exact = shown
    return format(exact, "f")


def _fill(cell: Any) -> str | None:
    style = cell.fill
    if style is None or style.patternType != "solid":
        return None
    colour = style.fgColor
    if colour.type == "rgb" and isinstance(colour.rgb, str):
        return colour.rgb[-6:].upper() if colour.rgb[-6:].upper() != "FFFFFF" else None
    return f"theme:{colour.theme}" if colour.type == "theme" and colour.theme else None


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
