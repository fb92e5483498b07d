"""Verdicts from figures: each bound at, just under and just over; two of three; ranges; laws that speak and are silent."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.planning.decide import DUTIES, RIGHTS, decide, outside, rule, undecided
from assistant.reading.case import Case, Quantity
from ingest.corpus.fiches import CaseField, Polarity, Statement
from tests.samples import statement_model

HEAD, CA, TOTAL = CaseField.HEADCOUNT, CaseField.TURNOVER, CaseField.BALANCE_SHEET


def case(**said: float | tuple[float, float]) -> Case:
    out = {}
    for name, value in said.items():
        low, high = value if isinstance(value, tuple) else (value, value)
        out[CaseField(name)] = Quantity(CaseField(name), low, high, f"{value}")
    return out


def bound(field: CaseField, op: str, value: float, unit: str = "salariés") -> dict[str, Any]:
    return {"field": field.value, "op": op, "value": value, "unit": unit}


def rule_of(*bounds: dict[str, Any], polarity: str = "oblige", **changes: Any) -> Statement:
    return statement_model(bounds=list(bounds), polarity=polarity, **changes)


class TestBounds:
    @pytest.mark.parametrize(
        ("op", "value", "met"),
        [
            ("above", 499, False), ("above", 500, False), ("above", 501, True),
            ("from", 499, False), ("from", 500, True), ("from", 501, True),
            ("below", 499, True), ("below", 500, False), ("below", 501, False),
            ("up_to", 499, True), ("up_to", 500, True), ("up_to", 501, False),
        ],
    )  # fmt: skip
    def test_at_just_under_and_just_over(self, op: str, value: float, met: bool) -> None:
        found = decide(rule_of(bound(HEAD, op, 500)), case(headcount=value))
        assert found is not None
        assert found.verdict == ("yes" if met else "no")
        (reason,) = found.reasons
        assert (reason.met, reason.quantity.low, reason.bound.value) == (met, value, 500)

    def test_a_unit_is_brought_to_its_base(self) -> None:
        s = rule_of(bound(CaseField.CONSUMPTION, "from", 2.75, "GWh"))
        assert decide(s, case(consumption=2_750_000.0)).verdict == "yes"  # type: ignore[union-attr]
        assert decide(s, case(consumption=2_749_999.0)).verdict == "no"  # type: ignore[union-attr]

    @pytest.mark.parametrize(("low", "high", "verdict"), [(10, 49, "no"), (501, 900, "yes"), (400, 600, None)])
    def test_a_range_decides_when_it_lies_on_one_side(self, low: float, high: float, verdict: str | None) -> None:
        found = decide(rule_of(bound(HEAD, "above", 500)), case(headcount=(low, high)))
        assert (found.verdict if found else None) == verdict

    def test_nothing_is_decided_without_a_bound_or_without_the_figure(self) -> None:
        assert decide(statement_model(), case(headcount=12)) is None
        assert decide(rule_of(bound(HEAD, "above", 500)), case(turnover=1e6)) is None
        assert decide(rule_of(bound(HEAD, "above", 500), polarity="fait"), case(headcount=600)) is None


class TestSeveralBounds:
    BOTH = (bound(HEAD, "above", 1000), bound(CA, "above", 450e6, "EUR"))
    THREE = (bound(HEAD, "above", 250), bound(CA, "above", 50e6, "EUR"), bound(TOTAL, "above", 25e6, "EUR"))

    def test_all_are_wanted(self) -> None:
        s = rule_of(*self.BOTH)
        assert decide(s, case(headcount=1200, turnover=500e6)).verdict == "yes"  # type: ignore[union-attr]
        assert decide(s, case(headcount=1200, turnover=400e6)).verdict == "no"  # type: ignore[union-attr]

    def test_one_that_is_missed_settles_it_and_one_that_is_met_does_not(self) -> None:
        s = rule_of(*self.BOTH)
        missed = decide(s, case(headcount=12))
        assert missed is not None
        assert missed.verdict == "no"
        assert [r.bound.value for r in missed.reasons] == [1000]
        assert decide(s, case(headcount=1200)) is None

    @pytest.mark.parametrize(
        ("said", "verdict"),
        [
            ({"headcount": 300, "turnover": 60e6}, "yes"),
            ({"headcount": 300, "balance_sheet": 30e6}, "yes"),
            ({"headcount": 12, "turnover": 1e6}, "no"),
            ({"headcount": 300, "turnover": 1e6}, None),
            ({"headcount": 300}, None),
            ({"headcount": 12}, None),
            ({"headcount": 300, "turnover": 1e6, "balance_sheet": 1e6}, "no"),
            ({"headcount": 300, "turnover": 1e6, "balance_sheet": 26e6}, "yes"),
        ],
    )
    def test_two_of_three(self, said: dict[str, float], verdict: str | None) -> None:
        found = decide(rule_of(*self.THREE, bounds_met=2), case(**said))
        assert (found.verdict if found else None) == verdict


class TestPolarity:
    @pytest.mark.parametrize(
        ("polarity", "value", "verdict"),
        [
            ("oblige", 600, "yes"), ("oblige", 400, "no"),
            ("n_oblige_pas", 600, "no"), ("n_oblige_pas", 400, None),
            ("permet", 600, "yes"), ("permet", 400, None),
            ("interdit", 600, "no"), ("interdit", 400, None),
        ],
    )  # fmt: skip
    def test_a_duty_alone_says_no_to_who_is_under_it(self, polarity: str, value: float, verdict: str | None) -> None:
        found = decide(rule_of(bound(HEAD, "above", 500), polarity=polarity), case(headcount=value))
        assert (found.verdict if found else None) == verdict

    def test_outside(self) -> None:
        exempt = rule_of(bound(HEAD, "below", 250), polarity="n_oblige_pas")
        assert outside(exempt, case(headcount=300))
        assert not outside(exempt, case(headcount=100))
        assert not outside(exempt, case(headcount=(200, 300)))
        assert not outside(exempt, {})
        assert not outside(statement_model(), case(headcount=300))


class TestRule:
    UE = rule_of(bound(HEAD, "above", 1000), id="ue", regime="ue")
    FR = rule_of(bound(HEAD, "above", 250), id="fr", regime="fr")
    FR_TURNOVER = rule_of(bound(CA, "above", 50e6, "EUR"), id="fr-ca", regime="fr")

    def test_laws_that_agree_are_firm(self) -> None:
        found = rule([self.UE, self.FR], case(headcount=12), DUTIES)
        assert found is not None
        assert (found.verdict, found.strength, found.open_field) == ("no", "firm", None)
        assert [d.statement.id for d in found.decisions] == ["ue", "fr"]

    def test_laws_that_disagree_make_it_depend(self) -> None:
        found = rule([self.UE, self.FR], case(headcount=600), DUTIES)
        assert found is not None
        assert (found.verdict, found.strength) == ("depends", "likely")

    def test_a_law_left_open_makes_it_no_more_than_likely_and_is_asked_for(self) -> None:
        found = rule([self.UE, self.FR_TURNOVER], case(headcount=12), DUTIES)
        assert found is not None
        assert (found.verdict, found.strength, found.open_field) == ("no", "likely", CA)

    def test_a_law_that_speaks_twice_is_not_open(self) -> None:
        found = rule([self.UE, self.FR_TURNOVER, self.FR], case(headcount=12), DUTIES)
        assert found is not None
        assert (found.strength, found.open_field) == ("firm", None)

    def test_what_is_less_than_sure_is_likely(self) -> None:
        doubted = rule_of(bound(HEAD, "above", 1000), regime="ue", confidence="moyenne")
        found = rule([doubted], case(headcount=12), DUTIES)
        assert found is not None
        assert found.strength == "likely"

    @pytest.mark.parametrize(("employees", "verdict", "strength"), [(1200, "yes", "likely"), (12, "no", "firm")])
    def test_what_rests_on_another_condition_is_likely_when_met(
        self, employees: float, verdict: str, strength: str
    ) -> None:
        """One condition met of two is « a priori »; one missed of two settles it."""
        needing = rule_of(bound(HEAD, "above", 1000), regime="ue", needs=["autre-condition"])
        found = rule([needing], case(headcount=employees), DUTIES)
        assert found is not None
        assert (found.verdict, found.strength) == (verdict, strength)

    def test_a_group_is_not_missed_by_the_figures_of_its_company(self) -> None:
        group = rule_of(bound(HEAD, "above", 1000), regime="ue", acteur=["societe-mere"])
        assert rule([group], case(headcount=6), DUTIES) is None
        found = rule([group], case(headcount=1200), DUTIES)
        assert found is not None
        assert found.verdict == "yes"

    def test_the_first_decision_of_a_law_is_kept(self) -> None:
        lower = rule_of(bound(HEAD, "above", 10), id="plus-bas", regime="ue")
        found = rule([self.UE, lower], case(headcount=12), DUTIES)
        assert found is not None
        assert [d.statement.id for d in found.decisions] == ["ue"]

    def test_a_right_is_not_asked_of_a_duty(self) -> None:
        right = rule_of(bound(HEAD, "below", 50), polarity="permet")
        assert rule([right], case(headcount=12), DUTIES) is None
        found = rule([self.UE, right], case(headcount=12), RIGHTS)
        assert found is not None
        assert (found.verdict, [d.statement.polarity for d in found.decisions]) == ("yes", [Polarity.PERMET])

    def test_nothing_settles_it(self) -> None:
        assert rule([], case(headcount=12), DUTIES) is None
        assert rule([self.UE], {}, DUTIES) is None
        assert rule([statement_model()], case(headcount=12), DUTIES) is None

    def test_what_leaves_it_open(self) -> None:
        both = rule_of(*TestSeveralBounds.BOTH)
        assert undecided([both], {}) is HEAD
        assert undecided([both], case(headcount=1200)) is CA
        assert undecided([both], case(headcount=1200, turnover=1e6)) is None
        assert undecided([statement_model()], {}) is None
