"""The official grid of a project over HTTP: import, score, what-if.

Guarantee: a grid is imported as the plan showed it; without one, `score` is a 409 that says why there is no score.
"""

from __future__ import annotations

from typing import Annotated, cast, get_args

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from assistant.api.label.requests import efforts_of
from assistant.api.label.views.projects import ProjectSummary
from assistant.api.label.views.scores import EffortView, ScoreView, StandingView
from assistant.api.owner import Owners
from assistant.api.schemas import View
from assistant.api.uploads import multipart, received
from assistant.label.grid.changes import Changes
from assistant.label.grid.grid import Origin
from assistant.label.grid.importing import MAX_BYTES, Plan
from assistant.label.grid.imports import Choice, mapping_from_json, planned, read, taken
from assistant.label.grid.mapping import ColumnMapping
from assistant.label.score.score import score, score_items, standing
from assistant.label.score.tally import ScoreReading, items
from assistant.label.score.whatif import least_effort
from assistant.service import Service
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.claims import Language

_FIELDS = ("sheets", "header", "mapping", "departments", "answers", "accept", "same", "plan")


class ColumnView(View):
    """One column of the workbook, what it seems to be, and why."""

    column: int
    letter: str
    name: str
    role: str | None
    confidence: str
    reasons: list[str]
    samples: list[str]


class SheetView(View):
    """A sheet of the workbook: what it gave, or why it was set aside."""

    name: str
    taken: bool
    why: str
    rows: int
    criteria: int
    points: float
    mandatory: int


class AsideView(View):
    """A row that is no criterion, and why."""

    sheet: str
    row: int
    text: str
    why: str


class SumView(View):
    """A figure that the workbook announces, and ours."""

    sheet: str
    row: int
    label: str
    what: str
    written: float
    counted: float
    agrees: bool


class DoubtView(View):
    """A difference to decide: send its `id` in `accept` once it is."""

    id: str
    text: str


class AccountView(View):
    """What the import makes of everything that the workbook holds."""

    sheets: list[SheetView]
    criteria: int
    points: float
    mandatory: int | None = Field(description="null when the workbook does not say")
    answers: int = Field(description="answers read in the workbook")
    landing: int = Field(description="those that would change what is said of a criterion")
    already_said: int = Field(description="those that stand where the production has said something: left out")
    to_clarify: int
    aside: list[AsideView]
    sums: list[SumView]
    doubts: list[DoubtView]


class ChangesView(View):
    """What a new version of the grid changes of what the project follows."""

    same: int
    recoded: list[tuple[str, str, str]]
    reworded: list[str]
    added: list[str]
    gone: list[str]
    repointed: list[str]

    @classmethod
    def of(cls, c: Changes) -> ChangesView:
        """The changes, for showing."""
        return cls(
            same=len(c.same), recoded=list(c.recoded), reworded=[r.key for r in c.reworded], added=list(c.added),
            gone=[key for key, _, _ in c.gone], repointed=[key for key, _, _ in c.repointed],
        )  # fmt: skip


class PlanView(View):
    """How the workbook is read: the sheets, where the header of the largest layout is, the role of each column."""

    file_name: str
    sheets: list[str]
    sheet: str
    header_rows: tuple[int, int]
    rows: int
    columns: list[ColumnView]
    mapping: ColumnMapping
    remembered: bool

    @classmethod
    def of(cls, p: Plan) -> PlanView:
        """A plan, for showing."""
        return cls.read(
            p,
            sheets=[s.name for s in p.sheets],
            sheet=p.table.sheet,
            header_rows=(p.table.header.first, p.table.header.last),
        )


class GridImport(BaseModel):
    """What an import gave. `imported` False: only the plan was asked for."""

    imported: bool
    plan: PlanView
    account: AccountView
    changes: ChangesView | None = Field(default=None, description="null for a first grid")
    project: ProjectSummary | None = None
    criteria: int = 0
    points: float = 0
    mandatory: int | None = Field(default=None, description="null when the workbook does not say")
    answers: int = Field(default=0, description="statuses taken from the workbook")
    remarks: list[str] = []


def router(service: Service, owners: Owners) -> APIRouter:
    """`/api/label/projects/{id}/grid`, `…/score` and `…/plan`."""
    routes = APIRouter(prefix="/api/label/projects/{project_id}", tags=["label"])

    @routes.post("/grid", response_model=GridImport, openapi_extra=multipart(*_FIELDS))
    async def take(project_id: str, request: Request) -> GridImport:
        """Import the official workbook (XLSX or CSV, field `file`).

        `sheets`: names of the sheets, one a line; `header`: its rows, `3-4`; `mapping`: columns by role as JSON,
        `{"code": "A", "points": "F"}`; `departments`: `column`, `sheet`, `section` or `none`; `answers=1`: take the
        workbook's answers where nothing was said; `accept`: ids of the doubts decided, or `all`; `plan=1`: only account
        for the workbook. What is left out is guessed, or remembered from the last import of the same header. While a
        doubt is undecided nothing is written: `grid_undecided` (409) names them."""
        bench, owner = service.workbench, owners.caller(request)
        await run_in_threadpool(bench.store.get, project_id, owner)
        files, fields = await received(request, MAX_BYTES)
        if not files:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Aucun fichier reçu.", "Envoyez-le dans le champ `file`.")
        file, choice = files[0], _choice(fields)
        plan = await run_in_threadpool(planned, bench, owner, file.name, file.content, choice)
        found = await run_in_threadpool(read, bench, project_id, owner, plan, choice)
        told = {
            "plan": PlanView.of(plan),
            "account": AccountView.read(
                found.account,
                doubts=[DoubtView.read(d) for d in found.doubts],
                landing=len(found.answers.landing),
                already_said=found.answers.kept,
            ),
            "changes": ChangesView.of(found.changes) if found.changes else None,
        }
        if _yes(fields.get("plan")):
            return GridImport(imported=False, **told)
        project, answers = await run_in_threadpool(taken, bench, project_id, owner, plan, choice)
        assert project.grid is not None
        return GridImport(
            imported=True,
            **told,
            project=ProjectSummary.of(project),
            criteria=found.account.criteria,
            points=float(found.account.points),
            mandatory=found.account.mandatory,
            answers=answers,
            remarks=list(project.grid.remarks),
        )

    @routes.get("/score", response_model=ScoreView)
    def read_score(project_id: str, request: Request) -> ScoreView:
        """The exact score on the imported grid; `grid_missing` (409) without one."""
        project = service.workbench.store.get(project_id, owners.caller(request))
        return ScoreView.of(score(project, service.workbench.framework(project)))

    @routes.get("/standing", response_model=StandingView)
    def read_standing(project_id: str, request: Request, language: Language = "fr") -> StandingView:
        """The score in a line, and what it takes to the threshold that the project aims at."""
        bench = service.workbench
        project = bench.store.get(project_id, owners.caller(request))
        framework = bench.framework(project)
        found = score_items(items(project, framework, language), framework.thresholds, language)
        return StandingView.read(standing(found, project.scheme, language))

    @routes.get("/plan", response_model=EffortView)
    def plan(
        project_id: str,
        request: Request,
        target: Annotated[int, Query(ge=1, le=100)] = 65,
        reading: ScoreReading = "zero",
        effort: Annotated[list[str] | None, Query(max_length=200)] = None,
    ) -> EffortView:
        """Which criteria reach a threshold with the least effort; `effort=A1:3` weighs a criterion (1 by default)."""
        project = service.workbench.store.get(project_id, owners.caller(request))
        counted = items(project, service.workbench.framework(project))
        return EffortView.of(least_effort(counted, target, efforts_of(effort or []), reading))

    return routes


def _choice(fields: dict[str, str]) -> Choice:
    header = fields.get("header", "")
    first, _, last = header.partition("-")
    if header and not (first.isdigit() and (not last or last.isdigit())):
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Lignes d'en-tête illisibles.", "Écrivez-les ainsi : 3-4.")
    departments = fields.get("departments") or "auto"
    if departments not in get_args(Origin):
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"Origine des départements inconnue : « {departments[:20]} ».",
            f"Origines : {', '.join(get_args(Origin))}.",
        )  # fmt: skip
    return Choice(
        sheets=tuple(s for s in fields.get("sheets", "").splitlines() if s),
        header_rows=(int(first), int(last or first)) if header else None,
        mapping=mapping_from_json(fields["mapping"]) if fields.get("mapping") else None,
        departments=cast("Origin", departments),
        take_answers=_yes(fields.get("answers")),
        accepted=frozenset(fields.get("accept", "").replace(",", " ").split()),
        same={key: True for key in fields.get("same", "").splitlines() if key},
    )


def _yes(value: str | None) -> bool:
    return value is not None and value.lower() in ("1", "true", "oui", "on")
