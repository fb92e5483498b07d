"""The page that checks a text: `/verifier`, its remarks beside it, with and without a script.

Guarantee: nothing of the text is kept; it is shown as it was read, the user's words marked, each remark with the
passage that it rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from assistant.api.proofs import Checked, Wanted, asked, file_of
from assistant.proofing.remarks import Remark
from assistant.service import Service
from assistant.web.render import Renderer
from assistant.web.words import french
from ingest.errors import ClapvertError

_KINDS = {
    "citation": french("article cité"),
    "figure": french("chiffre ou date"),
    "duty": french("obligation"),
    "belief": french("idée reçue"),
    "claim": french("allégation"),
    "body": french("organisme"),
}
_FORMATS = (("docx", "Word"), ("pdf", "PDF"), ("md", "Markdown"))


def router(service: Service, render: Renderer) -> APIRouter:
    """The page."""
    routes = APIRouter(include_in_schema=False)

    def page(request: Request, found: Checked | None, trouble: str | None = None, status: int = 200) -> HTMLResponse:
        shown: dict[str, Any] = {
            "found": found,
            "pieces": pieces(found.text, found.proof.remarks) if found else (),
            "trouble": trouble,
            "formats": _FORMATS,
            "kinds": _KINDS,
        }
        return render.page(request, "proof.html", status=status, **shown)

    @routes.get("/verifier", response_class=HTMLResponse)
    def empty(request: Request) -> HTMLResponse:
        return page(request, None)

    @routes.post("/verifier", response_class=HTMLResponse)
    async def check(request: Request, format: Annotated[str, Query()] = "page") -> Response:
        try:
            found = await asked(request, service)
            if format in ("docx", "pdf", "md"):
                return file_of(found, cast(Wanted, format))
        except ClapvertError as exc:
            return page(request, None, str(exc), 422)
        return page(request, found)

    return routes


def pieces(text: str, remarks: Sequence[Remark]) -> list[tuple[str, tuple[int, ...]]]:
    """The text in stretches, each with the numbers of the remarks that bear on it."""
    edges = sorted({0, len(text), *(r.start for r in remarks), *(r.end for r in remarks)})
    return [
        (text[a:b], tuple(n for n, r in enumerate(remarks, 1) if r.start <= a and b <= r.end))
        for a, b in pairwise(edges)
    ]
