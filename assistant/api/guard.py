"""The guard: every request is recognised, allowed, counted and written down before a route sees it.

Guarantee: on a closed server nothing but the paths below is answered to whoever is not recognised; a key that is not
valid is refused on any server; a scope opens its own paths and no other; no body larger than its limit is read.
Refusals are problems like any other, and say what to do. What is public: liveness, the files of the pages, the way
to sign in, a shared answer, a passage and what follows a project to whoever was given its link.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from assistant.access.access import Access
from assistant.access.caller import VISITOR, Caller, Scope
from assistant.access.keys import is_ours
from assistant.api import problems
from assistant.api.owner import CALLER
from ingest.errors import ClapvertError, ErrorCode

Person = Callable[[Request], str | None]
"""Who signed in, from a session of ours; None when nobody did."""
_PUBLIC = ("/static/", "/docs/static/", "/r/", "/suivi/")
_PUBLIC_PATHS = frozenset(
    {"/healthz", "/readyz", "/openapi.json", "/docs", "/widget", "/signin", "/signin/back", "/signout"}
)
_PASSAGES = "/passages/"
_METRICS = "/metrics"
_OPENED_BY = (
    ("/api/admin", (Scope.ADMIN,)),
    (_METRICS, (Scope.ADMIN,)),
    ("/api/label", (Scope.LABEL,)),
    ("/label", (Scope.LABEL,)),
    ("/mcp", (Scope.ASK, Scope.LABEL)),
)
"""The scopes that open a path, one of them; any other path is opened by « ask »."""
_PAGE_KEYS = ("/v1/",)
"""What a key opens that every visitor of another site can read: nothing that is kept."""
_log = logging.getLogger("clapvert")
_BODY, _FILES = 1024 * 1024, 64 * 1024 * 1024
_WRONG_KEYS = 20
"""Wrong keys that one address may try in a minute."""


class _RefusalError(Exception):
    def __init__(self, status: int, code: ErrorCode, detail: str, headers: dict[str, str]) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers


class Guard:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, access: Access, person: Person, page: problems.Page) -> None:
        self._app, self._access, self._person, self._page = app, access, person, page
        self._public = _PUBLIC_PATHS | {_METRICS} if access.settings.metrics else _PUBLIC_PATHS
        self._proxies = [ip_network(p.strip()) for p in access.settings.trusted_proxies.split(",") if p.strip()]

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        caller: Caller | None = None
        try:
            caller = await run_in_threadpool(self._recognised, request)
            if caller is None:  # public
                await self._app(scope, receive, send)
                return
            self._allowed(request, caller)
            self._counted(request, caller)
            body = await _body(request, receive)
            with self._access.places.taken(caller.name or _address(request)) as free:
                if not free:
                    raise _too_many(1, "Trop de demandes en cours.")
                scope[CALLER] = caller
                await self._served(request, caller, body, send)
        except _RefusalError as refusal:
            told = problems.body(refusal.status, refusal.code, refusal.detail)
            response = problems.respond(request, told, self._page, refusal.headers)
            await response(scope, receive, send)
            if caller is not None and caller.name:
                await self._written(request, caller, refusal.status)
        except ClapvertError as exc:  # the keys cannot be read: their database does not answer
            await problems.respond(request, problems.problem_of(exc), self._page)(scope, receive, send)

    async def _served(self, request: Request, caller: Caller, receive: Receive, send: Send) -> None:
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(request.scope, receive, noted)
        finally:
            if caller.name:
                await self._written(request, caller, status)

    async def _written(self, request: Request, caller: Caller, status: int) -> None:
        route = getattr(request.scope.get("route"), "path", None) or _family(_path(request))
        did = f"{request.method} {route}"
        try:
            await run_in_threadpool(self._access.trail.add, caller.name, did, _path(request), status)
        except ClapvertError as exc:
            _log.error("a line of the trail is lost: %s %s, %d", did, exc.code.value, status)

    def _recognised(self, request: Request) -> Caller | None:
        """Who calls; None for what is public and asks for nobody."""
        path, token = _path(request), _token(request)
        if path in self._public or path.startswith(_PUBLIC):
            return None
        if token and (self._access.closed or is_ours(token)):
            return self._key(request, token)
        if (name := self._proxied(request) or self._person(request)) is not None:
            return self._access.person(name)
        if not self._access.closed or self._given(request):
            return VISITOR
        raise self._unknown(request)

    def _key(self, request: Request, token: str) -> Caller:
        key = self._access.keys.find(token)
        if key is None:
            if wait := self._access.rates.wait(f"wrong:{_address(request)}", _WRONG_KEYS):
                raise _too_many(wait, "Trop de clés refusées depuis cette adresse.")
            raise _unauthorised("Cette clé n'existe pas, ou a été retirée.")
        return key.caller

    def _proxied(self, request: Request) -> str | None:
        """Who a trusted proxy says signed in."""
        header = self._access.settings.person_header
        if not header or not self._trusted(request.scope.get("clapvert.peer")):
            return None
        said = request.headers.getlist(header)
        return said[0].strip()[:200] or None if len(said) == 1 else None

    def _trusted(self, peer: Any) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)

    def _given(self, request: Request) -> bool:
        """Whether a link that we gave opens this passage."""
        path = _path(request)
        if request.method not in ("GET", "HEAD") or not path.startswith(_PASSAGES):
            return False
        return self._access.opens(path.removeprefix(_PASSAGES), request.query_params.get("sig", ""))

    def _unknown(self, request: Request) -> _RefusalError:
        if self._access.settings.oidc_issuer and _reads_pages(request):
            return _RefusalError(303, ErrorCode.KEY_MISSING, "", {"Location": f"/signin?next={request.url.path}"})
        return _unauthorised("Une clé est demandée : en-tête « Authorization: Bearer … ».")

    def _allowed(self, request: Request, caller: Caller) -> None:
        path = _path(request)
        opened_by = next((s for head, s in _OPENED_BY if path == head or path.startswith(f"{head}/")), (Scope.ASK,))
        if not any(caller.may(scope) for scope in opened_by):
            if caller is VISITOR:
                raise _unauthorised("Une clé d'administration est demandée.")
            raise _forbidden(f"Il faut « {opened_by[0].value} » pour cette adresse.")
        if caller.origins:
            if not path.startswith(_PAGE_KEYS):
                raise _forbidden("Une clé écrite dans une page ne sert qu'à poser des questions.")
            origin = request.headers.get("origin")
            own = f"{request.url.scheme}://{request.headers.get('host')}"
            if origin is not None and origin not in (own, *caller.origins):
                raise _forbidden("Cette clé n'est pas celle de ce site.")

    def _counted(self, request: Request, caller: Caller) -> None:
        """Within the rate of the caller, and of the address where nobody, or anybody, holds the key."""
        access = self._access
        if caller.name and (wait := access.rates.wait(caller.name, caller.rate or access.settings.rate_per_key)):
            raise _too_many(wait, "Trop de demandes en une minute.")
        per_address = access.per_address if not caller.name or caller.origins else None
        if per_address is not None and (wait := access.rates.wait(f"address:{_address(request)}", per_address)):
            raise _too_many(wait, "Trop de demandes en une minute depuis cette adresse.")


class Peer:
    """Notes who is really at the other end, before a proxy's word for it is taken."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope.get("client"):
            scope["clapvert.peer"] = scope["client"][0]
        await self._app(scope, receive, send)


async def _body(request: Request, receive: Receive) -> Receive:
    """The body within its limit, to be received again; files are left to their routes, once announced."""
    if request.method in ("GET", "HEAD", "OPTIONS", "DELETE"):
        return receive
    announced = request.headers.get("content-length", "")
    files = request.headers.get("content-type", "").startswith("multipart/")
    most = _FILES if files else _BODY
    if announced.isdigit() and int(announced) > most:
        raise _too_big(most)
    if files:
        if not announced.isdigit():
            raise _RefusalError(422, ErrorCode.BAD_REQUEST, "La taille de l'envoi n'est pas annoncée.", {})
        return receive
    held = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return _again(message, receive)
        held += message.get("body", b"")
        if len(held) > most:
            raise _too_big(most)
        if not message.get("more_body"):
            return _again({"type": "http.request", "body": bytes(held), "more_body": False}, receive)


def _again(first: Message, receive: Receive) -> Receive:
    waiting = [first]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


def _token(request: Request) -> str:
    """The key that a request carries, as OpenAI's clients send it or as a script does."""
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else request.headers.get("x-api-key", "").strip()


def _path(request: Request) -> str:
    """The path that routes match: without the prefix that a proxy may serve us under."""
    path, prefix = str(request.scope["path"]), str(request.scope.get("root_path", ""))
    return path.removeprefix(prefix) if prefix and path.startswith(f"{prefix}/") else path


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _family(path: str) -> str:
    """The first steps of a path that no route has: what was tried, and no id."""
    return "/".join(path.split("/")[:3])


def _reads_pages(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


def _unauthorised(detail: str) -> _RefusalError:
    return _RefusalError(401, ErrorCode.KEY_MISSING, detail, {"WWW-Authenticate": "Bearer"})


def _forbidden(detail: str) -> _RefusalError:
    return _RefusalError(403, ErrorCode.FORBIDDEN, detail, {})


def _too_many(wait: int, detail: str) -> _RefusalError:
    return _RefusalError(429, ErrorCode.TOO_MANY, f"{detail} Recommencez dans {wait} s.", {"Retry-After": str(wait)})


def _too_big(most: int) -> _RefusalError:
    return _RefusalError(413, ErrorCode.TOO_BIG, f"L'envoi dépasse {most // 1024} Kio.", {"Connection": "close"})
