"""The rules as code over HTTP: listed, read with their cases, and tried on facts.

Guarantee: what is tried is decided by the very code and rules that answer messages; nothing of it is kept.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.api.schemas import Sent, View
from assistant.planning.facts import facts_given
from assistant.service import Service
from ingest.corpus.deciding import Decided, Facts, decide, due_of
from ingest.corpus.rules import Case, Rule
from ingest.errors import ClapvertError, ErrorCode


class RuleSummary(View):
    """A rule in a list."""

    id: str
    matter: str
    settles: str
    settles_en: str
    regime: str
    bound: tuple[str, ...]
    inputs: tuple[str, ...]
    cases: int


class RuleList(BaseModel):
    """Every rule, in the order of the corpus."""

    rules: list[RuleSummary]


class RuleDetail(BaseModel):
    """A rule as it stands in the corpus, and the cases that it is held to."""

    rule: Rule
    cases: list[Case]


class Tried(Sent):
    """Facts of a case by name (`headcount: 12`, `genre: "serie"`, `filing: "2027-03-15"`, a range as two values), and
    the day whose law is asked about (today by default)."""

    given: dict[str, Any] = Field(default_factory=dict, max_length=30)
    on: dt.date | None = None


class Decision(BaseModel):
    """What a rule says of a case; `open` when a fact is missing, `nothing` when it does not speak of it."""

    verdict: Literal["yes", "no", "depends", "open", "nothing"]
    strength: Literal["firm", "likely"] | None = None
    used: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    due: dt.date | None = None
    asks: str | None = None
    asks_field: str | None = None


def router(service: Service) -> APIRouter:
    """The routes under `/api/rules`."""
    routes = APIRouter(prefix="/api/rules", tags=["rules"])

    @routes.get("", response_model=RuleList)
    def rules() -> RuleList:
        """Every rule."""
        return RuleList(rules=[summary(rule, service) for rule in service.rules.values()])

    @routes.get("/{rule_id}", response_model=RuleDetail)
    def rule(rule_id: str) -> RuleDetail:
        """One rule, whole."""
        found = rule_of(service, rule_id)
        return RuleDetail(rule=found, cases=service.cases_of(rule_id))

    @routes.post("/{rule_id}/try", response_model=Decision)
    def tried(rule_id: str, body: Tried) -> Decision:
        """What a rule decides on facts."""
        return try_rule(service, rule_of(service, rule_id), body.given, body.on)

    return routes


def rule_of(service: Service, rule_id: str) -> Rule:
    """A rule by its id. Raises `RULE_NOT_FOUND`."""
    found = service.rules.get(rule_id)
    if found is None:
        raise ClapvertError(ErrorCode.RULE_NOT_FOUND, f"Aucune règle « {rule_id} ».", "La liste : /api/rules.")
    return found


def summary(rule: Rule, service: Service) -> RuleSummary:
    """A rule as a list shows it."""
    return RuleSummary(
        id=rule.id,
        matter=rule.matter,
        settles=rule.settles,
        settles_en=rule.settles_en,
        regime=rule.regime.value,
        bound=rule.bound,
        inputs=tuple(i.field for i in rule.inputs),
        cases=len(service.cases_of(rule.id)),
    )


def facts_of(service: Service, given: dict[str, Any], on: dt.date | None) -> Facts:
    """Facts as a caller names them. Raises `FACT_INVALID` for a name or a value that no fact has."""
    return facts_given(given, on or service.clock(), service.glossary)


def try_rule(service: Service, rule: Rule, given: dict[str, Any], on: dt.date | None) -> Decision:
    """The decision of a rule on facts. Raises `FACT_INVALID` for a name or a value that no fact has."""
    facts = facts_of(service, given, on)
    return told(decide(rule, facts, service.glossary), facts)


def told(decided: Decided | None, facts: Facts) -> Decision:
    """A decision as it is shown."""
    if decided is None:
        return Decision(verdict="nothing")
    asks, field = (decided.missing.ask, decided.missing.field) if decided.missing else (None, None)
    outcome = decided.outcome
    if outcome is None:
        shown = tuple(dict.fromkeys(o.shown[0] for o in decided.possible))
        return Decision(verdict="open", shown=shown, asks=asks, asks_field=field)
    return Decision(
        verdict=outcome.verdict,
        strength=outcome.strength if decided.sure else "likely",
        used=decided.used,
        shown=outcome.shown,
        needs=outcome.needs,
        next=outcome.next,
        due=due_of(outcome.due, facts) if outcome.due else None,
        asks=asks,
        asks_field=field,
    )
