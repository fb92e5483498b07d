"""Workbooks that wait for their columns to be accepted, and how their owner mapped the columns last time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from assistant.label.projects.records import check_member
from assistant.label.projects.tables import MAPPING, UPLOAD
from ingest.storage.database import Database
from ingest.storage.rows import put


class Uploads:
    """The workbooks of every project; one waits for a project at most."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def keep(self, project_id: str, owner: str | None, name: str, content: bytes) -> None:
        """Keep an uploaded workbook until its columns are accepted; it takes the place of the one before."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            put(db, UPLOAD, {"project": project_id, "name": name, "content": content}, ("project",))

    def waiting(self, project_id: str, owner: str | None) -> tuple[str, bytes] | None:
        """The name and content of the workbook that waits; None when none does."""
        with self._db.read() as db:
            check_member(db, project_id, owner)
            row = db.execute(select(UPLOAD).where(UPLOAD.c.project == project_id)).one_or_none()
        return (row.name, bytes(row.content)) if row else None

    def erase(self, project_id: str, owner: str | None) -> None:
        """Erase the workbook that waits."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            db.execute(delete(UPLOAD).where(UPLOAD.c.project == project_id))
        self._db.empty_log()

    def remember_mapping(self, owner: str, headings: str, mapping: Mapping[str, Any]) -> None:
        """Remember how columns were mapped; `headings` identifies the layout of a workbook."""
        row = {"owner": owner, "headings": headings, "data": json.dumps(dict(mapping))}
        with self._db.write(alone=None) as db:
            put(db, MAPPING, row, ("owner", "headings"))

    def mapping(self, owner: str, headings: str) -> dict[str, Any] | None:
        """How the caller mapped a workbook of this layout last time; None when never."""
        asked = select(MAPPING.c.data).where(MAPPING.c.owner == owner, MAPPING.c.headings == headings)
        with self._db.read() as db:
            data = db.execute(asked).scalar()
        return None if data is None else json.loads(data)
