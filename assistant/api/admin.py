"""What administrators read over HTTP: the keys, without what would let anyone use them, and the trail."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.access.access import Access
from assistant.access.caller import Scope
from assistant.access.trail import Line
from assistant.api.schemas import View


class KeyView(View):
    """A key; its secret is kept nowhere."""

    id: str
    name: str
    scopes: list[Scope]
    origins: list[str]
    rate: int | None
    created: dt.datetime
    revoked: dt.datetime | None


class KeyList(BaseModel):
    """Every key, the oldest first."""

    keys: list[KeyView]


class TrailView(BaseModel):
    """Lines of the trail, the last first; `next` is the `before` of the next page."""

    lines: list[Line]
    next: int | None


def router(access: Access) -> APIRouter:
    """The routes under `/api/admin`."""
    routes = APIRouter(prefix="/api/admin", tags=["admin"])

    @routes.get("/keys", response_model=KeyList)
    def keys() -> KeyList:
        """The keys of this installation."""
        return KeyList(keys=[KeyView.read(k) for k in access.keys.all()])

    @routes.get("/trail", response_model=TrailView)
    def trail(
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        before: Annotated[int | None, Query(ge=1, le=1 << 53)] = None,
        who: Annotated[str | None, Query(max_length=300)] = None,
    ) -> TrailView:
        """Who did what, without a word of any question."""
        found = access.trail.lines(limit + 1, before, who)
        page = found[:limit]
        more = page[-1].seq if len(found) > limit else None
        return TrailView(lines=page, next=more)

    return routes
