"""Which sheets of a workbook are the grid, and under which header each is read.

Guarantee: no sheet is left out in silence. Sheets with the same header are one layout, whose columns are recognised
once over all their rows; a sheet that is not read has its reason, and one that could hold criteria is a doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.label.grid.columns import ColumnGuess, guess_columns, guessed_mapping
from assistant.label.grid.mapping import ColumnMapping
from assistant.label.grid.table import CODE, Table, read_table
from assistant.label.grid.words import plain
from assistant.label.score.points import some
from ingest.documents.cells import Sheet, Workbook
from ingest.errors import ClapvertError, ErrorCode

_GENERIC = re.compile(r"^(?:feuil|feuille|sheet|onglet|page|tableau|grille)? ?\d*$")
_LEAST_CODED = 3
"""Rows with a code that make a sheet without a header suspect; one is enough when it has a number too."""

Recall = Callable[[str], ColumnMapping | None]


@dataclass(frozen=True, slots=True)
class Layout:
    """The sheets that share a header: their tables, their columns and what each column is."""

    signature: str
    tables: tuple[Table, ...]
    columns: tuple[ColumnGuess, ...]
    mapping: ColumnMapping
    remembered: bool

    @property
    def is_grid(self) -> bool:
        """Whether its columns give criteria and points."""
        return bool(self.mapping.points) and (self.mapping.code is not None or self.mapping.title is not None)

    @property
    def rows(self) -> int:
        """Rows under the headers."""
        return sum(len(t.rows) for t in self.tables)


@dataclass(frozen=True, slots=True)
class Left:
    """A sheet that is not read. `suspect`: it could hold criteria, so a person decides."""

    sheet: Sheet
    why: str
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """What a grid is built from."""

    layouts: tuple[Layout, ...]
    left: tuple[Left, ...]
    kind: str
    file_name: str
    sha256: str
    order: tuple[str, ...]
    """Names of the sheets as the workbook orders them."""


def layouts_of(
    book: Workbook, wanted: Sequence[str], header_rows: tuple[int, int] | None, recall: Recall
) -> tuple[tuple[Layout, ...], tuple[Left, ...]]:
    """The layouts to read, the largest first, and the sheets left out. `wanted`: sheets that a person chose, by name;
    empty: those that look like the grid's. Raises `GRID_EMPTY` or `GRID_NO_HEADER` when nothing can be read."""
    _all_there(book, wanted)
    tables: dict[str, list[Table]] = {}
    left: list[Left] = []
    for sheet in book.sheets:
        if wanted and sheet.name not in wanted:
            why = "mise de côté par vous" if _readable(sheet) else _headless(sheet).why
            left.append(Left(sheet, why))
        elif not sheet.rows:
            left.append(Left(sheet, "vide"))
        elif sheet.hidden and not wanted:
            left.append(Left(sheet, "masquée dans le classeur", suspect=_readable(sheet)))
        else:
            try:
                table = read_table(sheet, header_rows)
                tables.setdefault(table.signature, []).append(table)
            except ClapvertError:
                if wanted or len(book.sheets) == 1:
                    raise
                left.append(_headless(sheet))
    found = sorted((_layout(s, t, recall) for s, t in tables.items()), key=lambda x: (not x.is_grid, -x.rows))
    if not found:
        raise _nothing(book)
    if wanted or not any(x.is_grid for x in found):
        return tuple(found), tuple(left)
    sheets = {s.name: s for s in book.sheets}
    for layout in (x for x in found if not x.is_grid):
        why = "pas de colonne de points" if not layout.mapping.points else "ni code ni intitulé"
        left += [Left(sheets[t.sheet], why, suspect=bool(t.rows)) for t in layout.tables]
    order = [s.name for s in book.sheets]
    return tuple(x for x in found if x.is_grid), tuple(sorted(left, key=lambda x: order.index(x.sheet.name)))


def are_departments(names: Sequence[str]) -> bool:
    """Whether the names of the sheets that are read tell their departments: several, none of them « Feuil1 »."""
    return len(names) > 1 and not any(_GENERIC.match(plain(n)) for n in names)


def _layout(signature: str, tables: list[Table], recall: Recall) -> Layout:
    merged = replace(tables[0], rows=tuple(r for t in tables for r in t.rows))
    columns = guess_columns(merged)
    kept = recall(signature)
    if kept is not None and any(max(c) >= merged.width for c in kept.columns().values()):
        kept = None
    return Layout(signature, tuple(tables), columns, kept or guessed_mapping(columns), kept is not None)


def _readable(sheet: Sheet) -> bool:
    try:
        return bool(read_table(sheet).rows)
    except ClapvertError:
        return False


def _headless(sheet: Sheet) -> Left:
    coded = [
        row
        for row in sheet.rows
        if sum(bool(c and c.text) for c in row.cells) > 1
        and any(c is not None and c.kind == "text" and CODE.match(c.text) for c in row.cells[:2])
    ]
    numbered = any(c is not None and c.kind in ("number", "percent") for row in coded for c in row.cells)
    if len(coded) >= _LEAST_CODED or numbered:
        told = some(len(coded), "ligne porte", "lignes portent")
        return Left(sheet, f"{told} un code, mais aucune ligne ne nomme les colonnes", suspect=True)
    return Left(sheet, "aucun en-tête de grille : mode d'emploi ou récapitulatif")


def _all_there(book: Workbook, wanted: Sequence[str]) -> None:
    there = [s.name for s in book.sheets]
    if missing := [name for name in wanted if name not in there]:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            f"Le classeur n'a pas de feuille « {missing[0]} ».",
            f"Ses feuilles : {', '.join(there)}.",
        )


def _nothing(book: Workbook) -> ClapvertError:
    if not any(s.rows for s in book.sheets):
        return ClapvertError(
            ErrorCode.GRID_EMPTY, "Aucune feuille ne contient de ligne.", "Choisissez le classeur de la grille."
        )
    return ClapvertError(
        ErrorCode.GRID_NO_HEADER,
        "Aucune ligne d'en-tête reconnue : il faut au moins une colonne de codes ou d'intitulés et une autre.",
        "Choisissez la feuille de la grille, ou indiquez la ligne où les colonnes sont nommées.",
    )
