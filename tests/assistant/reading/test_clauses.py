"""Cutting a message into its questions: what begins one, what sets the scene, what is only a tag."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading.clauses import split_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Quels bilans remettre, et à quel moment ?", ("Quels bilans remettre", "à quel moment")),
        ("Quels bilans remettre et quand ?", ("Quels bilans remettre", "quand")),
        ("Dois-je remettre un bilan et qui le vérifie ?", ("Dois-je remettre un bilan", "qui le vérifie")),
        ("Quels bilans ? Combien coûtent-ils ?", ("Quels bilans", "Combien coûtent-ils")),
        ("What do I file and when?", ("What do I file", "when")),
        ("What do I file, and how much does it cost?", ("What do I file", "how much does it cost")),
        # commas only, no question mark
        ("la prime c'est combien, c'est versé quand", ("la prime c'est combien", "c'est versé quand")),
        ("SPEC 2308 : combien de critères, combien de niveaux et c'est payant ?",
         ("SPEC 2308 : combien de critères", "combien de niveaux", "c'est payant")),
        # a noun that asks by itself
        ("amende si on oublie et c'est pour qui ?", ("amende si on oublie", "c'est pour qui")),
        # what shares the verb of the first part
        ("Peut-on écrire « vert » sur le DVD, et « recyclé » sur le carton ?",
         ("Peut-on écrire « vert » sur le DVD", "« recyclé » sur le carton")),
        ("Une captation est concernée ? et pour un magazine ?", ("Une captation est concernée", "et pour un magazine")),
        ("TF1 vise quelle baisse, et M6 ?", ("TF1 vise quelle baisse", "M6")),
        # a clause with a verb of its own, which « ? » makes a question
        ("C'est jusqu'à combien d'étoiles, le logo dit toujours neutre ?",
         ("C'est jusqu'à combien d'étoiles", "le logo dit toujours neutre")),
        ("Il faut un responsable, en dessous de quel âge, et si on n'en a pas ?",
         ("Il faut un responsable, en dessous de quel âge", "si on n'en a pas")),
        ("combien de critères, lesquels ?", ("combien de critères", "lesquels")),
        # the scene stays with the question that it opens
        ("On tourne en Corse. Faut-il une autorisation ? Qui la donne ?",
         ("On tourne en Corse. Faut-il une autorisation", "Qui la donne")),
        ("Si on tourne de nuit, quel seuil, et qui contrôle ?", ("Si on tourne de nuit, quel seuil", "qui contrôle")),
        ("Faut-il un bilan ? et quand ? On tourne en mai.", ("Faut-il un bilan", "et quand")),
    ],
)  # fmt: skip
def test_a_message_of_several_questions(text: str, parts: tuple[str, ...]) -> None:
    assert split_parts(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Le prévisionnel et le définitif sont-ils dus ?",
        "Quelle règle pour la fiction et le documentaire ?",
        "Faut-il un bilan pour un film, une série qui a reçu une aide, un docu ?",
        "When and where was it announced?",
        "Le seuil, c'est bien 250 salariés ?",
        "Signer étant obligatoire, quelle amende si on refuse ?",
        "Le bilan est dû avec le devis, c'est ça ?",
        "Combien d'actions sont obligatoires, quel que soit le total ?",
        "Un rapport est-il dû, même si l'aide est refusée ?",
        "Que dit le texte « quel bilan, et quand » ?",
        "Quels bilans ?",
        "???",
        "",
    ],
)
def test_a_message_of_one_question(text: str) -> None:
    assert split_parts(text) == (text,)


@given(st.text(alphabet=st.sampled_from("abéc ?,;!.«»\"()'et"), max_size=200))
def test_no_word_is_written(text: str) -> None:
    for part in split_parts(text):
        assert part == text or part.split()
        assert part == text or set(part) <= set(text) | {" "}
