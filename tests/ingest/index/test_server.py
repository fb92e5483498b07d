"""Snapshots whose vectors are on a Chroma server: a collection a build, swapped by name, swept when nobody reads it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from evals.benchmarks.services import Chroma
from ingest.errors import ClapvertError, ErrorCode
from ingest.index import server
from ingest.index.pipeline import Library
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from ingest.storage.patience import REST
from tests.conftest import ingest_with
from tests.samples import LABEL, edited_yaml


@pytest.fixture
def shared(settings: Settings, chroma_server: Chroma, request: pytest.FixtureRequest) -> Settings:
    """An installation with a database of its own on the server."""
    name = f"t{abs(hash(request.node.nodeid)) % 10**8}"
    return settings.model_copy(update={"chroma_url": f"{chroma_server.url}/{name}"})


def collections(settings: Settings) -> list[str]:
    with server.remote_client(settings.chroma_url) as client:
        return sorted(c.name for c in client.list_collections())


def nearest(library: Library, text: str) -> int:
    snapshot = library.snapshots.open(library.store, HashingEncoder.info)
    return int(snapshot.nearest(HashingEncoder().encode_query(text), 1)[0][0])


def edit(settings: Settings, score: int) -> None:
    with edited_yaml(settings.corpus_dir / LABEL) as data:
        data["sections"][0]["statements"][0]["text"] = (
            f"Le label se délivre à partir d'un score de {score} % des points."
        )


def test_each_build_is_a_collection_of_its_own_and_two_are_kept(shared: Settings) -> None:
    library, served = Library(shared), []
    for score in (20, 30, 40):
        edit(shared, score)
        manifest, new = ingest_with(shared)
        assert new
        served.append(manifest.collection)
        assert manifest.collection in collections(shared)
    assert len(set(served)) == 3
    assert collections(shared) == sorted(served[1:])
    snapshot = library.snapshots.open(library.store, HashingEncoder.info)
    for position in (0, 14):
        text = snapshot.open_passage(position).index_text
        assert nearest(library, text) == position
    assert not (snapshot.folder / "chroma").exists()


def test_what_is_still_read_stays(shared: Settings) -> None:
    ingest_with(shared)
    library = Library(shared)
    held = library.snapshots.open(library.store, HashingEncoder.info)
    for score in (20, 30, 40):
        edit(shared, score)
        ingest_with(shared)
    assert held.manifest.collection in collections(shared)
    assert held.nearest(HashingEncoder().encode_query("label"), 3)[0]


def test_it_finds_what_the_folder_finds(shared: Settings, library: Library) -> None:
    ingest_with(shared, force=True)
    there, here = Library(shared), Library(shared.model_copy(update={"chroma_url": None}))
    one = there.snapshots.open(there.store, HashingEncoder.info)
    ingest_with(here.settings)  # back in the folder: the vectors are made at home again
    other = here.snapshots.open(here.store, HashingEncoder.info)
    assert (bool(one.manifest.collection), other.manifest.collection) == (True, "")
    for text in ("Quels bilans carbone ?", "score du label", "seuil de la CSRD"):
        vector = HashingEncoder().encode_query(text)
        assert one.nearest(vector, 15)[0] == other.nearest(vector, 15)[0]


def test_a_build_that_fails_leaves_no_collection_and_a_killed_one_until_the_next(
    shared: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ingest.index.snapshot as module

    ingest_with(shared)
    (kept,) = collections(shared)
    with monkeypatch.context() as patch:
        patch.setattr(module.SnapshotShelf, "_prove", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ingest_with(shared, force=True)
        assert collections(shared) == [kept]
        patch.setattr(module.SnapshotShelf, "_remove", lambda *_: None)  # a killed process removes nothing
        with pytest.raises(ZeroDivisionError):
            ingest_with(shared, force=True)
    assert len(collections(shared)) == 2
    assert Library(shared).snapshots.current_manifest().collection == kept  # type: ignore[union-attr]
    ingest_with(shared, force=True)
    ingest_with(shared, force=True)
    assert len(collections(shared)) == 2


def test_a_server_that_does_not_answer_is_said_and_used_again(shared: Settings, chroma_server: Chroma) -> None:
    ingest_with(shared)
    library = Library(shared)
    snapshot = library.snapshots.open(library.store, HashingEncoder.info)
    vector = HashingEncoder().encode_query("label")
    before = snapshot.nearest(vector, 3)
    chroma_server.kill()
    try:
        with pytest.raises(ClapvertError) as refused:
            snapshot.nearest(vector, 3)
        assert refused.value.code is ErrorCode.INDEX_UNAVAILABLE
    finally:
        chroma_server.start()
    assert snapshot.nearest(vector, 3) == before


def test_a_frozen_server_is_given_up_within_five_seconds_and_used_again(
    shared: Settings, chroma_server: Chroma
) -> None:
    ingest_with(shared)
    library = Library(shared)
    snapshot = library.snapshots.open(library.store, HashingEncoder.info)
    vector = HashingEncoder().encode_query("label")
    before = snapshot.nearest(vector, 3)
    library.check()

    def refused() -> float:
        began = time.monotonic()
        with pytest.raises(ClapvertError) as error:
            snapshot.nearest(vector, 3)
        assert error.value.code is ErrorCode.INDEX_UNAVAILABLE
        return time.monotonic() - began

    chroma_server.freeze()
    try:
        assert refused() < 5
        assert refused() < 1  # who comes behind does not wait in turn
        with pytest.raises(ClapvertError):
            library.check()
    finally:
        chroma_server.thaw()
    time.sleep(REST)
    assert snapshot.nearest(vector, 3) == before
    library.check()


@pytest.mark.parametrize("url", ["ftp://x", "rien", "http://x/a/b", "http://"])
def test_an_address_that_is_none(url: str, settings: Settings) -> None:
    with pytest.raises(ClapvertError, match="CLAPVERT_CHROMA_URL"):
        server.remote_client(url).__enter__()


def test_an_index_on_a_server_asks_for_its_address(shared: Settings) -> None:
    ingest_with(shared)
    lost = Library(shared.model_copy(update={"chroma_url": None}))
    snapshot: Any = lost.snapshots.open(lost.store, HashingEncoder.info)
    with pytest.raises(ClapvertError, match="serveur Chroma"):
        snapshot.nearest(HashingEncoder().encode_query("label"), 1)
