"""Runs kept in the data folder: what the web app reads, and the trend."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evals.running import runs
from evals.running.runner import Run
from ingest.errors import ClapvertError
from tests.evals.samples import FORFAIT, answer, expected, run

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ROW: dict[str, Any] = {"reference": None, "domains": None}


def kept(folder: Path, minutes: int, **changes: Any) -> runs.Row:
    made = run({"q1": (expected(), answer("Le forfait est de 28 000 €. [1]", [FORFAIT]))}, [FORFAIT])

    def write(row: runs.Row, before: Any) -> tuple[dict[str, Any], str]:
        return {"clapvert_report": 1, "before": [r["id"] for r in before]}, "<!doctype html>"

    return runs.keep(folder, ROW | changes, made, write, AT + timedelta(minutes=minutes))


def test_a_kept_run_is_plain_json_and_reads_back(tmp_path: Path) -> None:
    row = kept(tmp_path, 0)
    index = json.loads((tmp_path / "index.json").read_text("utf-8"))
    assert index == {"clapvert_runs": 1, "runs": [row]}
    assert row["id"] == "20261125-090000"
    assert row["at"] == "2026-11-25T09:00:00+00:00"
    assert {(tmp_path / name).is_file() for name in row["files"].values()} == {True}
    assert Run.load(runs.find(tmp_path, row["id"])).records[0].id == "q1"
    assert not list(tmp_path.glob(".*.new"))


def test_two_runs_of_one_second_have_two_names(tmp_path: Path) -> None:
    names = [kept(tmp_path, 0)["id"] for _ in range(3)]
    assert names == ["20261125-090000", "20261125-090000-2", "20261125-090000-3"]
    assert json.loads((tmp_path / f"{names[2]}.json").read_text("utf-8"))["before"] == names[:2]


def test_the_trend_holds_what_was_asked_alike(tmp_path: Path) -> None:
    kept(tmp_path, 0)
    kept(tmp_path, 1, reference="ailleurs")
    kept(tmp_path, 2, domains=["cnc"])
    last = kept(tmp_path, 3)
    report = json.loads((tmp_path / last["files"]["report"]).read_text("utf-8"))
    assert report["before"] == ["20261125-090000"]


def test_old_runs_keep_their_figures_and_leave_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "KEPT", 2)
    first = kept(tmp_path, 0)
    for minute in (1, 2):
        kept(tmp_path, minute)
    rows = runs.load_index(tmp_path)
    assert [len(r["files"]) for r in rows] == [3, 3, 0]
    assert not (tmp_path / first["files"]["page"]).exists()


def test_a_run_is_found_by_path_by_id_and_as_the_last(tmp_path: Path) -> None:
    kept(tmp_path, 0)
    last = kept(tmp_path, 1)
    path = tmp_path / last["files"]["run"]
    assert runs.find(tmp_path, "last") == runs.find(tmp_path, last["id"]) == runs.find(tmp_path, str(path)) == path
    with pytest.raises(ClapvertError, match="ni un fichier ni un run gardé"):
        runs.find(tmp_path, "demain")
    with pytest.raises(ClapvertError, match="ni un fichier"):
        runs.find(tmp_path / "vide", "last")


@pytest.mark.parametrize("content", ["", "[]", '{"clapvert_runs": 9, "runs": []}'])
def test_a_broken_index_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text(content, encoding="utf-8")
    with pytest.raises(ClapvertError, match="index de runs"):
        runs.load_index(tmp_path)
