"""The official grid of a project: upload, the account of the workbook to accept or correct, then what explains its
rows.

Guarantee: an import that fails goes back to the account, with what the person had chosen, the cells to correct and a
marked copy to download; nothing is written until every difference is decided.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from assistant.api.label.files import attachment
from assistant.api.uploads import received
from assistant.label.grid.account import UndecidedError
from assistant.label.grid.importing import MAX_BYTES, Plan
from assistant.label.grid.imports import Choice, matched, planned, read, taken
from assistant.label.grid.matching import Match, matches, proposals, proposed_departments
from assistant.label.grid.problems import BadCell, GridProblemError
from assistant.label.grid.templates import template_csv, template_xlsx
from assistant.label.grid.words import ROLE_NAMES
from assistant.label.projects.projects import Grid, Project
from assistant.web.label.choices import choice_of
from assistant.web.label.page import Desk, see
from assistant.web.words import french
from ingest.corpus.criteria import Framework
from ingest.documents.marked import Mark
from ingest.documents.sandbox import mark_workbook_safely
from ingest.errors import ClapvertError, ErrorCode

_ROLES = (
    french("Code"), french("Intitulé du critère"), french("Description"), french("Poste ou thème"),
    french("Département"), french("Obligatoire"), french("Points possibles"), french("Points obtenus"),
    french("Niveau"), french("Réponse"), french("Preuve attendue"), french("Commentaire"),
)  # fmt: skip
_ORIGINS = (
    ("auto", french("comme trouvés")), ("column", french("la colonne « département »")),
    ("sheet", french("le nom de la feuille")), ("section", french("les titres de section")), ("none", french("aucun")),
)  # fmt: skip
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def router(desk: Desk) -> APIRouter:
    """`/label/projets/{id}/grille` and what is under it."""
    routes = APIRouter(prefix="/label/projets/{project_id}")

    def page(request: Request, project: Project, choice: Choice, trouble: ClapvertError | None = None) -> HTMLResponse:
        """The page, with the account of the workbook that waits as a person chose to read it."""
        owner = desk.caller(request)
        waiting = desk.bench.store.uploads.waiting(project.id, owner)
        plan: Plan | None = None
        found = None
        if waiting is not None:
            try:
                plan = planned(desk.bench, owner, *waiting, choice)
                found = read(desk.bench, project.id, owner, plan, choice)
            except ClapvertError as exc:
                trouble = trouble or exc
                plan = plan or _as_proposed(desk, owner, *waiting)
        _, rows, done = desk.bench.board(project.id, owner)
        framework = desk.bench.framework(project)
        cells: tuple[BadCell, ...] = trouble.cells if isinstance(trouble, GridProblemError) else ()
        return desk.project_page(
            request, "grid.html", project, status=200 if trouble is None else 422, plan=plan, found=found,
            choice=choice, cells=cells, undecided=isinstance(trouble, UndecidedError),
            trouble=None if isinstance(trouble, UndecidedError) else trouble,
            waiting=waiting[0] if waiting else None, roles=list(ROLE_NAMES.items()), role_names=ROLE_NAMES,
            origins=_ORIGINS, max_mb=MAX_BYTES // 1_000_000,
            matched=_likely(project.grid, framework),
            of_ours=proposed_departments(project.grid, framework) if project.grid and not project.moved else {},
            departments=done.departments, codes={r.key: r.code for r in rows},
        )  # fmt: skip

    @routes.get("/grille", response_class=HTMLResponse)
    def show(request: Request, project_id: str) -> HTMLResponse:
        project = desk.bench.store.get(project_id, desk.caller(request))
        return page(request, project, Choice(take_answers=True))

    @routes.post("/grille")
    async def upload(request: Request, project_id: str) -> Response:
        owner = desk.caller(request)
        project = await run_in_threadpool(desk.bench.store.get, project_id, owner)
        files, _ = await received(request, MAX_BYTES)
        if not files:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Aucun fichier choisi.", "Choisissez le classeur de la grille.")
        try:  # a workbook of which no sheet can be read is refused before it is kept
            await run_in_threadpool(planned, desk.bench, owner, files[0].name, files[0].content, Choice())
        except ClapvertError as exc:
            return await run_in_threadpool(page, request, project, Choice(), exc)
        await run_in_threadpool(desk.bench.store.uploads.keep, project_id, owner, files[0].name, files[0].content)
        return see(request.url.path)

    @routes.post("/grille/importer", response_class=HTMLResponse)
    async def accept(request: Request, project_id: str) -> Response:
        owner = desk.caller(request)
        project = await run_in_threadpool(desk.bench.store.get, project_id, owner)
        form = await request.form(max_fields=3000)
        waiting = await run_in_threadpool(desk.bench.store.uploads.waiting, project_id, owner)
        if waiting is None:
            return see(f"/label/projets/{project_id}/grille")
        choice = Choice(take_answers=True)
        try:
            choice = choice_of(form)
            if form.get("action") == "relire":
                return await run_in_threadpool(page, request, project, choice)
            plan = await run_in_threadpool(planned, desk.bench, owner, *waiting, choice)
            await run_in_threadpool(taken, desk.bench, project_id, owner, plan, choice)
        except ClapvertError as exc:
            return await run_in_threadpool(page, request, project, choice, exc)
        return see(f"/label/projets/{project_id}")

    @routes.post("/grille/copie-marquee", response_class=Response)
    async def marked(request: Request, project_id: str) -> Response:
        owner = desk.caller(request)
        choice = choice_of(await request.form(max_fields=3000))
        waiting = await run_in_threadpool(desk.bench.store.uploads.waiting, project_id, owner)
        if waiting is None:
            return see(f"/label/projets/{project_id}/grille")
        marks: list[Mark] = []
        try:
            plan = await run_in_threadpool(planned, desk.bench, owner, *waiting, choice)
            await run_in_threadpool(read, desk.bench, project_id, owner, plan, choice)
        except GridProblemError as exc:
            marks = [Mark(c.sheet, c.at, c.why) for c in exc.cells]
        copy = await run_in_threadpool(mark_workbook_safely, waiting[1], waiting[0], marks)
        return attachment(copy, f"{waiting[0].rsplit('.', 1)[0]} - à corriger.xlsx", _SHEET)

    @routes.get("/grille/vide.{kind}", response_class=Response)
    def empty(request: Request, project_id: str, kind: str) -> Response:
        project, _, done = desk.bench.board(project_id, desk.caller(request))
        names = [t.name for t in done.departments]
        if kind == "csv":
            return attachment(template_csv(), "Grille vide.csv", "text/csv; charset=utf-8")
        book = template_xlsx([] if kind == "seule.xlsx" else names, desk.service.clock())
        return attachment(book, f"Grille vide - {project.title}.xlsx", _SHEET)

    @routes.post("/grille/rapprocher")
    async def match(request: Request, project_id: str) -> Response:
        owner = desk.caller(request)
        fields = {k: str(v) for k, v in (await request.form(max_fields=1000)).items()}
        said: dict[str, str | None] = {
            k.removeprefix("row-"): None if v == "-" else v for k, v in fields.items() if k.startswith("row-") and v
        }
        if fields.get("toutes"):
            project = await run_in_threadpool(desk.bench.store.get, project_id, owner)
            if project.grid is not None:
                said = dict(proposals(project.grid, desk.bench.framework(project)))
        await run_in_threadpool(matched, desk.bench, project_id, owner, said)
        back = fields.get("retour", "")
        return see(f"/label/projets/{project_id}/{back if back.startswith('criteres/') else 'grille#rapprocher'}")

    @routes.post("/grille/abandonner")
    def abandon(request: Request, project_id: str) -> Response:
        desk.bench.store.uploads.erase(project_id, desk.caller(request))
        return see(f"/label/projets/{project_id}/grille")

    @routes.post("/departements")
    async def departments(request: Request, project_id: str) -> Response:
        owner = desk.caller(request)
        form = await request.form(max_fields=300)
        if form.get("proposes"):
            project = await run_in_threadpool(desk.bench.store.get, project_id, owner)
            if project.grid is not None:
                ours = proposed_departments(project.grid, desk.bench.framework(project))
                await run_in_threadpool(lambda: desk.bench.store.set_departments(project_id, owner, moved=ours))
        else:
            old, new = str(form.get("ancien", "")), str(form.get("nouveau", ""))
            await run_in_threadpool(desk.bench.rename_department, project_id, owner, old, new)
        return see(f"/label/projets/{project_id}/grille#departements")

    return routes


def _likely(grid: Grid | None, framework: Framework) -> list[Match]:
    """The rows of a grid that are matched, or that a person could match."""
    return [m for m in matches(grid, framework) if m.candidates or m.criterion] if grid else []


def _as_proposed(desk: Desk, owner: str, name: str, content: bytes) -> Plan | None:
    """The plan without what a person chose, when what they chose cannot be read; None when nothing can."""
    try:
        return planned(desk.bench, owner, name, content, Choice())
    except ClapvertError:
        return None
