"""One row of a grid → what it says: code, title, points, levels, answer; and whether it goes on from the row above.

Guarantee: merged cells are counted once; a poste or department left blank under a filled one is taken from above and
that is said; every row is read or set aside with its reason, and every unreadable cell is collected, so that one
message names them all. What a workbook answers is kept in its own words when it is not understood."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal

from assistant.label.frameworks import folded
from assistant.label.grid.mapping import ColumnMapping, letter
from assistant.label.grid.problems import BadCell, Wrong
from assistant.label.grid.table import LEADING, Table
from assistant.label.grid.words import answer, mandatory, plain
from assistant.label.projects.projects import STATUS_LABELS, GridLevel, Status
from assistant.label.score.points import BadPointsError, in_points, points
from ingest.documents.cells import Row

_KEY = 48
_ANSWERED = {
    "done": Status.FAIT, "partial": Status.EN_COURS, "todo": Status.A_FAIRE, "declined": Status.NON_RETENU,
    "not_applicable": Status.A_CLARIFIER,
}  # fmt: skip
"""« N/A » says that a criterion does not apply, not why: it stays to be cleared up, in the workbook's words."""
_IN_WORDS = frozenset({Status.A_CLARIFIER, Status.A_FAIRE})
"""Statuses that say less than what the workbook may answer: its own words stay beside them. « À faire » is also what a
criterion is of which nobody said anything: « Non » or « Prévu » is told apart from it by its words alone."""


@dataclass(frozen=True, slots=True)
class RowRead:
    """What one row says. `continues`: it repeats the criterion above (merged cells) and brings no points of its own."""

    row: int
    key: str
    code: str | None
    title: str
    description: str | None
    poste: str | None
    department: str | None
    points: Decimal | None
    levels: tuple[GridLevel, ...]
    obtained: Decimal | None
    answer: Status | None
    said: str | None
    mandatory: bool | None
    evidence: str | None
    comment: str | None
    continues: bool


class RowReader:
    """Reads the rows of one table with one mapping; `remarks` tells what was not plain, `bad` the cells to correct,
    `aside` the rows that are no criterion (number and reason), `unsure` the marks of « obligatoire » not understood."""

    def __init__(self, table: Table, mapping: ColumnMapping) -> None:
        self.remarks: list[str] = []
        self.bad: list[BadCell] = []
        self.aside: list[tuple[int, str]] = []
        self.unsure: list[str] = []
        self.uncounted: list[str] = []
        """Formulas of « points obtenus » that were never calculated."""
        self.uncoded: list[tuple[int, str]] = []
        """Rows without a code where the others have one."""
        self.percents: set[bool] = set()
        """Whether points were written as percentages, as plain numbers, or both."""
        self._table, self._map = table, mapping
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
        """The readings of the table, in order."""
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
        if len(self.percents) == 2:
            self._wrong(self._map.points[0], self._table.rows[0], "des pourcentages et des points dans la même colonne")
        if self._carried:
            rows = f"{self._carried[0]} à {self._carried[-1]}" if len(self._carried) > 1 else str(self._carried[0])
            count = len(self._carried)
            self.remarks.append(f"Poste ou département vide, repris de la ligne au-dessus ({count} lignes, {rows}).")
        return out

    def _row(self, row: Row) -> RowRead | None:
        if self._never_calculated(row):
            return None
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
            self._wrong(self._map.points[0], row, "points fusionnés sur plusieurs critères")
        if self._map.level is not None and len(self._map.points) == 1 and value is not None:
            levels = (GridLevel(name=row.text(self._map.level) or "sans niveau", points=value),)
        answered, said = self._answer(row)
        return RowRead(
            row.number, key, code, title, self._text(row, self._map.description), self._carry(row, "poste"),
            self._carry(row, "department"), value, levels, self._obtained(row, value), answered, said,
            self._mandatory(row), self._text(row, self._map.evidence), self._comment(row),
            continues=repeated and (shared or value is None),
        )  # fmt: skip

    def _never_calculated(self, row: Row) -> bool:
        """Whether a cell that says what the row is holds a formula without a value: nothing else of it can be read."""
        named = {"code": self._map.code, "title": self._map.title, "poste": self._map.poste,
                 "department": self._map.department, "mandatory": self._map.mandatory, "level": self._map.level,
                 "answer": self._map.answer}  # fmt: skip
        found = False
        for column in named.values():
            cell = row.cell(column) if column is not None else None
            if cell is not None and cell.kind in ("formula", "error"):
                why = "formule dont le résultat n'est pas enregistré dans le fichier"
                self._wrong(column or 0, row, why if cell.kind == "formula" else "erreur de calcul du tableur", "cell")
                found = True
        if self._map.code is not None and (cell := row.cell(self._map.code)) and cell.kind == "date":
            self._wrong(self._map.code, row, "date à la place d'un code : le tableur l'a convertie", "cell")
            found = True
        return found

    def _wrong(self, column: int, row: Row, why: str, wrong: Wrong = "points") -> None:
        self.bad.append(BadCell(self._table.sheet, column, row.number, row.text(column), why, wrong))

    def _comment(self, row: Row) -> str | None:
        """The column of comments, and what is pinned to the cells of the row."""
        pinned = [c.comment for c in row.cells if c is not None and c.comment]
        return " · ".join(dict.fromkeys(t for t in (self._text(row, self._map.comment), *pinned) if t)) or None

    def _identity(self, row: Row) -> tuple[str | None, str]:
        code = re.sub(r"\s+", "", self._text(row, self._map.code) or "").rstrip(".:").upper() or None
        title = self._text(row, self._map.title) or ""
        if code is None and (match := LEADING.match(title)):
            return re.sub(r"\s+", "", match[1]).upper(), title[match.end() :].strip()
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
            self.aside.append((row.number, "sans nom, somme des lignes : lue comme un total"))
            self._sums = (self._sums[0], Decimal(0))
        elif value is not None:
            self._wrong(self._map.points[0], row, "des points sans code ni intitulé")
        elif evidence and self._last is not None:
            last = self._last
            return replace(
                last, row=row.number, points=None, levels=(), obtained=None, answer=None, mandatory=None,
                said=None, comment=self._comment(row), evidence=evidence, continues=True,
            )  # fmt: skip
        else:
            self.remarks.append(f"Ligne {row.number} sans code, intitulé ni points : sautée.")
            self.aside.append((row.number, "sans code, intitulé ni points"))
        return None

    def _points(self, row: Row, column: int) -> Decimal | None:
        cell = row.cell(column)
        try:
            value = points(cell)
        except BadPointsError as exc:
            self._wrong(column, row, str(exc))
            return None
        if cell is not None and value is not None:
            self.percents.add(cell.kind == "percent" or cell.text.rstrip().endswith("%"))
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
            self.uncounted.append(f"{letter(column)}{row.number}")
            return None  # counted by the workbook, but never calculated: nothing to compare with
        value = self._points(row, column)
        if value is not None and possible is not None and value > possible:
            self._wrong(column, row, "plus de points obtenus que possibles")
        return value

    def _answer(self, row: Row) -> tuple[Status | None, str | None]:
        """What the workbook answers, and its own words where the status says less."""
        text = self._text(row, self._map.answer)
        if text is None or not text.strip("-–—. "):
            return None, None
        found = answer(text)
        status = _ANSWERED[found] if found else Status.A_CLARIFIER
        plainly = plain(text) == plain(STATUS_LABELS[status])
        return status, text[:120] if status in _IN_WORDS and not plainly else None

    def _mandatory(self, row: Row) -> bool | None:
        if self._map.mandatory_fill is not None:
            column = self._map.code if self._map.code is not None else self._map.title
            cell = row.cell(column) if column is not None else None
            return bool(cell and cell.fill == self._map.mandatory_fill)
        if self._map.mandatory is None or self._silent:
            return None
        found = mandatory(row.text(self._map.mandatory))
        if found is None:
            self.unsure.append(f"{letter(self._map.mandatory)}{row.number}")
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
