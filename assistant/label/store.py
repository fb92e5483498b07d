"""Label projects in one SQLite file (`label.db`): who may open them, what was said of each criterion, and who said it.

Guarantee: ids are unguessable, and a project is seen by its members alone (the caller's signed name, or whoever was
given its invitation). Every row has a revision: a write based on an older one is refused with the current value, so
that two browsers lose nothing; a write without a revision changes only the fields it names. Every change is kept with
its author, its time, the values before and after. A deleted project leaves no byte in the file. The file is readable
by its user alone. `owner` None is the user of the data folder (the command line), who sees every project in it.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.label.database import Database
from assistant.label.projects import CriterionState, EvidenceFile, Grid, Project, Status
from assistant.label.records import (
    add_member,
    check_member,
    load_evidence,
    load_project,
    load_state,
    member_name,
)
from ingest.errors import ClapvertError, ErrorCode

Now = Callable[[], dt.datetime]
STATE_FIELDS = ("status", "note", "person", "due", "not_applicable_reason", "level")
PROJECT_FIELDS = ("title", "scheme", "note")
MAX_PROJECTS = 200
"""Projects of one owner."""


class EditConflictError(ClapvertError):
    """Someone else wrote first; `current` is what stands now, as JSON."""

    def __init__(self, current: dict[str, Any]) -> None:
        super().__init__(
            ErrorCode.EDIT_CONFLICT,
            "Ce critère ou ce projet a été modifié entre-temps par quelqu'un d'autre.",
            "Relisez la valeur actuelle, puis enregistrez de nouveau.",
        )
        self.current = current


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a project's history. `kind`: project, state, grid, evidence_added, evidence_removed, joined."""

    seq: int
    at: dt.datetime
    by: str
    kind: str
    code: str | None
    before: dict[str, Any]
    after: dict[str, Any]


def utc_now() -> dt.datetime:
    """Now, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


class LabelStore:
    """The projects of a data folder."""

    def __init__(self, path: Path, now: Now = utc_now) -> None:
        self._db = Database(path)
        self.now = now

    def create(self, owner: str, framework: str, title: str, scheme: str | None = None, note: str = "") -> Project:
        """A new project of one framework; the caller checks that the framework exists."""
        at = self.now()
        project = _valid_project(
            id=secrets.token_urlsafe(18), framework=framework, title=title, scheme=scheme, note=note,
            created_at=at, updated_at=at,
        )  # fmt: skip
        with self._db.write() as db:
            if db.execute("select count(*) from member where owner = ?", (owner,)).fetchone()[0] >= MAX_PROJECTS:
                raise ClapvertError(
                    ErrorCode.BAD_REQUEST, f"{MAX_PROJECTS} projets au plus.", "Supprimez un projet terminé."
                )
            self._insert(db, project, owner, "")
            self._log(db, project.id, owner, "project", None, {}, _project_fields(project))
        return project

    def projects(self, owner: str | None) -> list[Project]:
        """The projects that a caller may open, the last changed first."""
        where = "" if owner is None else "where id in (select project from member where owner = ?)"
        with self._db.read() as db:
            rows = db.execute(
                f"select id from project {where} order by updated desc, rowid desc",  # noqa: S608
                () if owner is None else (owner,),
            ).fetchall()
            return [load_project(db, r[0]) for r in rows]

    def get(self, project_id: str, owner: str | None) -> Project:
        """A project with its states and its grid; `PROJECT_NOT_FOUND` when it is not the caller's."""
        with self._db.read() as db:
            check_member(db, project_id, owner)
            return load_project(db, project_id)

    def edit(
        self, project_id: str, owner: str | None, changes: Mapping[str, Any], revision: int | None = None
    ) -> Project:
        """Change `title`, `scheme` or `note`; `EDIT_CONFLICT` when `revision` is no longer the current one."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            old = load_project(db, project_id)
            _same_revision(revision, old.revision, lambda: _without_states(old))
            fields = {f: changes[f] for f in PROJECT_FIELDS if f in changes}
            new = _valid_project(**(_fields(old) | fields))
            before, after = _differences(_project_fields(old), _project_fields(new))
            if not after:
                return old
            self._save_project(db, new)
            self._log(db, project_id, owner, "project", None, before, after)
            return load_project(db, project_id)

    def set_grid(self, project_id: str, owner: str | None, grid: Grid, revision: int | None = None) -> Project:
        """Take an imported grid in place of the one before; what was said of its criteria stays, by key."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            old = load_project(db, project_id)
            _same_revision(revision, old.revision, lambda: _without_states(old))
            self._save_project(db, old.model_copy(update={"grid": grid}))
            self._log(db, project_id, owner, "grid", None, _grid_line(old.grid), _grid_line(grid))
            return load_project(db, project_id)

    def put_state(
        self, project_id: str, owner: str | None, code: str, changes: Mapping[str, Any], revision: int | None = None
    ) -> CriterionState:
        """Change what is said of a criterion; the fields that `changes` does not name stay. The caller checks that the
        criterion exists. `EDIT_CONFLICT` with the current state; `REASON_MISSING` for « sans objet » without one."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            old = load_state(db, project_id, code)
            _same_revision(revision, old.revision, lambda: old.model_dump(mode="json"))
            fields = {f: changes[f] for f in STATE_FIELDS if f in changes}
            new = _valid_state(_fields(old) | fields)
            before, after = _differences(_state_fields(old), _state_fields(new))
            if not after:
                return old
            at, by = self.now(), member_name(db, project_id, owner)
            new = new.model_copy(update={"revision": old.revision + 1, "updated_at": at, "updated_by": by})
            db.execute(
                "insert or replace into state values (?, ?, ?)",
                (project_id, code, new.model_dump_json(exclude={"evidence"})),
            )
            self._log(db, project_id, owner, "state", code, before, after)
            return new

    def add_evidence(
        self, project_id: str, owner: str | None, code: str, name: str, sha256: str, size: int, media_type: str
    ) -> EvidenceFile:
        """Attach a file whose bytes are already in the data folder."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            file = EvidenceFile(
                id=secrets.token_urlsafe(12), name=name, sha256=sha256, size=size, media_type=media_type,
                added_at=self.now(), added_by=member_name(db, project_id, owner),
            )  # fmt: skip
            db.execute(
                "insert into evidence values (?, ?, ?, ?, ?)",
                (file.id, project_id, code, sha256, file.model_dump_json()),
            )
            self._log(db, project_id, owner, "evidence_added", code, {}, {"name": name, "sha256": sha256})
            return file

    def evidence(self, project_id: str, owner: str | None, evidence_id: str) -> EvidenceFile:
        """One attached file; `EVIDENCE_NOT_FOUND`."""
        with self._db.read() as db:
            check_member(db, project_id, owner)
            return load_evidence(db, project_id, evidence_id)[1]

    def remove_evidence(self, project_id: str, owner: str | None, evidence_id: str) -> str:
        """Detach a file; its hash, for the caller to erase the bytes when `holds` says that nothing needs them."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            code, file = load_evidence(db, project_id, evidence_id)
            db.execute("delete from evidence where id = ?", (evidence_id,))
            self._log(db, project_id, owner, "evidence_removed", code, {"name": file.name, "sha256": file.sha256}, {})
        self._db.empty_log()
        return file.sha256

    def holds(self, sha256: str) -> bool:
        """Whether any project of the folder has a file of this content."""
        with self._db.read() as db:
            return db.execute("select 1 from evidence where sha256 = ? limit 1", (sha256,)).fetchone() is not None

    def stored_bytes(self, project_id: str) -> int:
        """Bytes of the files attached to a project."""
        with self._db.read() as db:
            rows = db.execute("select data from evidence where project = ?", (project_id,)).fetchall()
        return sum(EvidenceFile.model_validate_json(r[0]).size for r in rows)

    def delete(self, project_id: str, owner: str | None) -> set[str]:
        """Erase a project, its history and its list of files; the hashes that it held."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            held = {r[0] for r in db.execute("select sha256 from evidence where project = ?", (project_id,))}
            for table in ("state", "evidence", "history", "member", "upload"):
                db.execute(f"delete from {table} where project = ?", (project_id,))  # noqa: S608
            db.execute("delete from project where id = ?", (project_id,))
        self._db.empty_log()
        return held

    def duplicate(self, project_id: str, owner: str, title: str) -> Project:
        """A copy for another production: same grid, people and notes, nothing done yet and no evidence; what was
        « sans objet » or « non retenu » is to be decided again."""
        source = self.get(project_id, owner)
        at = self.now()
        copy = _valid_project(
            **(_fields(source) | {"id": secrets.token_urlsafe(18), "title": title, "revision": 1,
                                  "created_at": at, "updated_at": at}),
        )  # fmt: skip
        with self._db.write() as db:
            self._insert(db, copy, owner, member_name(db, project_id, owner))
            for code, state in source.states.items():
                if not (state.person or state.note):
                    continue
                kept = CriterionState(code=code, person=state.person, note=state.note, revision=1, updated_at=at)
                db.execute(
                    "insert into state values (?, ?, ?)", (copy.id, code, kept.model_dump_json(exclude={"evidence"}))
                )
            self._log(db, copy.id, owner, "project", None, {}, {**_project_fields(copy), "copy_of": source.title})
            return load_project(db, copy.id)

    def history(
        self, project_id: str, owner: str | None, code: str | None = None, limit: int = 100, before: int | None = None
    ) -> list[Change]:
        """Changes of a project, the last first; of one criterion when `code` is given; `before` is a `seq`."""
        with self._db.read() as db:
            check_member(db, project_id, owner)
            rows = db.execute(
                "select seq, at, by, kind, code, before, after from history "
                "where project = ? and (? is null or code = ?) and seq < ? order by seq desc limit ?",
                (project_id, code, code, before or 1 << 62, limit),
            ).fetchall()
        return [
            Change(seq, dt.datetime.fromisoformat(at), by, kind, about, json.loads(old), json.loads(new))
            for seq, at, by, kind, about, old, new in rows
        ]

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
                self._log(db, row[0], owner, "joined", None, {}, {"name": member_name(db, row[0], owner)})
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

    def stage(self, project_id: str, owner: str | None, name: str, content: bytes) -> None:
        """Keep an uploaded workbook until its columns are accepted; it takes the place of the one before."""
        with self._db.write() as db:
            check_member(db, project_id, owner)
            db.execute("insert or replace into upload values (?, ?, ?)", (project_id, name, content))

    def staged(self, project_id: str, owner: str | None) -> tuple[str, bytes] | None:
        """The name and content of the workbook that waits; None when none does."""
        with self._db.read() as db:
            check_member(db, project_id, owner)
            row = db.execute("select name, content from upload where project = ?", (project_id,)).fetchone()
        return (row[0], row[1]) if row else None

    def unstage(self, project_id: str, owner: str | None) -> None:
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

    def _insert(self, db: sqlite3.Cursor, project: Project, owner: str, name: str) -> None:
        db.execute(
            "insert into project values (?, ?, ?, null)",
            (project.id, project.model_dump_json(exclude={"states"}), project.updated_at.isoformat()),
        )
        add_member(db, project.id, owner, name)

    def _save_project(self, db: sqlite3.Cursor, project: Project) -> None:
        new = project.model_copy(update={"revision": project.revision + 1})
        db.execute("update project set data = ? where id = ?", (new.model_dump_json(exclude={"states"}), project.id))

    def _log(
        self, db: sqlite3.Cursor, project_id: str, owner: str | None, kind: str, code: str | None,
        before: Mapping[str, Any], after: Mapping[str, Any],
    ) -> None:  # fmt: skip
        at = self.now().isoformat()
        row = (project_id, at, member_name(db, project_id, owner), kind, code, _json(before), _json(after))
        db.execute("insert into history (project, at, by, kind, code, before, after) values (?, ?, ?, ?, ?, ?, ?)", row)
        db.execute("update project set updated = ? where id = ?", (at, project_id))


def _same_revision(wanted: int | None, current: int, value: Callable[[], dict[str, Any]]) -> None:
    if wanted is not None and wanted != current:
        raise EditConflictError(value())


def _valid_project(**fields: Any) -> Project:
    try:
        return Project.model_validate(fields)
    except ValidationError as exc:
        raise _refused(exc) from exc


def _valid_state(fields: dict[str, Any]) -> CriterionState:
    try:
        state = CriterionState.model_validate({**fields, "status": Status(fields["status"])})
    except ValidationError as exc:
        if fields["status"] == Status.SANS_OBJET and not str(fields["not_applicable_reason"]).strip():
            raise ClapvertError(
                ErrorCode.REASON_MISSING,
                "« Sans objet » demande un motif : l'auditeur le lira.",
                "Dites en une phrase pourquoi ce critère ne concerne pas la production.",
            ) from exc
        raise _refused(exc) from exc
    return state


def _refused(exc: ValidationError) -> ClapvertError:
    fields = ", ".join(dict.fromkeys(str(e["loc"][0]) if e["loc"] else "demande" for e in exc.errors()))
    return ClapvertError(ErrorCode.BAD_REQUEST, f"Valeur refusée : {fields}.", "Corrigez ce champ et recommencez.")


def _fields(model: Project | CriterionState) -> dict[str, Any]:
    return {name: getattr(model, name) for name in type(model).model_fields if name != "states"}


def _state_fields(state: CriterionState) -> dict[str, Any]:
    return state.model_dump(mode="json", include=set(STATE_FIELDS))


def _project_fields(project: Project) -> dict[str, Any]:
    return project.model_dump(mode="json", include=set(PROJECT_FIELDS))


def _without_states(project: Project) -> dict[str, Any]:
    return project.model_dump(mode="json", exclude={"states", "grid"})


def _grid_line(grid: Grid | None) -> dict[str, Any]:
    return {"file_name": grid.file_name, "sha256": grid.sha256, "criteria": len(grid.criteria)} if grid else {}


def _differences(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    changed = [k for k in new if new[k] != old[k]]
    return {k: old[k] for k in changed}, {k: new[k] for k in changed}


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
