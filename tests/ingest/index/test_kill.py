"""`kill -9` at any moment of an ingestion: the snapshot that served still serves, whole, and the next ingest mends.

Twenty builds, each slowed down at every step that writes, each killed at a seeded moment between its first and its
last step. The builder is forked from a server that has the imports done, so that twenty kills cost seconds.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event
from typing import Any

import pytest

import ingest.index.snapshot as snapshot_module
from ingest.index.columns import Columns
from ingest.index.pipeline import Library
from ingest.index.snapshot import SnapshotShelf
from ingest.index.store import PassageStore, VectorCache
from ingest.language.lexical import LexicalIndex
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.conftest import ingest_with
from tests.samples import LABEL, edited_yaml

KILLS = 20
PAUSE = 0.004
STEPS = (
    (VectorCache, "put"),
    (PassageStore, "add"),
    (Columns, "save"),
    (LexicalIndex, "save"),
    (snapshot_module, "_write_vectors"),
    (SnapshotShelf, "_prove"),
    (SnapshotShelf, "_point"),
    (SnapshotShelf, "_sweep"),
)


def build_slowly(settings: Settings, begun: Event) -> None:
    """Ingest in this process, with a pause before and after each step that writes."""

    def slow(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            time.sleep(PAUSE)
            out = step(*args, **kwargs)
            time.sleep(PAUSE)
            return out

        return run

    for owner, name in STEPS:
        setattr(owner, name, slow(getattr(owner, name)))
    begun.set()
    ingest_with(settings, progress=lambda *_: time.sleep(PAUSE))


pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def processes() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "chromadb", "bm25s"])
    return context


def start(processes: Any, settings: Settings) -> Any:
    begun = processes.Event()
    process = processes.Process(target=build_slowly, args=(settings, begun))
    process.start()
    assert begun.wait(60)
    return process


def set_score(settings: Settings, score: int) -> str:
    text = f"Le label se délivre à partir d'un score de {score} % des points."
    with edited_yaml(settings.corpus_dir / LABEL) as data:
        data["sections"][0]["statements"][0]["text"] = text
    return text


def served_text(library: Library) -> str:
    """What the serving snapshot says of the label, after it was checked whole."""
    snapshot = library.snapshots.open(library.store, HashingEncoder.info)
    passages = snapshot.passages(list(range(len(snapshot))))
    assert len(passages) == 15
    for position in (0, 14):
        vector = HashingEncoder().encode_query(passages[position].index_text)
        assert snapshot.nearest(vector, 1)[0] == [position]
    terms = snapshot.lexical.query_terms("score du label")
    assert snapshot.lexical.scores(terms).max() > 0
    return next(p.text for p in passages if p.statement and p.statement.id == "label-seuil-65")


def test_an_ingestion_killed_at_any_moment_leaves_the_old_snapshot_serving(processes: Any, library: Library) -> None:
    settings = library.settings
    before = set_score(settings, 20)
    process = start(processes, settings)
    started = time.perf_counter()
    process.join(60)
    length = time.perf_counter() - started
    assert process.exitcode == 0
    assert served_text(library) == before

    moments = random.Random(2026)
    interrupted = 0
    for i in range(KILLS):
        wanted = set_score(settings, 30 + i)
        process = start(processes, settings)
        time.sleep(length * (i + moments.random()) / KILLS)
        process.kill()
        process.join(60)
        assert process.exitcode in (0, -signal.SIGKILL)
        interrupted += process.exitcode != 0
        assert served_text(library) in (before, wanted)
        ingest_with(settings)
        assert served_text(library) == wanted
        before = wanted
        left = [p.name for p in (settings.data_dir / "snapshots").iterdir()]
        assert len(left) <= 2
        assert not [name for name in left if name.startswith(".")]
    assert interrupted  # a machine that slows or speeds up between two builds changes how many, not that some are


def test_a_killed_ingestion_frees_its_lock_and_keeps_the_vectors_it_had(processes: Any, library: Library) -> None:
    process = start(processes, library.settings.model_copy(update={"data_dir": library.settings.data_dir / "other"}))
    other = Library(library.settings.model_copy(update={"data_dir": library.settings.data_dir / "other"}))
    deadline = time.monotonic() + 60
    while not (other.snapshots.folder.is_dir() and list(other.snapshots.folder.glob(".*.building"))):
        assert time.monotonic() < deadline
        time.sleep(0.001)
    process.kill()
    process.join(60)
    manifest, new = ingest_with(other.settings)
    assert new
    assert manifest.counts["embedded"] == 0
