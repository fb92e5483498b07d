"""`kill -9`, two hundred times, at seeded moments of an ingestion, of a migration, of a backup: nothing is ever lost.

After each: the installation opens, its project says what it said, its passages open, a snapshot serves whole; a file
under the name of a backup is a whole backup. Workers are forked from a server that has the imports done.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from assistant.backup.archive import reading
from assistant.backup.backup import take
from assistant.label.projects.store import LabelStore
from ingest.index.pipeline import Library
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.conftest import ingest_with
from tests.samples import LABEL, edited_yaml

KILLS = 200
OLD = Path(__file__).parents[2] / "ingest" / "storage" / "label-0.1.sql"

pytestmark = pytest.mark.nightly


def ingested(settings: Settings, begun: Event, _: Path) -> None:
    begun.set()
    ingest_with(settings)


def migrated(settings: Settings, begun: Event, _: Path) -> None:
    begun.set()
    LabelStore(settings.data_dir / "label.db")


def backed_up(settings: Settings, begun: Event, to: Path) -> None:
    begun.set()
    take(settings, to)


def start(processes: Any, work: Callable[..., None], settings: Settings, to: Path) -> Any:
    begun = processes.Event()
    process = processes.Process(target=work, args=(settings, begun, to))
    process.start()
    assert begun.wait(120)
    return process


def before(work: Callable[..., None], settings: Settings, n: int) -> None:
    """Something for the work to do."""
    if work is ingested:
        with edited_yaml(settings.corpus_dir / LABEL) as data:
            data["sections"][0]["statements"][0]["text"] = f"Le label se délivre à partir d'un score de {n} points."
    elif work is migrated:
        for path in settings.data_dir.glob("label.db*"):
            path.unlink()
        with closing(sqlite3.connect(settings.data_dir / "label.db")) as db:
            db.executescript(OLD.read_text(encoding="utf-8"))


def whole(settings: Settings, to: Path) -> None:
    """Nothing is lost."""
    (project,) = LabelStore(settings.data_dir / "label.db").projects(None)
    assert [f.name for f in project.state("A1").evidence] == ["z-premier.pdf", "a-second.pdf"]
    assert project.state("A1").note == "à jour"
    library = Library(settings)
    snapshot = library.snapshots.open(library.store, HashingEncoder.info)
    assert len(snapshot.passages(list(range(len(snapshot))))) == 15
    vector = HashingEncoder().encode_query(snapshot.open_passage(3).index_text)
    assert snapshot.nearest(vector, 1)[0] == [3]
    if to.exists():
        with reading(to) as kept:
            assert "stores/label.jsonl" in kept.names


def test_two_hundred_kills_lose_nothing(library: Library, tmp_path: Path) -> None:
    settings = library.settings
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "chromadb", "bm25s", "alembic.command"])
    before(migrated, settings, 0)
    files = settings.data_dir / "label-evidence"
    for digit in "ab":
        (files / (digit * 2)).mkdir(parents=True)
        (files / (digit * 2) / (digit * 64)).write_bytes(b"x")
    moments, to = random.Random(2026), tmp_path / "b.zip"
    lengths: dict[Any, float] = {}
    for n, work in enumerate((ingested, migrated, backed_up)):
        before(work, settings, n)
        process, started = start(context, work, settings, to), time.perf_counter()
        process.join(120)
        assert process.exitcode == 0
        lengths[work] = time.perf_counter() - started
    interrupted = 0
    for n in range(KILLS):
        work = (ingested, migrated, backed_up)[n % 3]
        before(work, settings, n + 10)
        process = start(context, work, settings, to)
        time.sleep(lengths[work] * moments.random())
        process.kill()
        process.join(60)
        interrupted += process.exitcode == -signal.SIGKILL
        whole(settings, to)
    assert interrupted > KILLS / 4
    ingest_with(settings)
    whole(settings, to)
    shutil.rmtree(files)
