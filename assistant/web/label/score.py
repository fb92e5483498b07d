"""The score of a project and what would change it, on a page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from assistant.api.label.requests import efforts_of
from assistant.label.score.score import score_items
from assistant.label.score.tally import ScoreReading, items
from assistant.label.score.whatif import fragile, least_effort
from assistant.web.label.page import Desk
from assistant.web.words import french
from ingest.errors import ClapvertError, ErrorCode

FORMATS = (("pdf", "PDF"), ("docx", "DOCX"), ("xlsx", "XLSX"), ("csv", "CSV"), ("md", "Markdown"))
DOCUMENTS = (
    ("plan", french("Plan d'action"), french("Par département : critères retenus, preuve, responsable, échéance.")),
    ("note", french("Note d'intention"), french("En phrases, par département : ce que la production retient.")),
)


def router(desk: Desk) -> APIRouter:
    """`/label/projets/{id}/score`."""
    routes = APIRouter(prefix="/label/projets/{project_id}")

    @routes.get("/score", response_class=HTMLResponse)
    def score_page(
        request: Request,
        project_id: str,
        cible: Annotated[int | None, Query(ge=1, le=100)] = None,
        lecture: ScoreReading = "zero",
        effort: Annotated[list[str] | None, Query(max_length=200)] = None,
    ) -> HTMLResponse:
        project, rows, done = desk.bench.board(project_id, desk.caller(request))
        framework = desk.bench.framework(project)
        language = desk.words(request).language
        result = plan = None
        weak = []
        reason: ClapvertError | None = None
        efforts = efforts_of(effort or [])
        targets = [t.minimum_percent for t in framework.thresholds]
        wanted = cible or next((t.minimum_percent for t in framework.thresholds if t.scheme == project.scheme), None)
        target = wanted or (targets[0] if targets else 65)
        try:
            counted = items(project, framework, language)
            result = score_items(counted, framework.thresholds, language)
            plan = least_effort(counted, target, efforts, lecture, language)
            weak = fragile(counted, targets, language)
        except ClapvertError as exc:
            if exc.code is not ErrorCode.GRID_MISSING:
                raise
            reason = exc
        return desk.project_page(
            request,
            "score.html",
            project,
            score=result,
            plan=plan,
            weak=weak,
            reason=reason,
            done=done,
            target=target,
            targets=targets,
            lecture=lecture,
            efforts=efforts,
            formats=FORMATS,
            documents=DOCUMENTS,
            titles={r.key: r.title for r in rows},
        )

    return routes
