"""The pages of the rules: what each settles, on which conditions, with its cases, and a form to try it.

Guarantee: what the form says is decided by the rule itself, on the facts of the address; the address can be kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.api.rules import Decision, rule_of, try_rule
from assistant.service import Service
from assistant.web.render import Renderer
from assistant.web.words import french
from ingest.corpus.fiches import FACETS
from ingest.corpus.register import REGIME_LABELS
from ingest.corpus.rules import DATES, Input, Rule
from ingest.errors import ClapvertError

VERDICTS = {
    "yes": french("Oui"),
    "no": french("Non"),
    "depends": french("Cela dépend"),
    "open": french("Il manque un fait"),
    "nothing": french("La règle ne parle pas de ce cas"),
}
_LONGEST = 60


def router(service: Service, render: Renderer) -> APIRouter:
    """The pages under `/sources/regles`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/sources/regles", response_class=HTMLResponse)
    def listed(request: Request) -> HTMLResponse:
        matters: dict[str, list[Rule]] = {}
        for rule in service.rules.values():
            matters.setdefault(rule.matter, []).append(rule)
        return render.page(
            request, "sources/rules.html", matters=matters, regimes=REGIME_LABELS, counts=_counts(service)
        )

    @routes.get("/sources/regles/{rule_id}", response_class=HTMLResponse)
    def one(request: Request, rule_id: str) -> HTMLResponse:
        rule = rule_of(service, rule_id)
        asked = {k: v.strip()[:_LONGEST] for k, v in request.query_params.items() if v.strip()}
        fields = [_field(service, wanted, asked) for wanted in _once(rule.inputs)]
        given = {f["name"]: _value(asked[f["name"]]) for f in fields if f["name"] in asked}
        decision, wrong = None, ""
        if given:
            try:
                decision = try_rule(service, rule, given, _day(asked.get("day", "")))
            except ClapvertError as exc:
                wrong = exc.message
        return render.page(
            request,
            "sources/rule.html",
            rule=rule,
            cases=service.cases_of(rule_id),
            fields=fields,
            decision=decision,
            wrong=wrong,
            chosen_day=asked.get("day", ""),
            statements=_statements(service, rule, decision),
            regimes=REGIME_LABELS,
            actors={k: v.label for k, v in service.glossary.facets.get("acteur", {}).items()},
            verdicts=VERDICTS,
        )

    return routes


def _counts(service: Service) -> Mapping[str, int]:
    return {rule_id: len(service.cases_of(rule_id)) for rule_id in service.rules}


def _once(inputs: tuple[Input, ...]) -> list[Input]:
    """One input a field: a facet asked for several of its values is one choice."""
    return list({i.field: i for i in reversed(inputs)}.values())[::-1]


def _field(service: Service, wanted: Input, asked: Mapping[str, str]) -> dict[str, Any]:
    """A field of the form: a choice for a facet, a day, or a figure."""
    name = wanted.field
    kind = "choice" if name in FACETS else "day" if name in DATES else "figure"
    choices = {k: v.label for k, v in service.glossary.facets[name].items()} if name in FACETS else {}
    return {
        "name": name,
        "kind": kind,
        "ask": wanted.ask,
        "ask_en": wanted.ask_en,
        "choices": choices,
        "value": asked.get(name, ""),
    }


def _value(text: str) -> Any:
    """A value of the address: a figure, spaced and with a comma or not, a range `a..b`, a day or a slug."""
    read = [_figure(end) for end in text.split("..")]
    return read if len(read) > 1 else read[0]


def _figure(text: str) -> float | str:
    plain = re.sub(r"\s", "", text).replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return text.strip()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _statements(service: Service, rule: Rule, decision: Decision | None) -> Mapping[str, Any]:
    """The statements that a rule names, by id, with the notice that each stands in."""
    wanted = {*rule.statements, *(decision.shown if decision else ())}
    return {
        s.id: (s, source_id)
        for source_id, f in service.fiches.items()
        for _, s in f.fiche.statements()
        if s.id in wanted
    }
