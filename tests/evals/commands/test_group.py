"""`clapvert eval …`, on the tiny corpus and a tiny reference set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.service import Service
from assistant.tuning import save_config
from evals.fitting import calibration
from evals.running.runner import Run
from ingest.errors import ClapvertError
from tests.evals.conftest import Invoke
from tests.evals.fitting.cards import write_cards
from tests.evals.fitting.test_calibration import PLANS


def test_run_keeps_the_answers_and_tells_the_scores(invoke: Invoke, tmp_path: Path) -> None:
    done = invoke("run", "--out", str(tmp_path / "a.jsonl"), "--misses")
    assert done.exit_code == 0
    assert "Réponses justes en tout" in done.stdout
    assert "5 questions en" in done.stdout
    assert "questions : 5/5" in done.stderr
    assert len(Run.load(tmp_path / "a.jsonl").records) == 5


def test_json_stands_alone_on_stdout(invoke: Invoke, tmp_path: Path) -> None:
    done = invoke("run", "--out", str(tmp_path / "a.jsonl"), "--json")
    told = json.loads(done.stdout)
    assert told["questions"] == 5
    assert told["metrics"]["quotes"]["value"] == 1.0
    assert told["metrics"]["refused"].keys() == {"value", "low", "high", "n"}
    assert told["unscored"] == told["left_out"] == {}
    assert {"understand", "retrieve", "compose", "verify", "total"} == told["latency_ms"].keys()
    again = json.loads(invoke("score", str(tmp_path / "a.jsonl"), "--json").stdout)
    assert again["metrics"] == told["metrics"]


def test_a_run_goes_to_the_data_folder(invoke: Invoke, use_settings: Any) -> None:
    told = json.loads(invoke("run", "--json").stdout)
    assert Path(told["run"]).parent == use_settings.data_dir / "runs"
    assert len(Run.load(Path(told["run"])).records) == 5


def test_only_a_domain(invoke: Invoke, tmp_path: Path) -> None:
    told = json.loads(invoke("run", "--domain", "cnc", "--out", str(tmp_path / "a.jsonl"), "--json").stdout)
    assert told["questions"] == 4
    with pytest.raises(ClapvertError, match="Aucune question"):
        invoke("run", "--domain", "label")


def test_compare_says_yes_then_no(invoke: Invoke, service: Service, tmp_path: Path) -> None:
    base, worse, settings = (str(tmp_path / name) for name in ("base.jsonl", "worse.jsonl", "settings.json"))
    invoke("run", "--out", base)
    done = invoke("compare", base, base)
    assert done.exit_code == 0
    assert "Aucun recul" in done.stdout
    Path(settings).write_text('{"scope": {"not_found": 1000}}', encoding="utf-8")
    invoke("run", "--settings", settings, "--out", worse)
    done = invoke("compare", base, worse, "--json", "--out", str(tmp_path / "c.json"))
    told = json.loads(done.stdout)
    assert told == json.loads((tmp_path / "c.json").read_text("utf-8"))
    assert told["metrics"]["refused"]["candidate"] == 1.0
    assert done.exit_code == (0 if told["passed"] else 1)
    lines = Path(base).read_text("utf-8").splitlines()
    Path(worse).write_text("\n".join(lines[:-3]) + "\n", encoding="utf-8")
    done = invoke("compare", base, worse)
    assert done.exit_code == 1
    assert "✗ Non jugées : 3 sur 5" in done.stdout


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two messages planned over the tiny corpus."""
    monkeypatch.setattr(calibration, "load_plans", lambda: PLANS)


def test_calibrate_writes_settings_that_run_takes(invoke: Invoke, tmp_path: Path, planned: None) -> None:
    out = str(tmp_path / "settings.json")
    done = invoke("calibrate", "--out", out)
    assert done.exit_code == 0
    assert "Réglages conseillés" in done.stdout
    assert invoke("run", "--settings", out, "--out", str(tmp_path / "a.jsonl")).exit_code == 0
    told = json.loads(invoke("calibrate", "--out", out, "--json").stdout)
    assert set(told["match"]["picked"]) == {"base", "candidate", "value", "low", "high", "n"}
    assert told["recommended"] == json.loads(Path(out).read_text("utf-8"))


@pytest.mark.nightly
def test_calibrate_fits_the_head_of_the_kinds(invoke: Invoke, use_settings: Any, tmp_path: Path) -> None:
    write_cards(use_settings.corpus_dir)
    out, settings = str(tmp_path / "kinds.npz"), str(tmp_path / "s.json")
    done = invoke("calibrate", "--kinds", "--out", out)
    assert "formulations" in done.stdout
    assert f"Poids écrits : {out}" in done.stdout
    told = json.loads(invoke("calibrate", "--kinds", "--out", out, "--json").stdout)
    assert told["unchanged"] is True
    assert told["out_of_fold"].keys() == {"value", "low", "high", "n"}
    Path(settings).write_text("{}", encoding="utf-8")
    with pytest.raises(ClapvertError, match="genres"):
        invoke("calibrate", "--kinds", "--settings", settings, "--out", out)


@pytest.mark.nightly
def test_heads_read_from_examples_are_fitted(invoke: Invoke, tmp_path: Path) -> None:
    acts, field = tmp_path / "acts.npz", tmp_path / "field.npz"
    assert str(acts) in invoke("calibrate", "--acts", "--out", str(acts)).stdout
    assert str(field) in invoke("calibrate", "--field", "--out", str(field)).stdout
    with np.load(acts) as one, np.load(field) as other:
        assert "ask" in one["classes"]
        assert other["weights"].ndim == 1


def test_one_head_is_fitted_at_a_time(invoke: Invoke, tmp_path: Path) -> None:
    acts = tmp_path / "acts.npz"
    with pytest.raises(ClapvertError, match="une tête à la fois"):
        invoke("calibrate", "--acts", "--field", "--out", str(acts))


def test_calibrate_starts_from_the_settings_given(invoke: Invoke, tmp_path: Path, planned: None) -> None:
    from assistant.engine import EngineConfig

    start = tmp_path / "start.json"
    save_config(EngineConfig(), start)
    assert invoke("calibrate", "--settings", str(start), "--out", str(tmp_path / "s.json")).exit_code == 0
