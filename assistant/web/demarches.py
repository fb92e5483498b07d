"""The pages of the démarches: listed by domain, and shown step by step with what each step rests on.

Guarantee: a page says the very words that answers say; each step opens the statements that it rests on.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.api.demarches import demarche_of, statements_of
from assistant.service import Service
from assistant.web.render import Renderer
from ingest.corpus.demarches import Demarche
from ingest.corpus.register import DOMAIN_LABELS


def router(service: Service, render: Renderer) -> APIRouter:
    """The pages under `/demarches`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/demarches", response_class=HTMLResponse)
    def listed(request: Request) -> HTMLResponse:
        every = list(service.demarches.values())
        by_domain: dict[str, list[Demarche]] = {DOMAIN_LABELS[d.domain]: [] for d in every}
        for d in every:
            if not d.start:
                by_domain[DOMAIN_LABELS[d.domain]].append(d)
        starting = [d for d in every if d.start]
        return render.page(request, "demarches/list.html", starting=starting, by_domain=by_domain)

    @routes.get("/demarches/{demarche_id}", response_class=HTMLResponse)
    def one(request: Request, demarche_id: str) -> HTMLResponse:
        demarche = demarche_of(service, demarche_id)
        return render.page(
            request,
            "demarches/one.html",
            demarche=demarche,
            vocabulary=service.steps_vocabulary,
            statements=statements_of(service, demarche),
        )

    return routes
