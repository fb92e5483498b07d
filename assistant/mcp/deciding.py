"""The tool that computes: `decide`, a case against the rules, and against the bounds of statements where none speaks.

Guarantee: rules come first, decided by the code that answers messages; the rule of a question is the one that its
answer would rest on. Bounds are read only when no rule speaks. Each verdict stands on passages that open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from assistant.access.caller import Scope
from assistant.api.obligations import Asking, ObligationView, views
from assistant.api.rules import facts_of, rule_of
from assistant.dialogue.turns import Asked
from assistant.mcp.asking import Question
from assistant.mcp.bounds import Bounds, case_of, in_force, settled_by_bounds
from assistant.mcp.desk import READS, Desk, Domains, PassageId, refused, said
from assistant.mcp.desk import AsOf as DayAsked
from assistant.mcp.obligations import row_line
from assistant.planning.plan import Plan
from assistant.planning.rules import facts_of as facts_said
from assistant.planning.sayings import Sayings
from assistant.reading.case import Case
from assistant.reading.dates import CaseDate
from assistant.reading.message import Message
from assistant.service import Service
from ingest.corpus.deciding import Facts
from ingest.corpus.rules import DateName, Rule, YearName
from ingest.errors import ClapvertError
from ingest.passages.passages import Passage

DECIDE = """Compute what a case settles, with yes or no, why, and the passages to cite. Rules first: the one named by \
`rule`, those that a `question` rests on (its own figures and dates count too), those that show `passage_ids`, else \
every rule that the facts decide; bounds of statements only where no rule speaks. Facts by name, as in `obligations`: \
figures in base units (EUR, persons, kWh, m², kW, days, metres, kg), days, years, slugs. `missing` is the fact to ask \
for before you conclude."""
Given = Annotated[
    dict[str, Any], Field(max_length=30, description='The facts, e.g. {"headcount": 12, "filing": "2027-03-15"}.')
]


class AskedPart(BaseModel):
    """A part of the question that rules settle, or leave open: the verdict answers the part in its own direction."""

    about: str
    verdict: Literal["yes", "no", "depends"]
    strength: Literal["firm", "likely"]
    rule: str
    missing: Asking | None


class Decisions(Bounds):
    """What a case settles on a day, by rules, else by bounds."""

    as_of: date
    by: Literal["rules", "bounds", "nothing"]
    asked: list[AskedPart] = Field(description="the parts of the question that rules speak of")
    rules: list[ObligationView] = Field(description="what rules say, those that bind first")


@dataclass(frozen=True)
class Looked:
    """What is looked at: the facts, rules, and the passages whose bounds are read when no rule speaks."""

    facts: Facts
    case: Case
    rules: Sequence[Rule]
    named: bool
    """The caller tells which rules: one of which the case tells no fact is told too."""
    plan: Plan | None = None


def add(server: MCPServer[Any], desk: Desk) -> None:
    """Add the tool."""

    def decide(
        context: Context[Any, Any],
        given: Given = {},  # noqa: B006 - read by pydantic, never changed
        rule: Annotated[str | None, Field(max_length=200, description="Only this rule, by its id.")] = None,
        question: Annotated[Question | None, Field(description="Only what this question rests on.")] = None,
        as_of: DayAsked = None,
        domains: Domains = None,
        passage_ids: Annotated[
            list[PassageId] | None, Field(max_length=50, description="Only what these passages say.")
        ] = None,
    ) -> Annotated[CallToolResult, Decisions]:
        desk.visit(context, Scope.ASK)
        service = desk.service
        try:
            facts = facts_of(service, given, as_of)
            named = [service.passage(i)[0] for i in passage_ids or ()]
            if rule:
                looked = Looked(facts, case_of(facts), [rule_of(service, rule)], True)
            elif question:
                looked = _asked(service, question, facts, as_of, domains or [])
            else:
                looked = Looked(facts, case_of(facts), _showing(service, named, domains or []), False)
            found = decisions(service, looked, named, domains or [], bounded=rule is None)
        except ClapvertError as exc:
            raise refused(exc) from exc
        return said("\n".join(_lines(found)) or "Rien n'est tranché par ces faits.", found)

    server.add_tool(decide, title="Trancher sur des faits", description=DECIDE, annotations=READS)


def decisions(
    service: Service, looked: Looked, named: Sequence[Passage], domains: Sequence[str], bounded: bool
) -> Decisions:
    """What rules say, else what bounds do."""
    on = looked.facts.day
    rows = views(service, looked.facts, looked.rules, untold=looked.named)
    if rows:
        asked = _parts(looked.plan) if looked.plan else []
        return Decisions(as_of=on, by="rules", asked=asked, rules=rows)
    if not bounded:
        return Decisions(as_of=on, by="nothing", asked=[], rules=[])
    shown = [*named, *(s.passage for s in looked.plan.shown())] if looked.plan else named
    passages = shown or ([] if looked.plan else in_force(service.snapshot, on, set(looked.case), domains))
    found = settled_by_bounds(looked.case, passages, bool(shown))
    spoken = "bounds" if found.decided or found.open else "nothing"
    return Decisions(as_of=on, by=spoken, asked=[], rules=[], **dict(found))


def _showing(service: Service, passages: Sequence[Passage], domains: Sequence[str]) -> list[Rule]:
    """The rules that show one of these passages, or every rule when there is none; those of the domains."""
    rules: Iterable[Rule] = service.snapshot.rules.rules
    if passages:
        ids = {p.statement.id for p in passages if p.statement}
        rules = (r for r in rules if any(ids & set(o.shown) for o in r.outcomes))
    said = Sayings(service.snapshot)
    return [r for r in rules if not domains or said.domains(r.statements) & set(domains)]


def _asked(service: Service, question: str, facts: Facts, as_of: date | None, domains: Sequence[Any]) -> Looked:
    """A question with its facts and those given: the rules of the matters that its plan rests on."""
    engine = service.engine
    message = _told(engine.read(Asked(question, as_of, domains=tuple(domains)), None), facts)
    plan = engine.local.plan(message)
    index = engine.snapshot.rules
    resting = {p.rule for p in plan.parts if p.rule}
    matters = dict.fromkeys(r.matter for r in index.rules if r.id in resting)
    rules = [index.rules[i] for matter in matters for i in index.by_matter[matter]]
    return Looked(facts_said(message, message.question), message.case, rules, True, plan)


def _told(message: Message, facts: Facts) -> Message:
    """A message that says facts too; what is given wins over what its words say."""
    dates: dict[DateName | YearName, CaseDate] = {}
    for day, (first, last) in facts.dates.items():
        dates[DateName(day)] = CaseDate(DateName(day), first, last, first.isoformat())
    for year in YearName:
        if (ends := facts.quantities.get(year.value)) is not None:
            low, high = map(int, ends)
            dates[year] = CaseDate(year, date(low, 1, 1), date(high, 12, 31), str(low))

    def also(reading: Any) -> Any:
        return replace(reading, facets={**reading.facets, **facts.facets})

    return replace(
        message,
        question=also(message.question),
        other=also(message.other) if message.other else None,
        case={**message.case, **case_of(facts)},
        dates={**message.dates, **dates},
    )


def _parts(plan: Plan) -> list[AskedPart]:
    return [
        AskedPart(
            about=p.about,
            verdict=p.verdict,
            strength=p.strength,
            rule=p.rule,
            missing=Asking(field=d.field, value=None, ask=d.ask, ask_en=d.ask_en) if (d := p.depends_on) else None,
        )
        for p in plan.parts
        if p.rule and p.verdict
    ]


def _lines(found: Decisions) -> list[str]:
    words = {"yes": "Oui", "no": "Non", "depends": "Cela dépend"}
    return [
        *(f"« {p.about} » {words[p.verdict]}{', a priori' if p.strength == 'likely' else ''}." for p in found.asked),
        *map(row_line, found.rules),
        *(f"- {words[d.verdict]} : {' ; '.join(d.because)}. {d.text} ({d.passage_id})" for d in found.decided),
    ]
