"""« Oui » or « Non »: only from what bears it, only on what asks for just that."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.planning.options import Option
from assistant.planning.verdict_head import shares_of, verdict_of
from assistant.planning.verdicts import same_direction
from ingest.corpus.cards import Card
from ingest.model.embedding import HashingEncoder
from tests.samples import statement_model

DUTY = "Dois-je remettre un bilan carbone ?"
VECTOR = HashingEncoder().encode_query(DUTY)
ASKED = {"dois-je": "Dois-je remettre un bilan carbone ?", "puis-je": "Puis-je remettre un bilan carbone ?"}


def option(alias: float = 1.0, **card: Any) -> Option:
    made = Card.model_validate({"id": "c", "subject": "bilans", "topics": ["t"], "kinds": ["yes_no"], "asks": ["Dois-je ?"],
                                "head": ["essai"], **card})  # fmt: skip
    return Option(1.0, {"alias": alias}, (0,), made)


class TestOfAStatement:
    @pytest.mark.parametrize(
        ("polarity", "text", "part", "verdict"),
        [
            (
                "oblige",
                "Un film aidé par le CNC remet deux bilans carbone.",
                "Dois-je remettre un bilan carbone ?",
                "yes",
            ),
            ("interdit", "La publicité pour l'essence est interdite.", "On peut faire une pub pour l'essence ?", "no"),
            (
                "interdit",
                "La publicité pour l'essence est interdite.",
                "La pub pour l'essence est-elle interdite ?",
                "yes",
            ),
            ("n_oblige_pas", "Le label n'est pas obligatoire.", "Le label est-il obligatoire ?", "no"),
        ],
    )
    def test_it_answers_what_is_asked(self, polarity: str, text: str, part: str, verdict: str) -> None:
        shares = shares_of(part, statement_model(polarity=polarity, text=text, lead=None))
        assert max(shares, key=lambda k: shares[k]) == verdict

    @pytest.mark.parametrize("part", ["Quand remettre un bilan carbone ?", "Combien coûte un bilan carbone ?", "bilan"])
    def test_nothing_is_told_to_who_asks_another_thing(self, part: str) -> None:
        assert verdict_of(part, VECTOR, statement_model(polarity="oblige")) is None

    @pytest.mark.parametrize("lead", ["Oui, un bilan est dû.", "Non : rien n'est dû."])
    def test_a_lead_that_says_it_is_not_told_twice(self, lead: str) -> None:
        assert verdict_of(DUTY, VECTOR, statement_model(polarity="oblige", lead=lead)) is None

    def test_it_is_none_unless_sure(self) -> None:
        s = statement_model(polarity="oblige")
        assert verdict_of(DUTY, VECTOR, s, sure=1.01) is None


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
