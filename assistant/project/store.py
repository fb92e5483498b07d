"""Projects, kept and shared as label projects are.

Guarantee: ids are unguessable, and a project is seen by its members alone (the caller's signed name, or whoever was
given its invitation). A write based on an older revision is refused with the current value; every change is kept in
the history. A deleted project leaves no row, and in a SQLite file no byte. `owner` None is the user of the data folder
(the command line), who sees every project in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from assistant.label.projects.edits import differences, same_revision
from assistant.label.projects.history import History, Now
from assistant.label.projects.members import Members
from assistant.label.projects.records import add_member, check_member
from assistant.label.projects.store import MAX_PROJECTS, utc_now
from assistant.label.projects.tables import HISTORY, MEMBER, PROJECT
from assistant.project.projects import Project
from assistant.project.tables import VISIT, WATCH, project_database
from assistant.project.visits import Visits
from assistant.project.watches import Watches
from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.engine import Where
from ingest.storage.rows import new_id

EDITED = ("title", "note", "picked", "given", "done", "aside", "label")


class ProjectStore:
    """The projects of a data folder, with their `history`, their `members`, their `visits` and their `watches`."""

    def __init__(self, where: Where, now: Now = utc_now) -> None:
        self._db = project_database(where)
        self._now = now
        self.history = History(self._db, now)
        self.members = Members(self._db, self.history, _load)
        self.visits = Visits(self._db, now)
        self.watches = Watches(self._db, now)

    def create(self, owner: str, title: str, **fields: Any) -> Project:
        """A new project; the caller has checked its choices and its facts."""
        at = self._now()
        project = _valid(id=new_id(), title=title, created_at=at, updated_at=at, **fields)
        with self._db.write() as db:
            held = select(func.count()).select_from(MEMBER).where(MEMBER.c.owner == owner)
            if db.execute(held).scalar_one() >= MAX_PROJECTS:
                raise ClapvertError(
                    ErrorCode.BAD_REQUEST, f"{MAX_PROJECTS} projets au plus.", "Supprimez un projet terminé."
                )
            row = {"id": project.id, "data": project.model_dump_json(), "updated": at.isoformat()}
            db.execute(insert(PROJECT).values(**row))
            add_member(db, project.id, owner, "")
            self.history.add(db, project.id, owner, "project", None, {}, _said(project))
        return project

    def projects(self, owner: str | None) -> list[Project]:
        """The projects that a caller may open, the last changed first."""
        asked = select(PROJECT.c.data).order_by(PROJECT.c.updated.desc(), PROJECT.c.id)
        if owner is not None:
            asked = asked.where(PROJECT.c.id.in_(select(MEMBER.c.project).where(MEMBER.c.owner == owner)))
        with self._db.read() as db:
            return [Project.model_validate_json(data) for data in db.execute(asked).scalars()]

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
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            old = _load(db, project_id)
            same_revision(revision, old.revision, lambda: old.model_dump(mode="json"))
            fields = {n: getattr(old, n) for n in Project.model_fields}
            new = _valid(**{**fields, **{f: changes[f] for f in EDITED if f in changes}})
            before, after = differences(_said(old), _said(new))
            if not after:
                return old
            new = new.model_copy(update={"revision": old.revision + 1, "updated_at": self._now()})
            db.execute(update(PROJECT).where(PROJECT.c.id == project_id).values(data=new.model_dump_json()))
            self.history.add(db, project_id, owner, "project", None, before, after)
            return new

    def delete(self, project_id: str, owner: str | None) -> None:
        """Erase a project, its history and its links, for good."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            for table in (HISTORY, VISIT, WATCH, MEMBER):
                db.execute(delete(table).where(table.c.project == project_id))
            db.execute(delete(PROJECT).where(PROJECT.c.id == project_id))
        self._db.empty_log()


def _load(db: Connection, project_id: str) -> Project:
    data = db.execute(select(PROJECT.c.data).where(PROJECT.c.id == project_id)).scalar()
    if data is None:
        raise ClapvertError(ErrorCode.PROJECT_NOT_FOUND, "Ce projet est inconnu, ou n'est pas le vôtre.")
    return Project.model_validate_json(data)


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
