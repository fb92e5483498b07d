"""The members of projects: who was invited, and the name under which each one's changes are kept; of label projects and
of productions alike."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from assistant.label.projects.history import History
from assistant.label.projects.records import add_member, check_member, member_name
from assistant.label.projects.tables import MEMBER, PROJECT
from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.database import Database

T = TypeVar("T")


class Members(Generic[T]):
    """The members of every project of a store; `load` reads one of its projects."""

    def __init__(self, database: Database, history: History, load: Callable[[Connection, str], T]) -> None:
        self._db = database
        self._history = history
        self._load = load

    def invitation(self, project_id: str, owner: str | None, renew: bool = False) -> str:
        """The secret of a project's invitation; renewed, the one before no longer opens it."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            known = db.execute(select(PROJECT.c.invitation).where(PROJECT.c.id == project_id)).scalar()
            if known and not renew:
                return str(known)
            token = secrets.token_urlsafe(24)
            db.execute(update(PROJECT).where(PROJECT.c.id == project_id).values(invitation=token))
            return token

    def join(self, token: str, owner: str, name: str) -> T:
        """Make the holder of an invitation a member, under a name that the history shows; `PROJECT_NOT_FOUND`."""
        with self._db.read() as db:
            asked = select(PROJECT.c.id).where(PROJECT.c.invitation == token)
            found = db.execute(asked).scalar() if token else None
        if found is None:
            raise ClapvertError(
                ErrorCode.PROJECT_NOT_FOUND,
                "Cette invitation est inconnue, ou a été remplacée.",
                "Demandez-en une autre à la personne qui tient le projet.",
            )
        project_id = str(found)
        with self._db.write(project_id) as db:
            check_member(db, project_id, None)
            mine = MEMBER.c.project == project_id, MEMBER.c.owner == owner
            known = db.execute(select(MEMBER.c.n).where(*mine)).first()
            add_member(db, project_id, owner, name)
            if not known:
                called = member_name(db, project_id, owner)
                self._history.add(db, project_id, owner, "joined", None, {}, {"name": called})
            return self._load(db, project_id)

    def rename(self, project_id: str, owner: str, name: str) -> None:
        """The name under which the caller's next changes are kept."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            add_member(db, project_id, owner, name)

    def name(self, project_id: str, owner: str | None) -> str:
        """The name under which the caller's changes are kept."""
        with self._db.read() as db:
            return member_name(db, project_id, owner)
