"""What each member last saw of a project, so that the page can say what changed since.

Guarantee: a visit is one sitting: pages opened within `SITTING` of each other belong to it, and all of them are
compared with what was seen at the end of the sitting before. The first visit shows nothing as new.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from assistant.label.projects.history import Now
from assistant.label.projects.records import check_member
from assistant.label.projects.visits import SITTING
from assistant.project.tables import VISIT
from ingest.storage.database import Database
from ingest.storage.rows import put


@dataclass(frozen=True, slots=True)
class Last:
    """What was seen at the end of the last sitting; `at` None on a first visit."""

    at: dt.datetime | None
    seen: Mapping[str, Any]


class Visits:
    """The visits of every project of a file."""

    def __init__(self, database: Database, now: Now) -> None:
        self._db = database
        self._now = now

    def look(self, project_id: str, owner: str, seen: Mapping[str, Any]) -> Last:
        """Note what a member sees of a project; what they saw at the end of the sitting before."""
        at = self._now()
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            row = db.execute(select(VISIT).where(VISIT.c.project == project_id, VISIT.c.owner == owner)).one_or_none()
            if row is None:
                before_at, before = None, None
            elif at - dt.datetime.fromisoformat(row.at) > SITTING:
                before_at, before = row.at, row.seen
            else:
                before_at, before = row.before_at, row.before
            now = {"project": project_id, "owner": owner, "at": at.isoformat()}
            told = {"seen": json.dumps(seen, ensure_ascii=False), "before_at": before_at, "before": before}
            put(db, VISIT, now | told, ("project", "owner"))
        return Last(dt.datetime.fromisoformat(before_at) if before_at else None, json.loads(before) if before else {})
