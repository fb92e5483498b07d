"""The tools that show what an answer rests on: `get_passage`, `verify_citation`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from assistant.access.caller import Scope
from assistant.answer import BasedOn
from assistant.api.schemas import PassageView
from assistant.checking.verifier import Cited, Sentence, Verifier
from assistant.mcp.desk import READS, Desk, PassageId, refused, said
from assistant.mcp.desk import AsOf as DayAsked
from assistant.reading.dates import AsOf
from assistant.reading.kinds import detect_language
from ingest.errors import ClapvertError
from ingest.passages.passages import Passage

GET = """Open a passage: its exact text, where it stands in its source, from when to when it is in force. A passage \
once cited opens for ever."""
VERIFY = """Check a citation before repeating it: whether the quoted words stand in the passage to the letter, what \
became of the passage, and, when a sentence is given, everything that the sentence says otherwise than the passage \
(figures, dates, negation, duty, conditions)."""


class Verified(BaseModel):
    """What a citation is worth: `holds` when the quote is exact, the passage current and in force that day, and the
    sentence says nothing else."""

    passage_id: str
    holds: bool
    quote_found: bool = Field(description="the quoted words stand in the passage, to the character")
    status: Literal["current", "superseded", "removed"]
    in_force: bool = Field(description="on the day asked, today by default")
    faults: list[str] = Field(description="what the sentence says otherwise than the passage; empty without a sentence")


def view(passage: Passage, status: str) -> PassageView:
    """A passage as the API shows it."""
    return PassageView.read(
        passage, passage_id=passage.id, status=status, based_on=BasedOn.of(passage), confidence=passage.certainty
    )


def add(server: MCPServer[Any], desk: Desk) -> None:
    """Add the tools."""

    def opened(context: Context[Any, Any], passage_id: str) -> tuple[Passage, Any]:
        desk.visit(context, Scope.ASK)
        try:
            return desk.service.passage(passage_id)
        except ClapvertError as exc:
            raise refused(exc) from exc

    def get_passage(context: Context[Any, Any], passage_id: PassageId) -> Annotated[CallToolResult, PassageView]:
        passage, status = opened(context, passage_id)
        head = f"{passage.source_title}, {passage.locator} ({status})"
        return said(f"{head}\n\n{passage.text}", view(passage, status))

    def verify_citation(
        context: Context[Any, Any],
        passage_id: PassageId,
        quote: Annotated[str, Field(min_length=1, max_length=4000, description="The words quoted, exactly.")],
        sentence: Annotated[
            str | None, Field(max_length=2000, description="The sentence that cites it, to be checked too.")
        ] = None,
        as_of: DayAsked = None,
    ) -> Annotated[CallToolResult, Verified]:
        passage, status = opened(context, passage_id)
        when = AsOf.on(as_of, desk.service.clock())
        faults: list[str] = []
        if sentence:
            cited = Cited(passage, quote)
            faults = Verifier().faults(Sentence(sentence, (cited,), language=detect_language(sentence)), when)
        found = quote in passage.text
        starts, ends = passage.valid_from, passage.valid_until
        in_force = (starts is None or starts <= when.end) and (ends is None or when.start <= ends)
        verified = Verified(
            passage_id=passage.id,
            holds=found and status == "current" and in_force and not faults,
            quote_found=found,
            status=status,
            in_force=in_force,
            faults=faults,
        )
        lines = [
            "La citation tient." if verified.holds else "La citation ne tient pas.",
            "" if found else "Les mots cités ne sont pas dans le passage.",
            "" if status == "current" else f"Le passage n'est plus en service ({status}).",
            "" if in_force else "Le passage n'est pas en vigueur ce jour-là.",
            *faults,
        ]
        return said("\n".join(line for line in lines if line), verified)

    server.add_tool(get_passage, title="Ouvrir un passage", description=GET, annotations=READS)
    server.add_tool(verify_citation, title="Vérifier une citation", description=VERIFY, annotations=READS)
