"""Requests and responses of `/api/label` (DESIGN §2)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.api.schemas import Day
from assistant.label.compare import Pair
from assistant.label.explain import question_about
from assistant.label.frameworks import criterion_key, departments
from assistant.label.history import Change
from assistant.label.progress import Progress
from assistant.label.projects import CriterionState, EvidenceFile, GridCriterion, Project, Row, Scheme, Status
from ingest.criteria import DEPARTMENT_LABELS, Criterion, Department, Framework
from ingest.passages import Passage

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewProject(_Request):
    """A project to make."""

    title: Title
    framework: str = "label-ecoprod"
    scheme: Scheme | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""


class ProjectEdit(_Request):
    """Fields of a project to change; `revision` is the one that the change is based on."""

    title: Title | None = None
    scheme: Scheme | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] | None = None
    revision: int | None = Field(default=None, ge=1)

    def changes(self) -> dict[str, Any]:
        """What was sent; only the scheme may be emptied with null."""
        sent = self.model_dump(include=self.model_fields_set - {"revision"})
        return {k: v for k, v in sent.items() if v is not None or k == "scheme"}


class StateEdit(_Request):
    """Fields of a criterion's state to change: those that are not sent stay. `revision` is the one that the change is
    based on (0: nothing was said yet); without it, the change applies to whatever stands."""

    status: Status | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] | None = None
    person: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] | None = None
    due: Day | None = None
    not_applicable_reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] | None = None
    level: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] | None = None
    revision: int | None = Field(default=None, ge=0)

    def changes(self) -> dict[str, Any]:
        """What was sent; null empties the day, and leaves the rest as it is."""
        sent = self.model_dump(include=self.model_fields_set - {"revision"})
        return {k: v for k, v in sent.items() if v is not None or k == "due"}


class Duplicate(_Request):
    """The title of a copy."""

    title: Title


class Invite(_Request):
    """`renew`: the invitation before no longer opens the project."""

    renew: bool = False


class Join(_Request):
    """An invitation, and the name that the history will show."""

    token: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    name: Name = ""


class Rename(_Request):
    """The name that the history will show."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Invitation(BaseModel):
    """An address that makes whoever opens it a member of the project."""

    token: str
    path: str


class PosteView(BaseModel):
    """A group of criteria; `missing`: codes that exist, of unknown wording."""

    code: str
    name: str
    criteria: int
    missing: list[str]
    complete: bool


class ThresholdView(BaseModel):
    """A score to reach, and where that is known from."""

    scheme: str
    minimum_percent: int
    source_id: str
    confidence: str


class FrameworkView(BaseModel):
    """A framework, and what is known of it."""

    id: str
    title: str
    name: str
    version: str
    announced_criteria: int
    announced_postes: int
    known_criteria: int
    mandatory_criteria: int | None
    thresholds: list[ThresholdView]
    postes: list[PosteView]
    departments: list[dict[str, str]]
    known: list[str]
    unknown: list[str]

    @classmethod
    def of(cls, f: Framework) -> FrameworkView:
        """A framework, for showing."""
        return cls(
            id=f.id,
            title=f.title,
            name=f.name.fr,
            version=f.version,
            announced_criteria=f.announced_criteria,
            announced_postes=f.announced_postes,
            known_criteria=len(f.criteria),
            mandatory_criteria=f.mandatory_criteria,
            thresholds=[
                ThresholdView(
                    scheme=t.scheme, minimum_percent=t.minimum_percent, source_id=t.source.id, confidence=t.confidence
                )
                for t in f.thresholds
            ],
            postes=[
                PosteView(
                    code=p.code,
                    name=p.name,
                    criteria=len(f.of_poste(p.code)),
                    missing=list(p.missing),
                    complete=p.complete,
                )
                for p in f.postes
            ],
            departments=[{"id": d.value, "name": DEPARTMENT_LABELS[d]} for d in departments(f.criteria)],
            known=list(f.known),
            unknown=list(f.unknown),
        )


class FrameworkList(BaseModel):
    """The frameworks; they are never mixed."""

    frameworks: list[FrameworkView]


class EvidenceWanted(BaseModel):
    """What would prove a criterion, and who says so: officielle, suggeree (a third party) or deduite (Clapvert)."""

    text: str
    status: str


class CriterionView(BaseModel):
    """One criterion. `points` and `obligatory` are null when they are not officially known."""

    key: str
    code: str | None
    poste: str
    departments: list[Department]
    short: str
    intent: str
    evidence: EvidenceWanted
    obligatory: bool | None
    points: float | None
    level: int | None
    not_applicable_if: str | None
    according_to: str
    source_id: str
    confidence: str
    question: str

    @classmethod
    def of(cls, f: Framework, c: Criterion) -> CriterionView:
        """A criterion, for showing."""
        return cls(
            key=criterion_key(c),
            code=c.code,
            poste=c.poste,
            departments=list(c.departments),
            short=c.short.fr,
            intent=c.intent.fr,
            evidence=EvidenceWanted(text=c.evidence.fr, status=c.evidence.status.value),
            obligatory=c.obligatory,
            points=c.points,
            level=c.level,
            not_applicable_if=c.not_applicable_if,
            according_to=f.attributions[c.attribution].fr,
            source_id=c.source.id,
            confidence=c.confidence,
            question=question_about(f, c),
        )


class CriterionList(BaseModel):
    """Criteria of one framework, in its order."""

    framework: str
    criteria: list[CriterionView]


class Cited(BaseModel):
    """A passage about a criterion."""

    passage_id: str
    source_id: str
    source_title: str
    locator: str
    text: str
    rank: str

    @classmethod
    def of(cls, p: Passage) -> Cited:
        """A passage, for showing."""
        return cls(
            passage_id=p.id,
            source_id=p.source_id,
            source_title=p.source_title,
            locator=p.locator,
            text=p.text,
            rank=p.rank,
        )


class CriterionDetail(CriterionView):
    """A criterion with its own passage, and statements that come near."""

    passage: Cited | None
    near: list[Cited]


class ProjectSummary(BaseModel):
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
        return cls(has_grid=p.grid is not None, **{n: getattr(p, n) for n in cls.model_fields if n != "has_grid"})


class ProjectList(BaseModel):
    """The caller's projects, the last changed first."""

    projects: list[ProjectSummary]


class BoardRow(BaseModel):
    """One line of a project: what the grid says, what Clapvert knows, where it stands."""

    key: str
    code: str | None
    title: str
    poste: str
    departments: list[str]
    in_grid: bool
    grid: GridCriterion | None
    intent: str | None
    state: CriterionState

    @classmethod
    def of(cls, r: Row) -> BoardRow:
        """A row, for showing."""
        return cls(
            key=r.key,
            code=r.code,
            title=r.title,
            poste=r.poste,
            departments=list(r.departments),
            in_grid=r.in_grid,
            grid=r.grid,
            intent=r.known.intent.fr if r.known else None,
            state=r.state,
        )


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
        return cls(
            **ProjectSummary.of(p).model_dump(),
            note=p.note,
            coverage_only=p.grid is None,
            grid_file=p.grid.file_name if p.grid else None,
            me=me,
            rows=[BoardRow.of(r) for r in rows],
            progress=done,
        )


class ChangeView(BaseModel):
    """One change: who, when, what, before and after."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    at: dt.datetime
    by: str
    kind: str
    code: str | None
    before: dict[str, Any]
    after: dict[str, Any]

    @classmethod
    def of(cls, c: Change) -> ChangeView:
        """A change, for showing."""
        return cls.model_validate(c)


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


class Attached(BaseModel):
    """Files attached to a criterion."""

    evidence: list[EvidenceFile]
