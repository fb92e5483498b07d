"""« Oui » or « Non »: only from a card reviewed for the question, turned round for who asks the contrary."""

from __future__ import annotations

import pytest

from assistant.planning.decision import DecisionConfig, asks_contrary, chance_of, strength_of, verdict_of, wants_verdict
from assistant.planning.options import Option
from assistant.reading.case import Quantity
from assistant.reading.message import Part
from ingest.corpus.cards import Card, Kind
from ingest.corpus.fiches import CaseField
from tests.assistant.planning.conftest import above
from tests.samples import statement_model

ASK = "Un court métrage doit-il remettre un bilan carbone ?"


def card(**changes: object) -> Card:
    return Card.model_validate({"id": "c", "subject": "bilans", "topics": ["t"], "kinds": ["yes_no"], "verdict": "yes",
                                "asks": [ASK, "short film carbon report?"], "head": ["essai"], **changes})  # fmt: skip


def part(text: str = ASK, yes_no: float = 1.0) -> Part:
    return Part(text, {Kind.YES_NO: yes_no})


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Mon court métrage doit-il remettre un bilan carbone ?", "yes"),
        ("Mon court métrage est-il dispensé de remettre un bilan carbone ?", "no"),
        ("Un court métrage peut-il remettre un bilan carbone ?", None),
        ("Un court métrage risque-t-il une amende sans bilan carbone ?", None),
    ],
)
def test_a_card_says_yes_to_what_it_is_asked_and_no_to_the_contrary(text: str, verdict: str | None) -> None:
    assert verdict_of(card(), part(text), {}, [statement_model()]) == verdict
    assert asks_contrary(card(), text) is ({"yes": False, "no": True}.get(verdict or ""))


def test_a_case_out_of_reach_or_that_lacks_the_figure_gets_none() -> None:
    head = [statement_model(polarity="oblige", bounds=[above("headcount", 250, "salariés")])]
    small = {CaseField.HEADCOUNT: Quantity(CaseField.HEADCOUNT, 12, 12, "12 salariés")}
    assert verdict_of(card(), part(), {}, head) is None
    assert verdict_of(card(), part(), small, head) is None
    assert verdict_of(None, part(), {}, head) is None
    assert verdict_of(card(verdict=None), part(), {}, head) is None


def test_the_chance_is_of_what_it_opens_with_or_of_what_the_rule_decides() -> None:
    ruled = card(verdict=None, rule="r")
    options = [Option(2.0, {}, (1,), ruled), Option(2.0, {}, (1,)), Option(2.0, {}, (2,), ruled), Option(2.0, {}, (3,))]
    assert chance_of(options) == pytest.approx(0.5)
    assert chance_of(options, {"r": "m"}.get) == pytest.approx(0.75)
    assert chance_of([]) == 0.0


def test_a_verdict_is_no_firmer_than_its_reading_is_sure() -> None:
    config = DecisionConfig()
    assert strength_of("firm", config.sure, config) == "firm"
    assert strength_of("firm", config.sure - 0.01, config) == strength_of("likely", 1.0, config) == "likely"
    assert wants_verdict(part(), config)
    assert not wants_verdict(part(yes_no=0.0), config)
