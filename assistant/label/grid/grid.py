"""The sheets of a plan → the criteria of a grid, each counted once, and the account of everything else.

Guarantee: every row is a criterion, a level or a continuation of one, a total, or set aside by name in the account. Points
are what the cells say, exactly; cells that are no points, two figures for one code, points shared by several criteria
and formulas without a value refuse the import with all their cells named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from assistant.label.grid.account import Account, Aside, Doubt, SheetAccount
from assistant.label.grid.gather import Gathered, SheetRead, gathered
from assistant.label.grid.mapping import ColumnMapping
from assistant.label.grid.problems import BadCell, GridProblemError
from assistant.label.grid.rows import RowRead, RowReader
from assistant.label.grid.sheets import Source, are_departments
from assistant.label.grid.sums import announced, differences, totals
from assistant.label.grid.table import CODE, Table
from assistant.label.projects.projects import Grid, GridCriterion, Status
from assistant.label.score.points import some
from ingest.errors import ClapvertError, ErrorCode

MAX_CRITERIA = 500
_NAMED = 6
"""How many cells or rows a message names."""

Origin = Literal["auto", "column", "sheet", "section", "none"]
"""Where departments are taken from."""


def built(source: Source, at: dt.datetime, departments: Origin = "auto") -> tuple[Grid, Account]:
    """The grid and its account; a `GridProblemError` with the cells to correct, else `GRID_NO_POINTS` or `GRID_EMPTY`."""
    tables = _in_order(source)
    origin = _origin(tables, departments)
    readers: list[tuple[Table, ColumnMapping, RowReader]] = []
    sheets: list[SheetRead] = []
    for table, mapping in tables:
        reader = RowReader(table, mapping.checked(table.width))
        readings = reader.read()
        readers.append((table, mapping, reader))
        name = table.sheet if origin == "sheet" else None
        column = mapping.code if mapping.code is not None else mapping.title or 0
        sheets.append(SheetRead(table.sheet, column, readings, name))
    bad = [cell for _, _, reader in readers for cell in reader.bad]
    if len({p for _, _, reader in readers for p in reader.percents}) > 1 and not bad:
        bad = _mixed(readers)
    doubts: list[str] = []
    found = gathered(sheets, bad, doubts)
    if bad:
        raise GridProblemError(bad)
    criteria = tuple(_finished(c, origin, {t.sheet: t for t, _ in tables}[c.sheet]) for c in found)
    total = sum((c.points for c in criteria if c.points is not None), Decimal(0))
    _checked(criteria, total)
    sums = [
        *(s for (t, m, _), read in zip(readers, sheets, strict=True) for s in totals(t, m, read.readings, total)),
        *announced(source, [t for t, _ in tables], criteria),
    ]
    remarks = [r for _, _, reader in readers for r in reader.remarks]
    remarks += [r for table, mapping, _ in readers for r in _about(table, mapping)]
    remarks += _about_all(criteria, [m for _, m in tables], source)
    doubts += _doubts(source, criteria, readers, tables)
    doubts += differences(sums)
    remarks += doubts
    account = Account(
        sheets=_sheets(source, criteria, sheets),
        criteria=len(criteria),
        points=total,
        mandatory=None if all(c.mandatory is None for c in criteria) else sum(bool(c.mandatory) for c in criteria),
        answers=sum(c.answer is not None for c in criteria),
        to_clarify=sum(c.answer is Status.A_CLARIFIER for c in criteria),
        aside=_aside(tables, readers),
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


def _origin(tables: Sequence[tuple[Table, ColumnMapping]], wanted: Origin) -> Origin:
    """Where departments come from: a column when there is one, else the sheets' names, else the section titles."""
    if wanted != "auto":
        return wanted
    if are_departments([t.sheet for t, _ in tables]) and not all(m.department is not None for _, m in tables):
        return "sheet"
    if any(m.department is not None for _, m in tables):
        return "column"
    return "section" if any(t.sections for t, _ in tables) else "none"


def _finished(criterion: Gathered, origin: Origin, table: Table) -> GridCriterion:
    r = criterion.first
    several = len(criterion.levels) > 1
    section = table.sections.get(r.row)
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
            f"Le classeur donne {len(criteria)} critères : plus de {MAX_CRITERIA}, ce n'est pas une grille de critères.",
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


def _aside(
    tables: Sequence[tuple[Table, ColumnMapping]], readers: Sequence[tuple[Table, ColumnMapping, RowReader]]
) -> tuple[Aside, ...]:
    out: list[Aside] = []
    for (table, _), (_, _, reader) in zip(tables, readers, strict=True):
        texts = {r.number: next((c.text for c in r.cells if c and c.text), "")[:60] for r in table.rows}
        found = [
            *((r.number, _text(r.cells), "au-dessus de l'en-tête") for r in table.above),
            *((n, text, "titre de section") for n, text in table.titles),
            *((r.number, _text(r.cells), "total du classeur") for r in table.totals),
            *((n, "", "en-tête répété") for n in table.repeated),
            *((n, texts.get(n, ""), why) for n, why in reader.aside),
        ]
        out += [Aside(table.sheet, n, text, why) for n, text, why in sorted(found)]
    return tuple(out)


def _text(cells: Sequence[object]) -> str:
    return next((t for c in cells if (t := getattr(c, "text", ""))), "")[:60]


def _doubts(
    source: Source, criteria: Sequence[GridCriterion], readers: Sequence[tuple[Table, ColumnMapping, RowReader]],
    tables: Sequence[tuple[Table, ColumnMapping]],
) -> list[str]:  # fmt: skip
    """What a person must decide, beside totals."""
    out = [
        f"Feuille « {left.sheet.name} » non lue ({some(len(left.sheet.rows), 'ligne')}) : {left.why}."
        for left in source.left
        if left.suspect
    ]
    for table, _, reader in readers:
        where = f" sur « {table.sheet} »" if len(readers) > 1 else ""
        if stray := [(n, why) for n, why in reader.aside if why.startswith("sans code")]:
            out.append(f"Lignes sans code, intitulé ni points{where}, mises de côté : {named([n for n, _ in stray])}.")
        if lone := _lone_titles(table):
            told = named([f"{n} « {text[:40]} »" for n, text in lone])
            out.append(f"Lignes lues comme titres, sans critère dessous{where} : {told}.")
        if reader.unsure:
            cells = named(reader.unsure)
            out.append(f"« Obligatoire » : réponse non comprise{where}, laissée inconnue ({cells}).")
        if reader.uncounted:
            out.append(f"« Points obtenus » : formules jamais calculées{where}, non lues ({named(reader.uncounted)}).")
    if none := [c.key for c in criteria if c.points is None and not c.mandatory]:
        out.append(f"Sans points dans le classeur, donc hors du score : {named(none)}.")
    accounted = sum(len(t.rows) for t, _ in tables)
    if any(c for c in criteria if not c.row) or accounted < len(criteria):
        out.append("Le compte des lignes ne tombe pas juste.")
    return out


def _lone_titles(table: Table) -> list[tuple[int, str]]:
    """Section titles with no row under them: notes at the foot, or criteria that lost their cells."""
    under = {text for text in table.sections.values()}
    return [(n, text) for n, text in table.titles if text not in under]


def _about(table: Table, mapping: ColumnMapping) -> list[str]:
    """What a person should know of how a sheet was read."""
    out: list[str] = []
    if table.hidden_rows:
        out.append(f"Lignes masquées dans le classeur, comptées ici : {named(list(table.hidden_rows))}.")
    if used := [c for c in table.hidden_columns if mapping.role_of(c)]:
        out.append(f"Colonnes masquées dans le classeur, lues ici : {', '.join(table.header.names[c] for c in used)}.")
    if table.titles:
        told = named([f"{n} « {text[:40]} »" for n, text in table.titles])
        out.append(f"Lues comme titres de section, pas comme critères : lignes {told}.")
    if table.repeated:
        out.append(f"En-tête répété, sauté : lignes {named(list(table.repeated))}.")
    return out


def _about_all(criteria: Sequence[GridCriterion], mappings: Sequence[ColumnMapping], source: Source) -> list[str]:
    """What a person should know of the whole grid."""
    out: list[str] = []
    if bare := [c.key for c in criteria if c.points is None and c.mandatory]:
        out.append(f"Obligatoires sans points : {named(bare)}. Ils comptent comme conditions, pas dans le score.")
    if any(c.levels for c in criteria):
        out.append("Critères à niveaux : le plus haut donne les points possibles, les niveaux ne s'ajoutent pas.")
    if all(m.mandatory is None and m.mandatory_fill is None for m in mappings):
        out.append("Le classeur n'a pas de colonne « obligatoire » : les critères obligatoires sont inconnus.")
    if odd := [c.key for c in criteria if c.code and not CODE.match(c.code) and not c.code.isdigit()]:
        out.append(f"Codes d'une forme inhabituelle : {named(odd)}.")
    if source.kind == "csv" and len(criteria) < 5:
        out.append(f"{some(len(criteria), 'critère')} seulement : vérifiez le séparateur du fichier CSV.")
    if hidden := [f"« {x.sheet.name} »" for x in source.left if x.sheet.hidden and not x.suspect]:
        out.append(f"Feuilles masquées non lues : {', '.join(hidden)}.")
    return out


def _headings(tables: Sequence[tuple[Table, ColumnMapping]]) -> dict[str, str]:
    """Role → heading of its columns, on the first sheet that has it."""
    out: dict[str, str] = {}
    for table, mapping in tables:
        for role, columns in mapping.columns().items():
            names = table.header.names
            out.setdefault(role, " + ".join(names[c] for c in columns if c < len(names)))
    return out


def named(items: list[int] | list[str], limit: int = _NAMED) -> str:
    """`1, 2, 3` or `1, 2… (12 en tout)`."""
    shown = ", ".join(str(i) for i in items[:limit])
    return shown if len(items) <= limit else f"{shown}… ({len(items)} en tout)"
