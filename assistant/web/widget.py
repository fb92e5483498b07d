"""`/widget`: Clapvert in a frame of another site, for the sites that a key was made for.

Guarantee: the policy of this page is that of every page, but for who may frame it: the sites of the key, and nobody
else. Without a key made for a site there is no page. What the page asks, it asks with the key, which only the page
around knows: the address names the key by its id, and the key itself stays in the fragment, which is not sent.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from assistant.access.keys import Keys
from assistant.web.render import Renderer
from ingest.errors import ClapvertError, ErrorCode


def router(keys: Keys, policy: str, render: Renderer) -> APIRouter:
    """The page; `policy` is the content security policy of the others, that ends by who may frame them: nobody."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/widget", response_class=HTMLResponse)
    def widget(request: Request, ident: Annotated[str, Query(alias="for", max_length=20)] = "") -> HTMLResponse:
        key = keys.get(ident)
        if key is None or not key.origins:
            raise ClapvertError(
                ErrorCode.FORBIDDEN,
                "Aucune clé n'ouvre Clapvert dans cette page.",
                'Créez-la : clapvert keys create "intranet" --scope ask --origin https://intranet.ecole.fr',
            )
        page = render.page(request, "widget.html", words=("chat",))
        page.headers["Content-Security-Policy"] = policy.replace(_NOBODY, f"frame-ancestors {' '.join(key.origins)}")
        return page

    assert policy.endswith(_NOBODY)
    return routes


_NOBODY = "frame-ancestors 'none'"
