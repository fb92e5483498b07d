"""The members of projects: who was invited, and the name under which each one's changes are kept."""

from __future__ import annotations

import secrets

from assistant.label.projects.history import History
from assistant.label.projects.projects import Project
from assistant.label.projects.records import add_member, check_member, load_project, member_name
from ingest.database import Database
from ingest.errors import ClapvertError, ErrorCode


class Members:
    """The members of every project of a file."""

    def __init__(self, database: Database, history: History) -> None:
        self._db = database
        self._history = history

    def invitation(self, project_id: str, owner: str | None, renew: bool = False) -> str:
        """The secret of a project's invitation; renewed, the one before no longer opens it."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            known = db.execute("select invitation from project where id = ?", (project_id,)).fetchone()[0]
            if known and not renew:
                return str(known)
            token = secrets.token_urlsafe(24)
            db.execute("update project set invitation = ? where id = ?", (token, project_id))
            return token

    def join(self, token: str, owner: str, name: str) -> Project:
        """Make the holder of an invitation a member, under a name that the history shows; `PROJECT_NOT_FOUND`."""
        with self._db.write() as db:
            row = db.execute("select id from project where invitation = ?", (token,)).fetchone() if token else None
            if row is None:
                raise ClapvertError(
                    ErrorCode.PROJECT_NOT_FOUND,
                    "Cette invitation est inconnue, ou a été remplacée.",
                    "Demandez-en une autre à la personne qui tient le projet.",
                )
            known = db.execute("select 1 from member where project = ? and owner = ?", (row[0], owner)).fetchone()
            add_member(db, row[0], owner, name)
            if not known:
                self._history.add(db, row[0], owner, "joined", None, {}, {"name": member_name(db, row[0], owner)})
            return load_project(db, row[0])

    def rename(self, project_id: str, owner: str, name: str) -> None:
        """The name under which the caller's next changes are kept."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            add_member(db, project_id, owner, name)

    def name(self, project_id: str, owner: str | None) -> str:
        """The name under which the caller's changes are kept."""
        with self._db.read() as db:
            return member_name(db, project_id, owner)
