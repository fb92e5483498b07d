"""The fit of the options on made-up choices whose answer is known, then the whole calibration; settings files."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.engine import EngineConfig
from assistant.planning.options import MatchConfig
from assistant.service import Service
from assistant.tuning import config_from, load_config, save_config
from evals.fitting import calibration
from evals.fitting.calibration import calibrated
from evals.fitting.folds import FOLDS, fold_of
from evals.fitting.match_fit import EITHER, FEATURES, Choice, MatchFit, choices, fit, fit_match, picked
from evals.plan_set import HandPart, HandPlan
from evals.reports.calibration_report import calibration_report
from evals.running.configuration import with_config
from evals.scoring.statistics import Difference
from ingest.errors import ClapvertError, ErrorCode
from tests.conftest import Build
from tests.evals.running.test_runner import REFERENCE
from tests.samples import DOUBLE_BILAN, edited_yaml

START = MatchConfig()


def made(helpful: str, harmful: str, questions: int = 60) -> list[Choice]:
    """The right option has more of one feature; the others have more of another."""
    rng = np.random.default_rng(3)
    out = []
    for n in range(questions):
        right = np.zeros(6 + n % 3)
        right[rng.integers(0, len(right))] = 1.0
        features = np.zeros((len(right), len(FEATURES)))
        features[:, FEATURES.index(helpful)] = right * 0.6 + rng.normal(0, 0.2, right.shape)
        features[:, FEATURES.index(harmful)] = (1 - right) * 0.9 + rng.normal(0, 0.2, right.shape)
        out.append(Choice(f"cnc/t{n // 2}", features, right))
    return out


def test_every_weight_is_fitted() -> None:
    assert set(FEATURES) == {f.name for f in fields(MatchConfig)}


def test_a_helpful_feature_gains_weight_and_a_misleading_one_loses_it() -> None:
    found = fit_match(made("own", "known"), START)
    assert found.config.own > START.own
    assert found.config.known < START.known
    assert found.adopted
    assert found.out_of_fold.candidate > found.out_of_fold.base
    assert found == fit_match(made("own", "known"), START)


def test_what_is_right_already_is_left_alone() -> None:
    found = fit_match(made("known", "is_card"), START)
    assert found.out_of_fold.value == 0
    assert not found.adopted


def test_no_weight_changes_sign_however_misleading_its_feature() -> None:
    for helpful, harmful in (("meant", "own"), ("known", "kind")):
        found = fit(made(helpful, harmful), START)
        for name in set(FEATURES) - EITHER:
            assert getattr(found, name) >= 0, name


def test_folds_are_made_of_topics_and_always_the_same() -> None:
    folds = [fold_of(f"cnc/t{n}") for n in range(90)]
    assert set(folds) == set(range(FOLDS))
    assert folds == [fold_of(f"cnc/t{n}") for n in range(90)]


def test_a_choice_is_worth_a_share_of_the_best() -> None:
    features = np.zeros((2, len(FEATURES)))
    features[1, FEATURES.index("known")] = 1.0
    assert picked(Choice("t", features, np.array([0.8, 0.4])), START) == 0.5


PLANS = [
    HandPlan(id=f"m{n}", domain="cnc", kind="short", message=text,
             parts=(HandPart(about=text, state="answered", sentences=(opens,)),))
    for n, (text, opens) in enumerate([
        ("Quels bilans carbone remettre au CNC ?", "double-bilan-2025"),
        ("Un court métrage doit-il remettre un bilan carbone ?", "court-dispense"),
    ])
]  # fmt: skip


@pytest.fixture
def facts(service: Service, corpus_dir: Path, build: Build, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(calibration, "load_plans", lambda: PLANS)
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as fiche:
        fiche["sections"][0]["statements"][0]["fact"] = ["CNC-1"]
    build()
    return service


def test_choices_are_read_from_the_planner(facts: Service) -> None:
    found = choices(facts.engine, PLANS)
    assert [c.topic for c in found] == ["cnc/double-bilan-2025", "cnc/court-dispense"]
    assert all(c.features.shape == (len(c.right), len(FEATURES)) for c in found)
    assert all(0 < c.right.max() <= 1 for c in found)


def test_calibration_from_end_to_end(facts: Service, tmp_path: Path) -> None:
    result = calibrated(facts.engine, REFERENCE, facts.engine.config)
    assert json.dumps(result.as_dict())
    assert result.match.questions == 2
    assert (result.config == facts.engine.config) is not result.match.adopted
    assert "hors pli" in calibration_report(result)
    save_config(result.config, tmp_path / "s.json")
    assert load_config(tmp_path / "s.json") == result.config


def test_what_is_adopted_is_told_before_and_after(facts: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    better = MatchFit(replace(START, known=3.0), 2, Difference(0.5, 0.7, 0.2, 0.1, 0.3, 2), 0.8)
    monkeypatch.setattr(calibration, "fit_match", lambda *_: better)
    result = calibrated(facts.engine, REFERENCE, facts.engine.config)
    assert result.config.match.known == 3.0
    assert result.change is not None
    assert result.change.compared == 5
    report = calibration_report(result)
    assert "match.known" in report
    assert "avant" in report
    unsure = replace(better, out_of_fold=Difference(0.5, 0.6, 0.1, -0.1, 0.3, 2))
    monkeypatch.setattr(calibration, "fit_match", lambda *_: unsure)
    result = calibrated(facts.engine, REFERENCE, facts.engine.config)
    assert (result.config, result.change) == (facts.engine.config, None)
    assert "non retenus" in calibration_report(result)


def test_one_topic_is_too_few(facts: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "load_plans", lambda: PLANS[:1])
    with pytest.raises(ClapvertError, match="Trop peu de messages"):
        calibrated(facts.engine, REFERENCE, EngineConfig())


def test_settings_keep_their_defaults_where_the_file_is_silent(tmp_path: Path) -> None:
    found = config_from({"retrieval": {"rrf_k": 60}, "scope": {"not_found": 0}}, tmp_path)
    assert found.retrieval == replace(EngineConfig().retrieval, rrf_k=60)
    assert found.scope.not_found == 0
    assert found.match == EngineConfig().match


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ([], "objet"),
        ({"ranking": {}}, "ranking"),
        ({"retrieval": []}, "retrieval"),
        ({"retrieval": {"rrf": 1}}, "retrieval.rrf"),
        ({"retrieval": {"rrf_k": 1.5}}, "retrieval.rrf_k"),
        ({"retrieval": {"rrf_k": True}}, "retrieval.rrf_k"),
        ({"scope": {"not_found": "0"}}, "scope.not_found"),
    ],
)
def test_settings_that_the_pipeline_does_not_know_are_named(data: Any, named: str, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ClapvertError, match=named) as caught:
        load_config(tmp_path / "s.json")
    assert caught.value.code is ErrorCode.BAD_REQUEST


def test_settings_must_be_json(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("x", encoding="utf-8")
    with pytest.raises(ClapvertError, match="JSON"):
        load_config(tmp_path / "s.json")


def test_another_configuration_shares_index_and_day(shared_service: Service) -> None:
    engine = shared_service.engine
    other = with_config(engine, replace(EngineConfig(), retrieval=replace(EngineConfig().retrieval, rrf_k=60)))
    assert other.snapshot is engine.snapshot
    assert other.search.config.rrf_k == 60
    assert other.clock() == engine.clock()
