"""The home of the workbench, the pages of the criteria, and two projects side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from assistant.label.frameworks import Wanted, chosen, department_of, departments
from assistant.label.projects.compare import compare
from assistant.label.projects.progress import progress
from assistant.label.projects.projects import rows
from assistant.label.questions.explain import explain, question_about
from assistant.web.label.board import standing_of
from assistant.web.label.page import Desk, see
from assistant.web.words import french

PLACEHOLDER = french("Titre de la production")


def router(desk: Desk) -> APIRouter:
    """`/label`, `/label/referentiels/…`, `/label/comparer`, `/label/invitation/…`."""
    routes = APIRouter()

    @routes.get("/label", response_class=HTMLResponse)
    def home(
        request: Request,
        referentiel: Annotated[str, Query(max_length=60)] = "",
        poste: Annotated[str, Query(max_length=10)] = "",
        departement: Annotated[str, Query(max_length=60)] = "",
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> HTMLResponse:
        bench = desk.bench
        frameworks = bench.frameworks.all()
        framework = bench.frameworks.get(referentiel) if referentiel else frameworks[0]
        wanted = Wanted(poste.strip().upper(), department_of(departement) if departement else None, q)
        groups = chosen(framework, wanted)
        mine, standings = [], {}
        language = desk.words(request).language
        for project in bench.store.projects(desk.caller(request)):
            lines = rows(project, bench.framework(project))
            mine.append((project, progress(lines, bench.clock())))
            standings[project.id] = standing_of(project, lines, bench.framework(project), language)
        return desk.page(
            request,
            "home.html",
            frameworks=frameworks,
            framework=framework,
            names={f.id: f.name.fr for f in frameworks},
            wanted=wanted,
            groups=groups,
            count=sum(len(criteria) for _, criteria in groups),
            departments=departments(framework.criteria),
            questions={c.id: question_about(framework, c) for _, criteria in groups for c in criteria},
            projects=mine,
            standings=standings,
        )

    @routes.get("/label/referentiels/{framework_id}/{code}", response_class=HTMLResponse)
    def criterion(request: Request, framework_id: str, code: str) -> HTMLResponse:
        framework = desk.bench.frameworks.get(framework_id)
        found = desk.bench.frameworks.criterion(framework_id, code)
        return desk.page(
            request,
            "criterion.html",
            framework=framework,
            c=found,
            poste=next(p for p in framework.postes if p.code == found.poste),
            question=question_about(framework, found),
            explained=explain(desk.service.engine, framework, found, desk.service.clock()),
        )

    @routes.post("/label/projets")
    def create(
        request: Request, title: Annotated[str, Form()] = "", framework: Annotated[str, Form()] = ""
    ) -> Response:
        response = see("/label")
        owner = desk.owners.named(request, response, lasting=True)
        project = desk.bench.create(owner, framework or desk.bench.frameworks.all()[0].id, title)
        response.headers["location"] = f"/label/projets/{project.id}"
        return response

    @routes.get("/label/comparer", response_class=HTMLResponse)
    def comparison(request: Request, a: str, b: str, ecarts: bool = False) -> HTMLResponse:
        left, right = (desk.bench.store.get(i, desk.caller(request)) for i in (a, b))
        framework = desk.bench.framework(left)
        pairs = compare(left, right, framework)
        return desk.page(
            request,
            "compare.html",
            rows={row.key: row for project in (right, left) for row in rows(project, framework)},
            left=left,
            right=right,
            pairs=[p for p in pairs if p.differs or not ecarts],
            different=sum(p.differs for p in pairs),
            total=len(pairs),
            only=ecarts,
        )

    @routes.get("/label/invitation/{token}", response_class=HTMLResponse)
    def invited(request: Request, token: str) -> HTMLResponse:
        return desk.page(request, "invitation.html", token=token)

    @routes.post("/label/invitation/{token}")
    def join(request: Request, token: str, name: Annotated[str, Form()] = "") -> Response:
        response = see("/label")
        project = desk.bench.store.members.join(token, desk.owners.named(request, response, lasting=True), name)
        response.headers["location"] = f"/label/projets/{project.id}"
        return response

    return routes
