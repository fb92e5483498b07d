"""`POST /api/feedback`: what the caller thought of an answer of theirs."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from assistant.api.owner import Owners
from assistant.feedback import FeedbackStore
from assistant.service import Service


class FeedbackRequest(BaseModel):
    """A verdict; another on the same answer replaces it."""

    model_config = ConfigDict(extra="forbid")

    message_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    rating: Literal["up", "down"]
    comment: Annotated[str, StringConstraints(max_length=4000)] | None = None


class FeedbackKept(BaseModel):
    """The verdict as it is kept now."""

    message_id: str
    rating: Literal["up", "down"]
    comment: str | None


def router(service: Service, owners: Owners) -> APIRouter:
    """The route of feedback."""
    routes = APIRouter(prefix="/api/feedback", tags=["chat"])

    @routes.post("", response_model=FeedbackKept)
    def judge(body: FeedbackRequest, request: Request) -> FeedbackKept:
        """Judge an answer of one of the caller's conversations."""
        store = FeedbackStore(service.conversations, service.clock)
        kept = store.add(body.message_id, owners.known(request) or "", body.rating, body.comment)
        return FeedbackKept(message_id=kept.message_id, rating=kept.rating, comment=kept.comment)

    return routes
