"""Options: what the case contradicts is none; words, kind and time each weigh their own way."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pytest

from assistant.planning.options import MatchConfig
from assistant.service import Service
from tests.assistant.planning.conftest import OptionsOf

BILANS = "Quels bilans carbone remettre au CNC pour une aide à la production ?"
COURT = "Un court métrage doit-il remettre un bilan carbone ?"


def test_the_score_is_the_weighted_sum_of_its_features(carded: Service, options: OptionsOf) -> None:
    weights = asdict(MatchConfig())
    for option in options(BILANS).values():
        assert option.score == pytest.approx(sum(weights.get(f, 0.0) * v for f, v in option.features.items()))


def test_the_weights_have_their_signs() -> None:
    c = MatchConfig()
    assert min(c.meant, c.lexical, c.own, c.known, c.kind, c.of_its_time, c.context, c.exact) > 0


def test_cards_and_statements_are_read_by_the_same_features(options: OptionsOf) -> None:
    found = options(BILANS)
    assert {frozenset(o.features) for o in found.values()} == {frozenset(found["carte-bilans"].features)}
    assert found["carte-bilans"].features["is_card"] == 1
    assert found["double-bilan-moments"].features["is_card"] == 0


class TestSupposed:
    def test_a_card_that_supposes_another_case_is_no_option(self, options: OptionsOf) -> None:
        assert "carte-court" in options(COURT)
        assert "carte-court" not in options("Un jeu vidéo doit-il remettre un bilan carbone ?")

    def test_what_is_named_counts_for(self, options: OptionsOf) -> None:
        named = options(COURT)["carte-court"].features
        unsaid = options("Mon film doit-il remettre un bilan carbone ?")["carte-court"].features
        assert (named["supposed"], unsaid["supposed"]) == (1, 0)

    def test_a_wider_case_is_not_another(self, options: OptionsOf) -> None:
        assert "carte-court" in options("Un film de cinéma doit-il remettre un bilan carbone ?")

    def test_an_exemption_that_the_case_has_outgrown_is_no_option(self, carded: Service) -> None:
        from ingest.corpus.fiches import CaseField
        from tests.assistant.planning.conftest import above, message
        from tests.samples import statement_model

        small = above("headcount", 250, "salariés") | {"op": "below"}
        exempt = statement_model(polarity="n_oblige_pas", bounds=[small])
        asked = message(carded, "Ma société doit-elle publier un rapport ?", {"headcount": 300})
        chosen = carded.engine.local.options
        assert not chosen.fits(exempt, asked.question, asked.case)
        assert chosen.fits(exempt, asked.question, {})
        assert chosen.fits(statement_model(polarity="oblige", bounds=[small]), asked.question, asked.case)
        assert CaseField.HEADCOUNT in asked.case


class TestKind:
    def test_a_card_of_the_kind_asked_counts_more(self, options: OptionsOf) -> None:
        duty = options("Mon film doit-il remettre un bilan carbone ?")["carte-court"].features["kind"]
        when = options("Quand mon film remet-il un bilan carbone ?")["carte-court"].features["kind"]
        assert duty > 0.5 > when

    def test_a_statement_counts_by_what_it_answers(self, options: OptionsOf) -> None:
        found = options("Quand remettre le bilan prévisionnel et le bilan définitif ?")
        assert found["double-bilan-moments"].features["kind"] > found["court-dispense"].features["kind"]


class TestSlots:
    def test_what_was_in_force_then_alone(self, options: OptionsOf) -> None:
        then = options("Quels bilans carbone remettre au CNC en 2024 ?")
        assert then["carte-avant"].features["of_its_time"] == 1
        assert then["double-bilan-moments"].features["of_its_time"] == 0

    def test_what_is_out_of_force_is_no_option(self, options: OptionsOf) -> None:
        assert "carte-avant" not in options(BILANS)
        assert "double-bilan-2023" not in options(BILANS)
        before = options(BILANS, as_of=date(2024, 6, 1))
        assert "carte-bilans" not in before
        assert "carte-avant" in before


class TestNamed:
    def test_the_article_asked_for_is_the_article_itself(self, carded: Service) -> None:
        def named(text: str) -> set[float]:
            found = carded.engine.local.found(carded.engine.read_alone(text))
            return {o.features["exact"] for o in found.bare if o.hit and o.hit.exact}

        assert named("Que dit l'article 122-18 du RGA ?") <= {0.0, 1.0}
        assert named(BILANS) == set()

    def test_the_best_is_one_that_nothing_contradicts(self, options: OptionsOf) -> None:
        assert "court-dispense" not in options("Un jeu vidéo doit-il remettre un bilan carbone ?")
