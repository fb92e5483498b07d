"""Terms: weights by rarity, slips mended, the trade's other words, figures that tell no subject."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.engine import Engine
from assistant.planning.terms import covered, overlap
from tests.assistant.support import understood
from tests.samples import statement_model


def share(engine: Engine, text: str, words: frozenset[str]) -> float:
    terms, _ = engine.terms.weighed(understood(engine.understanding, text))
    return covered(terms, words, understood(engine.understanding, text))


def test_a_word_that_nobody_knows_weighs_as_the_rarest(engine: Engine) -> None:
    """« xylophone » costs more coverage than the common « carbone » brings."""
    assert engine.terms.idf("xylophone") == engine.terms.rarest > engine.terms.idf("carbon")
    held = frozenset(engine.terms.of("carbone"))
    assert share(engine, "carbone xylophone", held) < 0.5 < share(engine, "carbone", held)


def test_figures_do_not_tell_the_subject(engine: Engine) -> None:
    assert engine.terms.of("bilans carbone 28 000 2") == engine.terms.of("bilans carbone")


def test_another_way_of_saying_counts_as_the_word(engine: Engine) -> None:
    """The glossary knows « bilan CO2 » as « bilan carbone »."""
    question = understood(engine.understanding, "mon bilan co2")
    assert question.synonyms
    terms, words = engine.terms.of(question.query), frozenset(engine.terms.of("bilan carbone"))
    assert covered(terms, words, question) > covered(terms, words, replace(question, synonyms=()))


def test_what_the_facets_say_counts_half(engine: Engine) -> None:
    named = understood(engine.understanding, "bilan d'un court métrage", facets={"genre": ("court-metrage",)})
    plain = replace(named, facets={})
    half, whole = engine.terms.weighed(named)[0], engine.terms.weighed(plain)[0]
    halved = {t for t in whole if half[t] == pytest.approx(whole[t] / 2)}
    assert halved == set(whole) & engine.terms.of_facets(named)
    assert halved


def test_overlap_is_1_for_the_same_question_and_0_for_another(engine: Engine) -> None:
    mine = engine.terms.by_weight("Que remettre au CNC ?")
    near = engine.terms.by_weight("Que remettre au CNC pour un dessin animé ?")
    weight = sum(mine.values())
    assert overlap(mine, weight, mine) == pytest.approx(1)
    assert 0 < overlap(mine, weight, near) < 1
    assert overlap(mine, weight, engine.terms.by_weight("label")) == 0


def test_a_belief_is_held_by_whom_says_it(engine: Engine) -> None:
    denial = statement_model(role="dement", belief="Les courts métrages sont dispensés de bilan carbone.")
    believes = engine.terms.of("Les courts métrages sont dispensés de bilan carbone ?")
    assert engine.terms.believed(denial, believes) == pytest.approx(1)
    assert engine.terms.believed(denial, engine.terms.of("bilan carbone")) < 1
