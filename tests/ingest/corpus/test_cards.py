"""Cards: what is well-formed loads in a stable order; what is not names its file, its line and its field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ingest.corpus.cards import Card, Kind, load_card_files, load_cards
from ingest.errors import ClapvertError
from tests.samples import write_yaml


def card(cid: str = "carte", **changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": cid, "subject": "bilans carbone", "topics": ["double-bilan"], "kinds": ["list"], "asks": ["Quels bilans ?"],
        "head": ["double-bilan-2025"],
    }  # fmt: skip
    return {k: v for k, v in (data | changes).items() if v is not None}


def test_they_load_in_a_stable_order(tmp_path: Path) -> None:
    write_yaml(tmp_path / "cartes" / "csrd" / "b.yaml", [card("trois")])
    write_yaml(tmp_path / "cartes" / "cnc" / "a.yaml", [card("un"), card("deux")])
    write_yaml(tmp_path / "cartes" / "lisez-moi.txt", "rien")
    assert [c.id for c in load_cards(tmp_path)] == ["un", "deux", "trois"]
    assert [f.file.path.name for f in load_card_files(tmp_path)] == ["a.yaml", "b.yaml"]
    assert load_card_files(tmp_path)[0].line(1) > load_card_files(tmp_path)[0].line(0)


def test_no_cards_is_no_fault(tmp_path: Path) -> None:
    assert load_cards(tmp_path) == []
    write_yaml(tmp_path / "cartes" / "vide.yaml", "# rien encore\n")
    assert load_cards(tmp_path) == []


def test_what_is_said_in_its_order_once(tmp_path: Path) -> None:
    made = Card.model_validate(card(head=["a", "b"], then=["c", "a"], needs=["d", "c"], next=["e"]))
    assert made.statements == ("a", "b", "c", "d", "e")
    assert (made.shape, made.verdict, made.strength, made.supposes) == ("sentence", None, "firm", {})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "Pas un slug"}, "id"),
        ({"subject": None}, "subject"),
        ({"topics": []}, "topics"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["combien"]}, "kinds"),
        ({"asks": []}, "asks"),
        ({"head": []}, "head"),
        ({"head": ["a", "b", "c", "d"]}, "head"),
        ({"shape": "liste"}, "shape"),
        ({"text": "Une carte n'écrit rien."}, "text"),
        ({"depends_on": {"field": "taille"}}, "depends_on"),
        ({"depends_on": {"field": "taille", "ask": "Combien ?", "sinon": "x"}}, "depends_on"),
        ({"reviewed": {"by": "relecteur"}}, "reviewed"),
        ({"verdict": "peut-être", "kinds": ["yes_no"]}, "verdict"),
    ],
)
def test_what_is_not_well_formed_is_named(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    path = write_yaml(tmp_path / "cartes" / "cnc" / "a.yaml", [card("bonne"), card("mauvaise", **changes)])
    with pytest.raises(ClapvertError) as error:
        load_cards(tmp_path)
    assert path.name in str(error.value)
    assert field in str(error.value)


def test_a_verdict_is_for_yes_or_no() -> None:
    assert Card.model_validate(card(kinds=["yes_no"], verdict="no")).verdict == "no"
    with pytest.raises(ValidationError, match="yes_no"):
        Card.model_validate(card(kinds=["amount"], verdict="no"))


def test_every_kind_is_a_word() -> None:
    assert len({k.value for k in Kind}) == len(Kind) == 13
