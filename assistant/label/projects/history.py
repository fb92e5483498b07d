"""The history of projects: every change with its author, its time, the values before and after.

Guarantee: a change is written in the transaction that makes it, and goes only with its project.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from assistant.label.projects.records import check_member, member_name
from assistant.label.projects.tables import HISTORY, PROJECT
from ingest.storage.database import Database

Now = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a project's history. `kind`: project, state, grid, matched, department, moved, evidence_added,
    evidence_removed, joined."""

    seq: int
    at: dt.datetime
    by: str
    kind: str
    code: str | None
    before: dict[str, Any]
    after: dict[str, Any]


class History:
    """The changes of every project."""

    def __init__(self, database: Database, now: Now) -> None:
        self._db = database
        self._now = now

    def of(
        self, project_id: str, owner: str | None, code: str | None = None, limit: int = 100, before: int | None = None,
        after: int = 0,
    ) -> list[Change]:  # fmt: skip
        """Changes of a project, the last first; of one criterion when `code` is given; `before` and `after` are
        `seq`s."""
        asked = select(HISTORY).where(
            HISTORY.c.project == project_id, HISTORY.c.seq < (before or 1 << 62), HISTORY.c.seq > after
        )
        if code is not None:
            asked = asked.where(HISTORY.c.code == code)
        with self._db.read() as db:
            check_member(db, project_id, owner)
            rows = db.execute(asked.order_by(HISTORY.c.seq.desc()).limit(limit)).all()
        return [
            Change(
                r.seq, dt.datetime.fromisoformat(r.at), r.by, r.kind, r.code, json.loads(r.before), json.loads(r.after)
            )
            for r in rows
        ]

    def add(
        self, db: Connection, project_id: str, owner: str | None, kind: str, code: str | None,
        before: Mapping[str, Any], after: Mapping[str, Any],
    ) -> None:  # fmt: skip
        """Write a change in the transaction of `db`; the project was changed now."""
        at = self._now().isoformat()
        row = {"project": project_id, "at": at, "by": member_name(db, project_id, owner), "kind": kind, "code": code}
        db.execute(insert(HISTORY).values(**row, before=_json(before), after=_json(after)))
        db.execute(update(PROJECT).where(PROJECT.c.id == project_id).values(updated=at))


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
