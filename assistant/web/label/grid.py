"""The official grid of a project: upload, columns to accept or correct, then the score and what would change it."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from assistant.api.uploads import received
from assistant.label.grid.importing import MAX_BYTES
from assistant.label.grid.imports import Choice, efforts_of, mapping_of, matched, planned, taken
from assistant.label.grid.mapping import ColumnMapping
from assistant.label.grid.matching import matches
from assistant.label.grid.words import ROLE_NAMES
from assistant.label.score.score import score_items
from assistant.label.score.tally import ScoreReading, items
from assistant.label.score.whatif import fragile, least_effort
from assistant.web.label.page import Desk, see
from assistant.web.words import french
from ingest.errors import ClapvertError, ErrorCode

_ROLES = (
    french("Code"), french("Intitulé du critère"), french("Poste ou thème"), french("Département"),
    french("Obligatoire"), french("Points possibles"), french("Points obtenus"), french("Niveau"), french("Réponse"),
    french("Preuve attendue"), french("Commentaire"),
)  # fmt: skip
FORMATS = (("pdf", "PDF"), ("docx", "DOCX"), ("xlsx", "XLSX"), ("csv", "CSV"), ("md", "Markdown"))
_COLUMN = re.compile(r"col-(\d{1,3})")


def router(desk: Desk) -> APIRouter:
    """`/label/projets/{id}/grille` and `…/score`."""
    routes = APIRouter(prefix="/label/projets/{project_id}")

    @routes.get("/grille", response_class=HTMLResponse)
    def show(
        request: Request, project_id: str, feuille: str = "", premiere: int = 0, derniere: int = 0
    ) -> HTMLResponse:
        owner = desk.caller(request)
        project = desk.bench.store.get(project_id, owner)
        framework = desk.bench.framework(project)
        waiting = desk.bench.store.uploads.waiting(project_id, owner)
        plan = trouble = None
        if waiting is not None:
            try:
                plan = planned(desk.bench, owner, *waiting, _choice(feuille, premiere, derniere, None))
            except ClapvertError as exc:
                trouble = exc
        return desk.project_page(
            request,
            "grid.html",
            project,
            plan=plan,
            trouble=trouble,
            waiting=waiting[0] if waiting else None,
            roles=list(ROLE_NAMES.items()),
            role_names=ROLE_NAMES,
            max_mb=MAX_BYTES // 1_000_000,
            unmatched=[m for m in matches(project.grid, framework) if m.to_confirm] if project.grid else [],
        )

    @routes.post("/grille")
    async def upload(request: Request, project_id: str) -> Response:
        owner = desk.caller(request)
        await run_in_threadpool(desk.bench.store.get, project_id, owner)
        files, _ = await received(request, MAX_BYTES)
        if not files:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Aucun fichier choisi.", "Choisissez le classeur de la grille.")
        # A workbook that cannot be a grid is refused before it is kept.
        await run_in_threadpool(planned, desk.bench, owner, files[0].name, files[0].content, Choice())
        await run_in_threadpool(desk.bench.store.uploads.keep, project_id, owner, files[0].name, files[0].content)
        return see(request.url.path)

    @routes.post("/grille/importer")
    async def accept(request: Request, project_id: str) -> Response:
        owner = desk.caller(request)
        fields = {k: str(v) for k, v in (await request.form(max_fields=300)).items()}
        waiting = await run_in_threadpool(desk.bench.store.uploads.waiting, project_id, owner)
        if waiting is None:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Aucun classeur n'attend.", "Envoyez-le d'abord.")
        roles = {int(m[1]): v for k, v in fields.items() if (m := _COLUMN.fullmatch(k)) and v}
        choice = _choice(
            fields.get("feuille", ""), _number(fields.get("premiere")), _number(fields.get("derniere")),
            mapping_of(roles, fields.get("fill")), bool(fields.get("answers")),
        )  # fmt: skip
        plan = await run_in_threadpool(planned, desk.bench, owner, *waiting, choice)
        await run_in_threadpool(taken, desk.bench, project_id, owner, plan, choice)
        return see(f"/label/projets/{project_id}")

    @routes.post("/grille/rapprocher")
    async def match(request: Request, project_id: str) -> Response:
        owner = desk.caller(request)
        fields = {k: str(v) for k, v in (await request.form(max_fields=1000)).items()}
        choices = {k.removeprefix("row-"): v for k, v in fields.items() if k.startswith("row-") and v}
        said: dict[str, str | None] = {k: None if v == "-" else v for k, v in choices.items()}
        await run_in_threadpool(matched, desk.bench, project_id, owner, said)
        return see(f"/label/projets/{project_id}/grille")

    @routes.post("/grille/abandonner")
    def abandon(request: Request, project_id: str) -> Response:
        desk.bench.store.uploads.erase(project_id, desk.caller(request))
        return see(f"/label/projets/{project_id}/grille")

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
            titles={r.key: r.title for r in rows},
        )

    return routes


def _choice(sheet: str, first: int, last: int, mapping: ColumnMapping | None, answers: bool = False) -> Choice:
    return Choice(sheet or None, (first, max(first, last)) if first else None, mapping, answers)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
