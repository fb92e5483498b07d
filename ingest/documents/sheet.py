"""Workbooks (XLSX) and CSV → document tree: one heading a sheet, one table with its headers.

Guarantee: figures are written as a French reader sees them (« 1 234,5 », « 65 % », « 31/12/2026 »), whole; merged
headers stand over every column that they cover; hidden sheets, rows and columns are left out and reported.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from typing import Any

from ingest.documents.archive import checked_zip
from ingest.documents.encoding import decode
from ingest.documents.remarks import hidden_note
from ingest.documents.tables import MAX_CELLS, table_text
from ingest.documents.tree import Block, Document
from ingest.errors import ClapvertError, ErrorCode

_SEPARATORS = ";\t,|"


def read_csv(data: bytes) -> Document:
    """Read a CSV file, whatever its encoding and separator; cells are kept as written."""
    text = decode(data)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=False))
    except csv.Error as exc:
        raise ClapvertError(ErrorCode.DOCUMENT_DAMAGED, f"Le fichier CSV ne se lit pas : {exc}.") from exc
    _bounded(sum(len(r) for r in rows))
    rows = [r for r in rows if any(c.strip() for c in r)]
    title, rows = _title_row(rows)
    return Document(title, _blocks(title, rows, _header_count(rows)))


def read_xlsx(data: bytes) -> Document:
    """Read a workbook: the values last computed, not the formulas."""
    checked_zip(data)
    import openpyxl  # loads numpy: only for workbooks

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, SyntaxError, IndexError) as exc:
        raise ClapvertError(ErrorCode.DOCUMENT_DAMAGED, "Le classeur est abîmé ou incomplet.") from exc
    blocks: list[Block] = []
    notes: list[str] = []
    hidden: list[str] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            notes.append(f"Feuille masquée non lue : « {sheet.title} ».")
            continue
        rows, merged = _sheet_rows(sheet, hidden)
        title, rows = _title_row(rows)
        found = _blocks(title, rows, max(_header_count(rows), merged))
        if found:
            blocks += [Block("heading", sheet.title, 2), *found]
    return Document(
        book.properties.title or None,
        tuple(blocks),
        notes=(*notes, *hidden_note(hidden, " (lignes ou colonnes masquées)")),
    )


def _sheet_rows(sheet: Any, hidden: list[str]) -> tuple[list[list[str]], int]:
    """The visible rows of a sheet, merged cells spread out, and how many rows at the top a merged header takes."""
    _bounded((sheet.max_row or 0) * min(sheet.max_column or 0, 300) if sheet.max_row and sheet.max_row < 10**6 else 0)
    spread: dict[tuple[int, int], Any] = {}
    top = 0
    for area in sheet.merged_cells.ranges:
        first = sheet.cell(area.min_row, area.min_col)
        _bounded(area.size["rows"] * area.size["columns"])
        if area.min_row <= 3 and area.max_col > area.min_col and area.size["columns"] < (sheet.max_column or 0):
            top = max(top, area.max_row + 1)
        for row in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, area.max_col + 1):
                spread[row, column] = first
    columns = {
        i for key, d in sheet.column_dimensions.items() if d.hidden for i in range(d.min or 0, (d.max or 0) + 1) if key
    }
    out: list[list[str]] = []
    count = 0
    for cells in sheet.iter_rows(max_col=min(sheet.max_column or 1, 300)):
        line = [_value(spread.get((c.row, c.column), c)) for c in cells]
        count += len(line)
        _bounded(count)
        if cells and sheet.row_dimensions[cells[0].row].hidden:
            hidden += [x for x in line if x]
            continue
        hidden += [x for c, x in zip(cells, line, strict=True) if c.column in columns and x]
        line = [x for c, x in zip(cells, line, strict=True) if c.column not in columns]
        if any(line):
            out.append(line)
    return out, top


def _value(cell: Any) -> str:
    """A cell as a French reader sees it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, (int, float)):
        form = str(cell.number_format or "")
        if "%" in form:
            return f"{french_number(round(value * 100, 6))} %"
        text = french_number(value, "#,##" in form or "# ##" in form)
        return f"{text} €" if "€" in form or "EUR" in form else text
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    if isinstance(value, dt.datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y")
    return str(value).strip()


def french_number(value: float, grouped: bool = False) -> str:
    """`28000.5` → « 28 000,5 »; whole, without the noise of binary fractions. Four figures stand together (a year is
    one), unless the cell groups them."""
    text = f"{value:,.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    whole, _, part = text.partition(".")
    sign = " " if grouped or abs(value) >= 10_000 else ""
    return whole.replace(",", sign) + (f",{part}" if part else "")


def separator(text: str) -> str:
    """The separator that cuts the first lines most evenly: a comma inside French figures does not."""
    lines = [line for line in text.splitlines()[:40] if line.strip()]
    best, score = ";", (0, 0)
    for sign in _SEPARATORS:
        counts = [len(row) for row in csv.reader(lines, delimiter=sign)] or [1]
        width = max(set(counts), key=counts.count)
        if width > 1 and (counts.count(width), width) > score:
            best, score = sign, (counts.count(width), width)
    return best


def _title_row(rows: list[list[str]]) -> tuple[str | None, list[list[str]]]:
    """A first row that says one thing only is the caption of the table."""
    if len(rows) > 2 and len(set(filter(None, rows[0]))) == 1 and len(set(filter(None, rows[1]))) > 1:
        return next(filter(None, rows[0])), rows[1:]
    return None, rows


def _header_count(rows: list[list[str]]) -> int:
    """One row of header when it holds words and no figure."""
    if len(rows) < 2 or any(re.fullmatch(r"[-+\d\s.,%€/]+", c) for c in rows[0] if c.strip()):
        return 0
    return 1


def _blocks(caption: str | None, rows: list[list[str]], headers: int) -> tuple[Block, ...]:
    text = table_text(rows, min(headers, max(len(rows) - 1, 0)), caption or "")
    return (Block("table", text),) if text else ()


def _bounded(cells: int) -> None:
    if cells > MAX_CELLS:
        raise ClapvertError(
            ErrorCode.DOCUMENT_TOO_BIG, f"Le tableau dépasse {MAX_CELLS} cellules.", "Découpez-le et recommencez."
        )
