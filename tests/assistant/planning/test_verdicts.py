"""« Oui » or « Non »: only from what bears it, only on what asks for just that."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.planning.options import Option
from assistant.planning.verdicts import borne, same_direction
from ingest.corpus.cards import Card
from tests.samples import statement_model

ASKED = {"dois-je": "Dois-je remettre un bilan carbone ?", "puis-je": "Puis-je remettre un bilan carbone ?"}


def option(alias: float = 1.0, **card: Any) -> Option:
    made = Card.model_validate({"id": "c", "subject": "bilans", "topics": ["t"], "kinds": ["yes_no"], "asks": ["Dois-je ?"],
                                "head": ["essai"], **card})  # fmt: skip
    return Option(1.0, {"alias": alias}, (0,), made)


class TestBorne:
    @pytest.mark.parametrize(
        ("polarity", "kind", "verdict"),
        [
            ("oblige", "dois-je", "yes"),
            ("permet", "puis-je", "yes"),
            ("n_oblige_pas", "dois-je", "no"),
            ("interdit", "puis-je", "no"),
            ("oblige", "puis-je", None),
            ("interdit", "dois-je", None),
            ("fait", "dois-je", None),
        ],
    )
    def test_it_comes_from_the_polarity(self, polarity: str, kind: str, verdict: str | None) -> None:
        assert borne(statement_model(polarity=polarity), ASKED[kind], option(), True) == verdict

    @pytest.mark.parametrize(
        ("part", "how"),
        [
            ("Quand remettre un bilan carbone ?", {}),
            ("Dois-je remettre un bilan carbone sans devis ?", {}),
            ("Dois-je remettre 7 bilans carbone ?", {}),
            ("Suis-je dispensé, ou dois-je remettre un bilan ?", {}),
            (ASKED["dois-je"], {"alias": 0.4}),
            (ASKED["dois-je"], {"kinds": ["how"]}),
        ],
    )
    def test_only_for_a_plain_question_that_it_is_known_to_answer(self, part: str, how: dict[str, Any]) -> None:
        assert borne(statement_model(polarity="oblige"), part, option(**how), True) is None

    def test_only_when_the_question_entails_the_statement(self) -> None:
        assert borne(statement_model(polarity="oblige"), ASKED["dois-je"], option(), False) is None

    @pytest.mark.parametrize(("known", "verdict"), [(0.9, "yes"), (0.3, None)])
    def test_a_statement_by_itself_bears_one_when_it_is_known_to_answer(
        self, known: float, verdict: str | None
    ) -> None:
        alone = Option(1.0, {"alias": 0.0, "known": known}, (0,))
        assert borne(statement_model(polarity="oblige"), ASKED["dois-je"], alone, True) == verdict

    @pytest.mark.parametrize("lead", ["Oui, un bilan est dû.", "Non : rien n'est dû."])
    def test_a_lead_that_says_it_is_not_told_twice(self, lead: str) -> None:
        assert borne(statement_model(polarity="oblige", lead=lead), ASKED["dois-je"], option(), True) is None


class TestSameDirection:
    CARD = option(asks=["Un court métrage doit-il remettre un bilan carbone ?", "short film carbon report?"]).card
    HEAD = "Le court métrage remet 2 bilans carbone au CNC depuis 2025."

    @pytest.mark.parametrize(
        ("part", "same"),
        [
            ("Mon court métrage doit-il remettre un bilan carbone ?", True),
            ("Mon court métrage est-il dispensé de remettre un bilan carbone ?", False),
            ("Est-il interdit à un court métrage de remettre un bilan carbone ?", False),
            ("Un court métrage peut-il remettre un bilan carbone ?", False),
            ("Un court métrage doit-il remettre un bilan carbone sans devis ?", False),
            ("Un court métrage de 500 k€ doit-il remettre un bilan carbone ?", False),
            ("En 2025, un court métrage doit-il remettre un bilan carbone ?", True),
        ],
    )
    def test_a_card_says_yes_to_what_it_is_asked_and_not_to_the_contrary(self, part: str, same: bool) -> None:
        assert self.CARD is not None
        assert same_direction(part, self.CARD.asks, self.HEAD) is same
