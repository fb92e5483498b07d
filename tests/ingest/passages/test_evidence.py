"""Evidence: sentences of a passage with exact offsets, each with what it goes with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.passages.evidence import evidence

LIST = (
    "Le producteur remet à la chaîne :\n\n– le bilan prévisionnel, trente jours avant ;\n\n– le bilan définitif.\n\n"
    "À défaut, la chaîne retient 5 %."
)
TABLE = "Barème\n| Poste | Taux |\n|---|---|\n| Décor | 12 % |\n| Régie | 5 % |"
ASKED = (
    "**Faut-il une autorisation ?** Oui, dès trois personnes.\n\nElle est gratuite.\n\n**Et le drone ?**\n\nInterdit."
)
LABEL = "h) Retards. Tout retard donne lieu à 1 %. Le plafond est de 5 %."
NESTED = "1. Le producteur :\n- fournit A ;\n- fournit B.\n2. La chaîne répond."


def pieces(text: str) -> list[tuple[str, str | None]]:
    return [(text[e.start : e.end], text[slice(*e.opens)] if e.opens else None) for e in evidence(text)]


def test_an_item_goes_with_what_opens_its_list() -> None:
    opens = "Le producteur remet à la chaîne :"
    assert pieces(LIST) == [
        (opens, None),
        ("– le bilan prévisionnel, trente jours avant ;", opens),
        ("– le bilan définitif.", opens),
        ("À défaut, la chaîne retient 5 %.", None),
    ]


def test_a_row_goes_with_its_header_and_without_its_bars() -> None:
    assert pieces(TABLE) == [
        ("Barème", None),
        ("Décor | 12 %", "Poste | Taux"),
        ("Régie | 5 %", "Poste | Taux"),
    ]


def test_an_answer_goes_with_its_question() -> None:
    found = dict(pieces(ASKED))
    assert found["Oui, dès trois personnes."] == "**Faut-il une autorisation ?**"
    assert found["Elle est gratuite."] == "**Faut-il une autorisation ?**"
    assert found["Interdit."] == "**Et le drone ?**"


def test_a_label_goes_with_its_paragraph() -> None:
    assert pieces(LABEL) == [
        ("h) Retards. Tout retard donne lieu à 1 %.", None),
        ("Le plafond est de 5 %.", "h) Retards."),
    ]


def test_lists_inside_lists() -> None:
    found = dict(pieces(NESTED))
    assert found["- fournit B."] == "1. Le producteur :"
    assert found["2. La chaîne répond."] is None


def test_short_pieces_that_semicolons_part_stay_together() -> None:
    assert pieces("Il trie ses déchets ; il les pèse ; il garde les bons.") == [
        ("Il trie ses déchets ; il les pèse ; il garde les bons.", None)
    ]


@pytest.mark.parametrize("text", [LIST, TABLE, ASKED, LABEL, NESTED])
def test_every_word_is_in_a_piece_or_in_what_opens_one(text: str) -> None:
    covered = set()
    for e in evidence(text):
        covered |= set(range(e.start, e.end)) | (set(range(*e.opens)) if e.opens else set())
    assert not [c for i, c in enumerate(text) if c.isalnum() and i not in covered]


@given(st.text(alphabet="ab .:;?\n|-*1)é", max_size=120))
def test_offsets_are_of_the_text_and_in_order(text: str) -> None:
    found = evidence(text)
    assert all(0 <= e.start < e.end <= len(text) for e in found)
    assert [e.start for e in found] == sorted(e.start for e in found)
    assert all(e.opens is None or e.opens[1] <= len(text) for e in found)
