"""How far a project is: by department, by person, by poste, and what is late.

Guarantee: counts only, of criteria that the project holds; no point and no percentage of a score. A criterion that two
departments act on counts once in each, and once in the whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.label.projects.projects import OPEN, STATUS_LABELS, Row, Status

UNASSIGNED = "Sans responsable"


class Tally(BaseModel):
    """Counts of a group of criteria."""

    model_config = ConfigDict(frozen=True)

    name: str
    total: int
    by_status: dict[Status, int]
    late: int = Field(description="open, and due before today")
    evidenced: int = Field(description="with at least one file attached")

    @property
    def applicable(self) -> int:
        """Criteria that are not « sans objet »."""
        return self.total - self.by_status[Status.SANS_OBJET]

    @property
    def done(self) -> int:
        """Criteria done."""
        return self.by_status[Status.FAIT]

    @property
    def left(self) -> int:
        """Criteria with something left to do."""
        return sum(self.by_status[s] for s in OPEN)


class Progress(BaseModel):
    """The whole, then each group in the order of the board."""

    model_config = ConfigDict(frozen=True)

    whole: Tally
    departments: tuple[Tally, ...]
    people: tuple[Tally, ...]
    postes: tuple[Tally, ...]


def progress(rows: Sequence[Row], today: dt.date) -> Progress:
    """The progress of a board on a day."""
    return Progress(
        whole=_tally("Ensemble", rows, today),
        departments=_by(((d, r) for r in rows for d in r.departments), today),
        people=_by(((r.state.person or UNASSIGNED, r) for r in rows), today),
        postes=_by(((r.poste, r) for r in rows), today),
    )


def late(row: Row, today: dt.date) -> bool:
    """Whether a criterion is still open after its day."""
    return row.state.open and row.state.due is not None and row.state.due < today


def status_line(tally: Tally) -> str:
    """A tally in French: « 3 faits sur 8, 2 en cours, 1 en retard »."""
    parts = [f"{tally.done} fait{'s' if tally.done > 1 else ''} sur {tally.applicable}"]
    if tally.by_status[Status.EN_COURS]:
        parts.append(f"{tally.by_status[Status.EN_COURS]} en cours")
    parts += [
        f"{n} {STATUS_LABELS[s].lower()}" for s in (Status.NON_RETENU, Status.SANS_OBJET) if (n := tally.by_status[s])
    ]
    if tally.late:
        parts.append(f"{tally.late} en retard")
    return ", ".join(parts)


def _by(pairs: Iterable[tuple[str, Row]], today: dt.date) -> tuple[Tally, ...]:
    groups: dict[str, list[Row]] = {}
    for name, row in pairs:
        groups.setdefault(name, []).append(row)
    return tuple(_tally(name, rows, today) for name, rows in groups.items())


def _tally(name: str, rows: Sequence[Row], today: dt.date) -> Tally:
    counts: dict[str, Any] = {s: sum(r.state.status is s for r in rows) for s in Status}
    return Tally(
        name=name,
        total=len(rows),
        by_status=counts,
        late=sum(late(r, today) for r in rows),
        evidenced=sum(bool(r.state.evidence) for r in rows),
    )
