"""Rows of `label.db` read as projects, states and evidence; who is a member of what.

Guarantee: a look-up on behalf of an owner fails the same way for a project that does not exist and for one that is
another's.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping

from assistant.label.projects.projects import CriterionState, EvidenceFile, Project
from ingest.errors import ClapvertError, ErrorCode


def check_member(db: sqlite3.Cursor, project_id: str, owner: str | None) -> None:
    """`PROJECT_NOT_FOUND` unless the owner is a member; None may open every project."""
    if owner is None:
        known = db.execute("select 1 from project where id = ?", (project_id,)).fetchone()
    else:
        known = db.execute("select 1 from member where project = ? and owner = ?", (project_id, owner)).fetchone()
    if known is None:
        raise ClapvertError(
            ErrorCode.PROJECT_NOT_FOUND, "Ce projet est inconnu, ou n'est pas le vôtre.", "La liste : /label."
        )


def member_name(db: sqlite3.Cursor, project_id: str, owner: str | None) -> str:
    """The name under which an owner's changes are kept."""
    if owner is None:
        return "Ligne de commande"
    row = db.execute("select name, n from member where project = ? and owner = ?", (project_id, owner)).fetchone()
    return (row[0] or f"Navigateur {row[1]}") if row else "?"


def add_member(db: sqlite3.Cursor, project_id: str, owner: str, name: str) -> None:
    """Make an owner a member, or rename one; an empty name changes nothing."""
    db.execute(
        "insert into member (project, owner, name, n) values (?, ?, ?, "
        "(select coalesce(max(n), 0) + 1 from member where project = ?)) "
        "on conflict (project, owner) do update set name = excluded.name where excluded.name <> ''",
        (project_id, owner, " ".join(name.split())[:60], project_id),
    )


def load_project(db: sqlite3.Cursor, project_id: str) -> Project:
    """A project with its states and their evidence."""
    data, updated = db.execute("select data, updated from project where id = ?", (project_id,)).fetchone()
    project = Project.model_validate_json(data)
    states = {
        code: CriterionState.model_validate_json(row)
        for code, row in db.execute("select code, data from state where project = ?", (project_id,))
    }
    files: dict[str, list[EvidenceFile]] = {}
    for code, row in db.execute("select code, data from evidence where project = ? order by rowid", (project_id,)):
        files.setdefault(code, []).append(EvidenceFile.model_validate_json(row))
    for code, held in files.items():
        state = states.get(code) or CriterionState(code=code)
        states[code] = state.model_copy(update={"evidence": tuple(held)})
    return project.model_copy(update={"states": states, "updated_at": dt.datetime.fromisoformat(updated)})


def load_state(db: sqlite3.Cursor, project_id: str, code: str) -> CriterionState:
    """The state of one criterion, « à faire » when nothing was said."""
    row = db.execute("select data from state where project = ? and code = ?", (project_id, code)).fetchone()
    state = CriterionState.model_validate_json(row[0]) if row else CriterionState(code=code)
    files = db.execute(
        "select data from evidence where project = ? and code = ? order by rowid", (project_id, code)
    ).fetchall()
    return state.model_copy(update={"evidence": tuple(EvidenceFile.model_validate_json(f[0]) for f in files)})


def rekey(db: sqlite3.Cursor, project_id: str, keys: Mapping[str, str]) -> None:
    """Give criteria other keys, all at once: what is said of them, their evidence and their history follow."""
    states = db.execute("select code, data from state where project = ?", (project_id,)).fetchall()
    moved = [(keys[code], CriterionState.model_validate_json(data)) for code, data in states if code in keys]
    for code in keys:
        db.execute("delete from state where project = ? and code = ?", (project_id, code))
    for code, state in moved:
        data = state.model_copy(update={"code": code}).model_dump_json(exclude={"evidence"})
        db.execute("insert into state values (?, ?, ?)", (project_id, code, data))
    for table, ident in (("evidence", "id"), ("history", "seq")):
        held = db.execute(f"select {ident}, code from {table} where project = ?", (project_id,)).fetchall()  # noqa: S608
        for row, code in held:
            if code in keys:
                db.execute(f"update {table} set code = ? where {ident} = ?", (keys[code], row))  # noqa: S608


def load_evidence(db: sqlite3.Cursor, project_id: str, evidence_id: str) -> tuple[str, EvidenceFile]:
    """The criterion and the description of an attached file; `EVIDENCE_NOT_FOUND`."""
    row = db.execute(
        "select code, data from evidence where project = ? and id = ?", (project_id, evidence_id)
    ).fetchone()
    if row is None:
        raise ClapvertError(ErrorCode.EVIDENCE_NOT_FOUND, "Cette preuve est inconnue, ou a été retirée.")
    return row[0], EvidenceFile.model_validate_json(row[1])
