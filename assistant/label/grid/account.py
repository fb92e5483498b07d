"""What an import makes of everything that the workbook holds: sheets, rows, totals, and what a person must decide
first.

Guarantee: each row of each sheet is a criterion, a continuation of one, or set aside with its reason; what the workbook
announces (totals, subtotals, « 80 critères ») stands against what was read. Every difference is a doubt with a name,
and no grid is taken while a doubt is undecided."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingest.errors import ClapvertError, ErrorCode


@dataclass(frozen=True, slots=True)
class SheetAccount:
    """One sheet: what it gave, or why it was set aside."""

    name: str
    taken: bool
    why: str
    rows: int
    criteria: int = 0
    points: Decimal = Decimal(0)
    mandatory: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that is no criterion, and why."""

    sheet: str
    row: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure that the workbook announces, and ours."""

    sheet: str
    row: int
    label: str
    written: Decimal
    counted: Decimal
    what: str = "points"

    @property
    def agrees(self) -> bool:
        """Whether the two are one."""
        return self.written == self.counted


@dataclass(frozen=True, slots=True)
class Doubt:
    """A difference that a person decides before anything is written. `id` depends on its words alone, so that a
    decision holds for the very difference that was shown."""

    text: str

    @property
    def id(self) -> str:
        """Ten letters."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Account:
    """The whole account. `mandatory` None: the workbook does not say."""

    sheets: tuple[SheetAccount, ...]
    criteria: int
    points: Decimal
    mandatory: int | None
    answers: int
    to_clarify: int
    aside: tuple[Aside, ...]
    sums: tuple[Sum, ...]
    doubts: tuple[Doubt, ...]
    remarks: tuple[str, ...]

    @property
    def read(self) -> tuple[SheetAccount, ...]:
        """The sheets that were read."""
        return tuple(s for s in self.sheets if s.taken)

    def undecided(self, accepted: frozenset[str]) -> tuple[Doubt, ...]:
        """The doubts that nobody decided; « all » decides them all."""
        return () if "all" in accepted else tuple(d for d in self.doubts if d.id not in accepted)


class UndecidedError(ClapvertError):
    """An import that waits for a person; `doubts` says of what."""

    def __init__(self, doubts: tuple[Doubt, ...]) -> None:
        self.doubts = doubts
        more = f" (et {len(doubts) - 3} autres)" if len(doubts) > 3 else ""
        super().__init__(
            ErrorCode.GRID_UNDECIDED,
            f"À décider avant d'importer : {' '.join(d.text for d in doubts[:3])}{more}",
            "Rien n'est écrit. Corrigez le classeur ou les colonnes, ou acceptez chaque écart.",
        )

    def listed(self) -> list[dict[str, Any]]:
        """For an API's answer."""
        return [{"id": d.id, "text": d.text} for d in self.doubts]
