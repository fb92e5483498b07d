"""What is fitted on a model in one go: thresholds that keep their meaning, the fusion, all of it kept or nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.engine import EngineConfig
from assistant.planning.scope import FIELD_WEIGHTS
from assistant.reading.acts import WEIGHTS
from assistant.reading.fitted import SHIPPED, Fitted
from assistant.service import Service
from assistant.tuning import HEADS, folder_of, tuning_of
from evals.fitting import model_fit
from evals.fitting.known_encoder import KnownEncoder
from evals.fitting.match_fit import MatchFit
from evals.fitting.model_fit import fit_model, fused_best, meaning_best, passages_of, rules_of, scope_of
from evals.fitting.steps_fit import StepsFit
from evals.scoring.statistics import Difference
from ingest.index.store import VectorCache
from ingest.model.embedding import HashingEncoder
from tests.conftest import Build
from tests.evals.running.test_runner import REFERENCE
from tests.samples import DOUBLE_BILAN, edited_yaml

SAID: list[str] = []


class Counting(HashingEncoder):
    """The double, counting what it encodes."""

    def __init__(self) -> None:
        self.alone, self.together = 0, 0

    def encode_query(self, text: str) -> Any:
        self.alone += 1
        return super().encode_query(text)

    def encode_queries(self, texts: Any, progress: Any = None) -> Any:
        self.together += len(texts)
        return np.stack([HashingEncoder().encode_query(t) for t in texts])


def heads_in(folder: Path, **changed: Any) -> Fitted:
    """The shipped heads of acts and of the field, some arrays changed."""
    for path in (WEIGHTS, FIELD_WEIGHTS):
        with np.load(path) as kept:
            arrays = dict(kept)
        np.savez_compressed(folder / path.name, **{n: changed.get(n, v) for n, v in arrays.items()})
    return Fitted(folder)


class TestThresholds:
    def test_the_same_moments_leave_them_as_they_are(self, tmp_path: Path) -> None:
        start, same = EngineConfig(), heads_in(tmp_path)
        assert rules_of(start.rules, same) == start.rules
        assert scope_of(start.scope, same) == start.scope
        assert passages_of(start.passages, same) == start.passages

    def test_questions_that_stand_twice_as_far_apart_are_near_from_twice_as_far(self, tmp_path: Path) -> None:
        mean = SHIPPED.arrays(WEIGHTS)["mean"]
        apart = 1 - float(mean @ mean)
        wider = np.sqrt((1 - 2 * apart) / float(mean @ mean)) * mean
        found, start = rules_of(EngineConfig().rules, heads_in(tmp_path, mean=wider)), EngineConfig().rules
        assert found.obligations == pytest.approx(1 - 2 * (1 - start.obligations), abs=1e-3)
        assert found.apart == pytest.approx(2 * start.apart, abs=1e-3)

    def test_a_contrast_of_another_mean_and_spread_measures_the_same(self, tmp_path: Path) -> None:
        shipped = SHIPPED.arrays(FIELD_WEIGHTS)
        with np.load(FIELD_WEIGHTS) as kept:
            moments = {n: kept[n].copy() for n in ("mean", "spread")}
        moments["mean"][0], moments["spread"][0] = 10.0, 2.0
        (tmp_path / "own").mkdir()
        with np.load(FIELD_WEIGHTS) as kept:
            np.savez_compressed(tmp_path / "own" / FIELD_WEIGHTS.name, **(dict(kept) | moments))
        start, own = EngineConfig(), Fitted(tmp_path / "own")
        found = scope_of(start.scope, own)
        for deviations in (-1.0, 0.0, 2.0):
            theirs = float(shipped["mean"][0] + deviations * shipped["spread"][0])
            assert found.contrast * (10 + 2 * deviations) + found.bias == pytest.approx(
                start.scope.contrast * theirs + start.scope.bias, abs=1e-2
            )
        scaled = passages_of(start.passages, own)
        scale = float(shipped["mean"][0]) / 10
        assert scaled.rank["similarity"] == pytest.approx(scale * start.passages.rank["similarity"], abs=1e-3)
        assert scaled.rank["covered"] == start.passages.rank["covered"]


def test_the_fusion_is_never_worse_than_the_one_in_place(service: Service, corpus_dir: Path, build: Build) -> None:
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as fiche:
        fiche["sections"][0]["statements"][0]["fact"] = ["CNC-1"]
    build()
    config, before, after = fused_best(service.engine, REFERENCE)
    assert 0 < before <= after <= 1
    assert replace(config, retrieval=EngineConfig().retrieval) == EngineConfig()
    share, before, after = meaning_best(service.engine, REFERENCE, VectorCache(corpus_dir.parent / "v.db"))
    assert 0 < before <= after <= 1
    assert 0 < share < 1


def test_examples_are_encoded_once_and_together(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "v.db")
    first, second = Counting(), Counting()
    known = KnownEncoder(first, ["un", "deux", "un"], cache)
    assert known.encode_query("un").tolist() == HashingEncoder().encode_query("un").tolist()
    assert (first.alone, first.together) == (0, 2)
    known.encode_query("trois")
    assert first.alone == 1
    KnownEncoder(second, ["deux"], cache)
    assert second.together == 0


class TestWhole:
    @pytest.fixture
    def light(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Fits that copy the shipped heads: each is tested by itself."""
        shipped = {p.name: p for p in HEADS}

        def kept(result: Any) -> Any:
            return lambda *a: (shutil.copy(shipped[Path(a[-1]).name], a[-1]), result)[1]

        nothing = MatchFit(EngineConfig().match, 1, Difference(0, 0, 0, 0, 0, 1), 0.0)
        for name in ("fit_acts", "fit_manners", "fit_field", "fit_meanings"):
            monkeypatch.setattr(model_fit, name, kept(1.0))
        steps = StepsFit(1, {}, np.zeros(1, np.float32), 1.0, 1.0, 0.0)
        monkeypatch.setattr(model_fit.steps_fit, "fit_steps", lambda *_: steps)
        monkeypatch.setattr(model_fit.steps_fit, "save", kept(True))
        monkeypatch.setattr(model_fit, "wordings", lambda *_: [])
        monkeypatch.setattr(model_fit, "choices", lambda *_: [])
        monkeypatch.setattr(model_fit, "fit_match", lambda *_: nothing)
        monkeypatch.setattr(model_fit, "load_reference", lambda: REFERENCE)
        monkeypatch.setattr(model_fit, "_texts", lambda _: ["un"])

    def test_it_is_taken_up_by_the_model(self, service: Service, light: None) -> None:
        info = service.encoder.info
        fit = fit_model(service.settings, service.engine, SAID.append)
        tuning = tuning_of(service.settings.data_dir, info)
        assert (tuning.state, tuning.fitted.folder) == ("own", fit.folder)
        assert tuning.config == fit.config
        assert fit.as_dict()["heads"]["acts"] == 1.0
        assert Service(service.settings, service.encoder, service.clock).engine.search.fitted.own

    def test_a_fit_that_fails_leaves_nothing(
        self, service: Service, light: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(model_fit, "fit_meanings", fails)
        with pytest.raises(KeyboardInterrupt):
            fit_model(service.settings, service.engine, SAID.append)
        folder = folder_of(service.settings.data_dir, service.encoder.info)
        assert list(folder.parent.iterdir()) == []
