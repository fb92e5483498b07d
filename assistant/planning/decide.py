"""Verdicts that the figures of a case settle: each typed bound of a statement against the case.

Guarantee: a verdict comes from the `bounds` of a statement in force and a quantity that the asker gave, never from
prose or similarity. It is flat only when every law that speaks agrees and no statement behind it is less than `haute`
or needs another beside it (a second condition, an exception); else it is « a priori »; laws that disagree make it
depend.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.planning.plan import Reason, Verdict
from assistant.reading.case import Case, Quantity
from ingest.corpus.fiches import Bound, CaseField, Polarity, Statement

_BASE = {"GWh": 1e6, "MWh": 1e3, "M€": 1e6, "k€": 1e3, "millions": 1e6, "t": 1e3, "km": 1e3}


@dataclass(frozen=True, slots=True)
class Decision:
    """What one statement says of a case."""

    statement: Statement
    verdict: Literal["yes", "no"]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What several statements say of a case together; `open_field`: what another law would need to know."""

    verdict: Verdict
    strength: Literal["firm", "likely"]
    decisions: tuple[Decision, ...]
    open_field: CaseField | None = None


_GROUP = {"societe-mere"}
"""Whom a bound on consolidated figures binds: a company's own figures can reach it, for its group is as large at least;
they cannot miss it."""
DUTIES = frozenset({Polarity.OBLIGE, Polarity.N_OBLIGE_PAS})
RIGHTS = frozenset({Polarity.PERMET, Polarity.INTERDIT})


def decide(statement: Statement, case: Case) -> Decision | None:
    """The verdict of one statement on a case; None when its bounds do not settle it."""
    if not statement.bounds or statement.polarity is Polarity.FAIT:
        return None
    tested = [(b, q, _met(b, q)) for b in statement.bounds if (q := case.get(b.field)) is not None]
    known = [(b, q, m) for b, q, m in tested if m is not None]
    wanted = statement.bounds_met or len(statement.bounds)
    met = [t for t in known if t[2]]
    unmet = [t for t in known if not t[2]]
    reached = len(met) >= wanted
    missed = len(statement.bounds) - len(unmet) < wanted
    if reached:
        if statement.polarity in (Polarity.N_OBLIGE_PAS, Polarity.INTERDIT):
            return Decision(statement, "no", _reasons(met))
        return Decision(statement, "yes", _reasons(met))
    if missed and statement.polarity in (Polarity.OBLIGE,) and set(statement.acteur) != _GROUP:
        return Decision(statement, "no", _reasons(unmet))
    return None


def outside(statement: Statement, case: Case) -> bool:
    """True when the case lies outside what a statement reaches: it is not an answer to it."""
    if not statement.bounds:
        return False
    tested = [_met(b, q) for b in statement.bounds if (q := case.get(b.field)) is not None]
    wanted = statement.bounds_met or len(statement.bounds)
    return len(statement.bounds) - sum(m is False for m in tested) < wanted


def rule(statements: Sequence[Statement], case: Case, asked: frozenset[Polarity]) -> Ruling | None:
    """The verdict of statements on what is `asked` (duties, or rights), first ones first; None when none settles it.

    One decision a law is kept: the first statement of that law that decides. A law that speaks of it and that the case
    leaves open makes the verdict no more than likely.
    """
    found: dict[str, Decision] = {}
    open_laws: dict[str, CaseField] = {}
    for s in statements:
        if s.polarity not in asked or not s.bounds:
            continue
        law = s.regime.value
        decision = decide(s, case)
        if decision is not None:
            found.setdefault(law, decision)
        elif (field := undecided([s], case)) is not None:
            open_laws.setdefault(law, field)
    if not found:
        return None
    decisions = tuple(found.values())
    verdicts = {d.verdict for d in decisions}
    left = next((field for law, field in open_laws.items() if law not in found), None)
    if len(verdicts) > 1:
        return Ruling("depends", "likely", decisions, left)
    sure = left is None and all(d.statement.confidence == "haute" and not _rests_on_more(d) for d in decisions)
    return Ruling(decisions[0].verdict, "firm" if sure else "likely", decisions, left)


def _rests_on_more(decision: Decision) -> bool:
    """Whether the figures meet a statement that needs another, on which the case said nothing."""
    return bool(decision.statement.needs) and all(r.met for r in decision.reasons)


def undecided(statements: Iterable[Statement], case: Case) -> CaseField | None:
    """The field of the case whose absence leaves the first bounded statement open; None when nothing is open."""
    for s in statements:
        if s.bounds and s.polarity is not Polarity.FAIT:
            return next((b.field for b in s.bounds if case.get(b.field) is None), None)
    return None


def reasons_of(statement: Statement, case: Case) -> list[Reason]:
    """Each bound of a statement that the case meets or misses for sure."""
    return list(
        _reasons((b, q, m) for b in statement.bounds if (q := case.get(b.field)) and (m := _met(b, q)) is not None)
    )


def _met(bound: Bound, quantity: Quantity) -> bool | None:
    """Whether a quantity lies within a bound; None when a range straddles it."""
    scaled = bound.model_copy(update={"value": bound.value * _BASE.get(bound.unit, 1.0)})
    low, high = scaled.met(quantity.low), scaled.met(quantity.high)
    return low if low == high else None


def _reasons(tested: Iterable[tuple[Bound, Quantity, bool | None]]) -> tuple[Reason, ...]:
    return tuple(Reason(q, b, bool(m)) for b, q, m in tested)
