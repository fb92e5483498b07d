"""Projects as `/api/label` shows them: their board, their history, two side by side."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel

from assistant.api.schemas import View
from assistant.label.frameworks import criterion_key
from assistant.label.projects.compare import Pair
from assistant.label.projects.progress import Progress
from assistant.label.projects.projects import CriterionState, EvidenceFile, GridCriterion, Project, Row, Scheme


class ProjectSummary(View):
    """A project in a list."""

    id: str
    title: str
    framework: str
    scheme: Scheme | None
    has_grid: bool
    revision: int
    created_at: dt.datetime
    updated_at: dt.datetime

    @classmethod
    def of(cls, p: Project) -> ProjectSummary:
        """A project, for a list."""
        return cls.read(p, has_grid=p.grid is not None)


class ProjectList(BaseModel):
    """The caller's projects, the last changed first."""

    projects: list[ProjectSummary]


class BoardRow(View):
    """One line of a project: what the grid says, what Clapvert knows, where it stands."""

    key: str
    code: str | None
    title: str
    poste: str
    departments: list[str]
    in_grid: bool
    grid: GridCriterion | None
    known: str | None
    intent: str | None
    state: CriterionState

    @classmethod
    def of(cls, r: Row) -> BoardRow:
        """A row, for showing."""
        known = criterion_key(r.known) if r.known else None
        return cls.read(r, known=known, intent=r.known.intent.fr if r.known else None)


class ProjectView(ProjectSummary):
    """A project, whole. Without a grid there is no score: `coverage_only` says so."""

    note: str
    coverage_only: bool
    grid_file: str | None
    me: str
    rows: list[BoardRow]
    progress: Progress

    @classmethod
    def whole(cls, p: Project, rows: list[Row], done: Progress, me: str) -> ProjectView:
        """A project with its rows and its progress."""
        return cls.read(
            p,
            has_grid=p.grid is not None,
            coverage_only=p.grid is None,
            grid_file=p.grid.file_name if p.grid else None,
            me=me,
            rows=[BoardRow.of(r) for r in rows],
            progress=done,
        )


class ChangeView(View):
    """One change: who, when, what, before and after."""

    seq: int
    at: dt.datetime
    by: str
    kind: str
    code: str | None
    before: dict[str, Any]
    after: dict[str, Any]


class History(BaseModel):
    """Changes, the last first; `next` is the `before` of the next page."""

    changes: list[ChangeView]
    next: int | None


class PairView(Pair):
    """One criterion in two projects."""

    different: bool


class Comparison(BaseModel):
    """Two projects of one framework."""

    left: ProjectSummary
    right: ProjectSummary
    criteria: list[PairView]


class Bulk(BaseModel):
    """How many criteria were saved, and why the others were not."""

    saved: int
    failed: dict[str, str]


class Attached(BaseModel):
    """Files attached to a criterion."""

    evidence: list[EvidenceFile]


class Invitation(BaseModel):
    """An address that makes whoever opens it a member of the project."""

    token: str
    path: str
