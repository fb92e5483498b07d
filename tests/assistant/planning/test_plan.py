"""A plan tells what breaks it: evidence twice, a part without its head, a silent part that shows, a bare verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant.planning.plan import Place, Plan, PlannedPart, Reason, Shown, State
from assistant.reading.case import Quantity
from ingest.corpus.fiches import Bound, CaseField
from tests.assistant.support import statement_passage


def shown(position: int, place: Place = "head") -> Shown:
    return Shown(position, statement_passage(position, id=f"e{position}"), place)


def part(state: State = "answered", *held: Shown, **changes: Any) -> PlannedPart:
    return PlannedPart("combien de bilans", state=state, shown=held, **changes)


REASON = Reason(
    Quantity(CaseField.HEADCOUNT, 12, 12, "12 salariés"),
    Bound(field=CaseField.HEADCOUNT, op="above", value=500, unit="salariés"),
    met=False,
)


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (part("answered", shown(1)),),
        (part("answered", shown(1), shown(2, "then"), shown(3, "needs"), shown(4, "next")),),
        (part("denied", shown(1)), part("missing")),
        (part("answered", shown(1)), part("answered", told=True)),
        (part("not_in_force"),),
        (part("computed", shown(1), verdict="no", because=(REASON,)),),
        (part("answered", shown(1), verdict="depends"),),
    ],
)
def test_a_sound_plan_has_no_fault(parts: tuple[PlannedPart, ...]) -> None:
    assert Plan(parts).faults() == []


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ((part("answered", shown(1)), part("answered", shown(2), shown(1, "then"))), "montrée deux fois"),
        ((part("answered"),), "sans tête"),
        ((part("absent", shown(1, "then")),), "sans tête"),
        ((part("missing", shown(1)),), "sans réponse qui montre"),
        ((part("not_in_force", shown(1)),), "sans réponse qui montre"),
        ((part("missing", verdict="no"),), "verdict sans preuve"),
    ],
)
def test_a_broken_one_says_where(parts: tuple[PlannedPart, ...], fault: str) -> None:
    assert any(fault in told for told in Plan(parts).faults())


def test_what_is_shown_keeps_the_order_of_the_parts() -> None:
    plan = Plan((part("answered", shown(3), shown(1, "then")), part("missing"), part("answered", shown(2))))
    assert [s.position for s in plan.shown()] == [3, 1, 2]
    assert plan.parts[0].head == shown(3)
    assert plan.parts[0].placed("then", "needs") == (shown(1, "then"),)
    assert plan.parts[1].head is None


def test_a_plan_is_answered_when_a_part_is() -> None:
    assert not Plan((part("missing"), part("not_in_force"))).answered
    assert Plan((part("missing"), part("absent", shown(1)))).answered
    assert Plan((replace(part("answered"), told=True),)).answered
    assert not Plan(out_of_scope=True).answered
