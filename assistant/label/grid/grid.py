"""The rows of a table → the criteria of a grid, each counted once.

Guarantee: every row is a criterion, a level or a continuation of one, a total, or is named in the remarks. Points are
what the cells say, exactly; a cell that is no number of points, two different figures for one code, or points shared by
several criteria refuse the import with the cells named. Totals written in the workbook are compared with the sum read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from assistant.label.grid.columns import CODE
from assistant.label.grid.mapping import ColumnMapping
from assistant.label.grid.rows import RowRead, RowReader
from assistant.label.grid.table import Table
from assistant.label.projects.projects import Grid, GridCriterion, GridLevel, Status
from assistant.label.score.points import BadPointsError, in_points, points, said, some
from ingest.documents.workbook import Row
from ingest.errors import ClapvertError, ErrorCode

MAX_CRITERIA = 500
_NAMED = 6
"""How many cells or rows a message names."""


@dataclass(slots=True)
class _Criterion:
    """A criterion being put together from its rows."""

    first: RowRead
    levels: list[GridLevel] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def built(table: Table, mapping: ColumnMapping, kind: str, file_name: str, sha256: str, at: dt.datetime) -> Grid:
    """The grid of a table; `GRID_NO_POINTS`, `GRID_BAD_POINTS`, `GRID_DUPLICATE` or `GRID_EMPTY` with the reason."""
    width = max([len(table.header.names), *(len(r.cells) for r in table.rows)], default=0)
    mapping.checked(width)
    reader = RowReader(table, mapping)
    readings = reader.read()
    found = _gathered(readings, reader.remarks)
    if not found:
        raise ClapvertError(
            ErrorCode.GRID_EMPTY,
            "Aucun critère sous l'en-tête : la feuille n'a pas de ligne remplie.",
            "Choisissez la feuille de la grille, ou la ligne où les colonnes sont nommées.",
        )
    if len(found) > MAX_CRITERIA:
        raise ClapvertError(
            ErrorCode.GRID_TOO_BIG,
            f"La feuille donne {len(found)} critères : plus de {MAX_CRITERIA}, ce n'est pas une grille de critères.",
            "Choisissez une autre feuille, ou gardez la grille seule.",
        )
    criteria = tuple(_finished(c, table) for c in found)
    total = sum((c.points for c in criteria if c.points is not None), Decimal(0))
    if not total:
        raise ClapvertError(
            ErrorCode.GRID_NO_POINTS,
            "La colonne des points est vide ou nulle : il n'y a pas de barème à compter.",
            "Indiquez la colonne des points, ou enregistrez le classeur après calcul des formules.",
        )
    remarks = [*reader.remarks, *_about(table, criteria, mapping, kind), *_totals(table, mapping, readings, total)]
    headings = {
        role: " + ".join(table.header.names[c] for c in columns if c < len(table.header.names))
        for role, columns in mapping.columns().items()
    }
    return Grid(
        file_name=file_name, sha256=sha256, imported_at=at, mapping=headings, criteria=criteria,
        remarks=tuple(dict.fromkeys(remarks)),
    )  # fmt: skip


def _gathered(readings: list[RowRead], remarks: list[str]) -> list[_Criterion]:
    """Readings by criterion: a row continues the criterion of its merged code, or adds a level to it."""
    out: dict[str, _Criterion] = {}
    for r in readings:
        there = out.get(r.key)
        if there is None:
            out[r.key] = _Criterion(r, list(r.levels), [r.evidence] if r.evidence else [], [r.row])
            continue
        there.rows.append(r.row)
        if r.evidence and r.evidence not in there.evidence:
            there.evidence.append(r.evidence)
        if r.continues:
            continue
        known = [level.name for level in there.levels]
        if r.levels and there.levels and not set(known) & {level.name for level in r.levels}:
            there.levels += r.levels
            continue
        first = there.first
        if (r.points, r.title, [v.points for v in r.levels]) == (
            first.points, first.title, [v.points for v in there.levels],
        ):  # fmt: skip
            remarks.append(f"« {r.key} » est écrit deux fois (lignes {first.row} et {r.row}) : compté une fois.")
            continue
        raise _twice(first, r)
    return list(out.values())


def _twice(first: RowRead, second: RowRead) -> ClapvertError:
    differs = (
        f"{_said(first.points)} et {_said(second.points)} points"
        if first.points != second.points
        else "deux intitulés différents"
    )
    return ClapvertError(
        ErrorCode.GRID_DUPLICATE,
        f"Le code « {first.key} » est aux lignes {first.row} et {second.row} avec {differs}.",
        "Corrigez le code ou les points dans le classeur ; si ce sont des niveaux, indiquez la colonne du niveau.",
    )


def _said(points: Decimal | None) -> str:
    return "aucun" if points is None else said(points)


def _finished(criterion: _Criterion, table: Table) -> GridCriterion:
    r = criterion.first
    several = len(criterion.levels) > 1
    return GridCriterion(
        key=r.key,
        code=r.code,
        title=r.title or r.key,
        poste=r.poste,
        department=r.department,
        points=max(level.points for level in criterion.levels) if several else r.points,
        levels=tuple(criterion.levels) if several else (),
        obtained=r.obtained,
        answer=r.answer or _from_points(r),
        mandatory=r.mandatory,
        level=criterion.levels[0].name if len(criterion.levels) == 1 else None,
        evidence=" ; ".join(criterion.evidence) or None,
        sheet=table.sheet,
        row=r.row,
    )


def _from_points(r: RowRead) -> Status | None:
    """What the points already counted say, where the workbook has no answer."""
    if r.obtained is None or not r.points:
        return None
    return Status.FAIT if r.obtained == r.points else Status.EN_COURS if r.obtained else Status.A_FAIRE


def _about(table: Table, criteria: tuple[GridCriterion, ...], mapping: ColumnMapping, kind: str) -> list[str]:
    """What a person should know of how the grid was read."""
    out: list[str] = []
    if table.hidden_rows:
        out.append(f"Lignes masquées dans le classeur, comptées ici : {named(table.hidden_rows)}.")
    if used := [c for c in table.hidden_columns if mapping.role_of(c)]:
        out.append(f"Colonnes masquées dans le classeur, lues ici : {', '.join(table.header.names[c] for c in used)}.")
    if table.titles:
        told = named([f"{n} « {text[:40]} »" for n, text in table.titles])
        out.append(f"Lues comme titres de section, pas comme critères : lignes {told}.")
    if table.repeated:
        out.append(f"En-tête répété, sauté : lignes {named(table.repeated)}.")
    if none := [c.key for c in criteria if c.points is None and not c.mandatory]:
        out.append(f"Sans points dans le classeur, donc hors du score : {named(none)}.")
    if bare := [c.key for c in criteria if c.points is None and c.mandatory]:
        out.append(f"Obligatoires sans points : {named(bare)}. Ils comptent comme conditions, pas dans le score.")
    if any(c.levels for c in criteria):
        out.append("Critères à niveaux : le plus haut donne les points possibles, les niveaux ne s'ajoutent pas.")
    if mapping.mandatory is None and mapping.mandatory_fill is None:
        out.append("Le classeur n'a pas de colonne « obligatoire » : les critères obligatoires sont inconnus.")
    if odd := [c.key for c in criteria if c.code and not CODE.match(c.code) and not c.code.isdigit()]:
        out.append(f"Codes d'une forme inhabituelle : {named(odd)}.")
    if kind == "csv" and len(criteria) < 5:
        out.append(f"{some(len(criteria), 'critère')} seulement : vérifiez le séparateur du fichier CSV.")
    return out


def _totals(table: Table, mapping: ColumnMapping, readings: list[RowRead], total: Decimal) -> list[str]:
    """Totals of the workbook that no sum of its rows gives: something was not read as its author counts."""
    if len(mapping.points) != 1 or mapping.level is not None:
        return []
    column = mapping.points[0]
    out: list[str] = []
    previous = 0
    for row in table.totals:
        try:
            written = points(row.cell(column))
        except BadPointsError:
            continue
        if written is None:
            continue
        part = _sum(readings, previous, row.number)
        if written not in (part, _sum(readings, 0, row.number), total):
            out.append(
                f"Ligne {row.number}, « {_label(row)} » : le classeur annonce {in_points(written)}, "
                f"les lignes au-dessus en donnent {said(part)}. Vérifiez avant de vous fier au score."
            )
        previous = row.number
    return out


def _sum(readings: list[RowRead], after: int, before: int) -> Decimal:
    counted = (r for r in readings if after < r.row < before and not r.continues)
    return sum((r.points for r in counted if r.points is not None), Decimal(0))


def _label(row: Row) -> str:
    return next((c.text for c in row.cells if c and c.text), "")[:40]


def named(items: tuple[int, ...] | list[str], limit: int = _NAMED) -> str:
    """`1, 2, 3` or `1, 2… (12 en tout)`."""
    shown = ", ".join(str(i) for i in items[:limit])
    return shown if len(items) <= limit else f"{shown}… ({len(items)} en tout)"
