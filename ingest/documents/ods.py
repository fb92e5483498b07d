"""LibreOffice workbooks (ODS) as cells.

Guarantee: as in `workbook.py`: what is hidden is read and marked, merged cells repeat and say so, a formula without a
stored value is no number, a number has the digits that the file holds. It runs in the child process of
`ingest.documents.sandbox`, on an archive that `workbook_check` let through."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as ET

from ingest.documents.cells import Cell, CellKind, Row, Sheet
from ingest.documents.workbook_check import MAX_COLUMNS, MAX_ROWS, too_big
from ingest.errors import ClapvertError, ErrorCode

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_NUMBERS = {"float": "number", "currency": "number", "percentage": "percent"}


def ods_sheets(data: bytes) -> Iterator[Sheet]:
    """The sheets of a checked ODS."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("content.xml")
    try:
        root = ET.fromstring(content)  # noqa: S314 - entities were refused, in a child process
    except ET.ParseError as exc:
        raise ClapvertError(
            ErrorCode.DOCUMENT_DAMAGED,
            "Le classeur est abîmé ou incomplet.",
            "Ouvrez-le dans un tableur et enregistrez-le de nouveau.",
        ) from exc
    fills, hidden = _styles(root)
    for table in root.iter(f"{_TABLE}table"):
        yield _sheet(table, fills, table.get(f"{_TABLE}style-name", "") in hidden)


def _styles(root: ET.Element) -> tuple[dict[str, str], set[str]]:
    """Backgrounds of cell styles, and the styles of hidden tables."""
    fills: dict[str, str] = {}
    hidden: set[str] = set()
    for style in root.iter(f"{_STYLE}style"):
        name = style.get(f"{_STYLE}name", "")
        for part in style:
            colour = part.get(f"{_FO}background-color", "")
            if re.fullmatch(r"#[0-9A-Fa-f]{6}", colour) and colour.lower() != "#ffffff":
                fills[name] = colour[1:].upper()
            if part.get(f"{_TABLE}display") == "false":
                hidden.add(name)
    return fills, hidden


def _sheet(table: ET.Element, fills: dict[str, str], hidden: bool) -> Sheet:
    rows: list[Row] = []
    spans: dict[int, tuple[int, Cell]] = {}
    number = 0
    for line in table.iter(f"{_TABLE}table-row"):
        repeat = _count(line, "number-rows-repeated")
        cells = _cells(line, fills, spans)
        shown = line.get(f"{_TABLE}visibility", "visible") == "visible"
        if any(c and c.text for c in cells):
            if number + repeat > MAX_ROWS:
                raise too_big()
            rows += [Row(number + n, tuple(cells), not shown) for n in range(1, repeat + 1)]
        number += repeat
    return Sheet(table.get(f"{_TABLE}name", ""), tuple(rows), hidden, _hidden_columns(table, rows))


def _cells(line: ET.Element, fills: dict[str, str], spans: dict[int, tuple[int, Cell]]) -> list[Cell | None]:
    """The cells of a row; `spans` holds, by column, what a merged cell above still covers."""
    out: list[Cell | None] = []
    for node in line:
        if node.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        covered = node.tag.endswith("covered-table-cell")
        cell = None if covered else _cell(node, fills)
        wide, tall = _count(node, "number-columns-spanned"), _count(node, "number-rows-spanned")
        for _ in range(min(_count(node, "number-columns-repeated"), MAX_COLUMNS + 1 - len(out))):
            column = len(out)
            left, above = spans.get(column, (0, Cell("")))
            if covered and left:
                out.append(above)
                spans[column] = (left - 1, above)
            else:
                out.append(cell)
            if cell is not None and not covered and (wide > 1 or tall > 1):
                filled = cell._replace(filled=True, comment="")
                for at in range(column, column + min(wide, MAX_COLUMNS)):
                    spans[at] = (tall - 1 if at == column else tall, filled)
    if len(out) > MAX_COLUMNS and any(c and c.text for c in out[MAX_COLUMNS:]):
        raise too_big()
    while out and out[-1] is None:
        out.pop()
    return out[:MAX_COLUMNS]


def _cell(node: ET.Element, fills: dict[str, str]) -> Cell | None:
    fill = fills.get(node.get(f"{_TABLE}style-name", ""))
    notes = [_said(n) for n in node.iter(f"{_OFFICE}annotation")]
    computed = node.get(f"{_TABLE}formula") is not None
    text, kind = _value(node)
    if computed and not text:
        kind = "formula"
    if not text and not computed and not fill and not any(notes):
        return None
    return Cell(text, kind, False, computed, fill, " ".join(n for n in notes if n))


def _value(node: ET.Element) -> tuple[str, CellKind]:
    kind = node.get(f"{_OFFICE}value-type", "string")
    shown = " ".join(_said(p) for p in node.findall(f"{_TEXT}p"))
    if kind in _NUMBERS:
        try:
            exact = Decimal(f"{float(node.get(f'{_OFFICE}value', '')):.15g}")
        except (ValueError, InvalidOperation):
            return shown, "error"
        if not exact.is_finite():
            return shown, "error"
        if kind == "percentage":
            return format((exact * 100).normalize(), "f"), "percent"
        return format(exact, "f"), "number"
    if kind == "boolean":
        return ("oui" if node.get(f"{_OFFICE}boolean-value") == "true" else "non"), "bool"
    if kind in ("date", "time"):
        return shown, "date"
    return (shown, "error") if shown.startswith("#") and shown.isupper() else (shown, "text")


def _said(node: ET.Element) -> str:
    return re.sub(r"\s+", " ", "".join(node.itertext())).strip()


def _count(node: ET.Element, name: str) -> int:
    value = node.get(f"{_TABLE}{name}", "1")
    return max(1, int(value)) if value.isdigit() and len(value) < 9 else 1


def _hidden_columns(table: ET.Element, rows: list[Row]) -> tuple[int, ...]:
    width = max((len(r.cells) for r in rows), default=0)
    out: list[int] = []
    at = 0
    for column in table.iter(f"{_TABLE}table-column"):
        repeat = _count(column, "number-columns-repeated")
        if column.get(f"{_TABLE}visibility", "visible") != "visible":
            out += range(at, min(at + repeat, width))
        at += repeat
    return tuple(c for c in out if c < width)
