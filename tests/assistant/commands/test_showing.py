"""An answer in a terminal: its paragraphs and lists, what to do, the figures it holds for; bold only where it shows."""

from __future__ import annotations

import click
import pytest

from assistant.commands.showing import show
from tests.assistant.answers import answer


def lines(**changes: object) -> list[str]:
    return click.unstyle(show(answer(**changes))).split("\n")


def test_paragraphs_steps_and_bullets() -> None:
    shown = lines()
    assert "Non, a priori : votre effectif, 12 salariés, ne dépasse pas 500. La règle vise les grandes. [1]" in shown
    start = shown.index("  1. Demander l'accord du parc. [2]")
    assert shown[start + 1] == "  2. Payer la redevance. [1][2]"
    assert "  - Le 1er mars pour la fiction. [1]" in shown
    assert "Quand : avec le devis. [2]" in shown
    assert not any("**" in line for line in shown)


def test_bold_is_bold_for_a_terminal() -> None:
    assert "\033[1mQuand\033[0m : avec le devis." in show(answer())


def test_what_to_do_and_by_when() -> None:
    shown = lines()
    start = shown.index("À faire :")
    assert shown[start + 1 : start + 3] == [
        "  - Écrire au parc. [2] (échéance : 31/12/2026)",
        "  - Garder la preuve. [1]",
    ]
    assert "À faire :" not in lines(next=[])


def test_the_figures_that_it_holds_for() -> None:
    assert "  (cas compris : 12 salariés, 2 à 3 M€)" in lines()
    plain = answer().understood.model_copy(update={"case": ()})
    assert not any("cas compris" in line for line in lines(understood=plain.model_dump()))


@pytest.mark.parametrize("wanted", ["» Ma boîte", "[1] Notice Clapvert « Fiche d'essai », d'après RGA du CNC"])
def test_the_rest_is_there(wanted: str) -> None:
    assert wanted in "\n".join(lines())
