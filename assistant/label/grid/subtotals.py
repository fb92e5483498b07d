"""Rows without a code in a grid of codes: totals, section titles that carry their subtotal, or criteria to look at.

Guarantee: such a row is taken for a total or a subtotal only when its points are exactly the sum of the rows it stands
under or over; any other one stays a criterion. Both are doubts: chance can make a criterion worth the sum of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assistant.label.grid.rows import RowRead
from assistant.label.grid.table import CODE

TOTAL_OF, HEAD_OF = "somme des lignes au-dessus : lue comme un total", "titre de section avec son sous-total"
_CODED = 0.6
"""Share of the rows that have a code, from which one without is looked at."""


@dataclass(slots=True)
class Settled:
    """The criteria of a sheet once its subtotals are out: rows set aside, section title by row, rows to look at."""

    readings: list[RowRead]
    aside: list[tuple[int, str]] = field(default_factory=list)
    sections: dict[int, str] = field(default_factory=dict)
    uncoded: list[tuple[int, str]] = field(default_factory=list)


def settled(readings: Sequence[RowRead]) -> Settled:
    """Take the subtotals out of the readings of a sheet."""
    own = [r for r in readings if not r.continues]
    if not own or sum(_coded(r) for r in own) < _CODED * len(own):
        return Settled(list(readings))
    out = Settled([])
    odd = [n for n, r in enumerate(readings) if not r.continues and not _coded(r) and r.points is not None]
    since = 0
    section: str | None = None
    for n, r in enumerate(readings):
        if n not in odd:
            out.readings.append(r)
            if section is not None:
                out.sections[r.row] = section
            continue
        after = next((m for m in odd if m > n), len(readings))
        if r.points == _sum(readings[since:n]):
            out.aside.append((r.row, TOTAL_OF))
            section = None
        elif r.points == _sum(readings[n + 1 : after]):
            out.aside.append((r.row, HEAD_OF))
            section = r.title or r.key
        else:
            out.readings.append(r)
            out.uncoded.append((r.row, r.title or r.key))
        since = n + 1
    return out


def _coded(r: RowRead) -> bool:
    return r.code is not None and (bool(CODE.match(r.code)) or r.code.isdigit())


def _sum(readings: Sequence[RowRead]) -> Decimal | None:
    """The points of some rows; None when there is none."""
    points = [r.points for r in readings if r.points is not None and not r.continues]
    return sum(points, Decimal(0)) if points else None
