"""Every page under `/label`."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.api.owner import Owners
from assistant.service import Service
from assistant.web.label import board, catalogue, forms, grid, score
from assistant.web.label.page import Desk
from assistant.web.render import Renderer


def router(service: Service, owners: Owners, render: Renderer) -> APIRouter:
    """The pages, over a service."""
    desk = Desk(service, owners, render)
    routes = APIRouter(include_in_schema=False)
    for part in (catalogue, grid, score, board, forms):
        routes.include_router(part.router(desk))
    return routes
