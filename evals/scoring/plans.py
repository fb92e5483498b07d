"""The planner against plans made by hand: the head, the set that is shown, what is missed.

Guarantee: measured on the plan, before any wording; a head counts for a part when it is the first statement that the
reader would show for it, or one that would open as well. Intervals are drawn over messages, never over parts of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.dialogue.turns import Asked
from assistant.engine import Engine
from assistant.planning.in_time import at_its_date
from assistant.planning.plan import Plan
from evals.plan_set import HandPlan
from evals.scoring.statistics import Difference, Estimate, bootstrap, paired


@dataclass(frozen=True)
class PlanScore:
    """One message: shares in 0–1; None where the measure does not apply."""

    id: str
    kind: str
    head: float | None
    """Of the parts that the reader answers, those whose first statement heads a part of ours."""
    shown: float | None
    """Of the same, those whose first statement is shown at all."""
    f1: float | None
    """Of the statements shown against the reader's."""
    missing: float | None
    """Of the same parts, those of which nothing is shown, nor anything else instead."""
    wrongly: float | None
    """Of messages that the corpus does not answer: answered all the same."""
    verdict: float | None
    """Of the parts with a verdict, those that get the same."""


MEASURES = ("head", "shown", "f1", "missing", "wrongly", "verdict")


def plan_of(engine: Engine, message: str) -> Plan:
    """The plan of a message asked alone."""
    return at_its_date(engine.local, engine.read(Asked(message), None))[0]


def score_plans(
    engine: Engine, plans: Sequence[HandPlan], each: Callable[[int], None] | None = None
) -> list[PlanScore]:
    """Every message planned and scored."""
    out = []
    for n, hand in enumerate(plans):
        out.append(score_plan(hand, plan_of(engine, hand.message), engine.snapshot.columns.statements))
        if each:
            each(n + 1)
    return out


def score_plan(hand: HandPlan, plan: Plan, ids: Sequence[str | None]) -> PlanScore:
    """One plan against the reader's; `ids`: the statement at each position."""
    heads = [ids[s.position] for p in plan.parts for s in p.placed("head")]
    shown = {i for s in plan.shown() if s.place != "next" and (i := ids[s.position])}
    wanted = [p for p in hand.parts if p.sentences]
    asked = [(p, n) for n, p in enumerate(hand.parts) if p.verdict]
    lost = [
        not shown & {*p.sentences, *p.needs} and _said_missing(plan, hand, n)
        for n, p in enumerate(hand.parts)
        if p.sentences
    ]
    theirs = hand.shown
    both = len(shown & theirs)
    return PlanScore(
        hand.id,
        hand.kind,
        _share(not p.opening.isdisjoint(heads) for p in wanted),
        _share(not p.opening.isdisjoint(shown) for p in wanted),
        2 * both / (len(shown) + len(theirs)) if theirs else None,
        _share(lost),
        None if hand.answered else float(plan.answered),
        _share(_verdict(plan, hand, n) == p.verdict for p, n in asked),
    )  # fmt: skip


def _said_missing(plan: Plan, hand: HandPlan, n: int) -> bool:
    """Whether a part is said to be missing: the one at its place, or every one when they are cut otherwise."""
    if not plan.answered:
        return True
    return len(plan.parts) == len(hand.parts) and plan.parts[n].state == "missing"


def _verdict(plan: Plan, hand: HandPlan, n: int) -> str | None:
    if len(plan.parts) == len(hand.parts):
        return plan.parts[n].verdict
    said = {p.verdict for p in plan.parts if p.verdict}
    return said.pop() if len(said) == 1 else None


def summary(scores: Sequence[PlanScore]) -> dict[str, Any]:
    """The mean of each measure with its interval, and head and f1 by kind; JSON-ready."""
    out: dict[str, Any] = {"messages": len(scores)} | {n: _mean(scores, n).as_dict() for n in MEASURES}
    kinds: dict[str, dict[str, float | int | None]] = {}
    for kind in sorted({s.kind for s in scores}):
        rows = [s for s in scores if s.kind == kind]
        kinds[kind] = {"messages": len(rows)} | {n: _mean(rows, n).value for n in ("head", "f1")}
    return out | {"kinds": kinds}


def changes(base: Sequence[PlanScore], candidate: Sequence[PlanScore]) -> dict[str, Difference]:
    """The paired difference of each measure over the messages that both were judged on."""
    theirs = {s.id: s for s in candidate}
    out = {}
    for name in MEASURES:
        rows = [
            (b, c, s.id)
            for s in base
            if (b := getattr(s, name)) is not None and (c := getattr(theirs[s.id], name)) is not None
        ]
        found = paired([b for b, _, _ in rows], [c for _, c, _ in rows], [i for _, _, i in rows])
        if found is not None:
            out[name] = found
    return out


def _mean(scores: Sequence[PlanScore], name: str) -> Estimate:
    told = [(v, s.id) for s in scores if (v := getattr(s, name)) is not None]
    return bootstrap([v for v, _ in told], [i for _, i in told])


def _share(rows: Iterable[bool]) -> float | None:
    told = [float(r) for r in rows]
    return sum(told) / len(told) if told else None
