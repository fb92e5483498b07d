"""Answers and conversations to take away: the note (DOCX, PDF, Markdown), the deadlines (calendar), the receipt."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from assistant.answer import Answer
from assistant.api.owner import Owners
from assistant.export import Format, file_name, write
from assistant.export.deadlines import deadlines
from assistant.export.note import conversation_note
from assistant.export.taking import Taken, beside, taken, taken_name, value_labels
from assistant.service import Service
from ingest.errors import ClapvertError, ErrorCode


class Export(BaseModel):
    """One file that an answer can be taken away as."""

    format: Taken
    url: str
    file_name: str


class ExportList(BaseModel):
    """The files that an answer can be taken away as; `ics` is among them only when it states dated deadlines."""

    exports: list[Export]
    deadlines: list[dt.date]


def router(service: Service, owners: Owners) -> APIRouter:
    """The routes that give files."""
    routes = APIRouter(tags=["exports"])

    opened = service.store.latest

    def owned(message_id: str, request: Request) -> Answer:
        return service.conversations.answer(message_id, owners.caller(request))

    @routes.get("/api/answers/{message_id}/exports", response_model=ExportList)
    def exports(message_id: str, request: Request) -> ExportList:
        """The files that one of the caller's answers can be taken away as."""
        answer = owned(message_id, request)
        days = [d.day for d in deadlines(answer, opened)]
        return ExportList(
            exports=[
                Export(format=f, url=f"/api/answers/{message_id}/note?format={f}", file_name=taken_name(answer, f))
                for f in Taken
                if days or f is not Taken.ICS
            ],
            deadlines=days,
        )

    @routes.get("/api/answers/{message_id}/note", response_class=Response)
    def answer_note(message_id: str, request: Request, format: Taken = Taken.PDF) -> Response:
        """The note of one of the caller's answers; its deadlines (`ics`, 404 when there are none); its receipt."""
        answer = owned(message_id, request)
        data = taken(answer, format, opened, service.clock(), value_labels(service.glossary))
        return _file(data, format.media_type, taken_name(answer, format))

    @routes.get("/api/conversations/{conversation_id}/note", response_class=Response)
    def whole(conversation_id: str, request: Request, format: Format = Format.PDF) -> Response:
        """The notes of one of the caller's conversations, in one file."""
        summary, answers = service.conversations.messages(conversation_id, owners.caller(request))
        if not answers:
            raise ClapvertError(ErrorCode.CONVERSATION_NOT_FOUND, "Cette conversation est vide.", "Posez une question.")
        today = service.clock()
        known = beside(answers, opened, today, value_labels(service.glossary))
        document = conversation_note(answers, summary.title, known)
        name = file_name(("clapvert", today.isoformat(), summary.title), format.value)
        return _file(write(document, format), format.media_type, name)

    return routes


def _file(data: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(data, media_type=media_type, headers=headers)
