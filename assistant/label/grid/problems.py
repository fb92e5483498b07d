"""What stops an import: every cell that is wrong, at once, each with its place and why.

Guarantee: a grid is refused whole, with all the cells to correct named by sheet and address; the first error never
hides the next. The same cells are listed on the mapping screen and marked in the copy to download."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.label.grid.mapping import letter
from ingest.errors import ClapvertError, ErrorCode

Wrong = Literal["points", "duplicate", "cell"]
_NAMED = 6
_CODES = {
    "points": ErrorCode.GRID_BAD_POINTS,
    "duplicate": ErrorCode.GRID_DUPLICATE,
    "cell": ErrorCode.GRID_BAD_CELL,
}
_HEADS: dict[Wrong, str] = {
    "points": "Points illisibles",
    "duplicate": "Codes en double",
    "cell": "Cellules illisibles",
}
_HINTS: dict[Wrong, str] = {
    "points": "Corrigez ces cellules, ou indiquez une autre colonne de points.",
    "duplicate": "Corrigez le code ou les points dans le classeur ; si ce sont des niveaux, indiquez "
    "la colonne du niveau.",
    "cell": "Corrigez ces cellules dans le classeur, enregistrez-le et recommencez.",
}


@dataclass(frozen=True, slots=True)
class BadCell:
    """One cell to correct. `column` counts from 0, `row` is the number that the spreadsheet shows."""

    sheet: str
    column: int
    row: int
    text: str
    why: str
    wrong: Wrong = "points"

    @property
    def at(self) -> str:
        """« F12 »."""
        return f"{letter(self.column)}{self.row}"

    def listed(self) -> dict[str, Any]:
        """For an API's answer."""
        return {"sheet": self.sheet, "cell": self.at, "text": self.text, "why": self.why}


class GridProblemError(ClapvertError):
    """A grid refused for its cells; `cells` holds every one of them."""

    def __init__(self, cells: Sequence[BadCell]) -> None:
        self.cells = tuple(cells)
        wrong = self.cells[0].wrong
        several = len({c.sheet for c in self.cells}) > 1
        told = " ; ".join(_told(c, several) for c in self.cells[:_NAMED])
        more = f" et {len(self.cells) - _NAMED} autres" if len(self.cells) > _NAMED else ""
        super().__init__(_CODES[wrong], f"{_HEADS[wrong]} : {told}{more}.", _HINTS[wrong])


def _told(cell: BadCell, several: bool) -> str:
    where = f"« {cell.sheet} » {cell.at}" if several else cell.at
    text = f"« {cell.text[:30]} », " if cell.text else ""
    return f"{where} ({text}{cell.why})"
