"""The history of projects: every change with its author, its time, the values before and after.

Guarantee: a change is written in the transaction that makes it, and goes only with its project.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.label.projects.records import check_member, member_name
from ingest.database import Database

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
    """The changes of every project of a file."""

    def __init__(self, database: Database, now: Now) -> None:
        self._db = database
        self._now = now

    def of(
        self, project_id: str, owner: str | None, code: str | None = None, limit: int = 100, before: int | None = None,
        after: int = 0,
    ) -> list[Change]:  # fmt: skip
        """Changes of a project, the last first; of one criterion when `code` is given; `before` and `after` are
        `seq`s."""
        with self._db.read() as db:
            check_member(db, project_id, owner)
            rows = db.execute(
                "select seq, at, by, kind, code, before, after from history "
                "where project = ? and (? is null or code = ?) and seq < ? and seq > ? order by seq desc limit ?",
                (project_id, code, code, before or 1 << 62, after, limit),
            ).fetchall()
        return [
            Change(seq, dt.datetime.fromisoformat(at), by, kind, about, json.loads(old), json.loads(new))
            for seq, at, by, kind, about, old, new in rows
        ]

    def add(
        self, db: sqlite3.Cursor, project_id: str, owner: str | None, kind: str, code: str | None,
        before: Mapping[str, Any], after: Mapping[str, Any],
    ) -> None:  # fmt: skip
        """Write a change in the transaction of `db`; the project was changed now."""
        at = self._now().isoformat()
        row = (project_id, at, member_name(db, project_id, owner), kind, code, _json(before), _json(after))
        db.execute("insert into history (project, at, by, kind, code, before, after) values (?, ?, ?, ?, ?, ?, ?)", row)
        db.execute("update project set updated = ? where id = ?", (at, project_id))


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
