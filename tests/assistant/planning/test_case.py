"""The case of a question against a statement's, with the real glossary."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.planning.case import Case, case_of, outgrown
from assistant.reading.question import Understanding
from ingest.corpus.glossary import Glossary, load_glossary
from ingest.corpus.register import TextNames
from ingest.settings import Settings
from tests.assistant.support import statement_passage, understood


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return load_glossary(Settings().corpus_dir)


def case(glossary: Glossary, question: str, **facets: list[str]) -> Case:
    asked = understood(Understanding(glossary, TextNames({})), question)
    return case_of(statement_passage(facets=facets).statement, asked, glossary)


@pytest.mark.parametrize(
    ("question", "facets", "expected"),
    [
        ("On tourne à Marseille", {"lieu": ["paris", "voie-publique"]}, {"conflict": 1}),
        ("On tourne dans une rue de Paris", {"lieu": ["paris", "voie-publique"]}, {"matched": 1, "local": False}),
        ("On sort un groupe électrogène", {"lieu": ["paris"]}, {"local": True, "conflict": 0}),
        ("On tourne à Marseille", {"lieu": ["calanques"]}, {"local": True, "conflict": 0}),
        ("On tourne à Marseille", {"lieu": ["france"]}, {"matched": 1, "local": False}),
        ("Des dunes en Natura 2000", {"lieu": ["natura-2000"]}, {"matched": 1, "conflict": 0}),
        ("Une fiction", {"genre": ["long-metrage"]}, {"conflict": 0}),
        ("Un long de fiction", {"genre": ["court-metrage"]}, {"conflict": 1}),
        ("Un long de fiction", {"genre": ["long-metrage"]}, {"matched": 1, "conflict": 0}),
        ("Un documentaire", {"genre": ["long-metrage"]}, {"conflict": 1}),
        ("Un court métrage", {"genre": ["serie"]}, {"conflict": 1, "same_genre": False}),
        ("Un court métrage", {"genre": ["court-metrage"]}, {"matched": 1, "same_genre": True, "entailed": True}),
        ("Quels bilans remettre ?", {"genre": ["court-metrage"]}, {"unasked": 1, "entailed": False}),
    ],
)
def test_a_case_stands_to_another(glossary: Glossary, question: str, facets: Any, expected: dict[str, Any]) -> None:
    found = case(glossary, question, **facets)
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_generator_is_no_group_of_companies(glossary: Glossary) -> None:
    understanding = Understanding(glossary, TextNames({}))
    assert "taille" not in understanding.facets("un groupe électrogène dans la rue")
    assert understanding.facets("notre groupe compte trois filiales")["taille"] == ("groupe",)


def test_an_official_text_has_no_case(glossary: Glossary) -> None:
    assert case_of(None, understood(Understanding(glossary, TextNames({})), "Un court métrage"), glossary) == Case()


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("Une entreprise de 1 000 salariés au plus n'est pas soumise.", "On est 1 200 salariés, oui ou non ?", True),
        ("Une entreprise de 1 000 salariés au plus n'est pas soumise.", "groupe de 1200 personnes", True),
        ("Une entreprise de 1 000 salariés au plus n'est pas soumise.", "On est 900 salariés", False),
        ("Une société de 5 à 200 salariés n'est pas soumise.", "Boîte de 240 salariés", True),
        (
            "Une société n'est pas visée si elle ne dépasse pas deux seuils : 250 salariés, 50 M€.",
            "1 150 salariés",
            True,
        ),
        # one of two alternatives bounds nothing, nor does a rule for larger companies
        ("Une entreprise sous 1 000 salariés ou sous 450 M€ reste visée.", "1 150 salariés et 310 M€", False),
        ("Il faut dépasser 1 000 salariés.", "On est 1 200 salariés", False),
        # a threshold that is asked about is no headcount
        ("Une entreprise de 1 000 salariés au plus n'est pas soumise.", "Les 1 500 salariés, c'est le seuil ?", False),
        (
            "Une entreprise de 1 000 salariés au plus n'est pas soumise.",
            "Entre 900 salariés et 1 200 salariés ?",
            False,
        ),
    ],
)
def test_a_rule_for_small_companies_is_outgrown(text: str, question: str, expected: bool) -> None:
    assert outgrown(text, question) is expected
