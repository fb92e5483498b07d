"""What applies to a case over HTTP: every rule that its facts decide, with the statements that say so.

Guarantee: rules and statements are those of the serving snapshot, so that every `passage_id` opens; nothing of the case
is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.api.rules import Tried, facts_of
from assistant.planning.obligations import GROUPS, Group, Obligation, obligations
from assistant.planning.sayings import Saying, Sayings
from assistant.service import Service
from ingest.corpus.deciding import Facts
from ingest.corpus.rules import About, Rule


class Asking(BaseModel):
    """The fact that would settle a rule, and how it is asked for."""

    field: str
    value: str | None = Field(description="of a facet: the value in question")
    ask: str
    ask_en: str


class ObligationView(BaseModel):
    """What one rule says of the case. `verdict` answers `settles`; `group` says whether it binds."""

    rule: str
    matter: str
    settles: str
    settles_en: str
    about: About
    regime: str
    bound: tuple[str, ...] = Field(description="whom it binds")
    verdict: Literal["yes", "no", "depends", "open"]
    strength: Literal["firm", "likely"]
    group: Group
    used: tuple[str, ...] = Field(description="the facts that decide")
    shown: list[Saying] = Field(description="what says it, the first first")
    needs: list[Saying] = Field(description="what it misleads without")
    next: list[Saying] = Field(description="what to do now")
    due: dt.date | None
    missing: Asking | None = Field(description="the fact that would settle it, or make it firm")


class Obligations(BaseModel):
    """What the rules say of a case on a day, one row a matter and a body of law.

    `applies`: a duty, a ban or a sanction that the case meets; `depends`: the rules do not settle it; `missing`: one
    more fact would; `does_not_apply`; `told`: settled, and it binds to nothing (a right that one has, a fact).
    """

    on: dt.date
    rules: int = Field(description="rules in force that day")
    applies: list[ObligationView]
    depends: list[ObligationView]
    missing: list[ObligationView]
    does_not_apply: list[ObligationView]
    told: list[ObligationView]


def router(service: Service) -> APIRouter:
    """The route `/api/obligations`."""
    routes = APIRouter(prefix="/api/obligations", tags=["rules"])

    @routes.post("", response_model=Obligations)
    def applying(body: Tried) -> Obligations:
        """What applies to a case, by its facts."""
        return obligations_of(service, facts_of(service, body.given, body.on))

    return routes


def obligations_of(service: Service, facts: Facts) -> Obligations:
    """What the rules of the serving snapshot say of facts."""
    rules = service.snapshot.rules.rules
    rows = views(service, facts, rules)
    told = {group: [r for r in rows if r.group == group] for group in GROUPS}
    return Obligations(on=facts.day, rules=sum(rule.on(facts.day) is not None for rule in rules), **told)


def views(service: Service, facts: Facts, rules: Iterable[Rule], untold: bool = False) -> list[ObligationView]:
    """What some rules say of facts, with the statements that say so; `untold`: rules of which no fact is told, too."""
    said = Sayings(service.snapshot)
    return [_view(row, said) for row in obligations(facts, rules, service.glossary, said.statement, untold)]


def _view(row: Obligation, said: Sayings) -> ObligationView:
    rule, outcome, missing = row.rule, row.decided.outcome, row.decided.missing
    return ObligationView(
        rule=rule.id,
        matter=rule.matter,
        settles=rule.settles,
        settles_en=rule.settles_en,
        about=row.about,
        regime=rule.regime.value,
        bound=rule.bound,
        verdict=outcome.verdict if outcome else "open",
        strength=row.strength,
        group=row.group,
        used=row.decided.used,
        shown=said.of(row.shown),
        needs=said.of(row.needs),
        next=said.of(row.next),
        due=row.due,
        missing=Asking(field=missing.field, value=missing.value, ask=missing.ask, ask_en=missing.ask_en)
        if missing
        else None,
    )
