"""`/api/answers/{message_id}`: one answer of the caller's, and the link that shares it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel

from assistant.answer import Answer
from assistant.api.owner import Owners
from assistant.history.sharing import Shares
from assistant.service import Service


class SharedLink(BaseModel):
    """A link to an answer: `url` is a path on this server."""

    token: str
    url: str


def router(service: Service, owners: Owners) -> APIRouter:
    """The routes under `/api/answers`."""
    routes = APIRouter(prefix="/api/answers/{message_id}", tags=["chat"])

    @routes.get("", response_model=Answer)
    def read(message_id: str, request: Request) -> Answer:
        """An answer of one of the caller's conversations, as it was given."""
        return service.conversations.answer(message_id, owners.caller(request))

    @routes.post("/share", response_model=SharedLink)
    def share(message_id: str, request: Request) -> SharedLink:
        """Make the link that shows this answer to whoever has it; the same link each time."""
        token = Shares(service.conversations).make(message_id, owners.caller(request))
        return SharedLink(token=token, url=f"/r/{token}")

    @routes.delete("/share", status_code=204)
    def unshare(message_id: str, request: Request) -> None:
        """Close the link."""
        Shares(service.conversations).take_back(message_id, owners.caller(request))

    return routes
