"""The sheets of a plan → the criteria of a grid, each counted once, and the account of everything else.

Guarantee: every row is a criterion, a level or a continuation of one, a total, or set aside by name in the account.
Points are what the cells say, exactly; cells that are no points, two figures for one code, points shared by several
criteria and formulas without a value refuse the import with all their cells named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from assistant.label.grid.account import Account, Doubt, SheetAccount
from assistant.label.grid.gather import Gathered, SheetRead, gathered
from assistant.label.grid.mapping import ColumnMapping
from assistant.label.grid.problems import BadCell, GridProblemError
from assistant.label.grid.remarks import about_grid, about_sheet, reading_doubts, rows_aside
from assistant.label.grid.rows import RowRead, RowReader
from assistant.label.grid.sheets import Source, are_departments
from assistant.label.grid.subtotals import Settled, settled
from assistant.label.grid.sums import announced, differences, totals
from assistant.label.grid.table import Table
from assistant.label.projects.projects import Grid, GridCriterion, Status
from ingest.errors import ClapvertError, ErrorCode

MAX_CRITERIA = 500
Origin = Literal["auto", "column", "sheet", "section", "none"]
"""Where departments are taken from."""


def built(source: Source, at: dt.datetime, departments: Origin = "auto") -> tuple[Grid, Account]:
    """The grid and its account; a `GridProblemError` with the cells to correct, else `GRID_NO_POINTS` or
    `GRID_EMPTY`."""
    tables = _in_order(source)
    readers: list[tuple[Table, ColumnMapping, RowReader]] = []
    sheets: list[SheetRead] = []
    sections: dict[str, dict[int, str]] = {}
    for table, mapping in tables:
        reader = RowReader(table, mapping.checked(table.width))
        found_rows = settled(reader.read()) if mapping.code is not None else Settled(reader.read())
        reader.aside += found_rows.aside
        reader.uncoded = found_rows.uncoded
        readers.append((table, mapping, reader))
        sections[table.sheet] = table.sections | found_rows.sections
        column = mapping.code if mapping.code is not None else mapping.title or 0
        sheets.append(SheetRead(table.sheet, column, found_rows.readings, None))
    origin = _origin(tables, sections, departments)
    for sheet in sheets:
        sheet.department = sheet.sheet if origin == "sheet" else None
    bad = [cell for _, _, reader in readers for cell in reader.bad]
    if len({p for _, _, reader in readers for p in reader.percents}) > 1 and not bad:
        bad = _mixed(readers)
    doubts: list[str] = []
    found = gathered(sheets, bad, doubts)
    if bad:
        raise GridProblemError(bad)
    criteria = tuple(_finished(c, origin, sections[c.sheet]) for c in found)
    total = sum((c.points for c in criteria if c.points is not None), Decimal(0))
    _checked(criteria, total)
    sums = [
        *(s for (t, m, _), read in zip(readers, sheets, strict=True) for s in totals(t, m, read.readings, total)),
        *announced(source, [t for t, _ in tables], criteria),
    ]
    remarks = [r for _, _, reader in readers for r in reader.remarks]
    remarks += [r for table, mapping, _ in readers for r in about_sheet(table, mapping)]
    remarks += about_grid(criteria, [m for _, m in tables], source)
    doubts += reading_doubts(source, criteria, readers, tables)
    doubts += differences(sums)
    remarks += doubts
    account = Account(
        sheets=_sheets(source, criteria, sheets),
        criteria=len(criteria),
        points=total,
        mandatory=None if all(c.mandatory is None for c in criteria) else sum(bool(c.mandatory) for c in criteria),
        answers=sum(c.answer is not None for c in criteria),
        to_clarify=sum(c.answer is Status.A_CLARIFIER for c in criteria),
        aside=rows_aside(tables, readers),
        sums=tuple(sums),
        doubts=tuple(Doubt(text) for text in dict.fromkeys(doubts)),
        remarks=tuple(dict.fromkeys(r for r in remarks if r not in doubts)),
    )
    grid = Grid(
        file_name=source.file_name, sha256=source.sha256, imported_at=at, mapping=_headings(tables), criteria=criteria,
        remarks=tuple(dict.fromkeys(remarks)),
    )  # fmt: skip
    return grid, account


def _in_order(source: Source) -> list[tuple[Table, ColumnMapping]]:
    found = [(table, layout.mapping) for layout in source.layouts for table in layout.tables]
    return sorted(found, key=lambda x: source.order.index(x[0].sheet))


def _origin(
    tables: Sequence[tuple[Table, ColumnMapping]], sections: Mapping[str, Mapping[int, str]], wanted: Origin
) -> Origin:
    """Where departments come from: a column when there is one, else the sheets' names, else the section titles."""
    if wanted != "auto":
        return wanted
    if are_departments([t.sheet for t, _ in tables]) and not all(m.department is not None for _, m in tables):
        return "sheet"
    if any(m.department is not None for _, m in tables):
        return "column"
    return "section" if any(sections.values()) else "none"


def _finished(criterion: Gathered, origin: Origin, sections: Mapping[int, str]) -> GridCriterion:
    r = criterion.first
    several = len(criterion.levels) > 1
    section = sections.get(r.row)
    department: str | None
    came: Literal["column", "sheet", "section"] = "column"
    if origin == "none":
        department = None
    elif origin == "section":
        department, came = section, "section"
    elif origin == "sheet":
        whole = r.department is None and len(criterion.departments) == 1
        department, came = " / ".join(criterion.departments) or None, "sheet" if whole else "column"
    else:
        department = " / ".join(criterion.departments) or None
    return GridCriterion(
        key=criterion.key,
        code=r.code,
        title=r.title or criterion.key,
        description=r.description,
        poste=r.poste or section or (criterion.sheet if origin == "sheet" else None),
        department=department,
        department_from=came,
        points=max(level.points for level in criterion.levels) if several else r.points,
        levels=tuple(criterion.levels) if several else (),
        obtained=r.obtained,
        answer=r.answer or _from_points(r),
        said=r.said,
        mandatory=r.mandatory,
        level=criterion.levels[0].name if len(criterion.levels) == 1 else None,
        evidence=" ; ".join(criterion.evidence) or None,
        comment=r.comment,
        sheet=criterion.sheet,
        row=r.row,
    )


def _from_points(r: RowRead) -> Status | None:
    """What the points already counted say, where the workbook has no answer."""
    if r.obtained is None or not r.points:
        return None
    return Status.FAIT if r.obtained == r.points else Status.EN_COURS if r.obtained else Status.A_FAIRE


def _checked(criteria: Sequence[GridCriterion], total: Decimal) -> None:
    if not criteria:
        raise ClapvertError(
            ErrorCode.GRID_EMPTY,
            "Aucun critère sous l'en-tête : la feuille n'a pas de ligne remplie.",
            "Choisissez la feuille de la grille, ou la ligne où les colonnes sont nommées.",
        )
    if len(criteria) > MAX_CRITERIA:
        raise ClapvertError(
            ErrorCode.GRID_TOO_BIG,
            f"Le classeur donne {len(criteria)} critères : plus de {MAX_CRITERIA}, ce n'est pas une grille.",
            "Choisissez une autre feuille, ou gardez la grille seule.",
        )
    if not total:
        raise ClapvertError(
            ErrorCode.GRID_NO_POINTS,
            "La colonne des points est vide ou nulle : il n'y a pas de barème à compter.",
            "Indiquez la colonne des points, ou enregistrez le classeur après calcul des formules.",
        )


def _mixed(readers: Sequence[tuple[Table, ColumnMapping, RowReader]]) -> list[BadCell]:
    why = "des pourcentages ici, des points sur une autre feuille"
    return [
        BadCell(t.sheet, m.points[0], t.header.last, t.header.names[m.points[0]], why)
        for t, m, reader in readers
        if True in reader.percents
    ]


def _sheets(source: Source, criteria: Sequence[GridCriterion], read: Sequence[SheetRead]) -> tuple[SheetAccount, ...]:
    out: dict[str, SheetAccount] = {}
    for left in source.left:
        sheet = left.sheet
        out[sheet.name] = SheetAccount(sheet.name, False, left.why, len(sheet.rows), hidden=sheet.hidden)
    for one in read:
        own = [c for c in criteria if c.sheet == one.sheet]
        points = sum((c.points for c in own if c.points is not None), Decimal(0))
        mandatory = sum(bool(c.mandatory) for c in own)
        out[one.sheet] = SheetAccount(one.sheet, True, "", len(one.readings), len(own), points, mandatory)
    return tuple(out[name] for name in source.order if name in out)


def _headings(tables: Sequence[tuple[Table, ColumnMapping]]) -> dict[str, str]:
    """Role → heading of its columns, on the first sheet that has it."""
    out: dict[str, str] = {}
    for table, mapping in tables:
        for role, columns in mapping.columns().items():
            names = table.header.names
            out.setdefault(role, " + ".join(names[c] for c in columns if c < len(names)))
    return out
