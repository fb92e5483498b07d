"""A passage at its own address, and an answer at the address that shares it: read without a script, and for ever.

Guarantee: the text is exact; the quoted words are marked only where they stand in it, to the character. A shared answer
is shown as it was given, and says which of its passages have been replaced since.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from assistant.history.sharing import Shares
from assistant.service import Service
from assistant.web.render import Renderer
from ingest.errors import ClapvertError

_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")


def router(service: Service, render: Renderer) -> APIRouter:
    """The pages `/passages/{id}` and `/r/{token}`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/passages/{passage_id}", response_class=HTMLResponse)
    def passage(passage_id: str, request: Request, q: Annotated[str, Query(max_length=4000)] = "") -> HTMLResponse:
        """A passage; `q` are words of it to mark."""
        found, status = service.passage(passage_id)
        path = [step for step in found.heading_path if step not in (found.source_title, found.locator)]
        return render.page(
            request,
            "passage.html",
            p=found,
            became=status,
            path=path,
            paragraphs=marked(found.text, q),
        )

    @routes.get("/r/{token}", response_class=HTMLResponse)
    def shared(token: str, request: Request) -> HTMLResponse:
        """An answer, to whoever has its link."""
        answer = Shares(service.conversations).open(token)
        changed = {c.passage_id: status for c in answer.citations if (status := _status(c.passage_id)) != "current"}
        _ = render.words(request)
        labels = {v: _(e.label) for values in service.glossary.facets.values() for v, e in values.items()}
        page = render.page(request, "shared.html", answer=answer, changed=changed, labels=labels)
        page.headers["X-Robots-Tag"] = "noindex"
        return page

    def _status(passage_id: str) -> str:
        try:
            return service.passage(passage_id)[1]
        except ClapvertError:  # a passage that another data folder held
            return "removed"

    return routes


def marked(text: str, quote: str) -> list[list[tuple[str, bool]]]:
    """The exact text in paragraphs, each in pieces that say whether they are quoted."""
    start = text.find(quote) if quote else -1
    end = start + len(quote) if start >= 0 else -1
    out = []
    for match in _PARAGRAPH.finditer(text):
        at, paragraph = match.start(), match.group()
        first, last = (min(max(edge - at, 0), len(paragraph)) for edge in (start, end))
        pieces = [(paragraph[:first], False), (paragraph[first:last], True), (paragraph[last:], False)]
        out.append([piece for piece in pieces if piece[0]])
    return out
