"""`/mcp`: the server over streamable HTTP, inside the application.

Guarantee: each call stands alone (no session to keep or to lose, whatever the number of workers), and belongs to the
caller that the application recognised. On a server that is open, only loopback names are answered, so that no page of
another site reaches it by a name of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/mcp"
_LARGEST = 256 * 1024
_LOOPBACK = ["127.0.0.1", "127.0.0.1:*", "localhost", "localhost:*", "[::1]", "[::1]:*"]


class Mount:
    """The route, and what runs behind it while the application does."""

    def __init__(self, build: Callable[[], MCPServer[Any]], loopback_only: bool) -> None:
        self._build = build
        self._security = TransportSecuritySettings(
            enable_dns_rebinding_protection=loopback_only,
            allowed_hosts=_LOOPBACK,
            allowed_origins=[f"http://{host}" for host in _LOOPBACK],
        )
        self._app: ASGIApp | None = None

    @property
    def route(self) -> Route:
        """The route to add to the application."""
        return Route(PATH, endpoint=self, include_in_schema=False)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve for as long as this lasts; each start has a server of its own."""
        server = self._build()
        self._app = server.streamable_http_app(
            streamable_http_path=PATH,
            json_response=True,
            stateless_http=True,
            max_request_body_size=_LARGEST,
            transport_security=self._security,
        )
        async with server.session_manager.run():
            yield
        self._app = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call."""
        assert self._app is not None, "the application has not started"
        await self._app(scope, receive, send)
