"""The workbench over HTTP: frameworks, projects, criteria, evidence.

Guarantee: a caller sees only the projects that its signed name is a member of. A write based on an older revision is a
409 that carries the current value. Evidence goes out as an attachment, never as a page.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from assistant.api.label import files
from assistant.api.label.requests import (
    BulkEdit,
    DepartmentName,
    Duplicate,
    Invite,
    Join,
    NewProject,
    ProjectEdit,
    Rename,
    StateEdit,
)
from assistant.api.label.views.criteria import (
    Cited,
    CriterionDetail,
    CriterionList,
    CriterionView,
    FrameworkList,
    FrameworkView,
)
from assistant.api.label.views.projects import (
    Bulk,
    ChangeView,
    Comparison,
    History,
    Invitation,
    PairView,
    ProjectList,
    ProjectSummary,
    ProjectView,
)
from assistant.api.owner import Owners
from assistant.label.frameworks import Wanted, chosen, department_of
from assistant.label.projects.compare import compare
from assistant.label.projects.progress import Progress
from assistant.label.projects.projects import CriterionState
from assistant.label.questions.explain import explain
from assistant.label.workbench import Workbench
from assistant.service import Service
from ingest.errors import ClapvertError, ErrorCode


def router(service: Service, owners: Owners) -> APIRouter:
    """The routes under `/api/label`."""
    routes = APIRouter(prefix="/api/label", tags=["label"])
    routes.include_router(files.router(service, owners))

    def bench() -> Workbench:
        return service.workbench

    @routes.get("/frameworks", response_model=FrameworkList)
    def frameworks() -> FrameworkList:
        """The frameworks, and what is known and unknown of each."""
        return FrameworkList(frameworks=[FrameworkView.of(f) for f in bench().frameworks.all()])

    @routes.get("/frameworks/{framework_id}/criteria", response_model=CriterionList)
    def criteria(
        framework_id: str,
        poste: Annotated[str, Query(max_length=10)] = "",
        department: Annotated[str, Query(max_length=60)] = "",
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> CriterionList:
        """Criteria of a framework, by poste, department and words."""
        framework = bench().frameworks.get(framework_id)
        groups = chosen(framework, wanted(poste, department, q))
        return CriterionList(
            framework=framework.id, criteria=[CriterionView.of(framework, c) for _, found in groups for c in found]
        )

    @routes.get("/frameworks/{framework_id}/criteria/{code}", response_model=CriterionDetail)
    def criterion(framework_id: str, code: str) -> CriterionDetail:
        """A criterion with its passage and statements that come near."""
        framework = bench().frameworks.get(framework_id)
        found = bench().frameworks.criterion(framework_id, code)
        explained = explain(service.engine, framework, found, service.clock())
        return CriterionDetail(
            **CriterionView.of(framework, found).model_dump(),
            passage=Cited.of(explained.own) if explained.own else None,
            near=[Cited.of(p) for p in explained.near],
        )

    @routes.post("/projects", response_model=ProjectSummary, status_code=201)
    def create(body: NewProject, request: Request, response: Response) -> ProjectSummary:
        """A new project."""
        owner = owners.named(request, response, lasting=True)
        return ProjectSummary.of(bench().create(owner, body.framework, body.title, body.scheme, body.note))

    @routes.get("/projects", response_model=ProjectList)
    def projects(request: Request) -> ProjectList:
        """The caller's projects."""
        return ProjectList(projects=[ProjectSummary.of(p) for p in bench().store.projects(owners.caller(request))])

    @routes.post("/join", response_model=ProjectSummary)
    def join(body: Join, request: Request, response: Response) -> ProjectSummary:
        """Take up an invitation."""
        return ProjectSummary.of(
            bench().store.members.join(body.token, owners.named(request, response, lasting=True), body.name)
        )

    @routes.get("/projects/{project_id}", response_model=ProjectView)
    def project(project_id: str, request: Request) -> ProjectView:
        """A project with its rows and its progress."""
        found, rows, done = bench().board(project_id, owners.caller(request))
        return ProjectView.whole(found, rows, done, bench().store.members.name(project_id, owners.caller(request)))

    @routes.patch("/projects/{project_id}", response_model=ProjectSummary)
    def edit(project_id: str, body: ProjectEdit, request: Request) -> ProjectSummary:
        """Change the title, the scheme or the note."""
        return ProjectSummary.of(bench().edit(project_id, owners.caller(request), body.changes(), body.revision))

    @routes.delete("/projects/{project_id}", status_code=204)
    def delete(project_id: str, request: Request) -> None:
        """Erase a project, its history and its evidence, for good."""
        bench().delete(project_id, owners.caller(request))

    @routes.post("/projects/{project_id}/criteria", response_model=Bulk)
    def put_all(project_id: str, body: BulkEdit, request: Request) -> Bulk:
        """Say the same of several criteria; those that could not be saved are named with why."""
        owner = owners.caller(request)
        failed = bench().put_all(project_id, owner, body.codes, changes) if (changes := body.changes()) else {}
        if body.departments is not None:
            bench().move(project_id, owner, body.codes, body.departments)
        return Bulk(saved=len(body.codes) - len(failed), failed={code: exc.message for code, exc in failed.items()})

    @routes.put("/projects/{project_id}/departments", response_model=ProjectSummary)
    def rename_department(project_id: str, body: DepartmentName, request: Request) -> ProjectSummary:
        """Rename a department of the board, or merge it with another one."""
        return ProjectSummary.of(
            bench().rename_department(project_id, owners.caller(request), body.department, body.name)
        )

    @routes.put("/projects/{project_id}/criteria/{code:path}", response_model=CriterionState)
    def put(project_id: str, code: str, body: StateEdit, request: Request) -> CriterionState:
        """Say where a criterion stands."""
        return bench().put(project_id, owners.caller(request), code, body.changes(), body.revision)

    @routes.get("/projects/{project_id}/progress", response_model=Progress)
    def progress(project_id: str, request: Request) -> Progress:
        """Counts by department, by person and by poste."""
        return bench().board(project_id, owners.caller(request))[2]

    @routes.get("/projects/{project_id}/history", response_model=History)
    def history(
        project_id: str,
        request: Request,
        code: Annotated[str | None, Query(max_length=120)] = None,
        before: Annotated[int | None, Query(ge=1, le=1 << 53)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> History:
        """What was changed, by whom and when, the last first."""
        found = bench().store.history.of(project_id, owners.caller(request), code, limit + 1, before)
        page = found[:limit]
        return History(changes=[ChangeView.read(c) for c in page], next=page[-1].seq if len(found) > limit else None)

    @routes.get("/projects/{project_id}/compare/{other_id}", response_model=Comparison)
    def comparison(project_id: str, other_id: str, request: Request) -> Comparison:
        """Two projects of one framework, criterion by criterion."""
        left, right = (bench().store.get(i, owners.caller(request)) for i in (project_id, other_id))
        pairs = compare(left, right, bench().framework(left))
        return Comparison(
            left=ProjectSummary.of(left),
            right=ProjectSummary.of(right),
            criteria=[PairView(**p.model_dump(), different=p.differs) for p in pairs],
        )

    @routes.post("/projects/{project_id}/duplicate", response_model=ProjectSummary, status_code=201)
    def duplicate(project_id: str, body: Duplicate, request: Request) -> ProjectSummary:
        """A copy for another production: grid, people and notes, nothing done yet."""
        return ProjectSummary.of(bench().store.duplicate(project_id, owners.caller(request), body.title))

    @routes.post("/projects/{project_id}/invitation", response_model=Invitation)
    def invitation(project_id: str, body: Invite, request: Request) -> Invitation:
        """An address to give to a colleague, who then edits the project from another browser."""
        token = bench().store.members.invitation(project_id, owners.caller(request), body.renew)
        return Invitation(token=token, path=f"/label/invitation/{token}")

    @routes.put("/projects/{project_id}/me", response_model=Rename)
    def rename(project_id: str, body: Rename, request: Request) -> Rename:
        """The name that the history shows for the caller's changes."""
        bench().store.members.rename(project_id, owners.caller(request), body.name)
        return body

    return routes


def wanted(poste: str, department: str, words: str) -> Wanted:
    """What is asked of a list of criteria; `BAD_REQUEST` for a department that is none of ours."""
    found = department_of(department) if department else None
    if department and found is None:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"Le département « {department} » est inconnu.", "La liste : /api/label/frameworks."
        )
    return Wanted(poste.strip().upper(), found, words)
