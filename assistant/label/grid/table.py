"""A sheet → the table of its grid: where the header stands, what each column is called, which rows are its body.

Guarantee: titles above the header and blank rows change nothing; a header on several rows, merged or not, gives each
column its whole name (« Barème / Points »); every row left out (totals, section titles, repeated headers) is told with
its reason and number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.label.grid.words import header_role, plain
from ingest.documents.cells import Row, Sheet
from ingest.errors import ClapvertError, ErrorCode

CODE = re.compile(r"^(?:[^\W\d_]{1,5}[ ._-]?\d{1,3}(?:[.-]\d{1,2})?[a-z]?|\d{1,2}\.\d{1,2})$")
"""A code on its own: A1, D-12, RÉG-03, 2.3."""
LEADING = re.compile(r"^\s*((?:[A-ZÉÈ]{1,5}[ ._-]?\d{1,3}(?:[.-]\d{1,2})?|\d{1,2}\.\d{1,2}))\s*[.:)–—-]*\s+(?=\S)")
"""A code at the head of a title: « A1 - Nommer un référent »."""
_SEARCHED = 60
"""Rows in which a header is looked for."""
_TALL = 3
TOTAL = re.compile(r"^(?:sous )?tota(?:l|ux)\b|^score\b|^cumul\b|^somme\b|^resultat\b")
_FIGURE = re.compile(r"^\d[\d\s.,]*(?:%|pts?|points?)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """Rows of the header (numbers as shown by the spreadsheet) and the name of each column."""

    first: int
    last: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The body of a grid under its header. `sections` gives, by row number, the section title above it."""

    sheet: str
    header: Header
    rows: tuple[Row, ...]
    totals: tuple[Row, ...]
    sections: dict[int, str]
    titles: tuple[tuple[int, str], ...]
    """Rows read as section titles: number and text."""
    repeated: tuple[int, ...]
    """Rows where the header was printed again."""
    hidden_rows: tuple[int, ...]
    hidden_columns: tuple[int, ...]
    above: tuple[Row, ...] = ()
    """Rows above the header: titles, names, instructions."""
    title_columns: dict[int, int] = field(default_factory=dict)
    """Column of each section title by row number; not those that are merged over several."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return max([len(self.header.names), *(len(r.cells) for r in self.rows)])

    @property
    def signature(self) -> str:
        """Key of a header, without case, accents or punctuation: the same workbook filled in again has it too."""
        return hashlib.sha256("|".join(plain(n) for n in self.header.names).encode()).hexdigest()[:32]


def read_table(sheet: Sheet, header_rows: tuple[int, int] | None = None) -> Table:
    """The grid of a sheet; `header_rows` (first and last row number) when a person showed where the header is."""
    if not sheet.rows:
        raise ClapvertError(
            ErrorCode.GRID_EMPTY, f"La feuille « {sheet.name} » est vide.", "Choisissez une autre feuille du classeur."
        )
    header = find_header(sheet) if header_rows is None else _header(sheet, *header_rows)
    if header is None:
        raise ClapvertError(
            ErrorCode.GRID_NO_HEADER,
            f"Aucune ligne d'en-tête reconnue{f' dans « {sheet.name} »' if sheet.name else ''} : il faut au moins une "
            "colonne de codes ou d'intitulés et une autre.",
            "Choisissez la feuille de la grille, ou indiquez la ligne où les colonnes sont nommées.",
        )
    rows: list[Row] = []
    totals: list[Row] = []
    sections: dict[int, str] = {}
    repeated: list[int] = []
    titles: list[tuple[int, str]] = []
    columns: dict[int, int] = {}
    section = ""
    names = [plain(n) for n in header.names]
    for row in sheet.rows:
        if row.number <= header.last:
            continue
        texts = [c.text for c in row.cells if c and c.text]
        if not texts:
            continue
        if sum(plain(c.text) in names for c in row.cells if c and c.text) >= max(2, len(texts) - 1):
            repeated.append(row.number)
        elif any(TOTAL.match(plain(t)) for t in texts[:3]):
            totals.append(row)
        elif _is_section(row, texts, len(names)):
            section = texts[0]
            titles.append((row.number, section))
            if not any(c and c.filled for c in row.cells):
                columns[row.number] = next(i for i, c in enumerate(row.cells) if c and c.text)
        else:
            rows.append(row)
            if section:
                sections[row.number] = section
    return Table(
        sheet.name, header, tuple(rows), tuple(totals), sections, tuple(titles), tuple(repeated),
        tuple(r.number for r in rows if r.hidden), sheet.hidden_columns,
        tuple(r for r in sheet.rows if r.number < header.first), columns,
    )  # fmt: skip


def _is_section(row: Row, texts: Sequence[str], width: int) -> bool:
    """One text alone, in a table wide enough for a criterion to say more, or written as titles are."""
    if len(set(texts)) > 1 or _FIGURE.match(texts[0]) or CODE.match(texts[0]) or LEADING.match(texts[0]):
        return False
    return width > 2 or texts[0].isupper() or any(c and c.filled for c in row.cells)


def find_header(sheet: Sheet) -> Header | None:
    """The header of a sheet: the rows that name the most columns in words that grids use, the fewest rows of those."""
    best: tuple[tuple[int, int, int], Header] | None = None
    for at in range(min(len(sheet.rows), _SEARCHED)):
        for height in range(1, _TALL + 1):
            block = sheet.rows[at : at + height]
            if len(block) < height or any(_is_body(r) for r in block):
                break
            if block[-1].number - block[0].number != height - 1:
                break  # a blank row ends a header
            header = _joined(_whole(sheet.rows, at, at + height - 1), sheet.width)
            found = _roles(header.names)
            if len(found) < 2 or not found & {"code", "title"}:
                continue
            key = (len(found), -height, -at)
            if best is None or key > best[0]:
                best = (key, header)
    return best[1] if best else None


def _whole(rows: Sequence[Row], first: int, last: int) -> Sequence[Row]:
    """The header with the rows above and below that its merged cells reach into."""
    while first > 0 and last - first < 2 * _TALL and _joins(rows[first - 1], rows[first]):
        first -= 1
    while last + 1 < len(rows) and last - first < 2 * _TALL and _joins(rows[last], rows[last + 1]):
        last += 1
    return rows[first : last + 1]


def _joins(above: Row, below: Row) -> bool:
    """Whether a merged cell covers both rows."""
    return below.number - above.number == 1 and any(
        c and c.filled and c.text and c.text == above.text(i) for i, c in enumerate(below.cells)
    )


def _header(sheet: Sheet, first: int, last: int) -> Header:
    block = [r for r in sheet.rows if first <= r.number <= last]
    if not block or last - first >= 10:
        raise ClapvertError(
            ErrorCode.GRID_NO_HEADER,
            f"Rien ne nomme les colonnes entre les lignes {first} et {last}.",
            "Indiquez les lignes où les colonnes sont nommées.",
        )
    joined = _joined(block, sheet.width)
    return Header(first, last, joined.names)


def _joined(block: Sequence[Row], width: int) -> Header:
    names = []
    for column in range(width):
        words = dict.fromkeys(t for r in block if (t := r.text(column)))
        names.append(" / ".join(words))
    return Header(block[0].number, block[-1].number, tuple(names))


def _is_body(row: Row) -> bool:
    """Figures of their own are no header (« Niveau 1 » is text)."""
    return any(c and c.text and (c.kind in ("number", "percent") or _FIGURE.match(c.text)) for c in row.cells)


def _roles(names: Sequence[str]) -> set[str]:
    return {role for n in names if (role := header_role(n)) is not None}
