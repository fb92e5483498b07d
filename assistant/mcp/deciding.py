"""The tool that computes: `decide`, a case in figures against the typed bounds of every statement in force.

Guarantee: a verdict comes from `bounds` and figures alone, by `assistant.planning.decide`, one statement at a time,
each with its passage; statements are ruled on together only when the caller names them. What no bound settles is not
told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from assistant.access.caller import Scope
from assistant.mcp.desk import READS, Desk, Domains, PassageId, refused, said
from assistant.mcp.desk import AsOf as DayAsked
from assistant.planning import decide as deciding
from assistant.reading.case import Case, Quantity
from assistant.reading.dates import AsOf
from assistant.wording.figures import bound_words, case_words
from ingest.corpus.fiches import Bound, CaseField
from ingest.errors import ClapvertError
from ingest.index.snapshot import Snapshot
from ingest.passages.passages import Passage

DECIDE = """Compute what the figures of a case settle: each rule of the corpus whose bounds (headcount, turnover, \
budget, surface…) decide, with yes or no, the reason, and the passage to cite. Figures in base units: EUR, persons, \
kWh, m², kW, days, metres, kg. Name `passage_ids` (of an answer or a search) to have those ruled on together. A rule \
may need more than its bounds: read the passage before you conclude."""
_MOST = 40
_UNITS = {
    CaseField.HEADCOUNT: "salariés", CaseField.TURNOVER: "EUR", CaseField.BALANCE_SHEET: "EUR", CaseField.BUDGET: "EUR",
    CaseField.AD_SPEND: "EUR", CaseField.CONSUMPTION: "kWh", CaseField.SURFACE: "m²", CaseField.POWER: "kW",
    CaseField.DURATION: "jours", CaseField.DISTANCE: "m", CaseField.HEIGHT: "m", CaseField.WEIGHT: "kg",
    CaseField.PEOPLE: "personnes",
}  # fmt: skip


class Decided(BaseModel):
    """What one rule says of the case."""

    passage_id: str
    source_title: str
    locator: str
    text: str
    verdict: Literal["yes", "no"] = Field(description="whether what the rule says (a duty, a right) is the case's")
    polarity: str
    because: list[str] = Field(description="each figure against its bound")
    needs_more: bool = Field(description="the rule has other conditions than its bounds")


class Open(BaseModel):
    """A rule that one more figure would settle."""

    passage_id: str
    text: str
    field: CaseField


class Together(BaseModel):
    """What the named rules say of the case together; « likely » when another condition or law is left open."""

    about: Literal["duties", "rights"]
    verdict: Literal["yes", "no", "depends"]
    strength: Literal["firm", "likely"]
    open_field: CaseField | None


class Decisions(BaseModel):
    """What figures settle, on a day."""

    as_of: str
    decided: list[Decided]
    open: list[Open]
    together: list[Together]
    left_out: int = Field(description="decisions beyond the first forty")


def decisions(case: Case, when: AsOf, passages: Iterable[Passage], named: bool) -> Decisions:
    """What the statements of these passages say of the case; together too when the caller named them."""
    bounded = [(p, p.statement) for p in passages if p.statement and p.statement.bounds]
    settled = [(p, d) for p, s in bounded if (d := deciding.decide(s, case)) is not None]
    done = {p.id for p, _ in settled}
    pending = [(p, f) for p, s in bounded if p.id not in done and (f := _missing(p, case)) is not None]
    ruled = [] if not named else [
        Together(about=about, verdict=r.verdict, strength=r.strength, open_field=r.open_field)
        for about, asked in (("duties", deciding.DUTIES), ("rights", deciding.RIGHTS))
        if (r := deciding.rule([s for _, s in bounded], case, asked)) is not None
    ]  # fmt: skip
    return Decisions(
        as_of=when.start.isoformat(),
        decided=[
            Decided(
                passage_id=p.id,
                source_title=p.source_title,
                locator=p.locator,
                text=p.text,
                verdict=d.verdict,
                polarity=d.statement.polarity.value,
                because=[case_words(r, "fr") for r in d.reasons],
                needs_more=bool(d.statement.needs),
            )
            for p, d in settled[:_MOST]
        ],
        open=[Open(passage_id=p.id, text=p.text, field=f) for p, f in pending[:_MOST]],
        together=ruled,
        left_out=max(0, len(settled) - _MOST),
    )


def _missing(passage: Passage, case: Case) -> CaseField | None:
    """The field that would settle a statement which the case speaks of already; None otherwise."""
    assert passage.statement is not None
    known = any(case.get(b.field) is not None for b in passage.statement.bounds)
    return deciding.undecided([passage.statement], case) if known else None


def case_of(figures: dict[CaseField, float]) -> Case:
    """Figures as a case; each said with the unit that it is in."""
    return {
        f: Quantity(
            f, v, v, bound_words(Bound(field=f, op="from", value=v, unit=_UNITS.get(f, "unités")), "fr"), "project"
        )
        for f, v in figures.items()
    }


def in_force(snapshot: Snapshot, when: AsOf, fields: set[CaseField], domains: Sequence[str]) -> Iterator[Passage]:
    """The statements in force on the day that set a bound to one of the fields."""
    columns, day = snapshot.columns, when.start.toordinal()
    held = columns.is_statement & (columns.valid_from <= day) & (columns.valid_until >= day)
    for passage in snapshot.passages(held.nonzero()[0].tolist()):
        bounds = passage.statement.bounds if passage.statement else ()
        if any(b.field in fields for b in bounds) and (not domains or {*passage.domains} & {*domains}):
            yield passage


def add(server: MCPServer[Any], desk: Desk) -> None:
    """Add the tool."""

    def decide(
        context: Context[Any, Any],
        figures: Annotated[
            dict[CaseField, float], Field(min_length=1, description='The case, e.g. {"headcount": 12}.')
        ],
        as_of: DayAsked = None,
        domains: Domains = None,
        passage_ids: Annotated[
            list[PassageId] | None, Field(max_length=50, description="Only these rules, and together.")
        ] = None,
    ) -> Annotated[CallToolResult, Decisions]:
        desk.visit(context, Scope.ASK)
        service = desk.service
        when = AsOf.on(as_of, service.clock())
        try:
            snapshot = service.snapshot
            passages = (
                [service.passage(i)[0] for i in passage_ids]
                if passage_ids
                else in_force(snapshot, when, set(figures), domains or ())
            )
        except ClapvertError as exc:
            raise refused(exc) from exc
        found = decisions(case_of(figures), when, passages, bool(passage_ids))
        words = {"yes": "Oui", "no": "Non"}
        lines = [f"- {words[d.verdict]} : {' ; '.join(d.because)}. {d.text} ({d.passage_id})" for d in found.decided]
        return said("\n".join(lines) or "Aucune borne du corpus n'est tranchée par ces chiffres.", found)

    server.add_tool(decide, title="Trancher sur des chiffres", description=DECIDE, annotations=READS)
