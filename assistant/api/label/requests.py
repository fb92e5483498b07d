"""What callers send to `/api/label`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictBool, StringConstraints

from assistant.api.schemas import Day, Sent
from assistant.label.projects.projects import Scheme, Status
from ingest.errors import ClapvertError, ErrorCode

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]


class _Edit(Sent):
    """Fields to change; those that are not sent stay. Null empties `may_be_emptied`, and leaves the rest as it is."""

    may_be_emptied: ClassVar[str]

    def changes(self) -> dict[str, Any]:
        """What was sent."""
        sent = self.model_dump(include=self.model_fields_set - {"revision"})
        return {k: v for k, v in sent.items() if v is not None or k == self.may_be_emptied}


class NewProject(Sent):
    """A project to make."""

    title: Title
    framework: str = "label-ecoprod"
    scheme: Scheme | None = None
    note: Text = ""


class ProjectEdit(_Edit):
    """Fields of a project to change; `revision` is the one that the change is based on."""

    title: Title | None = None
    scheme: Scheme | None = None
    note: Text | None = None
    revision: int | None = Field(default=None, ge=1, le=1 << 53, strict=True)
    may_be_emptied = "scheme"


class StateEdit(_Edit):
    """Fields of a criterion's state to change: those that are not sent stay. `revision` is the one that the change is
    based on (0: nothing was said yet); without it, the change applies to whatever stands."""

    status: Status | None = None
    note: Text | None = None
    person: Line | None = None
    due: Day | None = None
    not_applicable_reason: Text | None = None
    level: Line | None = None
    revision: int | None = Field(default=None, ge=0, le=1 << 53, strict=True)
    may_be_emptied = "due"


class BulkEdit(StateEdit):
    """The same fields for several criteria; `departments` moves them, an empty list puts them back where the grid
    does."""

    codes: Annotated[list[str], Field(min_length=1, max_length=500)]
    departments: Annotated[list[Line], Field(max_length=20)] | None = None

    def changes(self) -> dict[str, Any]:
        """What was sent of the states."""
        return {k: v for k, v in super().changes().items() if k not in ("codes", "departments")}


class DepartmentName(Sent):
    """A department of the board and the name it takes; the name of another one merges them, empty: the grid's again."""

    department: Line
    name: Line = ""


class Duplicate(Sent):
    """The title of a copy."""

    title: Title


class Invite(Sent):
    """`renew`: the invitation before no longer opens the project."""

    renew: StrictBool = False


class Join(Sent):
    """An invitation, and the name that the history will show."""

    token: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    name: Name = ""


class Rename(Sent):
    """The name that the history will show."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


def efforts_of(given: list[str]) -> dict[str, int]:
    """Efforts as an address carries them, `A1:3`."""
    out: dict[str, int] = {}
    for text in given:
        key, _, number = text.rpartition(":")
        if not number.isdigit() or not key:
            raise ClapvertError(ErrorCode.BAD_REQUEST, f"Effort illisible : « {text[:40]} ».", "Écrivez CODE:NOMBRE.")
        if number != "1":
            out[key] = int(number)
    return out
