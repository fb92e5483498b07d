"""Sets to be read: well-formed or refused, one id a message or turn, asked like any reference set."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.reading.messages import read_messages
from evals.reading.sealed import SETS
from ingest.errors import ClapvertError
from tests.evals.reading.samples import ASKED, MESSAGES, write_messages


def test_every_message_and_turn_is_asked_but_the_defective(tmp_path: Path) -> None:
    asked = {a.id: a for a in read_messages(write_messages(tmp_path)).asked()}
    assert tuple(asked) == ASKED
    assert asked["C01"].decides == "tout ou rien"
    assert (asked["D01.2"].before, asked["D01.2"].expected) == (("La prime pour un film ?",), "rien")
    assert asked["D01.2"].cluster == asked["D01.1"].cluster == "D01"


def test_a_bare_false_is_the_kind_of_that_name(tmp_path: Path) -> None:
    assert [m.kind for m in read_messages(write_messages(tmp_path)).questions] == ["amount", "oos", "false"]


def test_it_is_asked_as_a_reference_set_that_expects_nothing(tmp_path: Path) -> None:
    reference = read_messages(write_messages(tmp_path)).as_reference()
    asked = reference.asked()
    assert [i.upper() for i in asked] == list(ASKED)
    assert all(set(e.outcome) == {"answered", "partial", "abstained"} and not e.must_include for e in asked.values())


def test_a_set_with_a_wrong_field_is_refused_by_file_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "questions.yaml"
    path.write_text(MESSAGES.replace("decides:", "decide:"), encoding="utf-8")
    with pytest.raises(ClapvertError, match=r"questions\.yaml, ligne 3.*decide"):
        read_messages(path)


def test_the_sets_of_the_repository_are_well_formed() -> None:
    for path in SETS.glob("*/questions.yaml"):
        ids = [a.id for a in read_messages(path).asked()]
        assert len(ids) == len(set(ids)) > 0
