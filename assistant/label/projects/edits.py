"""What an edit may write: the fields it names, values that hold, and only over the revision that it is based on.

Guarantee: an edit based on an older revision is refused with the current value, so that two browsers lose nothing; a
value that does not hold is refused by the name of its field; « sans objet » asks for its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from assistant.label.projects.projects import CriterionState, Grid, Project, Status
from ingest.errors import ClapvertError, ErrorCode

STATE_FIELDS = ("status", "note", "person", "due", "not_applicable_reason", "level", "said")
PROJECT_FIELDS = ("title", "scheme", "note")

Fields = dict[str, Any]


class EditConflictError(ClapvertError):
    """Someone else wrote first; `current` is what stands now, as JSON."""

    def __init__(self, current: Fields) -> None:
        super().__init__(
            ErrorCode.EDIT_CONFLICT,
            "Ce critère ou ce projet a été modifié entre-temps par quelqu'un d'autre.",
            "Relisez la valeur actuelle, puis enregistrez de nouveau.",
        )
        self.current = current


def same_revision(wanted: int | None, current: int, value: Callable[[], Fields]) -> None:
    """`EDIT_CONFLICT`, with the current value, unless the revision wanted is the current one or none is."""
    if wanted is not None and wanted != current:
        raise EditConflictError(value())


def edited_project(project: Project, changes: Mapping[str, Any]) -> Project:
    """A project with the fields that `changes` names."""
    return valid_project(**(fields_of(project) | {f: changes[f] for f in PROJECT_FIELDS if f in changes}))


def edited_state(state: CriterionState, changes: Mapping[str, Any]) -> CriterionState:
    """A state with the fields that `changes` names; `REASON_MISSING` for « sans objet » without one."""
    fields = fields_of(state) | {f: changes[f] for f in STATE_FIELDS if f in changes}
    try:
        return CriterionState.model_validate({**fields, "status": Status(fields["status"])})
    except ValidationError as exc:
        if fields["status"] == Status.SANS_OBJET and not str(fields["not_applicable_reason"]).strip():
            raise ClapvertError(
                ErrorCode.REASON_MISSING,
                "« Sans objet » demande un motif : l'auditeur le lira.",
                "Dites en une phrase pourquoi ce critère ne concerne pas la production.",
            ) from exc
        raise _refused(exc) from exc


def valid_project(**fields: Any) -> Project:
    """A project of these fields; `BAD_REQUEST` names those that do not hold."""
    try:
        return Project.model_validate(fields)
    except ValidationError as exc:
        raise _refused(exc) from exc


def fields_of(model: Project | CriterionState) -> Fields:
    """The fields of a project or a state, without the states of a project."""
    return {name: getattr(model, name) for name in type(model).model_fields if name != "states"}


def said_of_state(state: CriterionState) -> Fields:
    """What an edit of a state can change, as JSON."""
    return state.model_dump(mode="json", include=set(STATE_FIELDS))


def said_of_project(project: Project) -> Fields:
    """What an edit of a project can change, as JSON."""
    return project.model_dump(mode="json", include=set(PROJECT_FIELDS))


def said_of_grid(grid: Grid | None, rekeyed: Mapping[str, str] | None = None) -> Fields:
    """What the history says of a grid, and of the criteria that it gave another code."""
    if grid is None:
        return {}
    told: Fields = {"file_name": grid.file_name, "sha256": grid.sha256, "criteria": len(grid.criteria)}
    return told | ({"rekeyed": dict(rekeyed)} if rekeyed else {})


def rekeyed_project(project: Project, rekeyed: Mapping[str, str], outside: Mapping[str, str]) -> Project:
    """A project whose criteria changed keys; `outside`: titles of those that its new grid does not hold."""
    moved = {rekeyed.get(key, key): where for key, where in project.moved.items()}
    titles = {rekeyed.get(key, key): title for key, title in project.outside.items()} | dict(outside)
    held = {c.key for c in project.grid.criteria} if project.grid else set()
    return project.model_copy(update={"moved": moved, "outside": {k: t for k, t in titles.items() if k not in held}})


def without_states(project: Project) -> Fields:
    """A project as a conflict shows it, as JSON."""
    return project.model_dump(mode="json", exclude={"states", "grid"})


def differences(old: Fields, new: Fields) -> tuple[Fields, Fields]:
    """The fields that an edit changes: before, after."""
    changed = [k for k in new if new[k] != old[k]]
    return {k: old[k] for k in changed}, {k: new[k] for k in changed}


def _refused(exc: ValidationError) -> ClapvertError:
    fields = ", ".join(dict.fromkeys(str(e["loc"][0]) if e["loc"] else "demande" for e in exc.errors()))
    return ClapvertError(ErrorCode.BAD_REQUEST, f"Valeur refusée : {fields}.", "Corrigez ce champ et recommencez.")
