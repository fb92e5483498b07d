"""Rows of the workbench read as projects, states and evidence; who is a member of what.

Guarantee: a look-up on behalf of an owner fails the same way for a project that does not exist and for one that is
another's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from assistant.label.projects.projects import CriterionState, EvidenceFile, Project
from assistant.label.projects.tables import EVIDENCE, HISTORY, MEMBER, PROJECT, STATE
from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.rows import put


def check_member(db: Connection, project_id: str, owner: str | None) -> None:
    """`PROJECT_NOT_FOUND` unless the owner is a member; None may open every project."""
    if owner is None:
        asked = select(PROJECT.c.id).where(PROJECT.c.id == project_id)
    else:
        asked = select(MEMBER.c.project).where(MEMBER.c.project == project_id, MEMBER.c.owner == owner)
    if db.execute(asked).first() is None:
        raise ClapvertError(
            ErrorCode.PROJECT_NOT_FOUND, "Ce projet est inconnu, ou n'est pas le vôtre.", "La liste : /label."
        )


def member_name(db: Connection, project_id: str, owner: str | None) -> str:
    """The name under which an owner's changes are kept."""
    if owner is None:
        return "Ligne de commande"
    asked = select(MEMBER.c.name, MEMBER.c.n).where(MEMBER.c.project == project_id, MEMBER.c.owner == owner)
    row = db.execute(asked).one_or_none()
    return (row.name or f"Navigateur {row.n}") if row else "?"


def add_member(db: Connection, project_id: str, owner: str, name: str) -> None:
    """Make an owner a member, or rename one; an empty name changes nothing."""
    called = " ".join(name.split())[:60]
    last = db.execute(select(func.max(MEMBER.c.n)).where(MEMBER.c.project == project_id)).scalar()
    row = {"project": project_id, "owner": owner, "name": called, "n": (last or 0) + 1}
    put(db, MEMBER, row, ("project", "owner"), ("name",) if called else ())


def load_project(db: Connection, project_id: str) -> Project:
    """A project with its states and their evidence."""
    row = db.execute(select(PROJECT.c.data, PROJECT.c.updated).where(PROJECT.c.id == project_id)).one()
    project = Project.model_validate_json(row.data)
    states = {
        code: CriterionState.model_validate_json(data)
        for code, data in db.execute(select(STATE.c.code, STATE.c.data).where(STATE.c.project == project_id))
    }
    asked = select(EVIDENCE.c.code, EVIDENCE.c.data).where(EVIDENCE.c.project == project_id).order_by(EVIDENCE.c.n)
    files: dict[str, list[EvidenceFile]] = {}
    for code, data in db.execute(asked):
        files.setdefault(code, []).append(EvidenceFile.model_validate_json(data))
    for code, held in files.items():
        state = states.get(code) or CriterionState(code=code)
        states[code] = state.model_copy(update={"evidence": tuple(held)})
    return project.model_copy(update={"states": states, "updated_at": dt.datetime.fromisoformat(row.updated)})


def load_state(db: Connection, project_id: str, code: str) -> CriterionState:
    """The state of one criterion, « à faire » when nothing was said."""
    data = db.execute(select(STATE.c.data).where(STATE.c.project == project_id, STATE.c.code == code)).scalar()
    state = CriterionState(code=code) if data is None else CriterionState.model_validate_json(data)
    asked = select(EVIDENCE.c.data).where(EVIDENCE.c.project == project_id, EVIDENCE.c.code == code)
    files = db.execute(asked.order_by(EVIDENCE.c.n)).scalars()
    return state.model_copy(update={"evidence": tuple(EvidenceFile.model_validate_json(f) for f in files)})


def save_state(db: Connection, project_id: str, state: CriterionState) -> None:
    """Keep what is said of one criterion; its evidence has rows of its own."""
    row = {"project": project_id, "code": state.code, "data": state.model_dump_json(exclude={"evidence"})}
    put(db, STATE, row, ("project", "code"))


def rekey(db: Connection, project_id: str, keys: Mapping[str, str]) -> None:
    """Give criteria other keys, all at once: what is said of them, their evidence and their history follow."""
    if not keys:
        return
    mine = STATE.c.project == project_id, STATE.c.code.in_(keys)
    moved = db.execute(select(STATE.c.code, STATE.c.data).where(*mine)).all()
    db.execute(delete(STATE).where(*mine))
    for code, data in moved:
        save_state(db, project_id, CriterionState.model_validate_json(data).model_copy(update={"code": keys[code]}))
    for table, ident in ((EVIDENCE, EVIDENCE.c.id), (HISTORY, HISTORY.c.seq)):
        held = db.execute(select(ident, table.c.code).where(table.c.project == project_id, table.c.code.in_(keys)))
        for row, code in held.all():
            db.execute(update(table).where(ident == row).values(code=keys[code]))


def add_evidence(db: Connection, project_id: str, code: str, file: EvidenceFile) -> None:
    """Attach a file, after those that are."""
    last = db.execute(select(func.max(EVIDENCE.c.n)).where(EVIDENCE.c.project == project_id)).scalar()
    row = {"id": file.id, "project": project_id, "code": code, "sha256": file.sha256, "n": (last or 0) + 1}
    db.execute(insert(EVIDENCE).values(**row, data=file.model_dump_json()))


def load_evidence(db: Connection, project_id: str, evidence_id: str) -> tuple[str, EvidenceFile]:
    """The criterion and the description of an attached file; `EVIDENCE_NOT_FOUND`."""
    asked = select(EVIDENCE.c.code, EVIDENCE.c.data).where(EVIDENCE.c.project == project_id)
    row = db.execute(asked.where(EVIDENCE.c.id == evidence_id)).one_or_none()
    if row is None:
        raise ClapvertError(ErrorCode.EVIDENCE_NOT_FOUND, "Cette preuve est inconnue, ou a été retirée.")
    return row.code, EvidenceFile.model_validate_json(row.data)
