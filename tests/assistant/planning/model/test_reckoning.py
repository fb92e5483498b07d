"""Sums that a model asks for: figures that are said, of one unit, shown whole; and the thresholds that they meet."""

from __future__ import annotations

import pytest

from assistant.planning.model.reckoning import Reckoned, reckoned
from assistant.planning.model.reply import Reckon

MESSAGE = (
    "131 000 € d'achats, dont 15 000 € en Belgique ; remises 22 000 €. 24 jours sur 40. 6 % et 5 %. 4 200 salariés. "
    "Nous 750 litres, eux 500. À 22, un tableau de 140 lignes et 30 lignes. 35 tonnes puis 48 tonnes."
)
TEXT = "Sous 100 000 € nets, rien n'est dû ; moins de 10 % ensemble ; au moins 5 000 salariés ; 1 500 € au plus ; 1 100 litres au plus ; la vague 1 et la vague 2 (1 an)."


def reckon(*figures: str, op: str = "sum", against: str = "") -> Reckoned | str:
    asked = Reckon.model_validate({"figures": list(figures), "op": op, "against": against})
    return reckoned(asked, MESSAGE, [TEXT], "fr")


@pytest.mark.parametrize(
    ("figures", "op", "against", "said", "met"),
    [
        (("131 000 €", "15 000 €", "22 000 €"), "less", "100 000 €",
         "131 000 € − 15 000 € − 22 000 € = 94 000 €, au-dessous de 100 000 €", True),
        (("6 %", "5 %"), "sum", "10 %", "6 % + 5 % = 11 %, au-dessus de 10 %", False),
        (("4 200 salariés",), "sum", "5 000 salariés", "4 200 salariés, au-dessous de 5 000 salariés", False),
        (("24 jours", "40"), "share", "", "24 jours sur 40 = 60 %", None),
        (("750", "500"), "sum", "1 100 litres", "750 litres + 500 = 1 250 litres, au-dessus de 1 100 litres", False),
        (("140", "30 lignes"), "sum", "", "140 lignes + 30 lignes = 170 lignes", None),
        (("48", "35"), "less", "", "48 tonnes − 35 tonnes = 13 tonnes", None),
    ],
)  # fmt: skip
def test_a_sum_is_shown_whole(figures: tuple[str, ...], op: str, against: str, said: str, met: bool | None) -> None:
    found = reckon(*figures, op=op, against=against)
    assert isinstance(found, Reckoned)
    assert (found.said.replace("\u202f", " "), found.met) == (said, met)


@pytest.mark.parametrize(
    ("figures", "op", "against"),
    [
        (("95 000 €",), "sum", "100 000 €"),  # not said
        (("131 000 €", "6 %"), "sum", ""),  # of two units
        (("131 000 €",), "sum", "10 %"),
        (("131 000 €",), "sum", "90 000 €"),  # not of the evidence
        (("131 000 €",), "sum", ""),  # nothing is reckoned
        ((), "sum", "100 000 €"),
        (("35", "48"), "less", ""),  # nothing is left
        (("22", "140 lignes"), "sum", ""),  # what the first counts is not said
        (("140 lignes", "35 tonnes"), "sum", ""),  # of two things
        (("140 lignes",), "sum", "1"),
        (("140 lignes",), "sum", "2"),
    ],
)
def test_what_is_not_said_or_does_not_go_together_is_not_reckoned(
    figures: tuple[str, ...], op: str, against: str
) -> None:
    assert isinstance(reckon(*figures, op=op, against=against), str)
