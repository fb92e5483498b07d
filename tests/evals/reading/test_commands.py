"""`eval run --messages | --sealed`, `eval read …`, `eval sealed …`: totals here, words in the reader's sheet alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import evals.reading.sealed as sealed
from evals.commands.group import evaluate
from evals.running.runner import Run
from ingest.errors import ClapvertError
from tests.evals.conftest import Invoke
from tests.evals.reading.samples import ASKED, sheet_in, write_messages

TOTALS = {"messages", "errors", "answered", "partial", "abstained", "words_p50", "words_p95", "seconds"}


@pytest.fixture
def sealed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sealed sets in a folder of the test's own, with « essai »."""
    folder, sets = tmp_path / "sealed", tmp_path / "sets"
    sealed.seal(write_messages(tmp_path), "essai", folder)
    for function in (sealed.seal, sealed.names, sealed.unpacked, sealed.unseal, sealed.note, sealed.log):
        given = {sealed.FOLDER: folder, sealed.SETS: sets}
        monkeypatch.setattr(function, "__defaults__", tuple(given[path] for path in function.__defaults__ or ()))
    return folder


def told(stdout: str) -> None:
    """Totals, and no word of a message or of an answer."""
    assert {line.partition(" :")[0] for line in stdout.strip().splitlines()} == TOTALS
    assert not any(word in stdout.lower() for word in ("prime", "film", "bilan", "carbone", "28 000"))


def test_messages_are_told_by_totals_and_kept_for_the_sheet(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    done = invoke("run", "--messages", str(write_messages(tmp_path)), "--out", str(out))
    assert done.exit_code == 0
    told(done.stdout)
    assert [r.id.upper() for r in Run.load(out).records] == list(ASKED)


def test_a_sealed_set_is_told_by_totals_and_the_log_says_so(invoke: Invoke, sealed_in: Path) -> None:
    done = invoke("run", "--sealed", "essai")
    told(done.stdout)
    assert "prime" not in done.stderr
    assert json.loads(invoke("run", "--sealed", "essai", "--json").stdout).keys() == TOTALS
    assert [(o.set, o.what, o.why) for o in sealed.log()] == [("essai", "measured", "totaux")] * 2


def test_one_set_at_a_time_and_one_that_exists(invoke: Invoke, tmp_path: Path, sealed_in: Path) -> None:
    with pytest.raises(ClapvertError, match="Un seul jeu"):
        invoke("run", "--messages", str(write_messages(tmp_path)), "--sealed", "essai")
    with pytest.raises(ClapvertError, match="Aucun jeu scellé « autre »"):
        invoke("run", "--sealed", "autre")
    assert sealed.log() == []


def test_from_a_sealed_run_to_rates(invoke: Invoke, tmp_path: Path, sealed_in: Path) -> None:
    out, sheet = tmp_path / "a.jsonl", tmp_path / "sheet"
    invoke("run", "--sealed", "essai", "--out", str(out))
    done = invoke("read", "lay", str(out), "--sealed", "essai", "--out", str(sheet))
    assert done.stdout.startswith("4 réponses à lire")
    assert {p.name for p in sheet.iterdir()} == {"sheet.yaml", "sheet.md", "key.yaml"}
    said = tmp_path / "verdicts.yaml"
    said.write_text("r1: forward\nr2: {grade: poor, why: 'trop long'}\n", encoding="utf-8")
    assert "2 verdicts de lea sur 4" in invoke("read", "take", str(sheet), str(said), "--reader", "lea").stdout
    rated = json.loads(invoke("read", "rate", str(sheet), "--json").stdout)
    assert rated["rates"][0]["forwarded"]["value"] == 0.5
    said.write_text("r1: superbe\n", encoding="utf-8")
    with pytest.raises(ClapvertError, match="superbe"):
        invoke("read", "take", str(sheet), str(said), "--reader", "lea")
    with pytest.raises(ClapvertError, match="Dites quel jeu"):
        invoke("read", "lay", str(out), "--out", str(sheet))


def test_a_sheet_is_read_here_one_answer_at_a_time(tmp_path: Path) -> None:
    items, _ = sheet_in(tmp_path)
    say = ["forward", "", "poor", "la condition manque"]
    first = CliRunner().invoke(
        evaluate, ["read", "answer", str(tmp_path), "--reader", "lea"], input="\n".join(say) + "\n"
    )
    assert items[0].question in first.output
    assert "avant" not in first.output
    assert "apres" not in first.output
    rest = ["right", ""] * (len(items) - 2)
    again = CliRunner().invoke(
        evaluate, ["read", "answer", str(tmp_path), "--reader", "lea"], input="\n".join(rest) + "\n"
    )
    assert again.exit_code == 0
    assert f"## {items[0].key} " not in again.output
    assert f"## {items[2].key} " in again.output


def test_sealed_sets_are_listed_added_and_opened(invoke: Invoke, tmp_path: Path, sealed_in: Path) -> None:
    assert invoke("sealed", "add", str(write_messages(tmp_path)), "deux").exit_code == 0
    assert json.loads(invoke("sealed", "list", "--json").stdout) == {"sealed": ["deux", "essai"], "log": []}
    assert "questions.yaml" in invoke("sealed", "open", "deux", "--why", "fini").stdout
    listed = invoke("sealed", "list").stdout
    assert listed.startswith("Scellés : essai\n")
    assert "deux  opened : fini" in listed
