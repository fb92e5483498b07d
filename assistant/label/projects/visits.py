"""When each member last looked at a project, so that the board can say what others changed since.

Guarantee: a visit is one sitting: pages opened within `SITTING` of each other belong to it, and all of them show what
changed since the sitting before. The first visit of a member shows nothing as new.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from assistant.label.projects.history import Change, History, Now
from assistant.label.projects.records import check_member, member_name
from ingest.database import Database

SITTING = dt.timedelta(minutes=30)
SHOWN = 50
"""Changes told at most."""


@dataclass(frozen=True, slots=True)
class Since:
    """What others changed since the last visit; `at` None on a first one."""

    at: dt.datetime | None
    changes: tuple[Change, ...]

    @property
    def codes(self) -> frozenset[str]:
        """The criteria they changed."""
        return frozenset(c.code for c in self.changes if c.code)


class Visits:
    """The visits of every project of a file."""

    def __init__(self, database: Database, history: History, now: Now) -> None:
        self._db = database
        self._history = history
        self._now = now

    def look(self, project_id: str, owner: str) -> Since:
        """Note that a member looks at a project; what others changed since their sitting before."""
        at = self._now()
        with self._db.write() as db:
            check_member(db, project_id, owner)
            me = member_name(db, project_id, owner)
            last = db.execute("select coalesce(max(seq), 0) from history where project = ?", (project_id,)).fetchone()[
                0
            ]
            row = db.execute(
                "select seen, at, since, before from visit where project = ? and owner = ?", (project_id, owner)
            ).fetchone()
            if row is None:
                since, before = last, None
            elif at - dt.datetime.fromisoformat(row[1]) > SITTING:
                since, before = row[0], row[1]
            else:
                since, before = row[2], row[3]
            db.execute(
                "insert or replace into visit values (?, ?, ?, ?, ?, ?)",
                (project_id, owner, last, at.isoformat(), since, before),
            )
        found = self._history.of(project_id, owner, limit=500, after=since)
        others = tuple(c for c in found if c.by != me)[:SHOWN]
        return Since(dt.datetime.fromisoformat(before) if before else None, others)
