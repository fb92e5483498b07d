"""Every part of a message is owned, over the real corpus and the real model: answered by a statement of its own, told by
one that is shown, or named as missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.answer import Answer
from assistant.service import Service
from assistant.wording import phrases
from tests.assistant.support import statements_cited

Ask = Callable[[str], tuple[Answer, list[str]]]


@pytest.fixture(scope="module")
def ask(real: Service) -> Ask:
    def run(question: str) -> tuple[Answer, list[str]]:
        """The answer, and the ids of the statements that it cites, in order."""
        answer, _ = real.engine.ask(question)
        return answer, [s.id for s in statements_cited(real.engine, answer) if s]

    return run


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        # a part that says too little by itself is asked of the subject
        ("Combien pour la prime RSE plus, et c'est versé quand ?", ["cnc-rse-montant", "cnc-rse-versement-cinema"]),
        ("combien de critères obligatoires dans le label Ecoprod, lesquels ?",
         ["label-obligatoires-nombre-2023", "label-obligatoires-liste-absence"]),
        ("Le plan de vigilance, à partir de combien de salariés, et si on n'en fait pas il se passe quoi",
         ["csrd-vigilance-fr-seuils", "csrd-vigilance-fr-sanction"]),
        # another case of the same question
        ("Label Ecoprod quel score mini, et avec la phase d'engagement ?",
         ["label-seuil-performance", "label-seuil-engagement"]),
        # two subjects
        ("Que faire des pots de peinture et aérosols de la déco ? Autre question : qui certifie l'état de durabilité ?",
         ["tournage-dechets-dangereux-exemples", "csrd-certificateur-qui"]),
        ("le module de base VSME exige-t-il le scope 3 ? et nos transports et hébergements de tournage ils sont où ?",
         ["csrd-vsme-scope-3", "csrd-vsme-scope-3-production"]),
    ],
)  # fmt: skip
def test_each_part_has_its_own_statement(ask: Ask, question: str, wanted: list[str]) -> None:
    answer, cited = ask(question)
    assert answer.outcome == "answered", answer.answer
    assert [s for s in cited if s in wanted] == wanted, cited


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Quel score faut-il pour le Label Ecoprod ? Quelle est la capitale du Pérou ?", "la capitale du Pérou"),
    ],
)
def test_a_part_that_the_texts_do_not_answer_is_named(ask: Ask, question: str, missing: str) -> None:
    answer, cited = ask(question)
    assert answer.outcome == "partial"
    assert cited
    (silent,) = [p for p in answer.parts if p.state == "missing"]
    assert missing in silent.about
    assert phrases.PART_MISSING["fr"] in answer.answer


def test_a_part_that_a_statement_says_is_unknown_is_answered_by_it(ask: Ask) -> None:
    answer, _ = ask("Calanques pour une pub, qui décide ? la redevance est à combien")
    assert [p.state for p in answer.parts] == ["answered", "absent"]
    assert answer.outcome == "answered"


def test_one_company_s_figure_is_not_another_s(ask: Ask) -> None:
    answer, _ = ask("TF1 vise quelle baisse d'émissions d'ici 2030, et M6 ?")
    first, second = answer.answer.split("\n\n")
    assert "TF1" in first
    assert "TF1" not in second


def test_one_statement_tells_two_parts_once(ask: Ask) -> None:
    answer, cited = ask("biodéchets de la cantine, tri obligatoire depuis quand, y a un seuil ?")
    assert answer.outcome == "answered"
    assert cited.count("tournage-biodechets-sans-seuil") == 1
    assert "sans seuil" in answer.answer


def test_what_a_restriction_says_is_shown(ask: Ask) -> None:
    """« Non : … ne demande que » reads as a denial added to its passage: the sentence is shown without « Non »."""
    answer, cited = ask("le module de base VSME exige-t-il le scope 3 ?")
    assert cited[0] == "csrd-vsme-scope-3"
    assert "ne demande que les scopes 1 et 2" in answer.answer


def test_a_noun_of_another_subject_is_not_answered_by_the_first(ask: Ask) -> None:
    answer, _ = ask("cest combien la prime rse+, c'est versé quand, et la redevance des calanques ?")
    assert answer.outcome == "partial"
    assert "la redevance des calanques" in answer.parts[-1].about
    assert answer.parts[-1].state == "missing"
