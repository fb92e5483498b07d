"""The tools that answer: `ask`, `search`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CallToolResult
from pydantic import Field, StringConstraints

from assistant.access.caller import Scope
from assistant.answer import Answer
from assistant.api.markdown import markdown
from assistant.api.register import search_hit
from assistant.api.schemas import SearchResult
from assistant.dialogue.turns import Asked
from assistant.mcp.desk import READS, Desk, Domains, refused, said
from assistant.mcp.desk import AsOf as DayAsked
from assistant.reading.dates import AsOf
from ingest.errors import ClapvertError

Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
ASK = """Answer a question on the rules of eco-production in French film, television and advertising (CNC aids, CSRD, \
climate and advertising law, labels, the shoot). Every sentence of the answer ends with [n] and rests, word for word, \
on citation n: keep the markers and the sources when you repeat it, and add nothing to it. An honest « abstained » \
means that the texts do not say. Ask in French or English, in the user's own words."""
SEARCH = """Find the passages of the corpus nearest to a query, in force on a day. They are raw material: `ask` gives \
an answer that was checked."""


def add(server: MCPServer[Any], desk: Desk) -> None:
    """Add the tools."""

    def ask(
        context: Context[Any, Any],
        question: Question,
        earlier: Annotated[
            list[Question],
            Field(
                max_length=50, description="The user's questions before this one, oldest first: a follow-up needs them."
            ),
        ] = [],  # noqa: B006 - read by pydantic, never changed
        as_of: DayAsked = None,
        domains: Domains = None,
        language: Annotated[Literal["fr", "en"] | None, Field(description="Language of the answer.")] = None,
        profile: Annotated[
            dict[str, str],
            Field(description="What is known of the project: genre, format, aide, taille, lieu, acteur."),
        ] = {},  # noqa: B006
        choose: Annotated[
            str, Field(max_length=200, description="`id` of one of the `alternatives` that the same question got.")
        ] = "",
    ) -> Annotated[CallToolResult, Answer]:
        visit = desk.visit(context, Scope.ASK)
        chosen = tuple(domains or ())
        told = [Asked(text, domains=chosen, language=language, profile=profile) for text in earlier]
        try:
            answer = desk.replay.answer([*told, Asked(question, as_of, False, chosen, language, profile, None, choose)])
        except ClapvertError as exc:
            raise refused(exc) from exc
        return said(markdown(answer, visit.link), answer)

    def search(
        context: Context[Any, Any],
        query: Question,
        k: Annotated[int, Field(ge=1, le=50)] = 8,
        as_of: DayAsked = None,
        domains: Domains = None,
    ) -> Annotated[CallToolResult, SearchResult]:
        desk.visit(context, Scope.ASK)
        service = desk.service
        try:
            found = service.engine.search.search_text(query, AsOf.on(as_of, service.clock()), tuple(domains or ()))
        except ClapvertError as exc:
            raise refused(exc) from exc
        hits = [search_hit(h.passage, h.score) for h in found.hits[:k]]
        lines = [f"- {h.source_title}, {h.locator} ({h.passage_id}) : {h.text}" for h in hits]
        return said("\n".join(lines) or "Aucun passage.", SearchResult(hits=hits))

    server.add_tool(ask, title="Poser une question", description=ASK, annotations=READS)
    server.add_tool(search, title="Chercher des passages", description=SEARCH, annotations=READS)
