"""The official grid of a project over HTTP: import, score, what-if.

Guarantee: a grid is imported as the plan showed it; without one, `score` is a 409 that says why there is no score.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from assistant.api.label.views.projects import ProjectSummary
from assistant.api.label.views.scores import EffortView, ScoreView
from assistant.api.owner import Owners
from assistant.api.schemas import View
from assistant.api.uploads import multipart, received
from assistant.label.grid.importing import MAX_BYTES, Plan
from assistant.label.grid.imports import Choice, efforts_of, mapping_from_json, planned, taken
from assistant.label.grid.mapping import ColumnMapping
from assistant.label.score.score import score
from assistant.label.score.tally import ScoreReading, items
from assistant.label.score.whatif import least_effort
from assistant.service import Service
from ingest.errors import ClapvertError, ErrorCode


class ColumnView(View):
    """One column of the workbook, what it seems to be, and why."""

    column: int
    letter: str
    name: str
    role: str | None
    confidence: str
    reasons: list[str]
    samples: list[str]


class PlanView(View):
    """How the workbook is read: the sheet, where its header is, the role of each column."""

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
            rows=len(p.table.rows),
        )


class GridImport(BaseModel):
    """What an import gave. `imported` False: only the plan was asked for."""

    imported: bool
    plan: PlanView
    project: ProjectSummary | None = None
    criteria: int = 0
    points: float = 0
    mandatory: int | None = Field(default=None, description="null when the workbook does not say")
    answers: int = Field(default=0, description="statuses taken from the workbook")
    remarks: list[str] = []


def router(service: Service, owners: Owners) -> APIRouter:
    """`/api/label/projects/{id}/grid`, `…/score` and `…/plan`."""
    routes = APIRouter(prefix="/api/label/projects/{project_id}", tags=["label"])

    @routes.post(
        "/grid", response_model=GridImport, openapi_extra=multipart("sheet", "header", "mapping", "answers", "plan")
    )
    async def take(project_id: str, request: Request) -> GridImport:
        """Import the official workbook (XLSX or CSV, field `file`).

        `sheet`: name of the sheet; `header`: its rows, `3-4`; `mapping`: columns by role as JSON,
        `{"code": "A", "points": "F"}`; `answers=1`: take the workbook's answers where nothing was said; `plan=1`: only
        say how it would be read. What is left out is guessed, or remembered from the last import of the same header."""
        bench, owner = service.workbench, owners.caller(request)
        await run_in_threadpool(bench.store.get, project_id, owner)
        files, fields = await received(request, MAX_BYTES)
        if not files:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Aucun fichier reçu.", "Envoyez-le dans le champ `file`.")
        file, choice = files[0], _choice(fields)
        plan = await run_in_threadpool(planned, bench, owner, file.name, file.content, choice)
        if _yes(fields.get("plan")):
            return GridImport(imported=False, plan=PlanView.of(plan))
        project, answers = await run_in_threadpool(taken, bench, project_id, owner, plan, choice)
        assert project.grid is not None
        rows = project.grid.criteria
        return GridImport(
            imported=True,
            plan=PlanView.of(plan),
            project=ProjectSummary.of(project),
            criteria=len(rows),
            points=float(project.grid.points),
            mandatory=sum(bool(c.mandatory) for c in rows) if any(c.mandatory is not None for c in rows) else None,
            answers=answers,
            remarks=list(project.grid.remarks),
        )

    @routes.get("/score", response_model=ScoreView)
    def read_score(project_id: str, request: Request) -> ScoreView:
        """The exact score on the imported grid; `grid_missing` (409) without one."""
        project = service.workbench.store.get(project_id, owners.caller(request))
        return ScoreView.of(score(project, service.workbench.framework(project)))

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
    return Choice(
        sheet=fields.get("sheet") or None,
        header_rows=(int(first), int(last or first)) if header else None,
        mapping=mapping_from_json(fields["mapping"]) if fields.get("mapping") else None,
        take_answers=_yes(fields.get("answers")),
    )


def _yes(value: str | None) -> bool:
    return value is not None and value.lower() in ("1", "true", "oui", "on")
