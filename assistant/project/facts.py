"""The facts of a project in words: its figures as quantities, its days, the values of facets that a rule looks at; and
facts read as a person writes them.

Guarantee: a figure is read with its spaces, its comma and its unit (« 1 800 », « 4 M€ »); what is none is refused by
the name of its field.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

from assistant.project.order import LEADS_TO
from assistant.reading.case import Quantity
from assistant.wording.figures import bound_words
from ingest.corpus.deciding import Decided, Facts, decide
from ingest.corpus.expressions import facets_of
from ingest.corpus.fiches import FACETS, Bound, CaseField
from ingest.corpus.glossary import Glossary
from ingest.corpus.rules import DATES, Stage
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.claims import Language

_MONEY = frozenset(
    {CaseField.TURNOVER, CaseField.BALANCE_SHEET, CaseField.BUDGET, CaseField.AD_SPEND, CaseField.AMOUNT}
)
_UNITS = {
    CaseField.HEADCOUNT: "salariés", CaseField.PEOPLE: "personnes", CaseField.CONSUMPTION: "kWh",
    CaseField.SURFACE: "m²", CaseField.POWER: "kW", CaseField.EMISSIONS: "g/km", CaseField.DURATION: "jours",
    CaseField.DISTANCE: "m", CaseField.HEIGHT: "m", CaseField.VOLUME: "l", CaseField.WEIGHT: "kg",
    CaseField.SHARE: "%", CaseField.NOISE: "dB(A)", CaseField.POPULATION: "habitants", CaseField.AGE: "ans",
}  # fmt: skip


def unit_of(field: CaseField) -> str:
    """The unit in which a figure of a project is given: « € », « salariés », « kW »; empty when it has none."""
    return "€" if field in _MONEY else _UNITS.get(field, "")


def figure_words(field: CaseField, value: float, language: Language = "fr") -> str:
    """« 12 salariés », « 4 M€ »."""
    unit = "EUR" if field in _MONEY else _UNITS.get(field, "")
    if not unit:
        return f"{value:g}".replace(".", "," if language == "fr" else ".")
    return bound_words(Bound(field=field, op="from", value=value, unit=unit), language)


def case_of(facts: Facts, language: Language = "fr") -> dict[CaseField, Quantity]:
    """The figures of a project, each as it is said."""
    out = {}
    for name, (low, high) in facts.quantities.items():
        if name in set(CaseField):
            field = CaseField(name)
            said = figure_words(field, low, language)
            if low != high:
                said = f"{said} … {figure_words(field, high, language)}"
            out[field] = Quantity(field, low, high, said, "project")
    return out


def facet_values(facet: str, decided: Decided, facts: Facts, glossary: Glossary) -> list[str]:
    """The values of a facet that the project says and that decide: named by the condition of the outcome, straight or
    by a broader one; each is enough for it, or it would not follow without."""
    outcome, rule = decided.outcome, decided.rule
    bare = outcome is None or outcome.when == "true"
    named = {
        v
        for o in (rule.outcomes if outcome is None or bare else decided.outcomes)
        for f, v in facets_of(o.when)
        if f == facet
    }
    said = facts.facets.get(facet, ())
    counted = [v for v in said if glossary.broader(facet, v) & named]

    if decided.beside:
        return counted  # each of what adds up is a reason

    def follows(*values: str) -> bool:
        again = decide(rule, replace(facts, facets={**facts.facets, facet: values}), glossary)
        return again is not None and again.outcome == outcome

    if not counted or follows(*(s for s in said if s not in counted)):
        return _against(facet, named, decided, facts, glossary)  # without any of them, the same follows
    turning = [v for v in counted if follows(v) or not follows(*(s for s in said if s != v))]
    return turning or counted


def spared_by(facet: str, decided: Decided, facts: Facts, glossary: Glossary) -> list[str]:
    """The values of a facet that keep a case out of what a rule names, whatever outcome follows."""
    named = {v for o in decided.rule.outcomes for f, v in facets_of(o.when) if f == facet}
    return _against(facet, named, decided, facts, glossary)


def _against(facet: str, named: set[str], decided: Decided, facts: Facts, glossary: Glossary) -> list[str]:
    """What keeps a case out of what a rule names, where something else would follow without it: the values that go
    against it, and « !value » for those to which the case says no."""

    def turns(other: Facts) -> bool:
        again = decide(decided.rule, other, glossary)
        return again is None or again.outcome != decided.outcome

    said, denied = facts.facets.get(facet, ()), facts.denied.get(facet, ())
    out = [v for v in said if any(glossary.known(facet, (v,), n) is False for n in named)]
    if out and not turns(replace(facts, facets={**facts.facets, facet: tuple(s for s in said if s not in out)})):
        out = []
    return out + [
        f"!{v}"
        for v in denied
        if v in named and turns(replace(facts, denied={**facts.denied, facet: tuple(d for d in denied if d != v)}))
    ]


def day_of(name: str, facts: Facts) -> dt.date | None:
    """A day of the project; None when it is not known to the day."""
    found = facts.dates.get(name)
    return found[0] if found and found[0] == found[1] else None


def read_fact(name: str, text: str) -> Any:
    """A fact as a person writes it: a figure, a day, the values of a facet; None when nothing is written. Raises
    `FACT_INVALID`."""
    if not text.strip():
        return None
    if name in FACETS:
        return [v.strip() for v in text.split(",") if v.strip()]
    return _day(name, text) if name in DATES else _figure(name, text)


def moment_of(stage: Stage, facts: Facts) -> dt.date | None:
    """The day of the work that a moment leads to; None when the project does not tell."""
    return next((day for name in LEADS_TO.get(stage, ()) if (day := day_of(name.value, facts))), None)


_FIGURE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(milliards?|millions?|md|m|k)?\s*(?:€|euros?|eur)?", re.IGNORECASE)
_SCALES = {"milliard": 1e9, "md": 1e9, "million": 1e6, "m": 1e6, "k": 1e3}


def _figure(name: str, text: str) -> float:
    bare = re.sub(r"[\s\u00a0\u202f]+", " ", text).strip()
    found = _FIGURE.fullmatch(re.sub(r"(?<=\d) (?=\d)", "", bare))
    if found is None:
        raise ClapvertError(
            ErrorCode.FACT_INVALID, f"« {text[:40]} » n'est pas un chiffre ({name}).", "Écrivez 12, 1 800 ou 4 M€."
        )
    scale = (found[2] or "").lower()
    return float(found[1].replace(",", ".")) * _SCALES.get(scale, _SCALES.get(scale.rstrip("s"), 1.0))


def _day(name: str, text: str) -> str:
    try:
        return dt.date.fromisoformat(text.strip()).isoformat()
    except ValueError as exc:
        raise ClapvertError(
            ErrorCode.FACT_INVALID, f"« {text[:40]} » n'est pas une date ({name}).", "Écrivez AAAA-MM-JJ."
        ) from exc
