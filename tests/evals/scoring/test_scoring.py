"""What one answer is worth."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.answer import CaseItem, Understood
from assistant.wording.phrases import PART_MISSING
from evals.scoring.scoring import Score, contains, score
from tests.evals.samples import DAY, FORFAIT, answer, expected, passage


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("La prime est de 28 000 €.", "28 000 €"),
        ("La prime est de 28\u202f000\u00a0€.", "28 000 €"),
        ("The bonus is EUR 28,000.", "28 000"),
        ("soit 28.000 euros", "28000"),
        ("450 M€ de chiffre d'affaires", "450 M€"),
        ("1 234 567 tonnes", "1,234,567"),
        ("Depuis le 1er mars 2025", "1 mars 2025"),
        ("un score de 65 % au moins", "65%"),
        ("un score de 65 pour cent", "65 %"),
        ("65 per cent of the points", "65 %"),
        ("C’est INTERDIT", "interdi"),
        ("l'œuvre d'animation", "oeuvre"),
        ("la pré-production", "production"),
        ("dix ans", "dix ans"),
        ("ten days", "ten "),
        ("l'article 122-18", "122-18"),
        ("le score est de 7,5.", "7,5"),
    ],
)  # fmt: skip
def test_contains_finds_a_figure_however_it_is_written(text: str, variant: str) -> None:
    assert contains(text, [variant])


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("450 M€", "50 M€"),
        ("128 000 €", "28 000 €"),
        ("28 000 000 €", "28 000"),
        ("1 000,5 tonne", "1000"),
        ("10,65 %", "65 %"),
        ("65,5 %", "65"),
        ("en 2024 450 entreprises", "2024450"),
        ("0,125 kg", "125"),
        ("un bilan", "an"),
        ("tendance", "ten "),
        ("inéligible", "éligible"),
        ("article 1122-18", "122-18"),
        ("122-181", "122-18"),
    ],
)
def test_contains_does_not_find_a_figure_inside_a_longer_one(text: str, variant: str) -> None:
    assert not contains(text, [variant])


def test_one_variant_is_enough() -> None:
    assert contains("final report", ["définitif", "final"])
    assert not contains("final report", [])


def scored(text: str, passages: Any = (FORFAIT,), gold: Any = ("forfait",), **changes: Any) -> Score:
    told = changes.pop("expected", expected())
    made = answer(text, passages, **changes)
    known = {p.id: p for p in passages}
    return score("q", told, made, known, frozenset(gold), frozenset({"forfait"} if gold else ()))


def test_a_right_answer() -> None:
    s = scored("La prime RSE+ est un forfait de 28 000 € par film. [1]")
    assert s.passed
    assert (s.coverage, s.refused, s.pinpoint, s.off_topic) == (1.0, False, True, 0.0)
    assert (s.citation_recall, s.citation_precision, s.quote_support, s.quotes_ok) == (1.0, 1.0, 1.0, True)
    assert s.wrongly_answered is None


def test_a_missing_fact_is_not_a_pass() -> None:
    s = scored("La prime RSE+ est un forfait. [1]")
    assert (s.coverage, s.passed, s.outcome_ok) == (0.0, False, True)


def test_a_fact_past_the_first_words_was_not_given() -> None:
    s = scored("Bla " * 170 + "28 000 € [1]")
    assert s.coverage == 0.0


def test_a_question_repeated_by_a_label_gives_no_fact_and_claims_nothing() -> None:
    label, missing = "**C'est bien 28 000 €** :", PART_MISSING["fr"]
    s = scored(f"La prime RSE+ est un forfait. [1]\n\n{label} {missing}", outcome="partial")
    assert (s.coverage, s.citation_recall, s.citation_precision) == (0.0, 1.0, 1.0)
    s = scored(f"{label} dit plus haut.\n\n**Et 3 films** : La prime RSE+ est un forfait de 28 000 € par film. [1]")
    assert (s.coverage, s.citation_recall, s.citation_precision, s.quote_support) == (1.0, 1.0, 1.0, 1.0)


def test_the_marker_of_a_list_is_no_figure() -> None:
    for first, second in (("1.", "2."), ("-", "-")):
        steps = f"{first} La prime RSE+ est un forfait. [1]\n{second} Un forfait de 28 000 € par film. [1]"
        s = scored(f"La prime RSE+ est un forfait. [1]\n\n{steps}", expected=expected(must_not_include=["2"]))
        assert (s.citation_recall, s.citation_precision, s.quote_support) == (1.0, 1.0, 1.0)
        assert not s.forbidden


def test_the_figures_of_the_case_may_be_said_and_no_others() -> None:
    rule = passage("La CSRD oblige les entreprises de plus de 500 salariés à publier.")
    verdict = "**Non : votre effectif, {} salariés, ne dépasse pas 500 salariés.** {} [1]"
    case = Understood(
        question="?", as_of=DAY, as_of_reason="today",
        case=(CaseItem(field="headcount", value=12, said="12 salariés"),),
    )  # fmt: skip
    told = expected(must_include=[["500"]])
    mine = scored(verdict.format(12, rule.text), (rule,), understood=case, expected=told)
    assert (mine.citation_recall, mine.citation_precision, mine.quote_support) == (1.0, 1.0, 1.0)
    for others in (
        scored(verdict.format(13, rule.text), (rule,), understood=case, expected=told),
        scored(verdict.format(12, rule.text), (rule,), expected=told),
    ):
        assert (others.citation_precision, others.quote_support) == (0.0, 0.0)


def test_a_verdict_in_bold_is_no_label() -> None:
    s = scored("**Oui :** la prime RSE+ est un forfait de 10 000 €. [1]")
    assert (s.citation_precision, s.quote_support) == (0.0, 0.0)
    s = scored("**Oui :** la prime RSE+ est un forfait de 28 000 € par film. [1]")
    assert (s.coverage, s.citation_precision) == (1.0, 1.0)


def test_a_sentence_without_a_marker_cites_nothing() -> None:
    s = scored("La prime RSE+ est un forfait de 28 000 € par film. [1] Elle est due partout.")
    assert (s.citation_recall, s.citation_precision) == (0.5, 0.5)
    s = scored("L'amende est de 3 €.\nLa prime RSE+ est un forfait de 28 000 € par film. [1].")
    assert (s.citation_recall, s.citation_precision) == (0.5, 0.5)


def test_refusing_what_has_an_answer() -> None:
    s = scored("Je n'ai pas trouvé.", (), outcome="abstained", reason="not_found")
    assert (s.refused, s.passed, s.coverage, s.pinpoint) == (True, False, 0.0, None)
    assert s.citation_recall is None


def test_answering_what_has_none() -> None:
    absent = expected(kind="absent", outcome=["abstained"], reason="not_found", must_include=[], facts=[])
    s = scored("La prime RSE+ est un forfait. [1]", gold=(), expected=absent)
    assert (s.wrongly_answered, s.refused, s.passed, s.coverage) == (True, None, False, None)
    s = scored("Je n'ai pas trouvé.", (), gold=(), expected=absent, outcome="abstained", reason="not_found")
    assert (s.wrongly_answered, s.passed, s.reason_ok) == (False, True, True)


def test_an_absence_that_is_stated_may_answer() -> None:
    unknown = passage("Aucun texte ne fixe ce prix.", "prix", role="absence", contacts=["cnc"], confidence="basse")
    absent = expected(kind="absent", outcome=["answered", "abstained"], must_include=[], facts=[])
    s = scored("Aucun texte ne fixe ce prix. [1]", (unknown,), gold=(), expected=absent)
    assert (s.wrongly_answered, s.passed) == (False, True)


def test_a_false_premise_left_standing_is_a_wrong_answer() -> None:
    premise = expected(kind="false_premise", reason="false_premise", must_not_include=["10 000"])
    s = scored("La prime RSE+ est un forfait. [1]", expected=premise)
    assert (s.wrongly_answered, s.refused) == (True, False)
    s = scored("La prime RSE+ est un forfait de 28 000 €. [1]", expected=premise, reason="false_premise")
    assert (s.wrongly_answered, s.passed, s.reason_ok) == (False, True, True)


def test_a_forbidden_fact_is_never_a_pass() -> None:
    s = scored("Le forfait est de 28 000 €, ou de 10 000 €. [1]", expected=expected(must_not_include=["10 000"]))
    assert s.forbidden
    assert not s.passed


def test_an_invented_figure_is_not_supported() -> None:
    s = scored("La prime est de 28 000 €. [1] L'amende est de 99 000 €. [1]")
    assert (s.citation_recall, s.citation_precision, s.quote_support) == (1.0, 0.5, 0.5)


def test_a_quote_that_is_not_in_its_passage_or_stops_short() -> None:
    text = "La prime RSE+ est un forfait de 28 000 € par film. [1]"
    assert not scored(text, quotes=["La prime RSE+ est un forfait…"]).quotes_ok
    short = scored(text, quotes=["La prime RSE+ est un forfait"])
    assert (short.quotes_ok, short.quote_support, short.citation_precision) == (True, 0.0, 1.0)
    lost = score("q", expected(), answer(text, [FORFAIT]), {}, frozenset(), frozenset())
    assert not lost.quotes_ok


def test_off_topic_statements_are_a_share_of_what_the_prose_cites() -> None:
    other = passage("Le label demande 65 % des points.", "label", topic="label")
    s = scored("Le forfait est de 28 000 €. [1] Le label demande 65 % des points. [2]", (FORFAIT, other))
    assert (s.off_topic, s.pinpoint) == (0.5, True)
    beside = scored("Le forfait est de 28 000 €. [1]", (FORFAIT, other))
    assert beside.off_topic == 0.0
