"""A verdict stands when its statement bears it and nothing beside bears on the case more; else only facts are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assistant.planning.bearing import Bearing
from assistant.planning.options import Context
from assistant.planning.plan import Opening, PlannedPart, Reason, Shown, Verdict
from assistant.planning.standing import Standing
from assistant.reading.case import Quantity
from assistant.reading.message import Part
from assistant.service import Service
from ingest.corpus.fiches import Bound, CaseField, Statement
from tests.assistant.planning.conftest import message

ASKED = "Un film aidé doit-il remettre deux bilans carbone au CNC ?"
FREED = "Un film aidé est-il dispensé de remettre deux bilans carbone au CNC ?"
DUTY, BESIDE = "double-bilan-2025", "double-bilan-moments"


class Told(Bearing):
    """Tells one statement beside, as likely as it is said."""

    def __init__(self, planner_bearing: Bearing, other: str, share: float) -> None:
        super().__init__(planner_bearing.selector, planner_bearing.positions)
        self.other, self.share = other, share

    def over(self, head: Statement, context: Context, without: object = ()) -> tuple[Statement, float] | None:
        found = self.snapshot.open_passage(self.positions[self.other]).statement
        return None if found is None else (found, self.share)


def stood(
    service: Service,
    asked: str,
    verdict: Verdict,
    share: float,
    usable: bool = True,
    shown: set[int] | None = None,
    **changes: object,
) -> tuple[PlannedPart, PlannedPart]:
    """A part headed by the duty with this verdict, and what becomes of it."""
    planner = service.engine.local
    context = planner.found(message(service, asked)).context
    place = planner.options.positions[DUTY]
    head = Shown(place, service.snapshot.open_passage(place), "head")
    planned = PlannedPart(asked, state="computed", shown=(head,), verdict=verdict)
    planned = replace(planned, **changes)  # type: ignore[arg-type]
    standing = Standing(Told(planner.bearing, BESIDE, share), sure=0.9)
    return planned, standing.of(planned, Part.of(asked), context, shown or set(), lambda _: usable)


def heads(part: PlannedPart) -> list[str]:
    return [s.passage.statement.id for s in part.placed("head") if s.passage.statement]


def test_what_its_statement_bears_stands(carded: Service) -> None:
    before, after = stood(carded, ASKED, "yes", 0.0, rule="r")
    assert after == before


def test_the_contrary_of_what_its_statement_says_is_not_said(carded: Service) -> None:
    _, after = stood(carded, ASKED, "no", 0.0, rule="r")
    assert (after.verdict, after.state, heads(after)) == (None, "answered", [DUTY])


def test_a_card_says_its_own_verdict(carded: Service) -> None:
    before, after = stood(carded, ASKED, "no", 0.0)
    assert after == before


def test_the_day_that_is_due_is_told_without_the_verdict(carded: Service) -> None:
    due = Opening("no", due=date(2027, 1, 3))
    _, after = stood(carded, ASKED, "no", 0.0, rule="r", openings={DUTY: due})
    assert after.openings == {DUTY: replace(due, asked=False)}
    _, without = stood(carded, ASKED, "no", 0.0, rule="r", openings={DUTY: Opening("no")})
    assert (without.verdict, dict(without.openings)) == (None, {})


def test_a_rule_turns_its_own_round_for_what_is_spared(carded: Service) -> None:
    before, after = stood(carded, FREED, "yes", 0.0, rule="r")
    assert after == before


def test_figures_out_of_the_reach_of_a_duty_bear_the_contrary(carded: Service) -> None:
    bound = Bound(field=CaseField.HEADCOUNT, op="above", value=500, unit="salariés")
    why = Reason(Quantity(CaseField.HEADCOUNT, 12, 12, "12 salariés"), bound, met=False)
    before, after = stood(carded, ASKED, "no", 0.0, because=(why,))
    assert after == before
    assert stood(carded, ASKED, "yes", 0.0, because=(why,))[1].verdict is None


def test_what_bears_on_the_case_more_leads(carded: Service) -> None:
    _, after = stood(carded, ASKED, "yes", 0.9, openings={DUTY: Opening("yes")}, rule="r")
    assert heads(after) == [BESIDE, DUTY]
    assert (after.rule, dict(after.openings), after.strength) == (None, {}, "likely")


@pytest.mark.parametrize("how", ["not in force", "shown before"])
def test_what_may_not_be_shown_does_not_lead(carded: Service, how: str) -> None:
    place = carded.engine.local.options.positions[BESIDE]
    _, after = stood(carded, ASKED, "yes", 0.9, how != "not in force", {place} if how == "shown before" else None)
    assert heads(after) == [DUTY]


def test_no_verdict_is_left_as_it_is(carded: Service) -> None:
    for verdict in ("depends", None):
        before, after = stood(carded, FREED, verdict, 0.9)  # type: ignore[arg-type]
        assert after is before
