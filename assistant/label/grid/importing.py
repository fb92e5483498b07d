"""From an uploaded workbook to the grid of a project, in two steps: a plan that a person can correct, then the grid.

Guarantee: the file is parsed in a child process (`ingest.documents.sandbox`); nothing is imported that the account did
not show: which sheets, where their headers are, which column is what and why, what was left out, and what must be
decided first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.label.grid.account import Account
from assistant.label.grid.columns import ColumnGuess
from assistant.label.grid.grid import Origin, built
from assistant.label.grid.mapping import ColumnMapping, MappingMemory
from assistant.label.grid.sheets import Layout, Source, layouts_of
from assistant.label.grid.table import Table
from assistant.label.projects.projects import Grid
from ingest.documents.cells import Workbook
from ingest.documents.sandbox import read_workbook_safely
from ingest.errors import ClapvertError, ErrorCode

MAX_BYTES = 10_000_000
"""A grid is a few hundred kilobytes."""
_PREVIEWED = 8

Reader = Callable[[bytes, str], Workbook]


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """A sheet of the workbook, and whether it is read."""

    name: str
    rows: int
    hidden: bool
    chosen: bool
    why: str


@dataclass(frozen=True, slots=True)
class Fill:
    """A background shared by some rows: a colour that may mean « obligatoire ». Never assumed."""

    fill: str
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a workbook would be read: the layouts (sheets that share a header), the largest first, and the sheets
    left."""

    source: Source
    sheets: tuple[SheetChoice, ...]
    fills: tuple[Fill, ...]

    @property
    def file_name(self) -> str:
        """Name of the file."""
        return self.source.file_name

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """The layouts."""
        return self.source.layouts

    @property
    def table(self) -> Table:
        """The first table of the largest layout."""
        return self.layouts[0].tables[0]

    @property
    def columns(self) -> tuple[ColumnGuess, ...]:
        """The columns of the largest layout."""
        return self.layouts[0].columns

    @property
    def mapping(self) -> ColumnMapping:
        """How the largest layout is read."""
        return self.layouts[0].mapping

    @property
    def remembered(self) -> bool:
        """Whether that was remembered from an import before."""
        return self.layouts[0].remembered

    @property
    def rows(self) -> int:
        """Rows under the headers of all the sheets that are read."""
        return sum(x.rows for x in self.layouts)

    @property
    def preview(self) -> tuple[tuple[str, ...], ...]:
        """The first rows of the first table."""
        width = min(max((len(r.cells) for r in self.table.rows), default=0), 100)
        return tuple(tuple(r.text(c) for c in range(width)) for r in self.table.rows[:_PREVIEWED])

    def mapped(self, mappings: Mapping[str, ColumnMapping]) -> Plan:
        """The plan with what a person said of some headers, by their signature."""
        layouts = tuple(replace(x, mapping=mappings.get(x.signature, x.mapping)) for x in self.layouts)
        return replace(self, source=replace(self.source, layouts=layouts))


def plan_import(
    data: bytes, name: str, sheets: Sequence[str] = (), header_rows: tuple[int, int] | None = None,
    memory: MappingMemory | None = None, reader: Reader = read_workbook_safely,
) -> Plan:  # fmt: skip
    """Read a workbook and propose how to take it; a `ClapvertError` when it cannot be a grid."""
    if len(data) > MAX_BYTES:
        raise ClapvertError(
            ErrorCode.GRID_TOO_BIG, f"Le fichier dépasse {MAX_BYTES // 1_000_000} Mo.",
            "Gardez la feuille de la grille seule, sans images, et recommencez.",
        )  # fmt: skip
    book = reader(data, name)
    layouts, left = layouts_of(book, sheets, header_rows, memory.recall if memory else lambda _: None)
    why = {x.sheet.name: x.why for x in left}
    return Plan(
        source=Source(
            layouts, left, book.kind, name, hashlib.sha256(data).hexdigest(), tuple(s.name for s in book.sheets)
        ),
        sheets=tuple(
            SheetChoice(s.name, len(s.rows), s.hidden, s.name not in why, why.get(s.name, "")) for s in book.sheets
        ),
        fills=_fills(layouts[0]),
    )


def read_grid(plan: Plan, at: dt.datetime, departments: Origin = "auto") -> tuple[Grid, Account]:
    """The grid of a plan and its account; a `ClapvertError` says which cells or columns do not hold."""
    return built(plan.source, at, departments)


def _fills(layout: Layout) -> tuple[Fill, ...]:
    """Backgrounds of some rows, not of most: on the cell of the code, else of the title."""
    mapping = layout.mapping
    column = mapping.code if mapping.code is not None else mapping.title
    if column is None:
        return ()
    cells = [(c.fill, c.text) for t in layout.tables for r in t.rows if (c := r.cell(column)) and c.text]
    counts = Counter(f for f, _ in cells if f)
    return tuple(
        Fill(fill, n, tuple(t[:40] for f, t in cells if f == fill)[:4])
        for fill, n in counts.most_common(6)
        if n <= len(cells) / 2
    )
