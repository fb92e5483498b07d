"""What changes of a project's sheet: since its member last looked, and in the law to come.

Guarantee: what changed by the law or by the days is told apart from what changed by the project's own facts: the facts
of then are read against the rules of now. What is to come is decided by the rules themselves, on the day that it comes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from dateutil.relativedelta import relativedelta

from assistant.project.facts import moment_of
from assistant.project.ground import Ground
from assistant.project.projects import Project, facts_of
from assistant.project.sheet import Sheet, sheet
from assistant.project.visits import Last
from ingest.corpus.deciding import Facts
from ingest.corpus.expressions import literals
from ingest.corpus.rules import DAY, Rule

AHEAD = relativedelta(years=2)
"""How far ahead the law to come is told."""
BEHIND = relativedelta(months=6)
"""How far back a change is recent."""
How = Literal["begins", "ends", "due", "settled", "reworded"]


@dataclass(frozen=True)
class Changed:
    """One rule that says something else: it begins or ends to bind, its day moves, it is settled otherwise, or what
    says it was rewritten. `why`: the law (or the days that passed), or the project's facts."""

    rule: Rule
    how: How
    why: Literal["law", "facts"]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class Coming:
    """On a day to come, one rule says something else of the project."""

    day: dt.date
    rule: Rule
    how: Literal["begins", "ends", "settled"]


def seen_of(found: Sheet) -> dict[str, Any]:
    """What a member sees of a sheet, as plain data."""
    rows = {
        r.rule.id: {
            "group": r.obligation.group,
            "verdict": r.obligation.decided.outcome.verdict if r.obligation.decided.outcome else "open",
            "due": r.due.isoformat() if r.due else None,
            "said": hashlib.sha256("\n".join(s.text for s in r.shown).encode()).hexdigest()[:16],
        }
        for r in found.rows
    }
    picked = {field: list(ids) for field, ids in found.project.picked.items()}
    return {"picked": picked, "given": found.project.given, "aside": list(found.project.aside), "rows": rows}


def since(last: Last, now: Sheet, ground: Ground) -> list[Changed]:
    """What changed since the last visit, the law first; nothing on a first one."""
    if last.at is None or not last.seen:
        return []
    then = now.project.model_copy(
        update={
            "picked": {f: tuple(ids) for f, ids in last.seen["picked"].items()},
            "given": last.seen["given"],
            "aside": tuple(last.seen["aside"]),
        }
    )
    middle = seen_of(sheet(then, ground, now.on))["rows"]
    rules = {r.id: r for r in ground.rules}
    return [*_between(last.seen["rows"], middle, rules, "law"), *_between(middle, seen_of(now)["rows"], rules, "facts")]


def coming(project: Project, ground: Ground, on: dt.date) -> list[Coming]:
    """What the law already says that it will change for a project, soonest first."""
    return _moves(project, ground, on, on, on + AHEAD)


def lately(project: Project, ground: Ground, on: dt.date) -> list[Coming]:
    """What the law changed for a project in the last months."""
    return _moves(project, ground, on, on - BEHIND, on)


def _moves(project: Project, ground: Ground, on: dt.date, first: dt.date, last: dt.date) -> list[Coming]:
    """What the rules that concern a project today change after a day and up to another."""
    out: list[Coming] = []
    facts = facts_of(project, ground.form, ground.glossary, on)
    edges = {o.rule.id: frozenset(_edges(o.rule)) for o in ground.obligations(facts)}
    days = sorted({day for found in edges.values() for day in found if first < day <= last})
    if not days:
        return []
    moving = {i for i, found in edges.items() if found & set(days)}
    presumed = {p for rule in ground.rules if rule.id in moving for p in rule.presumes}
    ground = replace(ground, rules=tuple(r for r in ground.rules if r.id in moving | presumed))
    before = _groups(project, ground, first)
    for day in days:
        after = _groups(project, ground, day)
        for rule in ground.rules:
            was, will = before.get(rule.id), after.get(rule.id)
            if {was, will} <= _QUIET:
                continue
            if was != will and day in edges.get(rule.id, ()) and not _past(rule, facts, day):
                how: Literal["begins", "ends", "settled"] = (
                    "begins" if will == "applies" else "ends" if was == "applies" else "settled"
                )
                out.append(Coming(day, rule, how))
        before = after
    return out


_QUIET = {None, "does_not_apply", "missing"}
"""What asks nothing of a project: going from one to another is no news."""


def _past(rule: Rule, facts: Facts, day: dt.date) -> bool:
    """Whether the moment of a work that a rule is about is over by a day: what changes then changes nothing for it."""
    moment = moment_of(rule.stage, facts) if rule.stage else None
    return moment is not None and day > moment


def _groups(project: Project, ground: Ground, day: dt.date) -> dict[str, str]:
    return {r.rule.id: r.obligation.group for r in sheet(project, ground, day).rows}


def _between(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], rules: Mapping[str, Rule],
    why: Literal["law", "facts"],
) -> Iterator[Changed]:  # fmt: skip
    for rule_id in dict.fromkeys((*before, *after)):
        if rule_id not in rules:
            continue
        old, new = before.get(rule_id, {}), after.get(rule_id, {})
        if old == new:
            continue
        was, will = old.get("group") == "applies", new.get("group") == "applies"
        how: How
        if was != will:
            how = "begins" if will else "ends"
        elif not will:
            continue  # what binds neither before nor after is no news
        elif old.get("due") != new.get("due"):
            how = "due"
        elif old.get("verdict") != new.get("verdict"):
            how = "settled"
        else:
            how = "reworded"
        yield Changed(rules[rule_id], how, why, old, new)


def _edges(rule: Rule) -> Iterator[dt.date]:
    """The days from which a rule may say something else."""
    for version in rule.versions:
        if version.in_force.from_:
            yield version.in_force.from_
        if version.in_force.until:
            yield version.in_force.until + dt.timedelta(days=1)
        for outcome in version.outcomes:
            if DAY in outcome.when:
                for _, _, text in literals(outcome.when):
                    if "-" in text:
                        yield dt.date.fromisoformat(text)
                        yield dt.date.fromisoformat(text) + dt.timedelta(days=1)
