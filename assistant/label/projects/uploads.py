"""Workbooks that wait for their columns to be accepted, and how their owner mapped the columns last time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assistant.label.projects.records import check_member
from ingest.database import Database


class Uploads:
    """The workbooks of every project of a file; one waits for a project at most."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def keep(self, project_id: str, owner: str | None, name: str, content: bytes) -> None:
        """Keep an uploaded workbook until its columns are accepted; it takes the place of the one before."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            db.execute("insert or replace into upload values (?, ?, ?)", (project_id, name, content))

    def waiting(self, project_id: str, owner: str | None) -> tuple[str, bytes] | None:
        """The name and content of the workbook that waits; None when none does."""
        with self._db.read() as db:
            check_member(db, project_id, owner)
            row = db.execute("select name, content from upload where project = ?", (project_id,)).fetchone()
        return (row[0], row[1]) if row else None

    def erase(self, project_id: str, owner: str | None) -> None:
        """Erase the workbook that waits."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            db.execute("delete from upload where project = ?", (project_id,))
        self._db.empty_log()

    def remember_mapping(self, owner: str, headings: str, mapping: Mapping[str, Any]) -> None:
        """Remember how columns were mapped; `headings` identifies the layout of a workbook."""
        with self._db.write() as db:
            db.execute("insert or replace into mapping values (?, ?, ?)", (owner, headings, json.dumps(dict(mapping))))

    def mapping(self, owner: str, headings: str) -> dict[str, Any] | None:
        """How the caller mapped a workbook of this layout last time; None when never."""
        with self._db.read() as db:
            row = db.execute("select data from mapping where owner = ? and headings = ?", (owner, headings)).fetchone()
        return json.loads(row[0]) if row else None
