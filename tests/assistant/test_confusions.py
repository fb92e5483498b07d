"""Confusions that must not happen, each tested both ways over the real corpus and the real model (issue 5).

Guarantee: what two texts call by one name is told apart; a label and a grant, two thresholds, two frameworks, two
totals are never given one for the other; French rules are not given for another country's.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.answer import Answer
from assistant.engine import Engine
from assistant.service import Service
from ingest.corpus.fiches import Statement
from tests.assistant.support import statements_cited

Ask = Callable[[str], tuple[Answer, list[Statement]]]
CRITERIA = "notice.criteres-label-ecoprod"


@pytest.fixture(scope="module")
def ask(real: Service) -> Ask:
    engine: Engine = real.engine

    def run(question: str) -> tuple[Answer, list[Statement]]:
        """The answer, and the statements that it cites."""
        answer, _ = engine.ask(question)
        return answer, [s for s in statements_cited(engine, answer) if s]

    return run


def sentences(answer: Answer) -> list[str]:
    """The sentences of an answer, in order, without their markers."""
    return [part.strip() for part in answer.answer.replace("\n", " ").split("]") if part.strip()]


class TestLabelCodesAndEsrs:
    @pytest.mark.parametrize("code", ["E1", "G1"])
    def test_of_the_label(self, ask: Ask, code: str) -> None:
        answer, cited = ask(f"Que demande le critère {code} du Label Ecoprod ?")
        assert cited[0].id == f"critere-label-ecoprod-{code.lower()}"
        assert "ESRS" not in answer.answer

    @pytest.mark.parametrize("code", ["E1", "G1"])
    def test_of_the_esrs(self, ask: Ask, code: str) -> None:
        answer, cited = ask(f"Que demande la norme ESRS {code} ?")
        assert cited
        assert cited[0].id.startswith("csrd-")
        assert CRITERIA not in {c.source_id for c in answer.citations}

    @pytest.mark.parametrize(
        "question",
        [
            "Le critère E1 du Label Ecoprod et la norme ESRS E1, c'est la même chose ?",
            "G1 au label et G1 dans la CSRD, c'est pareil ?",
        ],
    )
    def test_asked_together_they_are_told_apart(self, ask: Ask, question: str) -> None:
        answer, cited = ask(question)
        assert "label-codes-pas-esrs" in {s.id for s in cited}
        assert not answer.answer.startswith("Oui")


class TestLabelAndGrant:
    def test_the_label_does_not_give_the_grant(self, ask: Ask) -> None:
        answer, cited = ask("Le Label Ecoprod donne-t-il droit à la prime RSE+ ?")
        assert cited[0].id == "cnc-rse-label-prive-insuffisant"
        assert not answer.answer.startswith("Oui")

    def test_the_grant_does_not_give_the_label(self, ask: Ask) -> None:
        answer, cited = ask("Est-ce que la prime RSE+ donne le Label Ecoprod ?")
        assert "label-prime-donne-pas-label" in {s.id for s in cited}
        assert not answer.answer.startswith("Oui")

    def test_neither_amount_nor_score_changes_hands(self, ask: Ask) -> None:
        answer, _ = ask("Combien touche-t-on avec la prime RSE+ ?")
        assert "28 000" in sentences(answer)[0]
        answer, _ = ask("Quel score faut-il pour le Label Ecoprod ?")
        assert "65 %" in sentences(answer)[0]
        assert "28 000" not in answer.answer


class TestThresholds:
    def test_with_engagement(self, ask: Ask) -> None:
        told = ask("Quel score pour le label avec une phase d'Engagement ?")[0].answer
        assert "70 %" in told
        assert "65 %" not in told

    def test_performance(self, ask: Ask) -> None:
        head = sentences(ask("Quel score pour le label en schéma Performance ?")[0])[0]
        assert "65 %" in head
        assert "70 %" not in head

    def test_the_lower_one_is_not_enough_with_engagement(self, ask: Ask) -> None:
        answer, cited = ask("Avec la phase d'engagement, 65 % suffit ?")
        assert cited[0].id == "label-65-insuffisant-engagement"
        assert "70 %" in answer.answer
        assert not answer.answer.startswith("Oui")

    def test_the_higher_one_is_not_asked_without_engagement(self, ask: Ask) -> None:
        answer, _ = ask("Sans phase d'engagement, faut-il 70 % ?")
        assert not answer.answer.startswith("Oui")


class TestFrameworks:
    def test_eighty_criteria_are_ecoprods(self, ask: Ask) -> None:
        answer, _ = ask("L'AFNOR SPEC 2308 compte-t-elle 80 critères ?")
        assert "28" in answer.answer
        assert not answer.answer.startswith("Oui")

    def test_twenty_eight_are_afnors(self, ask: Ask) -> None:
        answer, _ = ask("Le Label Ecoprod compte-t-il 28 critères ?")
        assert "80" in answer.answer
        assert not answer.answer.startswith("Oui")

    @pytest.mark.parametrize(
        ("question", "expected"),
        [
            ("Qui décide du Label Ecoprod, Ecoprod ou AFNOR ?", "label-roles-afnor-ecoprod"),
            ("Les critères 1.1 à 7.2 sont-ils ceux du Label Ecoprod ?", "label-28-criteres-pas-label"),
        ],
    )
    def test_who_and_what(self, ask: Ask, question: str, expected: str) -> None:
        assert expected in {s.id for s in ask(question)[1]}


class TestDroneScenarioAndEsrs:
    def test_the_scenario(self, ask: Ask) -> None:
        answer, cited = ask("Mon pilote de drone vole encore en scénario S3, il peut ?")
        assert cited[0].id == "tournage-drone-fin-s1-s2-s3"
        assert not any(s.id.startswith("csrd-") for s in cited)
        assert not answer.answer.startswith("Oui")

    def test_the_standard(self, ask: Ask) -> None:
        """Of the drones' statements, at most the one that tells them from the standard."""
        _, cited = ask("De quoi parle la norme ESRS S3 ?")
        assert cited
        assert {s.id for s in cited if s.topic.startswith("drone-")} <= {"tournage-drone-s3-pas-esrs"}

    def test_asked_together_they_are_told_apart(self, ask: Ask) -> None:
        answer, cited = ask("Le scénario S3 de mon drone, c'est ESRS S3 ?")
        assert cited[0].id == "tournage-drone-s3-pas-esrs"
        assert not answer.answer.startswith("Oui")


class TestOtherCountries:
    @pytest.mark.parametrize(
        "question",
        [
            "Quelles sont les règles de déchets pour un tournage en Belgique ?",
            "Faut-il trier les déchets de tournage au Maroc ?",
            "Do I need a permit to fly a drone in Spain?",
            "Quelle amende en Suisse si je jette mes déchets de tournage ?",
            "Le groupe électrogène est-il interdit dans la rue à Tokyo ?",
        ],
    )
    def test_french_rules_are_not_given_for_others(self, ask: Ask, question: str) -> None:
        answer, cited = ask(question)
        abroad = [s for s in cited if set(s.facets.get("lieu", ())) - {"france", "paris"}]
        assert answer.outcome == "abstained" or abroad == cited

    @pytest.mark.parametrize(
        ("question", "word"),
        [
            ("Quelles règles vertes pour tourner en Allemagne ?", "allemand"),
            ("En Italie, quel label pour mon tournage ?", "Green Film"),
            ("Quel label en Belgique flamande ?", "eMission"),
        ],
    )
    def test_their_own_are_named_as_such(self, ask: Ask, question: str, word: str) -> None:
        answer, _ = ask(question)
        assert word in answer.answer

    def test_french_rules_are_given_for_france(self, ask: Ask) -> None:
        answer, cited = ask("Faut-il trier les déchets d'un tournage en France ?")
        assert answer.outcome != "abstained"
        assert any(s.id.startswith("tournage-tri-") for s in cited)


class TestFigures:
    def test_two_totals_of_the_sector_are_explained(self, ask: Ask) -> None:
        answer, _ = ask("1,7 million de tonnes ou 314 825 tonnes : quel est le bon chiffre du secteur ?")
        assert "314 825" in answer.answer
        assert "1,7" in answer.answer
        assert "périmètre" in answer.answer

    def test_genres_are_compared(self, ask: Ask) -> None:
        answer, _ = ask("Compare les émissions moyennes d'une pub et d'un clip, par genre")
        assert all(figure in answer.answer for figure in ("publicité 9", "clip 2"))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Qu'est-ce que les textes ne disent pas sur le Label Ecoprod ?", "label-inconnues-ensemble"),
        ("Que ne disent pas les textes sur les tournages ?", "tournage-inconnues-ensemble"),
    ],
)
def test_what_is_not_known_is_told_by_domain(ask: Ask, question: str, expected: str) -> None:
    answer, cited = ask(question)
    assert cited[0].id == expected
    assert answer.contacts
