"""Projects in one SQLite file (`projects.db`), kept and shared as label projects are.

Guarantee: ids are unguessable, and a project is seen by its members alone (the caller's signed name, or whoever was
given its invitation). A write based on an older revision is refused with the current value; every change is kept in
the history. A deleted project leaves no byte in the file. `owner` None is the user of the data folder (the command
line), who sees every project in it.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.label.projects.edits import differences, same_revision
from assistant.label.projects.history import History, Now
from assistant.label.projects.records import add_member, check_member, member_name
from assistant.label.projects.store import MAX_PROJECTS, utc_now
from assistant.project.projects import Project
from assistant.project.tables import project_database
from assistant.project.visits import Visits
from assistant.project.watches import Watches
from ingest.errors import ClapvertError, ErrorCode

EDITED = ("title", "note", "picked", "given", "done", "aside", "label")


class ProjectStore:
    """The projects of a data folder, with their `history`, their `visits` and their `watches`."""

    def __init__(self, path: Path, now: Now = utc_now) -> None:
        self._db = project_database(path)
        self._now = now
        self.history = History(self._db, now)
        self.visits = Visits(self._db, now)
        self.watches = Watches(self._db, now)

    def create(self, owner: str, title: str, **fields: Any) -> Project:
        """A new project; the caller has checked its choices and its facts."""
        at = self._now()
        project = _valid(id=secrets.token_urlsafe(18), title=title, created_at=at, updated_at=at, **fields)
        with self._db.write() as db:
            if db.execute("select count(*) from member where owner = ?", (owner,)).fetchone()[0] >= MAX_PROJECTS:
                raise ClapvertError(
                    ErrorCode.BAD_REQUEST, f"{MAX_PROJECTS} projets au plus.", "Supprimez un projet terminé."
                )
            db.execute(
                "insert into project values (?, ?, ?, null)", (project.id, project.model_dump_json(), at.isoformat())
            )
            add_member(db, project.id, owner, "")
            self.history.add(db, project.id, owner, "project", None, {}, _said(project))
        return project

    def projects(self, owner: str | None) -> list[Project]:
        """The projects that a caller may open, the last changed first."""
        where = "" if owner is None else "where id in (select project from member where owner = ?)"
        with self._db.read() as db:
            rows = db.execute(
                f"select data from project {where} order by updated desc, rowid desc",  # noqa: S608
                () if owner is None else (owner,),
            ).fetchall()
        return [Project.model_validate_json(r[0]) for r in rows]

    def get(self, project_id: str, owner: str | None) -> Project:
        """A project; `PROJECT_NOT_FOUND` when it is not the caller's."""
        with self._db.read() as db:
            check_member(db, project_id, owner)
            return _load(db, project_id)

    def opened(self, project_id: str) -> Project:
        """A project for whoever holds a secret link to it."""
        with self._db.read() as db:
            return _load(db, project_id)

    def edit(
        self, project_id: str, owner: str | None, changes: Mapping[str, Any], revision: int | None = None
    ) -> Project:
        """Change the fields that `changes` names; `EDIT_CONFLICT` when `revision` is no longer the current one."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            old = _load(db, project_id)
            same_revision(revision, old.revision, lambda: old.model_dump(mode="json"))
            fields = {n: getattr(old, n) for n in Project.model_fields}
            new = _valid(**{**fields, **{f: changes[f] for f in EDITED if f in changes}})
            before, after = differences(_said(old), _said(new))
            if not after:
                return old
            new = new.model_copy(update={"revision": old.revision + 1, "updated_at": self._now()})
            db.execute("update project set data = ? where id = ?", (new.model_dump_json(), project_id))
            self.history.add(db, project_id, owner, "project", None, before, after)
            return new

    def delete(self, project_id: str, owner: str | None) -> None:
        """Erase a project, its history and its links, for good."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            for table in ("history", "visit", "watch", "member"):
                db.execute(f"delete from {table} where project = ?", (project_id,))  # noqa: S608
            db.execute("delete from project where id = ?", (project_id,))
        self._db.empty_log()

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
        """Make the holder of an invitation a member; `PROJECT_NOT_FOUND` when it is none, or no longer."""
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
                self.history.add(db, row[0], owner, "joined", None, {}, {"name": member_name(db, row[0], owner)})
            return _load(db, row[0])

    def member(self, project_id: str, owner: str | None) -> str:
        """The name under which the caller's changes are kept."""
        with self._db.read() as db:
            return member_name(db, project_id, owner)


def _load(db: sqlite3.Cursor, project_id: str) -> Project:
    row = db.execute("select data from project where id = ?", (project_id,)).fetchone()
    if row is None:
        raise ClapvertError(ErrorCode.PROJECT_NOT_FOUND, "Ce projet est inconnu, ou n'est pas le vôtre.")
    return Project.model_validate_json(row[0])


def _said(project: Project) -> dict[str, Any]:
    return project.model_dump(mode="json", include=set(EDITED))


def _valid(**fields: Any) -> Project:
    try:
        return Project.model_validate(fields)
    except ValidationError as exc:
        wrong = ", ".join(dict.fromkeys(str(e["loc"][0]) if e["loc"] else "demande" for e in exc.errors()))
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"Valeur refusée : {wrong}.", "Corrigez ce champ et recommencez."
        ) from exc
