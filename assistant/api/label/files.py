"""What a project holds and gives as files: proofs attached, seen or saved; documents; its due days as a calendar.

Guarantee: a file goes out as an attachment, or inline under a policy that lets nothing in it run.
"""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from assistant.api.label.views.projects import Attached
from assistant.api.owner import Owners
from assistant.api.uploads import multipart, received
from assistant.export import file_name
from assistant.label.evidence.exports import Document, EvidenceFormat, export_evidence
from assistant.label.evidence.store import MAX_BYTES, SHOWN
from assistant.label.projects.agenda import agenda_bytes
from assistant.label.workbench import Workbench
from assistant.service import Service
from ingest.errors import ClapvertError, ErrorCode


def router(service: Service, owners: Owners) -> APIRouter:
    """Evidence, exports and calendar, to be included under `/api/label`."""
    routes = APIRouter()

    def bench() -> Workbench:
        return service.workbench

    @routes.post(
        "/projects/{project_id}/criteria/{code:path}/evidence",
        response_model=Attached,
        status_code=201,
        openapi_extra=multipart(),
    )
    async def attach(project_id: str, code: str, request: Request) -> Attached:
        """Attach files to a criterion."""
        owner = owners.caller(request)
        await run_in_threadpool(bench().row, project_id, owner, code)
        files, _ = await received(request, MAX_BYTES)
        if not files:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Aucun fichier reçu.", "Envoyez-le dans le champ `file`.")
        kept = [await run_in_threadpool(bench().attach, project_id, owner, code, f.name, f.content) for f in files]
        return Attached(evidence=kept)

    @routes.get("/projects/{project_id}/evidence/{evidence_id}", response_class=Response)
    def download(project_id: str, evidence_id: str, request: Request) -> Response:
        """An attached file, to be saved."""
        file, content = bench().open(project_id, owners.caller(request), evidence_id)
        return attachment(content, file.name, file.media_type)

    @routes.get("/projects/{project_id}/evidence/{evidence_id}/view", response_class=Response)
    def view(project_id: str, evidence_id: str, request: Request) -> Response:
        """An attached PDF, image or text, to be seen in the page; any other file is to be saved."""
        file, content = bench().open(project_id, owners.caller(request), evidence_id)
        if file.media_type not in SHOWN:
            return attachment(content, file.name, file.media_type)
        return inline(content, file.name, file.media_type)

    @routes.delete("/projects/{project_id}/evidence/{evidence_id}", status_code=204)
    def detach(project_id: str, evidence_id: str, request: Request) -> None:
        """Remove an attached file."""
        bench().detach(project_id, owners.caller(request), evidence_id)

    @routes.get("/projects/{project_id}/export", response_class=Response)
    def export(
        project_id: str, request: Request, format: EvidenceFormat = "xlsx", document: Document = "dossier"
    ) -> Response:
        """The evidence file, in the order of the grid, what is missing first: csv, xlsx, docx, pdf or md; or the action
        plan or the note of intent, by department, as docx, pdf or md."""
        found = bench().store.get(project_id, owners.caller(request))
        file = export_evidence(found, bench().framework(found), service.register, service.clock(), format, document)
        return attachment(file.content, file.name, file.media_type)

    @routes.get("/projects/{project_id}/due.ics", response_class=Response)
    def due(project_id: str, request: Request) -> Response:
        """The due days of what is left to do, as a calendar."""
        found, rows, _ = bench().board(project_id, owners.caller(request))
        address = str(request.base_url.replace(path=f"/label/projets/{found.id}"))
        content = agenda_bytes(found, rows, service.clock(), address)
        return attachment(content, file_name(("Échéances", found.title), "ics"), "text/calendar; charset=utf-8")

    return routes


def attachment(content: bytes, name: str, media_type: str) -> Response:
    """A file to be saved, whatever its type; nothing in it runs in our pages."""
    return _file(content, name, media_type, "attachment")


def inline(content: bytes, name: str, media_type: str) -> Response:
    """A file to be seen, in our own pages alone; nothing in it runs, and it loads nothing."""
    shown = _file(
        content, name, "text/plain; charset=utf-8" if media_type.startswith("text/") else media_type, "inline"
    )
    shown.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; frame-ancestors 'self'"
    )
    return shown


def _file(content: bytes, name: str, media_type: str, how: str) -> Response:
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
