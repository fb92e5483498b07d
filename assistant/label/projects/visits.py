"""When each member last looked at a project, so that the board can say what others changed since.

Guarantee: a visit is one sitting: pages opened within `SITTING` of each other belong to it, and all of them show what
changed since the sitting before. The first visit of a member shows nothing as new.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from assistant.label.projects.history import Change, History, Now
from assistant.label.projects.records import check_member, member_name
from assistant.label.projects.tables import HISTORY, VISIT
from ingest.storage.database import Database
from ingest.storage.rows import put

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
    """The visits of every project."""

    def __init__(self, database: Database, history: History, now: Now) -> None:
        self._db = database
        self._history = history
        self._now = now

    def look(self, project_id: str, owner: str) -> Since:
        """Note that a member looks at a project; what others changed since their sitting before."""
        at = self._now()
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            me = member_name(db, project_id, owner)
            last = db.execute(select(func.max(HISTORY.c.seq)).where(HISTORY.c.project == project_id)).scalar() or 0
            mine = VISIT.c.project == project_id, VISIT.c.owner == owner
            row = db.execute(select(VISIT).where(*mine)).one_or_none()
            if row is None:
                since, before = last, None
            elif at - dt.datetime.fromisoformat(row.at) > SITTING:
                since, before = row.seen, row.at
            else:
                since, before = row.since, row.before
            seen = {"project": project_id, "owner": owner, "seen": last, "at": at.isoformat()}
            put(db, VISIT, {**seen, "since": since, "before": before}, ("project", "owner"))
        found = self._history.of(project_id, owner, limit=500, after=since)
        others = tuple(c for c in found if c.by != me)[:SHOWN]
        return Since(dt.datetime.fromisoformat(before) if before else None, others)
