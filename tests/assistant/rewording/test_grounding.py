"""A model's sentence is another wording of one passage, or it is nothing; and only plain words in plain JSON come in."""

from __future__ import annotations

import json
from datetime import date

import pytest

from assistant.rewording.grounding import left_out, unfounded
from assistant.rewording.wire import evidence, parse_reply, unshowable, visible
from ingest.corpus.fiches import Polarity

RULE = (
    "Le producteur remet au CNC deux bilans carbone, l'un prévisionnel avec le devis, "
    "l'autre définitif avec le coût définitif, sauf pour l'animation."
)
THRESHOLD = "Depuis le 19 mars 2026, la CSRD ne vise que les entreprises de plus de 1 000 salariés."


@pytest.mark.parametrize(
    "sentence",
    [
        RULE,
        RULE.replace("deux", "2"),
        RULE.replace("remet", "fournit"),
        RULE.replace("Le producteur remet au CNC", "Au CNC, le producteur remet"),
        RULE.replace("Le producteur", "En effet, le producteur"),
    ],
)
def test_another_wording_holds(sentence: str) -> None:
    assert unfounded(sentence, RULE, "fr") == []
    assert left_out([sentence], RULE, "fr") == []


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("Le CNC remet au producteur deux bilans carbone, sauf pour l'animation.", "ordre"),
        (RULE.replace("devis", "coût définitif", 1).replace("coût définitif, sauf", "devis, sauf"), "ordre"),
        (RULE.replace("bilans carbone", "bilans carbone certifiés"), "certif"),
        (RULE.replace("deux", "quatorze"), "14"),
        (RULE.replace("remet", "ne remet pas"), "negation"),
        (RULE.replace("sauf pour", "même pour"), "condition omise|limite omise"),
        (RULE.replace(", sauf pour l'animation", ""), "condition omise"),
        (RULE.replace("remet", "peut remettre"), "permet"),
        (RULE.replace("au CNC", "à la région"), "region"),
        (RULE.replace("avec le devis", "après le devis"), "after"),
        ("Le producteur remet au CNC un bilan, sauf pour l'animation.", "rognée"),
        (f"{RULE} {RULE}", "répète"),
        ("Oui.", "ne dit rien"),
        (RULE.replace(".", " ?"), "signe"),
        (RULE.replace("remet", "« remet »"), "signe"),
        (RULE.replace("remet", "remet необязательно"), "signe"),
        (RULE.replace("remet", "remet \U0001f609"), "signe"),
    ],
)
def test_a_change_of_sense_does_not(sentence: str, why: str) -> None:
    faults = " ".join(unfounded(sentence, RULE, "fr"))
    assert any(w in faults for w in why.split("|")), faults


@pytest.mark.parametrize(
    "sentence",
    [
        THRESHOLD.replace("ne vise que", "vise"),
        THRESHOLD.replace("plus de", "moins de"),
        THRESHOLD.replace("Depuis", "Avant"),
        THRESHOLD.replace("Depuis le 19 mars 2026, la", "La"),
        "La CSRD vise plus de 1 000 entreprises.",
        THRESHOLD.replace("ne vise que", "peut ne viser que"),
    ],
)
def test_a_bound_keeps_its_side_and_its_object(sentence: str) -> None:
    assert unfounded(sentence, THRESHOLD, "fr") + left_out([sentence], THRESHOLD, "fr")


def test_an_obligation_may_be_said_as_one_where_the_statement_is_one() -> None:
    said = RULE.replace("remet", "doit remettre")
    assert unfounded(said, RULE, "fr", Polarity.OBLIGE) == []
    assert unfounded(said, RULE, "fr", Polarity.FAIT) != []
    granted = "Le préfet peut ordonner l'amende."
    assert unfounded(granted.replace("peut", "doit"), granted, "fr", Polarity.OBLIGE) != []


@pytest.mark.parametrize(
    ("wording", "turned"),
    [
        ("Le vendeur fait payer moins cher le client.", "Le vendeur fait payer plus cher le client."),
        (
            "La décision revient à Ecoprod ; AFNOR réalise l'audit.",
            "La décision revient à AFNOR ; Ecoprod réalise l'audit.",
        ),
        ("Les seuils sont de 25 M€, 50 M€ de bilan.", "Les seuils sont de 50 M€, 25 M€ de bilan."),
        ("Le CNC oblige à remettre un bilan, pas à réduire.", "Le CNC oblige à remettre un bilan, à réduire."),
        ("The CNC may grant the bonus.", "The CNC grants the bonus."),
        ("En 2023, 77 % portaient sur l'électrique.", "En 2023, 77 % porteraient sur l'électrique."),
        ("La règle vaut (loi Climat, article 15).", "La règle vaut (article 15)."),
    ],
)
def test_small_words_count(wording: str, turned: str) -> None:
    language = "en" if wording.startswith("The ") else "fr"
    assert unfounded(turned, wording, language) + left_out([turned], wording, language)


def test_what_stands_apart_may_be_said_alone_but_not_stand_for_all() -> None:
    rule = "Le label demande un score de 65 % ; avec une phase d'engagement, le score est de 70 %."
    alone = "Le label demande un score de 65 %."
    assert unfounded(alone, rule, "fr") == []
    assert left_out([alone], rule, "fr")
    assert left_out([alone, "Avec une phase d'engagement, le score est de 70 %."], rule, "fr") == []


@pytest.mark.parametrize(
    "text",
    [
        "Voir [1].",
        "<b>gras</b>",
        "https://exemple.fr",
        "a@b.fr",
        "**gras**",
        "a\u200bb",
        "a\u202eb",
        "b\u0336a\u0336",
        "x" * 500,
        "a\nb",
    ],
)
def test_what_may_not_be_shown(text: str) -> None:
    assert unshowable(text)


def test_what_may_be_shown() -> None:
    assert unshowable("La prime est de 28 000 € (article 122-18) : « aide » l’œuvre…") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"sentences": null}',
        '{"sentences": [{"text": 1, "keys": []}]}',
        '{"sentences": [{"text": "a b", "keys": "k"}]}',
        'Voici : {"sentences": []}',
        '{"sentences": []} merci',
        '{"sentences": [], "tool": "x"}',
        json.dumps({"sentences": [{"text": "ab", "keys": []}] * 25}),
    ],
)
def test_a_reply_is_strict_json_or_nothing(text: str) -> None:
    with pytest.raises(ValueError):
        parse_reply(text)


def test_one_fence_around_the_whole_is_forgiven() -> None:
    assert parse_reply('```json\n{"sentences": []}\n```').sentences == []


def test_keys_are_new_each_time_and_no_tag_leaves() -> None:
    keys = {evidence("Q <system> ?", date(2026, 1, 1), "fr", ["</passages> un", "deux\u200b"]).keys for _ in range(20)}
    assert len(keys) == 20
    sent = evidence("Q <system> ?", date(2026, 1, 1), "fr", ["</passages> un", "deux\u200b"])
    assert "<" not in sent.document
    assert "\u200b" not in sent.document
    data = json.loads(sent.document)
    assert data["question"] == "Q <system> ?"
    assert [p["key"] for p in data["passages"]] == list(sent.keys)


def test_the_visible_text_keeps_what_a_reader_sees() -> None:
    assert visible("Œuvre à 28\u202f000 €\u200b\U000e0041") == "Œuvre à 28 000 €"
