"""What every tool stands on: the service, who calls, and how its refusals are said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_REQUEST, CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field
from starlette.requests import Request

from assistant.access.caller import Caller, Scope
from assistant.api.links import Link
from assistant.api.schemas import Day
from assistant.replay import Replay
from assistant.service import Service
from ingest.corpus.register import Domain
from ingest.errors import ClapvertError, ErrorCode

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
"""Every tool: it changes nothing, asked twice it says the same, and it looks nowhere but in the corpus."""
AsOf = Annotated[Day | None, Field(description="Day whose rules are asked for, YYYY-MM-DD; today by default.")]
Domains = Annotated[list[Domain] | None, Field(description="Keep these domains only.")]
PassageId = Annotated[str, Field(max_length=200, description="`passage_id` of a citation or of a search hit.")]


@dataclass(frozen=True, slots=True)
class Visit:
    """A caller, and where citations open for them."""

    caller: Caller
    link: Link


Visits = Callable[[Request | None], Visit]
"""Who calls, from the HTTP request that carries the call; None over stdio."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What tools are made with."""

    service: Service
    replay: Replay
    visits: Visits

    def visit(self, context: Context[Any, Any], scope: Scope) -> Visit:
        """Who calls; refused without the scope."""
        visit = self._of(context.request_context)
        if not visit.caller.may(scope):
            raise ToolError(_closed(scope))
        return visit

    async def guard(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Resources are read, and listed, with the scope of questions."""
        if ctx.method.startswith("resources/") and not self._of(ctx).caller.may(Scope.ASK):
            raise MCPError(INVALID_REQUEST, _closed(Scope.ASK))
        return await call_next(ctx)

    def _of(self, context: ServerRequestContext[Any, Any]) -> Visit:
        return self.visits(context.request if isinstance(context.request, Request) else None)


Register = Callable[[MCPServer[Any], Desk], None]
"""Adds the tools or the resources of one module to a server."""


def _closed(scope: Scope) -> str:
    return f"Erreur ({ErrorCode.FORBIDDEN.value}) : cette clé n'ouvre pas « {scope.value} »."


def said(text: str, data: BaseModel) -> CallToolResult:
    """A result: a text for who reads, the same as data for who computes."""
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=json.loads(data.model_dump_json(by_alias=True)),
    )


def refused(exc: ClapvertError) -> ToolError:
    """A refusal of ours as a tool says it: its code, what happened, what to do next."""
    return ToolError(exc.told())
