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

from assistant.label.projects.history import Now
from assistant.label.projects.records import check_member
from assistant.label.projects.visits import SITTING
from ingest.database import Database


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
        with self._db.write() as db:
            check_member(db, project_id, owner)
            row = db.execute(
                "select at, seen, before_at, before from visit where project = ? and owner = ?", (project_id, owner)
            ).fetchone()
            if row is None:
                before_at, before = None, None
            elif at - dt.datetime.fromisoformat(row[0]) > SITTING:
                before_at, before = row[0], row[1]
            else:
                before_at, before = row[2], row[3]
            db.execute(
                "insert or replace into visit values (?, ?, ?, ?, ?, ?)",
                (project_id, owner, at.isoformat(), json.dumps(seen, ensure_ascii=False), before_at, before),
            )
        return Last(dt.datetime.fromisoformat(before_at) if before_at else None, json.loads(before) if before else {})
