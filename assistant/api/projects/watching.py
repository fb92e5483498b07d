"""The secret links that a feed reader or a calendar follows, over HTTP: made, listed, taken back by their owner."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from assistant.api.owner import Owners
from assistant.api.projects.views import NewWatch, WatchList, WatchView
from assistant.project.watches import Watch
from assistant.service import Service
from ingest.errors import ClapvertError, ErrorCode


def router(service: Service, owners: Owners) -> APIRouter:
    """The routes under `/api/watches`."""
    routes = APIRouter(prefix="/api/watches", tags=["projects"])

    def view(watch: Watch, request: Request) -> WatchView:
        base = (service.settings.public_url or str(request.base_url)).rstrip("/")
        at = f"{base}/suivi/{watch.token}"
        return WatchView(
            token=watch.token,
            project=watch.project,
            domain=watch.domain,
            feed=f"{at}.atom",
            calendar=f"{at}.ics",
        )

    @routes.post("", response_model=WatchView, status_code=201)
    def make(body: NewWatch, request: Request, response: Response) -> WatchView:
        """A link to what changes for a project, or in a domain."""
        if (body.project is None) == (body.domain is None):
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Un suivi porte sur un projet ou sur un domaine, un seul.")
        owner = owners.named(request, response, lasting=True)
        return view(service.projects.watches.make(owner, project=body.project, domain=body.domain), request)

    @routes.get("", response_model=WatchList)
    def listed(request: Request) -> WatchList:
        """The caller's links."""
        found = service.projects.watches.of(owners.caller(request))
        return WatchList(watches=[view(w, request) for w in found])

    @routes.delete("/{token}", status_code=204)
    def take_back(token: str, request: Request) -> None:
        """Close a link: from now on it opens nothing."""
        service.projects.watches.take_back(owners.caller(request), token)

    return routes
