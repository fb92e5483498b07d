"""The FastAPI application."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from assistant import upkeep
from assistant.access.access import Access
from assistant.answer import Answer, BasedOn
from assistant.api import (
    admin,
    answers,
    conversations,
    demarches,
    exports,
    feedback,
    health,
    obligations,
    problems,
    proofs,
    rules,
    signin,
    stream,
)
from assistant.api.guard import Guard, Peer
from assistant.api.label import grid as label_grid
from assistant.api.label import routes as label
from assistant.api.links import Link, page_links
from assistant.api.origin import foreign
from assistant.api.owner import Owners, caller_of
from assistant.api.projects import routes as projects
from assistant.api.projects import watching
from assistant.api.register import search_hit, source_views
from assistant.api.schemas import (
    ChatRequest,
    Day,
    PassageView,
    SearchResult,
    SourceDetail,
    SourceList,
)
from assistant.observing import counts
from assistant.observing.counts import Counting
from assistant.observing.spans import Tracing, send_spans
from assistant.openai import routes as openai
from assistant.reading.dates import AsOf
from assistant.replay import Replay
from assistant.service import Service
from assistant.web import chat as chat_page
from assistant.web import demarches as demarches_pages
from assistant.web import evals as evals_pages
from assistant.web import passages as passage_pages
from assistant.web import proofs as proofs_page
from assistant.web import rules as rules_pages
from assistant.web import sources as sources_pages
from assistant.web import widget as widget_page
from assistant.web.label import routes as label_pages
from assistant.web.project import feeds as project_feeds
from assistant.web.project import routes as project_pages
from assistant.web.project.page import Desk
from assistant.web.render import Renderer
from ingest.corpus.register import Domain
from ingest.errors import ClapvertError, ErrorCode

if TYPE_CHECKING:
    from assistant.mcp.mount import Mount

_STATIC = Path(__file__).resolve().parent / "web" / "static"
_CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_MISSING, _ASKED = problems.documented(404), problems.documented(404, 413)
_NO_PAGES = ("/api/", "/static/", "/v1/")
_DOCS_STATIC = "/docs/static"
"""The pages of the API's documentation work offline: what they load comes from here."""
_DOCS_PATHS = ("/docs", "/openapi.json")


def create_app(service: Service, access: Access | None = None) -> FastAPI:
    """The application over a service. The model and the index load at start-up.

    Args:
        service: what answers.
        access: who is answered; that of the settings by default.
    """
    access = access or Access(service.settings)
    send_spans(service.settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(upkeep.warm, service)
        keeping = [asyncio.create_task(upkeep.sweep(service, access)), asyncio.create_task(upkeep.follow(service))]
        stopping = threading.Event()
        reading = asyncio.create_task(run_in_threadpool(upkeep.read_ahead, service, stopping))
        async with tools.running() if tools else nullcontext():
            yield
        stopping.set()
        for task in keeping:
            task.cancel()
        await reading

    app = FastAPIOffline(
        redoc_url=None,
        static_url=_DOCS_STATIC,
        title="Clapvert",
        version="0.1.0",
        summary="Réponses vérifiées et datées sur les règles d'éco-production audiovisuelle en France.",
        description="A key goes in `Authorization: Bearer clv_…` (`clapvert keys create`); an open server asks none.",
        lifespan=lifespan,
        responses=problems.documented(401, 403, 422, 429, 503),
    )
    render = Renderer(service.clock)
    page = partial(_problem_page, render)
    problems.install(app, page)
    owners = Owners(lambda: access.secret, service.settings.retention_days, service.clock)
    app.include_router(health.router(service))
    app.include_router(conversations.router(service, owners), responses=problems.documented(404))
    app.include_router(answers.router(service, owners), responses=problems.documented(404))
    app.include_router(feedback.router(service, owners), responses=problems.documented(404, 413))
    app.include_router(exports.router(service, owners), responses=problems.documented(404))
    app.include_router(rules.router(service), responses=problems.documented(404))
    app.include_router(demarches.router(service), responses=problems.documented(404))
    app.include_router(obligations.router(service), responses=problems.documented(413))
    app.include_router(rules_pages.router(service, render))
    app.include_router(demarches_pages.router(service, render))
    app.include_router(proofs.router(service), responses=problems.documented(400, 413))
    app.include_router(proofs_page.router(service, render))
    app.include_router(sources_pages.router(service, render))
    app.include_router(evals_pages.router(service, render))
    app.include_router(label.router(service, owners), responses=problems.documented(400, 404, 409, 413))
    app.include_router(label_grid.router(service, owners), responses=problems.documented(400, 404, 409, 413))
    app.include_router(projects.router(service, owners), responses=problems.documented(400, 404, 409))
    app.include_router(watching.router(service, owners), responses=problems.documented(404))
    app.include_router(project_pages.router(Desk(service, owners, render)))
    app.include_router(project_feeds.router(service))
    app.include_router(chat_page.router(service, owners, render))
    app.include_router(passage_pages.router(service, render))
    app.include_router(label_pages.router(service, owners, render))

    replay = Replay(service)
    links = partial(_links, service, access)
    app.include_router(admin.router(access))
    app.include_router(widget_page.router(access.keys, _CSP, render))
    app.include_router(openai.router(service, replay, links), responses=problems.documented(404, 413))
    tools = _tools(service, access, replay, links)
    if tools:
        app.router.routes.append(tools.route)

    sessions = signin.Sessions(access.secret) if service.settings.oidc_issuer else None
    app.add_middleware(Guard, access=access, person=sessions.person if sessions else _nobody, page=page)
    if sessions:
        app.include_router(signin.router(access, sessions, partial(_signed_out, render)))
        app.add_middleware(
            SessionMiddleware, secret_key=access.secret.hex(), session_cookie=signin.STATE_COOKIE, max_age=600
        )

    @app.middleware("http")
    async def _headers(request: Request, call_next: problems.Next) -> Response:
        response = problems.foreign() if foreign(request) else await call_next(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"  # none at all would make forms say `Origin: null`
        response.headers.setdefault("Cache-Control", "no-cache")
        if not request.url.path.startswith(_DOCS_PATHS):
            response.headers.setdefault("Content-Security-Policy", _CSP)
        return response

    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=service.settings.trusted_proxies.split(","))
    app.add_middleware(Peer)
    app.add_middleware(Tracing)
    app.add_middleware(Counting)

    @app.post("/api/chat", response_model=Answer, tags=["chat"], responses=_ASKED)
    def chat(body: ChatRequest, request: Request, response: Response) -> Answer:
        """Answer a question with checked, dated citations, or abstain."""
        return service.ask(body.ask(), owners.named(request, response))

    @app.post("/api/chat/stream", response_class=StreamingResponse, tags=["chat"], responses=_ASKED)
    async def chat_stream(body: ChatRequest, request: Request) -> StreamingResponse:
        """The same, as server-sent events: `passages`, `token`*, `answer`, `done`; or `error`."""
        named = Response()
        owner = owners.named(request, named)
        response = await stream.respond(stream.Turn(partial(service.ask, body.ask(), owner)))
        if "set-cookie" in named.headers:
            response.headers["set-cookie"] = named.headers["set-cookie"]
        return response

    @app.get("/api/passages/{passage_id}", response_model=PassageView, tags=["passages"], responses=_MISSING)
    def passage(passage_id: str) -> PassageView:
        """A passage; once cited, it opens for ever."""
        found, status = service.passage(passage_id)
        return PassageView.read(
            found, passage_id=found.id, status=status, based_on=BasedOn.of(found), confidence=found.certainty
        )

    @app.get("/api/search", response_model=SearchResult, tags=["passages"])
    def search(
        q: Annotated[str, Query(min_length=1, max_length=4000)],
        k: Annotated[int, Query(ge=1, le=100)] = 10,
        as_of: Day | None = None,
        domains: Annotated[list[Domain] | None, Query()] = None,
    ) -> SearchResult:
        """Passages in force on the day, best first."""
        found = service.engine.search.search_text(q, AsOf.on(as_of, service.clock()), tuple(domains or ()))
        return SearchResult(hits=[search_hit(h.passage, h.score) for h in found.hits[:k]])

    @app.get("/api/sources", response_model=SourceList, tags=["sources"])
    def sources() -> SourceList:
        """The register, and our fiches as notices."""
        return SourceList(sources=source_views(service))

    @app.get("/api/sources/{source_id}", response_model=SourceDetail, tags=["sources"], responses=_MISSING)
    def source(source_id: str) -> SourceDetail:
        """One source, with the ids of its passages."""
        view = next((v for v in source_views(service) if v.id == source_id), None)
        if view is None:
            raise ClapvertError(ErrorCode.SOURCE_NOT_FOUND, "Cette source est inconnue.", "La liste : /api/sources.")
        snapshot = service.snapshot
        ids = [snapshot.columns.ids[p] for p in snapshot.by_source.get(source_id, ())]
        return SourceDetail(**view.model_dump(), passage_ids=ids)

    @app.get("/metrics", response_class=Response, tags=["operations"])
    def metrics() -> Response:
        """Counts for Prometheus, of every process of this server."""
        return Response(counts.exposition(), media_type=counts.CONTENT_TYPE)

    app.mount("/static", GZipMiddleware(StaticFiles(directory=_STATIC)), name="static")
    return app


def _links(service: Service, access: Access, request: Request) -> Link:
    """Where citations open for who asks from outside; on a closed server, to whoever has the link."""
    sign = access.signature if access.closed else None
    return page_links(service.settings.public_url or str(request.base_url), sign)


def _tools(service: Service, access: Access, replay: Replay, links: Callable[[Request], Link]) -> Mount | None:
    """The MCP server at `/mcp`; None where its extra is not installed."""
    if find_spec("mcp") is None:
        return None
    from assistant.mcp.desk import Visit
    from assistant.mcp.mount import Mount
    from assistant.mcp.server import build

    def visit(request: Request | None) -> Visit:
        assert request is not None, "a call over HTTP has a request"
        return Visit(caller_of(request), links(request))

    return Mount(
        partial(build, service, replay, visit), loopback_only=not (access.closed or service.settings.allow_remote)
    )


def _nobody(_: Request) -> None:
    """Who signed in, where nobody can."""


def _signed_out(render: Renderer, request: Request) -> Response:
    """What someone sees who signed out."""
    return render.page(request, "signedout.html")


def _problem_page(render: Renderer, request: Request, told: dict[str, Any]) -> Response | None:
    """A problem as a page, for who reads pages; None for who reads JSON."""
    if request.url.path.startswith(_NO_PAGES) or "text/html" not in request.headers.get("accept", ""):
        return None
    return render.page(
        request, "error.html", status=told["status"], title=told["title"], detail=told["detail"], code=told["code"]
    )
