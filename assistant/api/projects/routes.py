"""Projects over HTTP: a case, kept; its obligations on any day, as data and as files.

Guarantee: a caller sees only the projects that its signed name is a member of. A write based on an older revision is a
409 that carries the current value.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from assistant.api.owner import Owners
from assistant.api.projects.views import (
    FormView,
    FromChat,
    Invitation,
    Invite,
    Join,
    NewProject,
    ProjectEdit,
    ProjectList,
    ProjectView,
    SheetView,
)
from assistant.api.schemas import Day
from assistant.export.document import file_name
from assistant.project import desk
from assistant.project.files import Kind, file_bytes, media_type
from assistant.project.sheet import Sheet
from assistant.project.told import facts_told
from assistant.project.words import Speaker
from assistant.service import Service
from ingest.language.claims import Language


def router(service: Service, owners: Owners) -> APIRouter:
    """The routes under `/api/projects`."""
    routes = APIRouter(prefix="/api/projects", tags=["projects"])

    def view(project_id: str, request: Request) -> ProjectView:
        return ProjectView.of(service.projects.get(project_id, owners.caller(request)), service.form)

    @routes.get("/form", response_model=FormView)
    def form() -> FormView:
        """The short form by which a project is described."""
        return FormView.of(service.form)

    @routes.post("", response_model=ProjectView, status_code=201)
    def create(body: NewProject, request: Request, response: Response) -> ProjectView:
        """A new project."""
        owner = owners.named(request, response, lasting=True)
        made = desk.create(service.projects, service.ground, owner, body.title, body.note, body.picked, body.given)
        return ProjectView.of(made, service.form)

    @routes.get("", response_model=ProjectList)
    def projects(request: Request) -> ProjectList:
        """The caller's projects."""
        found = service.projects.projects(owners.caller(request))
        return ProjectList(projects=[ProjectView.of(p, service.form) for p in found])

    @routes.post("/join", response_model=ProjectView)
    def join(body: Join, request: Request, response: Response) -> ProjectView:
        """Take up an invitation."""
        found = service.projects.members.join(body.token, owners.named(request, response, lasting=True), body.name)
        return ProjectView.of(found, service.form)

    @routes.get("/{project_id}", response_model=ProjectView)
    def project(project_id: str, request: Request) -> ProjectView:
        """One project."""
        return view(project_id, request)

    @routes.patch("/{project_id}", response_model=ProjectView)
    def edit(project_id: str, body: ProjectEdit, request: Request) -> ProjectView:
        """Change a project."""
        sent = body.model_dump(include=body.model_fields_set - {"revision"})
        changes = {k: v for k, v in sent.items() if v is not None or k == "label"}
        owner = owners.caller(request)
        if changes.get("label"):
            service.workbench.store.get(changes["label"], owner)
        changed = desk.change(service.projects, service.ground, project_id, owner, changes, body.revision)
        return ProjectView.of(changed, service.form)

    @routes.delete("/{project_id}", status_code=204)
    def delete(project_id: str, request: Request) -> None:
        """Erase a project, its history and its links, for good."""
        service.projects.delete(project_id, owners.caller(request))

    @routes.post("/{project_id}/facts", response_model=ProjectView)
    def tell(project_id: str, body: FromChat, request: Request) -> ProjectView:
        """Add the case of an answer to a project."""
        owner = owners.caller(request)
        answer = service.conversations.answer(body.message_id, owner)
        told = desk.tell(
            service.projects, service.ground, project_id, owner, facts_told(answer.understood, service.ground)
        )
        return ProjectView.of(told, service.form)

    @routes.post("/{project_id}/invitation", response_model=Invitation)
    def invitation(project_id: str, body: Invite, request: Request) -> Invitation:
        """An address to give to a colleague, who then edits the project from another browser."""
        token = service.projects.members.invitation(project_id, owners.caller(request), body.renew)
        return Invitation(token=token, path=f"/projets/invitation/{token}")

    def read(project_id: str, request: Request, as_of: Day | None) -> Sheet:
        on = as_of or service.clock()
        return desk.read(service.projects, service.ground, project_id, owners.caller(request), on)

    @routes.get("/{project_id}/obligations", response_model=SheetView)
    def obligations(
        project_id: str, request: Request, as_of: Day | None = None, language: Language = "fr"
    ) -> SheetView:
        """What the rules say of a project, on any day."""
        return SheetView.of(read(project_id, request, as_of), Speaker(service.glossary, language))

    @routes.get("/{project_id}/obligations.{kind}", response_class=Response)
    def file(
        project_id: str,
        kind: Kind,
        request: Request,
        as_of: Day | None = None,
        language: Annotated[Language, Query()] = "fr",
    ) -> Response:
        """The same as a file: checklist (docx, pdf, md), table (csv), calendar (ics)."""
        found, say = read(project_id, request, as_of), Speaker(service.glossary, language)
        base = service.settings.public_url or str(request.base_url)
        name = file_name(("obligations", found.project.title, found.on.isoformat()), kind, 80)
        return Response(
            file_bytes(found, service.ground, kind, say, base, service.clock()),
            media_type=media_type(kind),
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return routes
