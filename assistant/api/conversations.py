"""The caller's own conversations: list, read, delete."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, StringConstraints

from assistant.answer import Answer
from assistant.api.owner import Owners
from assistant.api.schemas import Sent, View
from assistant.history.feedback import FeedbackStore, Rating
from assistant.service import Service


class ConversationSummary(View):
    """A conversation in a list; it is erased after `kept_until`."""

    conversation_id: str
    title: str
    started: dt.date
    kept_until: dt.date
    messages: int


class ConversationList(BaseModel):
    """A page of conversations, the last spoken in first; `next` is the `before` of the next page."""

    conversations: list[ConversationSummary]
    next: str | None
    retention_days: int


class ConversationView(ConversationSummary):
    """A conversation with its answers, in order, and the verdict on each that was judged."""

    answers: list[Answer]
    feedback: dict[str, Rating]


class NewTitle(Sent):
    """A title, cut at 80 characters."""

    title: Annotated[str, StringConstraints(max_length=400)]


class Deleted(BaseModel):
    """How many conversations were erased."""

    deleted: int


def router(service: Service, owners: Owners) -> APIRouter:
    """The routes under `/api/conversations`."""
    routes = APIRouter(prefix="/api/conversations", tags=["conversations"])

    @routes.get("", response_model=ConversationList)
    def history(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        before: Annotated[str | None, Query(max_length=64)] = None,
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> ConversationList:
        """The caller's conversations; `q` keeps those that say it in their title, a question or an answer."""
        store, owner = service.conversations, owners.caller(request)
        found = store.history(owner, limit + 1, before, q.strip()) if owner else []
        page = found[:limit]
        return ConversationList(
            conversations=[ConversationSummary.read(s) for s in page],
            next=page[-1].conversation_id if len(found) > limit else None,
            retention_days=store.retention_days,
        )

    @routes.delete("", response_model=Deleted)
    def delete_all(request: Request) -> Deleted:
        """Erase all of the caller's conversations, for good."""
        return Deleted(deleted=service.conversations.delete_all(owners.caller(request)))

    @routes.get("/{conversation_id}", response_model=ConversationView)
    def read(conversation_id: str, request: Request) -> ConversationView:
        """One of the caller's conversations, whole."""
        summary, answers = service.conversations.messages(conversation_id, owners.caller(request))
        judged = FeedbackStore(service.conversations, service.clock).ratings(conversation_id)
        return ConversationView.read(summary, answers=answers, feedback=judged)

    @routes.patch("/{conversation_id}", response_model=ConversationSummary)
    def rename(conversation_id: str, body: NewTitle, request: Request) -> ConversationSummary:
        """Give one of the caller's conversations another title; an empty one is its first question again."""
        return ConversationSummary.read(
            service.conversations.rename(conversation_id, owners.caller(request), body.title)
        )

    @routes.delete("/{conversation_id}", status_code=204)
    def delete(conversation_id: str, request: Request) -> None:
        """Erase one of the caller's conversations, for good."""
        service.conversations.delete(conversation_id, owners.caller(request))

    return routes
