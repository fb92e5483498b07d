"""Understanding: the kind of answer wanted, facets, language, parts, references, and what a follow-up leans on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assistant.dialogue.memory import Memory
from assistant.dialogue.turns import Asked, DialogueReader
from assistant.reading.dates import AsOf
from assistant.reading.kinds import detect_language, is_follow_up, question_types
from assistant.reading.question import Question, Understanding
from ingest.corpus.fiches import AnswerType
from ingest.corpus.register import Domain
from tests.assistant.support import year
from tests.samples import TODAY

NOW = AsOf(TODAY, TODAY, "today")
FIRST = "Quels bilans carbone remettre pour une aide du CNC à la production ?"


def after(understanding: Understanding, text: str, picked: date | None = None, **turn: Any) -> Question:
    """A question read after a first turn, on the day picked."""
    memory: dict[str, Any] = {"base": FIRST, "as_of": NOW, "facets": {}} | turn
    return DialogueReader(understanding).read(Asked(text, picked), Memory(**memory), TODAY).question


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Quand remettre le bilan ?", AnswerType.QUAND),
        ("À quel moment rendre le bilan ?", AnswerType.QUAND),
        ("Quelle est la date limite ?", AnswerType.QUAND),
        ("Depuis quand faut-il un bilan ?", AnswerType.QUAND),
        ("Combien de temps garder le bilan ?", AnswerType.QUAND),
        ("When do I file the report?", AnswerType.QUAND),
        ("What is the deadline?", AnswerType.QUAND),
        ("Combien coûte un bilan ?", AnswerType.COMBIEN),
        ("Quel est le seuil de la CSRD ?", AnswerType.COMBIEN),
        ("Quel score pour le label ?", AnswerType.COMBIEN),
        ("c'est combien la prime", AnswerType.COMBIEN),
        ("How much does it cost?", AnswerType.COMBIEN),
        ("How many points?", AnswerType.COMBIEN),
        ("What is the threshold?", AnswerType.COMBIEN),
        ("Qui vérifie le bilan ?", AnswerType.QUI),
        ("Par qui le bilan est-il vérifié ?", AnswerType.QUI),
        ("Who checks the report?", AnswerType.QUI),
        ("Comment calculer le bilan ?", AnswerType.COMMENT),
        ("Quelle est la démarche ?", AnswerType.COMMENT),
        ("How do I file the report?", AnswerType.COMMENT),
        ("Pourquoi un bilan ?", AnswerType.POURQUOI),
        ("Why a report?", AnswerType.POURQUOI),
        ("Où déposer le bilan ?", AnswerType.OU),
        ("Dans quel article est-ce écrit ?", AnswerType.OU),
        ("Where do I file it?", AnswerType.OU),
        ("Qu'est-ce que la VSME ?", AnswerType.QUOI),
        ("c koi la csrd", AnswerType.QUOI),
        ("What is the VSME?", AnswerType.QUOI),
        ("Dois-je remettre un bilan ?", AnswerType.DOIS_JE),
        ("Faut-il un bilan ?", AnswerType.DOIS_JE),
        ("Est-ce obligatoire ?", AnswerType.DOIS_JE),
        ("Suis-je soumis à la CSRD ?", AnswerType.DOIS_JE),
        ("Le bilan est-il obligatoire ?", AnswerType.DOIS_JE),
        ("Do I need a report?", AnswerType.DOIS_JE),
        ("Is the report mandatory?", AnswerType.DOIS_JE),
        ("Puis-je écrire « vert » ?", AnswerType.PUIS_JE),
        ("A-t-on le droit de dire « vert » ?", AnswerType.PUIS_JE),
        ("Can I say green?", AnswerType.PUIS_JE),
        ("Is it allowed to say green?", AnswerType.PUIS_JE),
    ],
)
def test_the_kind_of_answer_wanted(question: str, kind: AnswerType) -> None:
    assert question_types(question)[0] is kind


def test_a_question_word_comes_before_the_yes_or_no_of_its_verb() -> None:
    assert question_types("obligatoire depuis quand ?") == (AnswerType.QUAND,)
    assert question_types("When must I file the report?") == (AnswerType.QUAND, AnswerType.DOIS_JE)


def test_quoi_counts_only_when_nothing_more_precise_does() -> None:
    assert AnswerType.QUOI not in question_types("Quels documents, et à quel moment ?")
    assert question_types("Quels bilans carbone ?") == (AnswerType.QUOI,)


def test_a_hint_makes_a_yes_or_no_question_only_when_nothing_else_tells() -> None:
    assert question_types("bilan obligatoire ?") == (AnswerType.DOIS_JE,)
    assert question_types("publicité interdite ?") == (AnswerType.PUIS_JE,)
    assert question_types("bilan carbone") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mon court métrage", {"genre": ("court-metrage",)}),
        ("mes courts métrages", {"genre": ("court-metrage",)}),
        ("un COURT MÉTRAGE", {"genre": ("court-metrage",)}),
        ("un court metrage", {"genre": ("court-metrage",)}),
        ("two short films", {"genre": ("court-metrage",)}),
        ("des jeux vidéo", {"genre": ("jeu-video",)}),
        ("des dessins animés", {"genre": ("animation",)}),
        ("documentaires et fictions", {"genre": ("documentaire", "fiction")}),
        ("les grandes entreprises", {"taille": ("grande",)}),
        ("des aides sélectives", {"aide": ("selective",)}),
        ("tourné en studio", {"lieu": ("studio",)}),
        ("des pubs", {"genre": ("publicite",)}),
        ("l'aide à l’écriture", {"aide": ("ecriture",)}),
        # A word inside another is not that word.
        ("une republication", {}),
        ("un pubis", {}),
        ("écourter le métrage", {}),
        ("", {}),
    ],
)
def test_facets_of_words(understanding: Understanding, text: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert understanding.facets(text) == expected


def test_the_longest_word_wins(understanding: Understanding) -> None:
    """« aide à la production » is an aid, and says nothing of a « producteur », whose word « production » is inside."""
    assert understanding.facets("une aide à la production") == {"aide": ("production",)}
    assert understanding.facets("la production d'un film") == {"acteur": ("producteur",)}


def test_every_word_of_the_glossary_names_its_value(understanding: Understanding) -> None:
    for facet, values in understanding.glossary.facets.items():
        for value, entry in values.items():
            for word in entry.words:
                assert value in understanding.facets(word)[facet], word
                assert value in understanding.facets(f"Mon {word}, dois-je ?")[facet], word


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Quels bilans carbone remettre au CNC ?", "fr"),
        ("faut il un bilan carbonne", "fr"),
        ("Combien ?", "fr"),
        ("pénalités retard", "fr"),
        ("Le label Ecoprod, is it worth it pour mon film ?", "fr"),
        ("Which carbon reports must I file with the CNC?", "en"),
        ("is it mandatory", "en"),
        ("What does « bilan prévisionnel » mean?", "en"),
        ("when do i need to file the bilan carbone", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_language_without_a_sign_is_the_default() -> None:
    assert detect_language("CSRD 2026", "en") == "en"
    assert detect_language("CSRD 2026") == "fr"


def test_a_chosen_language_wins(understanding: Understanding) -> None:
    assert understanding.read("Quels bilans ?", TODAY, language="en").language == "en"


FOLLOW_UPS = [
    "Et pour un court ?",
    "et en animation ?",
    "Et si je demande l'aide après l'achèvement ?",
    "Et quand ?",
    "Et combien ça coûte ?",
    "Mais pour une série ?",
    "Alors qui vérifie ?",
    "Du coup, combien ?",
    "Ok et le définitif ?",
    "Sinon, quelle sanction ?",
    "Pareil pour un documentaire ?",
    "Idem en 2024 ?",
    "And for a short film?",
    "But when?",
    "So who checks it?",
    "What about animation?",
    "How about video games?",
    "Pour un documentaire ?",
    "En 2024 ?",
    "Avec une phase d'engagement ?",
    "Sans aide du CNC ?",
    "For a short film?",
    "C'est obligatoire, ça ?",
    "Qui paie cela ?",
    "Et celui-ci ?",
    "Ce bilan est vérifié ?",
    "Est-elle obligatoire ?",
    "Quels documents doit-il fournir ?",
    "Quand sont-ils dus ?",
    "Qui le vérifie, celui-là ?",
    "Who pays for it?",
    "Is that mandatory?",
    "Quand ?",
    "Combien ?",
    "Pourquoi ?",
    "Who?",
]
STAND_ALONE = [
    "Quels bilans carbone remettre pour une aide du CNC ?",
    "Quel est le seuil de la CSRD en droit européen pour un groupe de production ?",
    "Combien vaut la prime RSE+ et qui peut la demander ?",
    "Une publicité peut-elle afficher une allégation environnementale générique ?",
    "La norme VSME est-elle obligatoire ?",
    "Les courts métrages sont-ils dispensés de bilan ?",
    "Faut-il un bilan carbone pour une aide à l'écriture ?",
    "Existe-t-il un plafond d'émissions ?",
    "Quelle sanction pour un bilan carbone manquant au CNC ?",
    "Qui audite le Label Ecoprod pour les tournages en France ?",
    "Pour une aide sélective du CNC, quels bilans carbone dois-je remettre ?",
    "En 2024, quel était le seuil de salariés de la CSRD ?",
    "Avec quel outil calculer le bilan carbone définitif ?",
    "What carbon reports must a French producer file with the CNC?",
    "When must the final carbon report be filed with the CNC?",
    "Is the VSME standard mandatory for small companies?",
    "La norme VSME est-elle obligatoire pour une petite société de production ?",
    "Comment déclarer les dépenses publicitaires sur la plateforme officielle ?",
]


@pytest.mark.parametrize("text", FOLLOW_UPS)
def test_what_leans_on_the_turn_before(understanding: Understanding, text: str) -> None:
    assert is_follow_up(text, understanding.facets(text))


@pytest.mark.parametrize("text", STAND_ALONE)
def test_what_stands_alone(understanding: Understanding, text: str) -> None:
    assert not is_follow_up(text, understanding.facets(text))


def test_nothing_is_a_follow_up_without_a_turn_before(understanding: Understanding) -> None:
    question = understanding.read("Et pour un court ?", TODAY)
    assert not question.follow_up
    assert question.query == question.raw


def test_a_follow_up_is_read_after_the_question_it_leans_on(understanding: Understanding) -> None:
    question = after(understanding, "Et quand ?", topics=("double-bilan",), facets={"aide": ("production",)})
    assert question.follow_up
    assert question.query == f"{FIRST.removeprefix('Quels ')} Et quand ?"
    assert question.raw == "Et quand ?"
    assert question.types == (AnswerType.QUAND,)
    assert question.facets == {"aide": ("production",)}
    assert question.context_topics == ("double-bilan",)


def test_a_follow_up_changes_the_facet_it_names_and_keeps_the_others(understanding: Understanding) -> None:
    facets = {"genre": ("fiction",), "aide": ("production",)}
    question = after(understanding, "Et pour un court métrage ?", facets=facets)
    assert question.facets == {"genre": ("court-metrage",), "aide": ("production",)}


def test_a_new_question_forgets_the_one_before(understanding: Understanding) -> None:
    question = after(understanding, STAND_ALONE[1], topics=("double-bilan",), facets={"genre": ("fiction",)})
    assert not question.follow_up
    assert question.query == question.raw
    assert "genre" not in question.facets
    assert question.context_topics == ()


def test_a_follow_up_without_words_speaks_the_language_of_the_turn_before(understanding: Understanding) -> None:
    assert after(understanding, "VSME ?", language="en").language == "en"
    assert after(understanding, "VSME ?", language="fr").language == "fr"


def test_an_endless_conversation_keeps_its_end(understanding: Understanding) -> None:
    question = after(understanding, "Et quand ?", base="mot " * 2000)
    assert len(question.query) <= 1200
    assert question.query.endswith("Et quand ?")


class TestDates:
    def test_today_by_default(self, understanding: Understanding) -> None:
        question = understanding.read("Quels bilans ?", TODAY)
        assert question.as_of == NOW
        assert not question.dated

    def test_a_picked_day(self, understanding: Understanding) -> None:
        question = after(understanding, "Quels bilans ?", date(2024, 6, 1))
        assert (question.as_of.day, question.as_of.reason) == (date(2024, 6, 1), "asked")
        assert question.dated

    def test_the_question_wins_over_the_picked_day(self, understanding: Understanding) -> None:
        question = after(understanding, "Quels bilans en 2023 ?", date(2024, 6, 1))
        assert question.as_of == year(2023)

    def test_a_date_sticks_in_the_conversation(self, understanding: Understanding) -> None:
        question = after(understanding, "Quels bilans ?", as_of=year(2024))
        assert (question.as_of.start, question.as_of.end) == (date(2024, 1, 1), date(2024, 12, 31))
        assert question.as_of.reason == "sticky"

    def test_a_picked_day_wins_over_the_one_that_sticks(self, understanding: Understanding) -> None:
        question = after(understanding, "Quels bilans ?", date(2025, 6, 1), as_of=year(2024))
        assert question.as_of.day == date(2025, 6, 1)


@pytest.mark.parametrize(
    ("text", "number", "source"),
    [
        ("Que dit l'article 122-18 du RGA ?", "122-18", "rga"),
        ("Que dit le RGA à l'art. 122-18 ?", "122-18", "rga"),
        ("Que dit le 122-18 ?", "122-18", None),
        ("Que dit l'article L. 229-67 du code de l'environnement ?", "L229-67", "code-env"),
        ("Et l'article L229-67 du code de l’environnement ?", "L229-67", "code-env"),
        ("Que dit l'article 19 bis de la directive CSRD ?", "19bis", "dir-csrd"),
        ("What does Article 19a of the CSRD say?", "19bis", "dir-csrd"),
        ("Que demande le critère D3 ?", "critere:D3", None),
        ("Que demande ESRS E1-6 ?", "E1-6", None),
    ],
)
def test_references(understanding: Understanding, text: str, number: str, source: str | None) -> None:
    (reference,) = understanding.read(text, TODAY).references
    assert (reference.number, reference.source) == (number, source)


@pytest.mark.parametrize("text", ["Et le G1 ?", "Que vaut E1 ?", "le scénario S3", "Quels bilans en 2024 ?"])
def test_bare_codes_and_years_are_no_references(understanding: Understanding, text: str) -> None:
    assert understanding.read(text, TODAY).references == ()


@pytest.mark.parametrize(
    "text",
    [
        "Que risque-t-on sans bilan ?",
        "Quelle sanction ?",
        "Quelle amende pour une allégation ?",
        "Que se passe-t-il si j'oublie le bilan ?",
        "Si je ne remets rien ?",
        "pas de bilan = pas d'aide ?",
        "Est-ce que je perds l'aide ?",
        "What happens if a report is missing?",
        "What is the penalty?",
        "Can we be fined?",
    ],
)
def test_a_question_about_what_is_at_risk(understanding: Understanding, text: str) -> None:
    assert understanding.read(text, TODAY).asks_sanction


@pytest.mark.parametrize("text", ["Quels bilans ?", "Quand remettre le bilan ?", "Which reports?", FIRST])
def test_a_question_that_risks_nothing(understanding: Understanding, text: str) -> None:
    assert not understanding.read(text, TODAY).asks_sanction


def test_profile_fills_the_facets_that_the_question_leaves_open(understanding: Understanding) -> None:
    profile = {"genre": "animation", "aide": "nimporte", "humeur": "bonne"}
    assert understanding.read("Quels bilans ?", TODAY, profile=profile).facets == {"genre": ("animation",)}
    asked = understanding.read("Quels bilans pour une fiction ?", TODAY, profile=profile)
    assert asked.facets == {"genre": ("fiction",)}
    assert asked.profile == profile


def test_domains_are_those_picked(understanding: Understanding) -> None:
    assert understanding.read("Quels bilans ?", TODAY, domains=(Domain.CNC,)).domains == (Domain.CNC,)


def test_spaces_do_not_count(understanding: Understanding) -> None:
    assert understanding.read("  Quels \n\t bilans   ?  ", TODAY).raw == "Quels bilans ?"


def test_synonyms_of_the_glossary(understanding: Understanding) -> None:
    (found,) = understanding.synonyms("mon bilan co2")
    assert found.term == "bilan carbone"
    assert found.said not in found.others
    assert understanding.synonyms("rien du tout") == ()


@pytest.mark.parametrize("text", ["", " ", "?", "🎬", "[1]", "\x00", "a" * 4000, "(" * 500, "et " * 1300, "«" * 40])
def test_anything_is_read(understanding: Understanding, text: str) -> None:
    question = understanding.read(text, TODAY)
    assert question.parts
    assert question.as_of == NOW
    after(understanding, text)
