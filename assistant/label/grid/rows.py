"""One row of a grid → what it says: code, title, points, levels, answer; and whether it goes on from the row above.

Guarantee: merged cells are counted once; a poste or department left blank under a filled one is taken from above and
that is said; every unreadable figure is collected, so that one message names them all.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal

from assistant.label.frameworks import folded
from assistant.label.grid.mapping import ColumnMapping, letter
from assistant.label.grid.table import Table
from assistant.label.grid.words import answer, mandatory
from assistant.label.projects.projects import GridLevel, Status
from assistant.label.score.points import BadPointsError, in_points, points
from ingest.documents.workbook import Row
from ingest.errors import ClapvertError, ErrorCode

_LEADING = re.compile(r"^\s*((?:[A-Z]{1,3}\d{1,3}|\d{1,2}\.\d{1,2}))\s*[.:)–—-]*\s+(?=\S)")
_NAMED = 6
_KEY = 48
_ANSWERED = {
    "done": Status.FAIT, "partial": Status.EN_COURS, "todo": Status.A_FAIRE, "not_applicable": Status.SANS_OBJET,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowRead:
    """What one row says. `continues`: it repeats the criterion above (merged cells) and brings no points of its own."""

    row: int
    key: str
    code: str | None
    title: str
    poste: str | None
    department: str | None
    points: Decimal | None
    levels: tuple[GridLevel, ...]
    obtained: Decimal | None
    answer: Status | None
    mandatory: bool | None
    evidence: str | None
    continues: bool


class RowReader:
    """Reads the rows of one table with one mapping; `remarks` tells what was not plain."""

    def __init__(self, table: Table, mapping: ColumnMapping) -> None:
        self.remarks: list[str] = []
        self._table, self._map = table, mapping
        self._bad: list[str] = []
        self._percents: set[bool] = set()
        self._unsure: list[str] = []
        self._carried: list[int] = []
        self._last: RowRead | None = None
        self._keys: Counter[str] = Counter()
        self._sums = (Decimal(0), Decimal(0))
        """Points read so far, and since the last total."""
        column = mapping.mandatory
        self._silent = column is not None and not any(r.text(column) for r in table.rows)
        if self._silent:
            self.remarks.append("La colonne « obligatoire » est vide : les critères obligatoires sont inconnus.")

    def read(self) -> list[RowRead]:
        """The readings of the table, in order; `GRID_BAD_POINTS` names the cells that are no points."""
        out: list[RowRead] = []
        for row in self._table.rows:
            reading = self._row(row)
            if reading is not None:
                out.append(reading)
                self._last = reading
                if not reading.continues:
                    whole, part = self._sums
                    more = reading.points or Decimal(0)
                    self._sums = (whole + more, part + more)
        if len(self._percents) == 2:
            self._bad.append("des pourcentages et des points dans la même colonne")
        if self._bad:
            others = f" et {len(self._bad) - _NAMED} autres" if len(self._bad) > _NAMED else ""
            raise ClapvertError(
                ErrorCode.GRID_BAD_POINTS,
                f"Points illisibles : {' ; '.join(self._bad[:_NAMED])}{others}.",
                "Corrigez ces cellules, ou indiquez une autre colonne de points.",
            )
        if self._unsure:
            cells = ", ".join(self._unsure[:_NAMED])
            self.remarks.append(f"« Obligatoire » : réponse non comprise, laissée inconnue ({cells}).")
        if self._carried:
            rows = f"{self._carried[0]} à {self._carried[-1]}" if len(self._carried) > 1 else str(self._carried[0])
            count = len(self._carried)
            self.remarks.append(f"Poste ou département vide, repris de la ligne au-dessus ({count} lignes, {rows}).")
        return out

    def _row(self, row: Row) -> RowRead | None:
        code, title = self._identity(row)
        levels = self._levels(row)
        value = self._points(row, self._map.points[0]) if len(self._map.points) == 1 else None
        if len(self._map.points) > 1 and levels:
            value = max(level.points for level in levels)
        if not code and not title:
            return self._unnamed(row, value)
        repeated = self._repeats(row)
        key = code or (self._last.key if repeated and self._last is not None else self._named_key(title))
        shared = all((c := row.cell(p)) is not None and c.filled for p in self._map.points) and value is not None
        if shared and not repeated:
            self._bad.append(f"{letter(self._map.points[0])}{row.number} (points fusionnés sur plusieurs critères)")
        if self._map.level is not None and len(self._map.points) == 1 and value is not None:
            levels = (GridLevel(name=row.text(self._map.level) or "sans niveau", points=value),)
        return RowRead(
            row.number, key, code, title, self._carry(row, "poste"), self._carry(row, "department"), value, levels,
            self._obtained(row, value), self._answer(row), self._mandatory(row), self._text(row, self._map.evidence),
            continues=repeated and (shared or value is None),
        )  # fmt: skip

    def _identity(self, row: Row) -> tuple[str | None, str]:
        code = re.sub(r"\s+", "", self._text(row, self._map.code) or "").rstrip(".:").upper() or None
        title = self._text(row, self._map.title) or ""
        if code is None and (match := _LEADING.match(title)):
            return match[1], title[match.end() :].strip()
        return code, title

    def _named_key(self, title: str) -> str:
        """A key for a row without code: its title, so that it stays when rows are added above it."""
        key = folded(title).replace(" ", "-")[:_KEY].rstrip("-") or "sans-titre"
        if self._map.level is not None:
            return key  # the levels of one criterion share its title
        self._keys[key] += 1
        return key if self._keys[key] == 1 else f"{key}-{self._keys[key]}"

    def _repeats(self, row: Row) -> bool:
        """Whether the cell that names the criterion is the merged one of the row above."""
        column = self._map.code if self._map.code is not None and row.text(self._map.code) else self._map.title
        found = row.cell(column) if column is not None else None
        return bool(found and found.filled and self._last is not None)

    def _unnamed(self, row: Row, value: Decimal | None) -> RowRead | None:
        evidence = self._text(row, self._map.evidence)
        if value is not None and value in self._sums:
            self.remarks.append(
                f"Ligne {row.number} sans nom : {in_points(value)}, somme des lignes, lue comme un total."
            )
            self._sums = (self._sums[0], Decimal(0))
        elif value is not None:
            self._bad.append(f"{letter(self._map.points[0])}{row.number} (des points sans code ni intitulé)")
        elif evidence and self._last is not None:
            last = self._last
            return replace(
                last, row=row.number, points=None, levels=(), obtained=None, answer=None, mandatory=None,
                evidence=evidence, continues=True,
            )  # fmt: skip
        else:
            self.remarks.append(f"Ligne {row.number} sans code, intitulé ni points : sautée.")
        return None

    def _points(self, row: Row, column: int) -> Decimal | None:
        cell = row.cell(column)
        try:
            value = points(cell)
        except BadPointsError as exc:
            text = f"« {cell.text[:30]} », " if cell and cell.text else ""
            self._bad.append(f"{letter(column)}{row.number} ({text}{exc})")
            return None
        if cell is not None and value is not None:
            self._percents.add(cell.kind == "percent" or cell.text.rstrip().endswith("%"))
        return value

    def _levels(self, row: Row) -> tuple[GridLevel, ...]:
        if len(self._map.points) < 2:
            return ()
        found = [(self._table.header.names[c].split(" / ")[-1], self._points(row, c)) for c in self._map.points]
        return tuple(GridLevel(name=name, points=value) for name, value in found if value is not None)

    def _obtained(self, row: Row, possible: Decimal | None) -> Decimal | None:
        if self._map.obtained is None:
            return None
        column = self._map.obtained
        cell = row.cell(column)
        if cell is not None and cell.kind == "formula":
            return None  # counted by the workbook, but never calculated: nothing to compare with
        value = self._points(row, column)
        if value is not None and possible is not None and value > possible:
            self._bad.append(f"{letter(column)}{row.number} (plus de points obtenus que possibles)")
        return value

    def _answer(self, row: Row) -> Status | None:
        found = answer(row.text(self._map.answer)) if self._map.answer is not None else None
        return _ANSWERED[found] if found else None

    def _mandatory(self, row: Row) -> bool | None:
        if self._map.mandatory_fill is not None:
            column = self._map.code if self._map.code is not None else self._map.title
            cell = row.cell(column) if column is not None else None
            return bool(cell and cell.fill == self._map.mandatory_fill)
        if self._map.mandatory is None or self._silent:
            return None
        found = mandatory(row.text(self._map.mandatory))
        if found is None:
            self._unsure.append(f"{letter(self._map.mandatory)}{row.number}")
        return found

    def _carry(self, row: Row, role: str) -> str | None:
        """The text of a column, or the one above it while the poste does not change."""
        column = self._map.poste if role == "poste" else self._map.department
        written = self._text(row, column)
        section = self._table.sections.get(row.number) if role == "poste" else None
        if written or column is None or self._last is None:
            return written or section
        if role == "department" and self._text(row, self._map.poste) not in (None, self._last.poste):
            return None
        above = self._last.poste if role == "poste" else self._last.department
        if above and row.number not in self._carried[-1:]:
            self._carried.append(row.number)
        return section or above

    @staticmethod
    def _text(row: Row, column: int | None) -> str | None:
        return (row.text(column) or None) if column is not None else None
