"""What refutes a written sentence: figures and days that nothing bears, not those that follow from what is cited."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.checking.refuting import refutations
from tests.assistant.support import statement_passage

TODAY = date(2026, 12, 2)
SIX_MONTHS = "En coproduction internationale, le dossier se remet dans les six mois de l'achèvement de l'œuvre."
VOLUMES = "Le seuil est de 1 100 litres par semaine."
SPEND = "La déclaration est due à partir de 100 000 € de dépenses."
SHARE = "L'amende peut atteindre 5 % du chiffre d'affaires hors taxes."
YEARLY = "L'attestation se remet chaque année avant le 31 mars, pour l'année précédente."
LONG = "Un raccordement de plus de 28 jours est de longue durée."


def found(text: str, cited: str, message: str, regime: str = "fr") -> list[str]:
    passage = statement_passage(1, id="e1", text=cited, regime=regime)
    return refutations(text, "fr", [passage], [passage.text], [message], TODAY)


@pytest.mark.parametrize(
    ("text", "cited", "message"),
    [
        ("Il se remet dans les six mois : du 31 juillet 2026, cela mène au 31 janvier 2027.", SIX_MONTHS, "achevée le 31 juillet 2026"),
        ("Vous dépassez le seuil : 2 × 330 + 2 × 360 = 1 380 litres.", VOLUMES, "2 bacs de 330 et 2 bacs de 360 litres"),
        ("Vous en êtes à 92 + 16 = 108 k€, au-dessus de 100 000 €.", SPEND, "92 k€ de spots et 16 k€ de catalogue"),
        ("Vos 27 k€ de Belgique restent sous 100 000 €.", SPEND, "27 k de belgique"),
        ("Vos 6 semaines (6 × 7 = 42 jours) dépassent 28 jours.", LONG, "6 semaines de tournage"),
        ("En droit français, la déclaration est due à partir de 100 000 € de dépenses.", SPEND, "on dépense 92 k€"),
        ("Vous risquez 4 M€ × 5 % = 200 000 €.", SHARE, "CA 4 M€ HT"),
        ("Vos 14 jours dépassent le seuil de 1 100 litres par semaine.", VOLUMES, "nos 14 jours à Marseille"),
        ("Remettez-le avant le 31 mars 2027.", YEARLY, "quand ?"),
    ],
)  # fmt: skip
def test_what_follows_from_the_texts_and_the_message_stands(text: str, cited: str, message: str) -> None:
    assert found(text, cited, message) == []


@pytest.mark.parametrize(
    ("text", "cited", "message", "fault"),
    [
        ("Il se remet dans les six mois : du 31 juillet 2026, cela mène au 30 avril 2027.", SIX_MONTHS, "achevée le 31 juillet 2026", "date 2027-04-30"),
        ("Vous dépassez le seuil : 2 × 330 + 2 × 360 = 1 980 litres.", VOLUMES, "2 bacs de 330 et 2 bacs de 360 litres", "chiffre 1980"),
        ("Vous en êtes à 92 + 18 = 110 k€, au-dessus de 100 000 €.", SPEND, "92 k€ de spots et 16 k€ de catalogue", "chiffre 110000 €"),
        ("Vos 37 k€ de Belgique restent sous 100 000 €.", SPEND, "27 k de belgique", "chiffre 37000 €"),
        ("Vos 27 k€ de Belgique restent sous 100 000 €.", SPEND, "27 jours en belgique", "chiffre 27000 €"),
        ("Vous en êtes à 92 / 0 = 16 k€, sous 100 000 €.", SPEND, "92 k€ de spots, 0 € de catalogue", "chiffre 16000 €"),
        ("Vos 6 semaines (6 + 7 = 13 jours) ne dépassent pas 28 jours.", LONG, "6 semaines de tournage", "chiffre 13"),
        ("Vous risquez 4 M€ × 5 % = 400 000 €.", SHARE, "CA 4 M€ HT", "chiffre 400000 €"),
        ("Remettez-le avant le 31 mars 2029.", YEARLY, "quand ?", "date 2029-03-31"),
        ("En Suisse, la déclaration est due à partir de 100 000 € de dépenses.", SPEND, "on dépense 92 k€", "nom : Suisse"),
    ],
)  # fmt: skip
def test_what_does_not_is_refuted(text: str, cited: str, message: str, fault: str) -> None:
    assert fault in found(text, cited, message)


RADIO = "Une publicité automobile à la radio n'a pas à annoncer la classe CO2 du véhicule."
HASHTAG = (
    "À la radio, le message de mobilité est dit juste après l'annonce automobile ; le mot-dièse n'y est pas exigé."
)
SPONSORS = "Le parrainage d'une émission par un constructeur n'a pas à porter le message de mobilité."


def test_a_line_that_weaves_texts_or_opens_with_the_answer_adds_no_negation() -> None:
    """Each negation is in one of the texts, or answers the question; one that is turned is refuted still."""
    both = [statement_passage(1, id="e1", text=RADIO), statement_passage(2, id="e2", text=HASHTAG)]
    woven = "À la radio, une publicité automobile n'a pas à annoncer la classe CO2, et le mot-dièse n'est pas exigé."
    assert refutations(woven, "fr", both, [RADIO, HASHTAG], [], TODAY) == []
    opened = "Non, le bandeau n'est pas dû : le parrainage d'une émission n'a pas à porter le message de mobilité."
    assert found(opened, SPONSORS, "un bandeau ?") == []
    assert found("Le parrainage d'une émission doit porter le message de mobilité.", SPONSORS, "un bandeau ?")
