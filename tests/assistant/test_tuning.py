"""What is fitted on a model goes with its fingerprint: taken up, refused, out of date."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import assistant.tuning
from assistant.engine import EngineConfig
from assistant.reading.acts import WEIGHTS, act_of
from assistant.reading.fitted import SHIPPED, Fitted
from assistant.reading.text_head import about, fits
from assistant.service import Ask, Service
from assistant.tuning import HEADS, folder_of, keep_tuning, tuning_of
from ingest.errors import ClapvertError, ErrorCode
from ingest.model.embedding import HashingEncoder, ModelInfo
from ingest.settings import DEFAULT_MODEL
from tests.conftest import Build

QUESTION = "Quel score faut-il pour le Label Ecoprod ?"
OTHER = ModelInfo(Path("/m"), "folder", "autre", "f" * 64, 384, "float32", 512, {"query": "", "passage": ""})


class OtherEncoder(HashingEncoder):
    """The double, as a model of someone's own."""

    info = replace(HashingEncoder.info, origin="folder", name="autre")


def refitted(data_dir: Path, info: ModelInfo, config: EngineConfig) -> Path:
    """The shipped heads, kept as those of a model."""
    folder = folder_of(data_dir, info)
    folder.mkdir(parents=True)
    for path in HEADS:
        shutil.copy(path, folder)
    keep_tuning(folder, config)
    return folder


class TestState:
    @pytest.mark.parametrize("name", [DEFAULT_MODEL, "multilingual-e5-small"])
    def test_the_default_model_has_what_is_shipped(self, tmp_path: Path, name: str) -> None:
        tuning = tuning_of(tmp_path, replace(OTHER, name=name)).ready()
        assert (tuning.state, tuning.config, tuning.fitted) == ("shipped", EngineConfig(), SHIPPED)

    def test_another_model_has_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(ClapvertError) as error:
            tuning_of(tmp_path, OTHER).ready()
        assert error.value.code is ErrorCode.MODEL_UNFITTED
        assert "clapvert eval calibrate --heads" in str(error.value)

    def test_what_was_refitted_is_for_its_fingerprint_alone(self, tmp_path: Path) -> None:
        config = replace(EngineConfig(), rules=replace(EngineConfig().rules, obligations=0.8))
        folder = refitted(tmp_path, OTHER, config)
        tuning = tuning_of(tmp_path, OTHER).ready()
        assert (tuning.state, tuning.config, tuning.fitted.folder) == ("own", config, folder)
        assert tuning_of(tmp_path, replace(OTHER, fingerprint="a" * 64)).state == "none"

    def test_other_shipped_heads_make_it_out_of_date(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        refitted(tmp_path, OTHER, EngineConfig())
        monkeypatch.setattr(assistant.tuning, "shipped_stamp", lambda: "another")
        tuning = tuning_of(tmp_path, OTHER)
        assert (tuning.state, tuning.fitted) == ("stale", SHIPPED)
        with pytest.raises(ClapvertError, match="autre version"):
            tuning.ready()

    def test_settings_that_the_pipeline_does_not_know_are_refused(self, tmp_path: Path) -> None:
        folder = refitted(tmp_path, OTHER, EngineConfig())
        (folder / "settings.json").write_text(json.dumps({"rules": {"nearer": 1}}), encoding="utf-8")
        with pytest.raises(ClapvertError, match="nearer"):
            tuning_of(tmp_path, OTHER)


class TestHeads:
    def test_an_own_head_reads_every_vector_of_its_model(self) -> None:
        mean = np.array([0.6, 0.8], np.float32)
        far = np.array([-0.6, 0.8], np.float32)
        assert not fits(far, mean)
        assert about(far, mean, own=False).tolist() == [0, 0]
        assert about(far, mean, own=True).tolist() == (far - mean).tolist()

    def test_the_same_files_read_alike(self, tmp_path: Path) -> None:
        shutil.copy(WEIGHTS, tmp_path)
        vector = SHIPPED.arrays(WEIGHTS)["mean"]
        for text in ("merci beaucoup", "résume en trois lignes", QUESTION):
            assert act_of(text, vector) == act_of(text, vector, Fitted(tmp_path))

    def test_every_head_is_data(self) -> None:
        for path in HEADS:
            with np.load(path, allow_pickle=False) as kept:
                assert all(kept[name].dtype != object for name in kept.files)


class TestService:
    def test_it_is_refused_until_refitted(self, service: Service, build: Build) -> None:
        other = Service(service.settings, OtherEncoder(), service.clock)
        with pytest.raises(ClapvertError) as error:
            other.ask(Ask(QUESTION))
        assert error.value.code is ErrorCode.MODEL_UNFITTED
        config = replace(EngineConfig(), rules=replace(EngineConfig().rules, obligations=0.8))
        refitted(service.settings.data_dir, OtherEncoder.info, config)
        answer = other.ask(Ask(QUESTION))
        assert answer.outcome == "answered"
        assert other.engine.config == config
        assert other.engine.search.fitted.own
