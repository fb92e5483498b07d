"""From an uploaded workbook to the grid of a project, in two steps: a plan that a person can correct, then the grid.

Guarantee: the file is parsed in a child process (`ingest.documents.sandbox`); nothing is imported that the plan did not
show: which sheet, where the header is, which column is what and why, and what was left out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from assistant.label.grid.columns import ColumnGuess, guess_columns, guessed_mapping
from assistant.label.grid.grid import built
from assistant.label.grid.mapping import ColumnMapping, MappingMemory
from assistant.label.grid.matching import doubted
from assistant.label.grid.table import Table, choose_sheet, read_table, sheet_ranks
from assistant.label.projects.projects import Grid
from ingest.corpus.criteria import Framework
from ingest.documents.sandbox import read_workbook_safely
from ingest.documents.workbook import Workbook
from ingest.errors import ClapvertError, ErrorCode

MAX_BYTES = 10_000_000
"""A grid is a few hundred kilobytes."""
_PREVIEWED = 8

Reader = Callable[[bytes, str], Workbook]


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """A sheet of the workbook. `chosen`: the one read; `header_found`: whether one like a grid's was seen."""

    name: str
    rows: int
    hidden: bool
    chosen: bool
    header_found: bool


@dataclass(frozen=True, slots=True)
class Fill:
    """A background shared by some rows: a colour that may mean « obligatoire ». Never assumed."""

    fill: str
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a workbook would be read. `mapping` is the remembered one, else the guess."""

    file_name: str
    sha256: str
    kind: str
    sheets: tuple[SheetChoice, ...]
    table: Table
    columns: tuple[ColumnGuess, ...]
    mapping: ColumnMapping
    remembered: bool
    preview: tuple[tuple[str, ...], ...]
    fills: tuple[Fill, ...]


def plan_import(
    data: bytes, name: str, sheet: str | None = None, header_rows: tuple[int, int] | None = None,
    memory: MappingMemory | None = None, reader: Reader = read_workbook_safely,
) -> Plan:  # fmt: skip
    """Read a workbook and propose how to take it; a `ClapvertError` when it cannot be a grid."""
    if len(data) > MAX_BYTES:
        raise ClapvertError(
            ErrorCode.GRID_TOO_BIG, f"Le fichier dépasse {MAX_BYTES // 1_000_000} Mo.",
            "Gardez la feuille de la grille seule, sans images, et recommencez.",
        )  # fmt: skip
    book = reader(data, name)
    chosen = choose_sheet(book, sheet)
    table = read_table(chosen, header_rows)
    columns = guess_columns(table)
    kept = memory.recall(table.signature) if memory else None
    if kept is not None and any(max(c) >= chosen.width for c in kept.columns().values()):
        kept = None
    width = min(max((len(r.cells) for r in table.rows), default=0), 100)
    return Plan(
        file_name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        kind=book.kind,
        sheets=tuple(
            SheetChoice(s.name, len(s.rows), s.hidden, s.name == chosen.name, rank > 0)
            for rank, s in sorted(sheet_ranks(book), key=lambda r: book.sheets.index(r[1]))
        ),
        table=table,
        columns=columns,
        mapping=kept or guessed_mapping(columns),
        remembered=kept is not None,
        preview=tuple(tuple(r.text(c) for c in range(width)) for r in table.rows[:_PREVIEWED]),
        fills=_fills(table, kept or guessed_mapping(columns)),
    )


def import_grid(
    plan: Plan, at: dt.datetime, mapping: ColumnMapping | None = None, memory: MappingMemory | None = None,
    framework: Framework | None = None,
) -> Grid:  # fmt: skip
    """The grid of a plan, read with the mapping that a person accepted (the plan's own by default), which is
    remembered once the grid reads well; a `ClapvertError` says which cell or column does not. With a framework, rows
    whose code is known under another title are marked as doubtful."""
    used = mapping or plan.mapping
    grid = built(plan.table, used, plan.kind, plan.file_name, plan.sha256, at)
    hidden = [s.name for s in plan.sheets if s.hidden and not s.chosen]
    remarks = list(grid.remarks)
    if hidden:
        remarks.append(f"Feuilles masquées non lues : {', '.join(f'« {n} »' for n in hidden)}.")
    if any(s.hidden and s.chosen for s in plan.sheets):
        remarks.append(f"La feuille lue, « {plan.table.sheet} », est masquée dans le classeur.")
    if memory:
        memory.remember(plan.table.signature, used)
    grid = grid.model_copy(update={"remarks": tuple(remarks)})
    return doubted(grid, framework) if framework else grid


def _fills(table: Table, mapping: ColumnMapping) -> tuple[Fill, ...]:
    """Backgrounds of some rows, not of most: on the cell of the code, else of the title."""
    column = mapping.code if mapping.code is not None else mapping.title
    if column is None:
        return ()
    cells = [(c.fill, c.text) for r in table.rows if (c := r.cell(column)) and c.text]
    counts = Counter(f for f, _ in cells if f)
    return tuple(
        Fill(fill, n, tuple(t[:40] for f, t in cells if f == fill)[:4])
        for fill, n in counts.most_common(6)
        if n <= len(cells) / 2
    )
