"""The MCP server: its tools and its resources, over stdio (`clapvert mcp`) and over HTTP (`/mcp` of `clapvert serve`).

A module of this room adds its own with `add(server, desk)`, and is listed in `PARTS`: that is all it takes to bring
another tool.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp_types import Resource

from assistant.access.caller import MACHINE
from assistant.api.links import official_links, page_links
from assistant.api.register import source_views
from assistant.mcp import asking, checking, deciding, label, obligations, resources
from assistant.mcp.desk import Desk, Register, Visit, Visits
from assistant.replay import Replay
from assistant.service import Service

PARTS: tuple[Register, ...] = (
    asking.add, checking.add, deciding.add, obligations.add, label.add, resources.add,
)  # fmt: skip
INSTRUCTIONS = """Clapvert answers on the rules of eco-production in French film, television and advertising. Use \
`ask` for any question about them, with the user's earlier questions in `earlier` for a follow-up, and give its \
sentences with their [n] and their sources, unchanged. Never complete an answer from memory. It is information, not \
legal advice."""


class ClapvertServer(MCPServer[Any]):
    """The server; its list of resources is that of the serving index."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            name="clapvert",
            title="Clapvert",
            instructions=INSTRUCTIONS,
            version=version("clapvert"),
            log_level="WARNING",
            middleware=[desk.guard],
        )
        self._desk = desk

    async def list_resources(self) -> list[Resource]:
        """The register, and every source and notice that has passages."""
        return resources.listed(source_views(self._desk.service))


def build(service: Service, replay: Replay, visits: Visits) -> MCPServer[Any]:
    """A server over a service."""
    desk = Desk(service, replay, visits)
    server = ClapvertServer(desk)
    for add in PARTS:
        add(server, desk)
    return server


def on_this_machine(public_url: str | None) -> Visits:
    """Over stdio the caller is the user of the data folder; citations open on the server at `public_url`, if any."""
    visit = Visit(MACHINE, page_links(public_url) if public_url else official_links)
    return lambda _: visit
