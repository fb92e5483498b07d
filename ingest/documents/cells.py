"""What a workbook is once it is read: sheets of rows of cells, whatever the format of the file.

Guarantee: nothing here interprets; a cell says what it held, how it was written, and what surrounds it (merged, hidden,
coloured, commented).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

WorkbookKind = Literal["xlsx", "csv", "ods"]
CellKind = Literal["text", "number", "percent", "date", "bool", "error", "formula"]
"""`percent` holds the figure before the sign (65 for 65 %); `formula` is one whose value was never stored."""


class Cell(NamedTuple):
    """One cell. `filled` is True when it repeats the merged cell that covers it."""

    text: str
    kind: CellKind = "text"
    filled: bool = False
    computed: bool = False
    fill: str | None = None
    """Background, `RRGGBB` or `theme:N`: some grids mark what is mandatory by colour alone."""
    comment: str = ""
    """What is pinned to the cell."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something; `number` is the one that the spreadsheet shows."""

    number: int
    cells: tuple[Cell | None, ...]
    hidden: bool = False

    def cell(self, column: int) -> Cell | None:
        """The cell of a column (from 0), None when it is empty."""
        return self.cells[column] if column < len(self.cells) else None

    def text(self, column: int) -> str:
        """Text of a column, empty when there is none."""
        found = self.cell(column)
        return found.text if found else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows without the blank ones, and which columns (from 0) are hidden."""

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False
    hidden_columns: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """Number of columns."""
        return max((len(r.cells) for r in self.rows), default=0)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file of sheets; a CSV file has one, without a name."""

    kind: WorkbookKind
    sheets: tuple[Sheet, ...]
