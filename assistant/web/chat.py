"""The chat page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.service import Service
from assistant.web.render import Renderer
from ingest.register import DOMAIN_LABELS

EXAMPLES = (
    "Je tourne un court métrage aidé par le CNC : quels bilans carbone remettre et quand ?",
    "Combien vaut la prime RSE+ et qui peut la demander ?",
    "En 2024, quel était le seuil de la CSRD ?",
    "Une publicité peut-elle dire « neutre en carbone » ?",
)


def router(service: Service, render: Renderer) -> APIRouter:
    """The page `/`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/", response_class=HTMLResponse)
    def home(request: Request) -> HTMLResponse:
        facets = {v: entry.label for values in service.glossary.facets.values() for v, entry in values.items()}
        return render.page(
            request,
            "chat.html",
            domains=[(d.value, label) for d, label in DOMAIN_LABELS.items()],
            facets=facets,
            examples=EXAMPLES,
        )

    return routes
