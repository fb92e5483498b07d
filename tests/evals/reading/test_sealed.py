"""Sealed sets: packed and unpacked alike, opened once, with a line in the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.reading.messages import read_messages
from evals.reading.sealed import FOLDER, Opening, log, names, note, seal, unpacked, unseal
from ingest.errors import ClapvertError
from tests.evals.reading.samples import ASKED, MESSAGES, write_messages
from tests.samples import TODAY


def test_a_set_is_sealed_read_through_and_opened_once(tmp_path: Path) -> None:
    messages = write_messages(tmp_path)
    folder, sets = tmp_path / "sealed", tmp_path / "sets"
    path = seal(messages, "essai", folder)
    assert names(folder) == ["essai"]
    assert not any(word in path.read_text(encoding="utf-8") for word in ("prime", "question", "28 000"))
    assert unpacked("essai", folder) == read_messages(messages)
    note(Opening(set="essai", on=TODAY, what="measured", why="totaux"), folder)
    opened = unseal("essai", "a servi deux fois", TODAY, folder, sets)
    assert opened.read_bytes() == messages.read_bytes()
    assert names(folder) == []
    assert [(o.set, o.on, o.what, o.why) for o in log(folder)] == [
        ("essai", TODAY, "measured", "totaux"),
        ("essai", TODAY, "opened", "a servi deux fois"),
    ]
    with pytest.raises(ClapvertError, match="Aucun jeu scellé « essai »"):
        unseal("essai", "encore", TODAY, folder, sets)
    assert len(log(folder)) == 2


def test_a_set_that_is_not_well_formed_is_not_sealed(tmp_path: Path) -> None:
    bad = tmp_path / "questions.yaml"
    bad.write_text(MESSAGES.replace("domain: cnc", "domaine: cnc"), encoding="utf-8")
    with pytest.raises(ClapvertError, match="ligne"):
        seal(bad, "essai", tmp_path / "sealed")
    assert names(tmp_path / "sealed") == []


def test_a_log_that_is_none_is_refused(tmp_path: Path) -> None:
    assert log(tmp_path) == []
    (tmp_path / "log.yaml").write_text("- {set: essai}\n", encoding="utf-8")
    with pytest.raises(ClapvertError, match="journal"):
        log(tmp_path)


def test_the_sealed_sets_of_the_repository_are_well_formed() -> None:
    """Told by counts alone: nothing of them is shown, even by a failure."""
    opened = {o.set for o in log() if o.what == "opened"}
    for name in names(FOLDER):
        ids = [a.id for a in unpacked(name).asked()]
        assert len(ids) == len(set(ids)) >= len(ASKED)
        assert name not in opened
