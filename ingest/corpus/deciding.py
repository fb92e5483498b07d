"""What a rule decides on a case: the first outcome whose condition holds, or what must be known to tell.

Guarantee: deterministic; an outcome is decided only when its condition holds and every one before it does not, whatever
value a range may take. What nobody knows leaves the rule open, and names the fact to ask for; outcomes that remain
possible and agree decide all the same, and are no more than likely.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from dateutil.relativedelta import relativedelta

from ingest.corpus.expressions import Value, context_of, facets_of, holds, names_of
from ingest.corpus.fiches import FACETS
from ingest.corpus.glossary import Glossary
from ingest.corpus.rules import DATES, DAY, KNOWN, NAMES, QUANTITIES, Due, Input, Outcome, Rule, YearName

_CORNERS = 64
"""Combinations of the ends of ranges that are tried; with more of them, nothing is decided."""


@dataclass(frozen=True)
class Facts:
    """What is known of a case on a day. Quantities and days are ranges, `(low, high)`; facets are the values said;
    `denied`: the values that the case is said not to have."""

    day: date
    quantities: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    dates: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    denied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def has(self, facet: str, value: str, glossary: Glossary) -> bool | None:
        """Whether the case has a value of a facet; None when it does not tell. What is said has the last word over what
        is denied, and to deny a value denies all that it contains."""
        told = glossary.known(facet, self.facets.get(facet, ()), value)
        if told is None and glossary.broader(facet, value) & set(self.denied.get(facet, ())):
            return False
        return told

    def knows(self, name: str) -> bool:
        """Whether anything is known under a name."""
        return name in self.quantities or name in self.dates or bool(self.facets.get(name))

    @cached_property
    def figures(self) -> dict[str, tuple[float, float]]:
        """Quantities, and the financial year that a year of publication is of: the one before it."""
        out = dict(self.quantities)
        published, financial = YearName.PUBLICATION_YEAR.value, YearName.FINANCIAL_YEAR.value
        if published in out and financial not in out:
            out[financial] = (out[published][0] - 1, out[published][1] - 1)
        elif financial in out and published not in out:
            out[published] = (out[financial][0] + 1, out[financial][1] + 1)
        return out

    @classmethod
    def of(cls, given: Mapping[str, Any], day: date) -> Facts:
        """Facts as a table of cases writes them: a figure or two, a day or two, one value of a facet or several.

        `!value` denies a value of a facet. Raises `ValueError` for a name or a shape that no fact has.
        """
        quantities, dates, facets, denied = {}, {}, {}, {}
        for name, value in given.items():
            pair = value if isinstance(value, list) and name not in FACETS else [value, value]
            if name in QUANTITIES:
                quantities[name] = (float(pair[0]), float(pair[1]))
            elif name in DATES - {DAY}:
                dates[name] = (date.fromisoformat(str(pair[0])), date.fromisoformat(str(pair[1])))
            elif name in FACETS:
                said = [str(v) for v in value] if isinstance(value, list) else [str(value)]
                facets[name] = tuple(v for v in said if not v.startswith("!"))
                denied[name] = tuple(v[1:] for v in said if v.startswith("!"))
            else:
                raise ValueError(f"fait inconnu : {name}")
        return cls(day, quantities, dates, facets, denied)


@dataclass(frozen=True)
class Decided:
    """What a rule says of a case; `outcome` None when it is open. `used`: the facts that decide; `possible`: the
    outcomes that remain; `missing`: what to ask."""

    rule: Rule
    outcome: Outcome | None
    used: tuple[str, ...] = ()
    possible: tuple[Outcome, ...] = ()
    missing: Input | None = None
    sure: bool = True
    """False when several outcomes remain that say the same."""
    beside: tuple[Outcome, ...] = ()
    """Of a rule whose outcomes add up: the others that hold and say the same."""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every outcome that holds, the firmest first; empty when the rule is open."""
        if self.outcome is None:
            return ()
        return tuple(sorted((self.outcome, *self.beside), key=lambda o: o.strength != "firm"))


def decide(rule: Rule, facts: Facts, glossary: Glossary) -> Decided | None:
    """The decision of a rule on a case; None when it is not in force on the day or does not speak of the case."""
    version = rule.on(facts.day)
    if version is None:
        return None
    worlds = [context_of(world) for world in _worlds([o.when for o in rule.outcomes], facts, glossary)]
    possible: list[Outcome] = []
    unknown: list[str] = []
    for outcome in version.outcomes:
        found = {holds(outcome.when, world) for world in worlds}
        if found == {False}:
            continue
        possible.append(outcome)
        if found == {True} and len(possible) == 1:
            beside = _beside(rule, version.outcomes, outcome, worlds)
            used = dict.fromkeys(n for o in (outcome, *beside) for n in _used(version.outcomes, o, facts))
            return Decided(rule, outcome, tuple(used), (outcome,), beside=beside)
        if found == {True}:
            break
        unknown.append(outcome.when)
    if not possible:
        return None
    if rule.adds and len({o.verdict for o in possible}) == 1 and found == {True} and possible[-1].when != "true":
        last = possible[-1]  # it holds, and whatever else may hold says the same
        beside = _beside(rule, version.outcomes, last, worlds)
        used = dict.fromkeys(n for o in (last, *beside) for n in _used(version.outcomes, o, facts))
        return Decided(
            rule, last, tuple(used), tuple(possible), _missing(rule, unknown, facts, glossary), beside=beside
        )
    missing = _missing(rule, unknown, facts, glossary)
    if len({o.verdict for o in possible}) == 1 and len(possible) > 1 and possible[0].verdict != "depends":
        return Decided(rule, possible[0], _used(version.outcomes, possible[-1], facts), tuple(possible), missing, False)
    return Decided(rule, None, (), tuple(possible), missing)


def _beside(rule: Rule, outcomes: tuple[Outcome, ...], first: Outcome, worlds: list[Any]) -> tuple[Outcome, ...]:
    """Of a rule whose outcomes add up: those that hold for a reason of their own and say the same as the first."""
    if not rule.adds:
        return ()
    return tuple(
        o
        for o in outcomes
        if o is not first
        and o.verdict == first.verdict
        and o.when != "true"
        and {holds(o.when, world) for world in worlds} == {True}
    )


def due_of(due: Due, facts: Facts) -> date | None:
    """The day that an outcome sets, when the case tells the day that it runs from."""
    if due.yearly:
        month, day = (int(part) for part in due.yearly.split("-"))
        this = date(facts.day.year, month, day)
        return this if this >= facts.day else this + relativedelta(years=1)
    found = facts.dates.get(due.after.value) if due.after else None
    if found is None or found[0] != found[1]:
        return None
    return found[0] + relativedelta(months=due.months, days=due.days - due.eve)


def tells(facts: Facts, wanted: Input, rule: Rule, glossary: Glossary) -> bool:
    """Whether a case tells an input of a rule: a figure or a day, or whether it is of a value that the rule names."""
    if wanted.field not in FACETS:
        return wanted.field in facts.figures or wanted.field in facts.dates
    said = facts.facets.get(wanted.field, ())
    named = {v for o in rule.outcomes for f, v in facets_of(o.when) if f == wanted.field and wanted.value in (None, v)}
    return any(glossary.known(wanted.field, said, v) is not None for v in named)


def whether(expression: str, facts: Facts, glossary: Glossary) -> bool | None:
    """Whether a condition holds of a case; None when it is not known, or not all over a range."""
    found = {holds(expression, context_of(world)) for world in _worlds([expression], facts, glossary)}
    return found.pop() if len(found) == 1 else None


def _worlds(expressions: list[str], facts: Facts, glossary: Glossary) -> Iterator[dict[str, Value]]:
    """The facts as expressions see them, once for each combination of the ends of their ranges."""
    named = {n for e in expressions for n in names_of(e)}
    told = {*facts.figures, *facts.dates, *(f for f, said in facts.facets.items() if said)}
    fixed: dict[str, Value] = {DAY: facts.day.isoformat(), KNOWN: dict.fromkeys(sorted(told), True)}
    for facet in FACETS:
        asked = {v for e in expressions for f, v in facets_of(e) if f == facet}
        known = {v: k for v in asked if (k := facts.has(facet, v, glossary)) is not None}
        fixed[facet] = known
    ranged: list[tuple[str, tuple[Value, ...]]] = []
    for name, (low, high) in facts.figures.items():
        if name in named:
            ranged.append((name, (low,) if low == high else (low, high)))
    for name, (first, last) in facts.dates.items():
        if name in named:
            ranged.append((name, tuple(dict.fromkeys((first.isoformat(), last.isoformat())))))
    if prod(len(values) for _, values in ranged) > _CORNERS:
        return
    for corner in product(*(values for _, values in ranged)):
        yield {**fixed, **{name: value for (name, _), value in zip(ranged, corner, strict=True)}}


def _used(outcomes: tuple[Outcome, ...], upto: Outcome, facts: Facts) -> tuple[str, ...]:
    """The facts that the outcome rests on: those named by its condition, else by those that it comes after."""
    own = [n for n in names_of(upto.when) if n in NAMES and n != DAY and facts.knows(n)]
    if own or upto.when != "true":
        return tuple(own)
    before = outcomes[: outcomes.index(upto)]
    return tuple(
        dict.fromkeys(n for o in before for n in names_of(o.when) if n in NAMES and n != DAY and facts.knows(n))
    )


def _missing(rule: Rule, unknown: list[str], facts: Facts, glossary: Glossary) -> Input | None:
    """The first input of a rule that an unknown condition names and the case does not tell, else that it tells only
    within a range."""
    names = {n for e in unknown for n in names_of(e) if n in NAMES}
    pairs = {p for e in unknown for p in facets_of(e)}
    known = facts.figures
    loose = {n for n, (low, high) in (*known.items(), *facts.dates.items()) if low != high}
    for wanted in rule.inputs:
        if wanted.field in FACETS:
            values = [v for f, v in pairs if f == wanted.field and wanted.value in (None, v)]
            if any(facts.has(wanted.field, v, glossary) is None for v in values):
                return wanted
        elif wanted.field in names and wanted.field not in known and wanted.field not in facts.dates:
            return wanted
    return next((i for i in rule.inputs if i.field in names & loose), None)
