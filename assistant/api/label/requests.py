"""What callers send to `/api/label` (DESIGN §2)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from assistant.api.schemas import Day, Sent
from assistant.label.projects.projects import Scheme, Status

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


class Duplicate(Sent):
    """The title of a copy."""

    title: Title


class Invite(Sent):
    """`renew`: the invitation before no longer opens the project."""

    renew: bool = False


class Join(Sent):
    """An invitation, and the name that the history will show."""

    token: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    name: Name = ""


class Rename(Sent):
    """The name that the history will show."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
