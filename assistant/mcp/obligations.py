"""The tool that looks over everything: `obligations`, what the rules say of a case, by what it means for it.

Guarantee: the rows are those of `POST /api/obligations`; each stands on passages that `get_passage` opens.
"""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CallToolResult
from pydantic import Field

from assistant.access.caller import Scope
from assistant.api.obligations import Obligations, ObligationView, obligations_of
from assistant.api.rules import facts_of
from assistant.mcp.desk import READS, Desk, refused, said
from assistant.mcp.desk import AsOf as DayAsked
from ingest.errors import ClapvertError

OBLIGATIONS = """List what applies to a case: every rule in force that its facts decide, or that one more fact would. \
Facts by name: figures in base units (`headcount`, `turnover`, `budget`, `surface`, `power`…; a range as two values), \
days (`filing`, `visa`, `shoot`, `shoot_end`, `delivery`, `broadcast`, `decision`), years (`financial_year`), and \
`genre`, `format`, `aide`, `taille`, `lieu`, `acteur`, `situation` by their slugs. Ask for what is `missing` before \
you conclude, and cite the passages of `shown`."""
Given = Annotated[
    dict[str, Any],
    Field(min_length=1, max_length=30, description='The facts, e.g. {"headcount": 12, "genre": "serie"}.'),
]
_VERDICTS = {"yes": "Oui", "no": "Non", "depends": "Cela dépend", "open": "Il manque un fait"}
_HEADS = {
    "applies": "S'applique",
    "depends": "Cela dépend",
    "missing": "Un fait de plus trancherait",
    "does_not_apply": "Ne s'applique pas",
    "told": "À savoir",
}


def row_line(row: ObligationView) -> str:
    """A row as a line: the question, the verdict, why, by when, what is missing, the passages."""
    verdict = _VERDICTS[row.verdict] + (
        ", a priori" if row.strength == "likely" and row.verdict in ("yes", "no") else ""
    )
    due = f" Échéance : {row.due.isoformat()}." if row.due else ""
    ask = f" À demander : {row.missing.ask}" if row.missing else ""
    says = " ".join(f"{s.text} ({s.passage_id})" for s in row.shown)
    return f"- {row.settles} {verdict}.{due}{ask} {says}"


def add(server: MCPServer[Any], desk: Desk) -> None:
    """Add the tool."""

    def obligations(
        context: Context[Any, Any], given: Given, as_of: DayAsked = None
    ) -> Annotated[CallToolResult, Obligations]:
        desk.visit(context, Scope.ASK)
        try:
            found = obligations_of(desk.service, facts_of(desk.service, given, as_of))
        except ClapvertError as exc:
            raise refused(exc) from exc
        parts = [
            "\n".join([f"## {head}", *map(row_line, rows)])
            for group, head in _HEADS.items()
            if (rows := getattr(found, group))
        ]
        return said("\n\n".join(parts) or "Aucune règle du corpus ne parle de ces faits.", found)

    server.add_tool(obligations, title="Ce qui s'applique à un cas", description=OBLIGATIONS, annotations=READS)
