"""Label projects: what was said of each criterion, its evidence, its official grid.

Guarantee: ids are unguessable, and a project is seen by its members alone (the caller's signed name, or whoever was
given its invitation). Every row has a revision: a write based on an older one is refused with the current value; a
write without a revision changes only the fields it names. Every change is kept in the history. A deleted project leaves
no row, and in a SQLite file no byte. `owner` None is the user of the data folder (the command
line), who sees every project in it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from assistant.label.projects.edits import (
    differences,
    edited_project,
    edited_state,
    fields_of,
    rekeyed_project,
    said_of_grid,
    said_of_project,
    said_of_state,
    same_revision,
    valid_project,
    without_states,
)
from assistant.label.projects.history import History, Now
from assistant.label.projects.members import Members
from assistant.label.projects.projects import CriterionState, EvidenceFile, Grid, Project
from assistant.label.projects.records import (
    add_evidence,
    add_member,
    check_member,
    load_evidence,
    load_project,
    load_state,
    member_name,
    rekey,
    save_state,
)
from assistant.label.projects.tables import (
    EVIDENCE,
    HISTORY,
    MEMBER,
    PROJECT,
    STATE,
    UPLOAD,
    VISIT,
    label_database,
)
from assistant.label.projects.uploads import Uploads
from assistant.label.projects.visits import Visits
from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.engine import Where
from ingest.storage.rows import new_id

MAX_PROJECTS = 200
"""Projects of one owner."""
_BYTES = "evidence bytes"
"""The name of writes that attach files, or erase the bytes of those that were detached."""


def utc_now() -> dt.datetime:
    """Now, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


class LabelStore:
    """The projects of a data folder, with their `history`, their `members` and their `uploads`."""

    def __init__(self, where: Where, now: Now = utc_now) -> None:
        self._db = label_database(where)
        self.now = now
        self.history = History(self._db, now)
        self.members = Members(self._db, self.history, load_project)
        self.uploads = Uploads(self._db)
        self.visits = Visits(self._db, self.history, now)

    def create(self, owner: str, framework: str, title: str, scheme: str | None = None, note: str = "") -> Project:
        """A new project of one framework; the caller checks that the framework exists."""
        at = self.now()
        project = valid_project(
            id=new_id(), framework=framework, title=title, scheme=scheme, note=note,
            created_at=at, updated_at=at,
        )  # fmt: skip
        with self._db.write() as db:
            held = select(func.count()).select_from(MEMBER).where(MEMBER.c.owner == owner)
            if db.execute(held).scalar_one() >= MAX_PROJECTS:
                raise ClapvertError(
                    ErrorCode.BAD_REQUEST, f"{MAX_PROJECTS} projets au plus.", "Supprimez un projet terminé."
                )
            self._insert(db, project, owner, "")
            self.history.add(db, project.id, owner, "project", None, {}, said_of_project(project))
        return project

    def projects(self, owner: str | None) -> list[Project]:
        """The projects that a caller may open, the last changed first."""
        asked = select(PROJECT.c.id).order_by(PROJECT.c.updated.desc(), PROJECT.c.id)
        if owner is not None:
            asked = asked.where(PROJECT.c.id.in_(select(MEMBER.c.project).where(MEMBER.c.owner == owner)))
        with self._db.read() as db:
            return [load_project(db, ident) for ident in db.execute(asked).scalars().all()]

    def get(self, project_id: str, owner: str | None) -> Project:
        """A project with its states and its grid; `PROJECT_NOT_FOUND` when it is not the caller's."""
        with self._db.read() as db:
            check_member(db, project_id, owner)
            return load_project(db, project_id)

    def edit(
        self, project_id: str, owner: str | None, changes: Mapping[str, Any], revision: int | None = None
    ) -> Project:
        """Change `title`, `scheme` or `note`; `EDIT_CONFLICT` when `revision` is no longer the current one."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            old = load_project(db, project_id)
            same_revision(revision, old.revision, lambda: without_states(old))
            new = edited_project(old, changes)
            before, after = differences(said_of_project(old), said_of_project(new))
            if not after:
                return old
            self._save_project(db, new)
            self.history.add(db, project_id, owner, "project", None, before, after)
            return load_project(db, project_id)

    def set_grid(
        self, project_id: str, owner: str | None, grid: Grid, revision: int | None = None, *,
        rekeyed: Mapping[str, str] | None = None, outside: Mapping[str, str] | None = None, kind: str = "grid",
    ) -> Project:  # fmt: skip
        """Take an imported grid in place of the one before; what was said of its criteria stays, under the keys that
        `rekeyed` gives them; `outside` holds the titles of those that are no longer in the grid. `kind`: what the
        history calls the change."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            old = load_project(db, project_id)
            same_revision(revision, old.revision, lambda: without_states(old))
            rekey(db, project_id, rekeyed or {})
            new = rekeyed_project(old.model_copy(update={"grid": grid}), rekeyed or {}, outside or {})
            self._save_project(db, new)
            self.history.add(db, project_id, owner, kind, None, said_of_grid(old.grid), said_of_grid(grid, rekeyed))
            return load_project(db, project_id)

    def set_departments(
        self, project_id: str, owner: str | None, *, renamed: Mapping[str, str] | None = None,
        moved: Mapping[str, tuple[str, ...]] | None = None, revision: int | None = None,
    ) -> Project:  # fmt: skip
        """Give departments other names, or criteria other departments (none: back where the grid puts them); what is
        not named stays."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            old = load_project(db, project_id)
            same_revision(revision, old.revision, lambda: without_states(old))
            names = {k: v for k, v in (dict(old.renamed) | dict(renamed or {})).items() if v and v != k}
            places = {k: v for k, v in (dict(old.moved) | dict(moved or {})).items() if v}
            new = old.model_copy(update={"renamed": names, "moved": places})
            if (names, places) == (old.renamed, old.moved):
                return old
            self._save_project(db, new)
            for old_name, name in (renamed or {}).items():
                self.history.add(
                    db, project_id, owner, "department", None, {"name": old_name}, {"name": name or old_name}
                )
            for key, where in (moved or {}).items():
                before = {"departments": ", ".join(old.moved.get(key, ()))}
                self.history.add(db, project_id, owner, "moved", key, before, {"departments": ", ".join(where)})
            return load_project(db, project_id)

    def put_state(
        self, project_id: str, owner: str | None, code: str, changes: Mapping[str, Any], revision: int | None = None
    ) -> CriterionState:
        """Change what is said of a criterion; the fields that `changes` does not name stay. The caller checks that the
        criterion exists. `EDIT_CONFLICT` with the current state; `REASON_MISSING` for « sans objet » without one."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            old = load_state(db, project_id, code)
            same_revision(revision, old.revision, lambda: old.model_dump(mode="json"))
            new = edited_state(old, changes)
            before, after = differences(said_of_state(old), said_of_state(new))
            if not after:
                return old
            at, by = self.now(), member_name(db, project_id, owner)
            new = new.model_copy(update={"revision": old.revision + 1, "updated_at": at, "updated_by": by})
            save_state(db, project_id, new)
            self.history.add(db, project_id, owner, "state", code, before, after)
            return new

    def add_evidence(
        self, project_id: str, owner: str | None, code: str, name: str, sha256: str, size: int, media_type: str,
        keep: Callable[[], object] = bool,
    ) -> EvidenceFile:  # fmt: skip
        """Attach a file; `keep` sees to its bytes, while nobody erases those that no row refers to."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            self._db.exclude(db, _BYTES)
            keep()
            file = EvidenceFile(
                id=secrets.token_urlsafe(12), name=name, sha256=sha256, size=size, media_type=media_type,
                added_at=self.now(), added_by=member_name(db, project_id, owner),
            )  # fmt: skip
            add_evidence(db, project_id, code, file)
            self.history.add(db, project_id, owner, "evidence_added", code, {}, {"name": name, "sha256": sha256})
            return file

    def evidence(self, project_id: str, owner: str | None, evidence_id: str) -> EvidenceFile:
        """One attached file; `EVIDENCE_NOT_FOUND`."""
        with self._db.read() as db:
            check_member(db, project_id, owner)
            return load_evidence(db, project_id, evidence_id)[1]

    def remove_evidence(self, project_id: str, owner: str | None, evidence_id: str) -> str:
        """Detach a file; its hash, for the caller to have its bytes erased by `unheld`."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            code, file = load_evidence(db, project_id, evidence_id)
            db.execute(delete(EVIDENCE).where(EVIDENCE.c.id == evidence_id))
            self.history.add(
                db, project_id, owner, "evidence_removed", code, {"name": file.name, "sha256": file.sha256}, {}
            )
        self._db.empty_log()
        return file.sha256

    def unheld(self, hashes: set[str], erase: Callable[[str], None]) -> None:
        """Have the bytes erased of those contents that no project has any more."""
        with self._db.write(_BYTES) as db:
            held = db.execute(select(EVIDENCE.c.sha256).where(EVIDENCE.c.sha256.in_(hashes))).scalars().all()
            for sha256 in hashes.difference(held):
                erase(sha256)

    def stored_bytes(self, project_id: str) -> int:
        """Bytes of the files attached to a project."""
        with self._db.read() as db:
            rows = db.execute(select(EVIDENCE.c.data).where(EVIDENCE.c.project == project_id)).scalars().all()
        return sum(EvidenceFile.model_validate_json(r).size for r in rows)

    def delete(self, project_id: str, owner: str | None) -> set[str]:
        """Erase a project, its history and its list of files; the hashes that it held."""
        with self._db.write(project_id) as db:
            check_member(db, project_id, owner)
            held = set(db.execute(select(EVIDENCE.c.sha256).where(EVIDENCE.c.project == project_id)).scalars())
            for table in (STATE, EVIDENCE, HISTORY, VISIT, MEMBER, UPLOAD):
                db.execute(delete(table).where(table.c.project == project_id))
            db.execute(delete(PROJECT).where(PROJECT.c.id == project_id))
        self._db.empty_log()
        return held

    def duplicate(self, project_id: str, owner: str, title: str) -> Project:
        """A copy for another production: same grid, people and notes, nothing done yet and no evidence; what was
        « sans objet » or « non retenu » is to be decided again."""
        source = self.get(project_id, owner)
        at = self.now()
        copy = valid_project(
            **(fields_of(source) | {"id": new_id(), "title": title, "revision": 1,
                                  "created_at": at, "updated_at": at}),
        )  # fmt: skip
        with self._db.write() as db:
            self._insert(db, copy, owner, member_name(db, project_id, owner))
            for code, state in source.states.items():
                if not (state.person or state.note):
                    continue
                kept = CriterionState(code=code, person=state.person, note=state.note, revision=1, updated_at=at)
                save_state(db, copy.id, kept)
            self.history.add(
                db, copy.id, owner, "project", None, {}, {**said_of_project(copy), "copy_of": source.title}
            )
            return load_project(db, copy.id)

    def _insert(self, db: Connection, project: Project, owner: str, name: str) -> None:
        data, updated = project.model_dump_json(exclude={"states"}), project.updated_at.isoformat()
        db.execute(insert(PROJECT).values(id=project.id, data=data, updated=updated))
        add_member(db, project.id, owner, name)

    def _save_project(self, db: Connection, project: Project) -> None:
        new = project.model_copy(update={"revision": project.revision + 1})
        data = new.model_dump_json(exclude={"states"})
        db.execute(update(PROJECT).where(PROJECT.c.id == project.id).values(data=data))
