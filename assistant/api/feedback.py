"""`POST /api/feedback`: what the caller thought of an answer of theirs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import StringConstraints

from assistant.api.owner import Owners
from assistant.api.schemas import Sent, View
from assistant.history.feedback import FeedbackStore, Rating
from assistant.service import Service


class FeedbackRequest(Sent):
    """A verdict; another on the same answer replaces it."""

    message_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    rating: Rating
    comment: Annotated[str, StringConstraints(max_length=4000)] | None = None


class FeedbackKept(View):
    """The verdict as it is kept now."""

    message_id: str
    rating: Rating
    comment: str | None


def router(service: Service, owners: Owners) -> APIRouter:
    """The route of feedback."""
    routes = APIRouter(prefix="/api/feedback", tags=["chat"])

    @routes.post("", response_model=FeedbackKept)
    def judge(body: FeedbackRequest, request: Request) -> FeedbackKept:
        """Judge an answer of one of the caller's conversations."""
        store = FeedbackStore(service.conversations, service.clock)
        kept = store.add(body.message_id, owners.caller(request), body.rating, body.comment)
        return FeedbackKept.read(kept)

    return routes
