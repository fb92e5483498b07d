"""Fits on made-up data whose answer is known, then the whole calibration on the tiny corpus."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from assistant.planning.abstention import AbstainConfig
from evals.fitting.ranking_fit import FOLDS, Ranked, fit_ranking, folds
from evals.fitting.scope_fit import WEIGHTS, ScopeData, auc, fit_scope, tradeoff

from assistant.engine import EngineConfig
from assistant.planning.ranking import SelectionConfig
from assistant.service import Service
from evals.fitting.calibration import Costs, calibrated
from evals.reports.calibration_report import calibration_report
from evals.running.configuration import config_from, load_config, save_config, with_config
from ingest.errors import ClapvertError, ErrorCode
from tests.conftest import Build
from tests.evals.running.test_runner import REFERENCE
from tests.samples import DOUBLE_BILAN, edited_yaml

NAMES = tuple(asdict(SelectionConfig()))


def ranked(helpful: str, harmful: str, questions: int = 60) -> Ranked:
    """Gold candidates have more of one feature; the others have more of another."""
    rng = np.random.default_rng(3)
    features = np.zeros((questions, 8, len(NAMES)))
    gold = np.zeros((questions, 8), np.bool_)
    gold[np.arange(questions), rng.integers(0, 8, questions)] = True
    features[..., NAMES.index(helpful)] = gold * 0.6 + rng.normal(0, 0.2, gold.shape)
    features[..., NAMES.index(harmful)] = ~gold * 0.9 + rng.normal(0, 0.2, gold.shape)
    present = np.ones_like(gold)
    present[:, 6:] = gold[:, 6:]
    return Ranked(NAMES, tuple(f"t{i // 2}" for i in range(questions)), features, present, gold)


def test_folds_are_made_of_topics_and_always_the_same() -> None:
    topics = [f"t{i // 3}" for i in range(90)]
    fold = folds(topics)
    assert set(fold) == set(range(FOLDS))
    assert all(len({f for f, t in zip(fold, topics, strict=True) if t == topic}) == 1 for topic in topics)
    np.testing.assert_array_equal(fold, folds(topics))


def test_a_helpful_feature_gains_weight_and_a_misleading_one_loses_it() -> None:
    current = SelectionConfig()
    fit = fit_ranking(ranked("lexical", "coverage"), current)
    assert fit.weights["lexical"] > current.lexical
    assert fit.weights["coverage"] < current.coverage
    assert fit.better
    assert fit.first.candidate > fit.first.base


def test_no_weight_changes_sign_however_misleading_its_feature() -> None:
    current = SelectionConfig()
    fit = fit_ranking(ranked("lexical", "coverage"), current)
    assert all(fit.weights[n] * getattr(current, n) >= 0 for n in NAMES)
    assert set(fit.weights) == {f.name for f in fields(SelectionConfig)}


def scope_data(noise: float = 0.3, questions: int = 120) -> ScopeData:
    """Foreign questions lie lower on two features; a few of ours do too."""
    rng = np.random.default_rng(5)
    ours = np.arange(questions) % 4 != 0
    features = rng.normal(0, noise, (questions, 3)) + np.where(ours, 1.0, 0.0)[:, None] * np.array([1.0, 1.0, 0.0])
    return ScopeData(
        topics=tuple(f"t{i}" for i in range(questions)),
        features=features,
        fitted=np.ones(questions, np.bool_),
        ours=ours,
        refused=[False if o else None for o in ours],
        wrongly=[None if o else True for o in ours],
        domain_known=ours,
    )


def test_scope_weights_are_never_negative_and_tell_ours_from_foreign() -> None:
    fit = fit_scope(scope_data(), AbstainConfig(), Costs(1, 1))
    assert fit.auc > 0.95
    assert all(getattr(fit.config, n) >= 0 for n in WEIGHTS)
    assert fit.config.out_of_scope <= fit.config.not_found
    assert (fit.out_of_domain, fit.answerable) == (30, 90)
    untouched = {f.name for f in fields(AbstainConfig)} - {*WEIGHTS, "bias", "out_of_scope", "not_found"}
    assert all(getattr(fit.config, n) == getattr(AbstainConfig(), n) for n in untouched)


def test_the_dearer_error_is_made_less_often() -> None:
    careful, eager = (fit_scope(scope_data(0.6), AbstainConfig(), c).chosen for c in (Costs(1, 9), Costs(9, 1)))
    assert careful.wrongly_answered <= eager.wrongly_answered
    assert careful.refused >= eager.refused
    assert careful.threshold > eager.threshold


def test_the_trade_off_only_trades() -> None:
    data = scope_data(0.6)
    curve = tradeoff(data, data.features[:, 0], Costs(1, 1))
    assert [p.refused for p in curve] == sorted(p.refused for p in curve)
    assert [p.wrongly_answered for p in curve] == sorted((p.wrongly_answered for p in curve), reverse=True)
    assert (curve[0].refused, curve[0].wrongly_answered) == (0.0, 1.0)


def test_auc() -> None:
    assert auc([2.0, 3.0], [0.0, 1.0]) == 1.0
    assert auc([1.0], [1.0]) == 0.5


def test_calibration_from_end_to_end(service: Service, corpus_dir: Path, build: Build, tmp_path: Path) -> None:
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as fiche:
        fiche["sections"][0]["statements"][0]["fact"] = ["CNC-1"]
    build()
    start = EngineConfig()
    result = calibrated(service.engine, REFERENCE, start, Costs(2, 1))
    assert result.change.compared == 5
    assert json.dumps(result.as_dict())
    report = calibration_report(result)
    assert "Classement" in report
    assert "seuil `not_found`" in report
    save_config(result.config, tmp_path / "s.json")
    assert load_config(tmp_path / "s.json") == result.config


def test_settings_keep_their_defaults_where_the_file_is_silent(tmp_path: Path) -> None:
    found = config_from({"retrieval": {"rrf_k": 60}, "abstain": {"not_found": 0}}, tmp_path)
    assert found.retrieval == replace(EngineConfig().retrieval, rrf_k=60)
    assert found.abstain.not_found == 0
    assert found.selection == EngineConfig().selection


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ([], "objet"),
        ({"ranking": {}}, "ranking"),
        ({"retrieval": []}, "retrieval"),
        ({"retrieval": {"rrf": 1}}, "retrieval.rrf"),
        ({"retrieval": {"rrf_k": 1.5}}, "retrieval.rrf_k"),
        ({"retrieval": {"rrf_k": True}}, "retrieval.rrf_k"),
        ({"abstain": {"not_found": "0"}}, "abstain.not_found"),
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
