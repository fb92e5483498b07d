"""A full disk is named as such, whoever met it, and leaves nothing; the room of an index is told before it is built."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from assistant.app import create_app
from assistant.backup.backup import take
from assistant.service import Service
from ingest.errors import ClapvertError, ErrorCode
from ingest.index.columns import Columns
from ingest.index.pipeline import Library
from ingest.main import main
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from ingest.storage import room
from ingest.storage.files import Folder
from ingest.storage.room import full_disk, size
from tests.assistant.support import problem
from tests.conftest import OF_THE_FOLDER, Build

NO_ROOM = OSError(errno.ENOSPC, "No space left on device")


def no_room(*_: Any, **__: Any) -> Any:
    raise NO_ROOM


def fill(database: Any) -> None:
    """Let a SQLite file grow no more, as a disk that is full does."""
    with database.read() as db:
        raw = db.connection.driver_connection
    pages = raw.execute("pragma page_count").fetchone()[0]
    raw.execute(f"pragma max_page_count = {pages}")


def test_each_way_to_say_it() -> None:
    from chromadb.errors import InternalError

    class CountedError(OSError):
        """As NumPy tells what it could not write."""

    with pytest.raises(sqlite3.OperationalError) as sqlite:
        db = sqlite3.connect(":memory:")
        db.execute("pragma max_page_count = 1")
        db.execute("create table t (x)")
    said: list[BaseException] = [
        NO_ROOM,
        sqlite.value,
        CountedError("4096 requested and 512 written"),
        InternalError("error returned from database: (code: 13) database or disk is full"),
    ]
    for error in said:
        told = full_disk(error)
        assert told is not None, error
        assert (told.code, told.exit_code) == (ErrorCode.DISK_FULL, 3)
        assert "clapvert doctor" in str(told.hint)
    wrapped = ValueError("autre")
    wrapped.__cause__ = NO_ROOM
    assert full_disk(wrapped) is not None
    for other in (OSError(errno.EACCES, "interdit"), sqlite3.OperationalError("locked"), ValueError("disk is full")):
        assert full_disk(other) is None
    assert [size(n) for n in (0, 36_800_000, 5_120_000_000)] == ["0 Mo", "37 Mo", "5,1 Go"]


def test_an_error_that_does_not_say_is_of_the_disk_when_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    assert full_disk(error, tmp_path / "not" / "made") is None
    monkeypatch.setattr(room, "free", lambda _: 40_000)
    assert full_disk(error, tmp_path) is not None


@pytest.mark.parametrize("stopped", ["save", "strays", "point"])
def test_a_build_that_the_disk_stops_leaves_nothing_and_the_last_one_serves(
    library: Library, build: Build, stopped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = library.snapshots
    before, kept = shelf.current_name(), sorted(p.name for p in shelf.folder.iterdir())
    with monkeypatch.context() as patch:
        if stopped == "save":
            patch.setattr(Columns, "save", no_room)
        elif stopped == "strays":
            patch.setattr(type(shelf), "_prove", lambda *_: [0])
            patch.setattr(np, "savez", no_room)
        else:
            patch.setattr("os.fsync", no_room)
        with pytest.raises(ClapvertError) as refused:
            build(force=True)
    assert refused.value.code is ErrorCode.DISK_FULL
    assert sorted(p.name for p in shelf.folder.iterdir()) == kept
    assert shelf.current_name() == before
    assert not list(library.settings.data_dir.glob("*.new"))
    assert build(force=True)[1]


def test_the_room_is_told_before_an_index_and_asked_for(
    settings: Settings, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.index.pipeline.free", lambda _: 10**10)
    monkeypatch.setattr(room, "free", lambda _: 2_000_000)
    with pytest.raises(ClapvertError, match=r"l'index demande environ \d+ Mo, il reste 2 Mo") as refused:
        build()
    assert refused.value.code is ErrorCode.DISK_FULL
    assert "rien n'a été commencé" in str(refused.value.hint)
    assert not list((settings.data_dir / "snapshots").iterdir())


def test_what_is_written_is_about_what_was_told(library: Library) -> None:
    from ingest.index.pipeline import index_bytes, rebuild_bytes

    manifest = library.snapshots.current_manifest()
    assert manifest is not None
    folder = library.snapshots.folder / manifest.name
    written = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
    dimension = HashingEncoder.info.dimension
    assert written < index_bytes(manifest.counts["embedded"], manifest.counts["passages"], dimension)
    assert written < rebuild_bytes(library.settings)


@OF_THE_FOLDER
def test_chat_names_it_and_logs_it_and_answers_again(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    from assistant.api import problems

    problems._logged.clear()
    with TestClient(create_app(service)) as client:
        asked = {"question": "Quel score faut-il pour le Label Ecoprod ?"}
        assert client.post("/api/chat", json=asked).status_code == 200
        database = service.conversations.database
        fill(database)
        refused = [client.post("/api/chat", json=asked) for _ in range(40)][-1]
        assert "disque est plein" in problem(refused, 503, "disk_full")["detail"]
        assert [r.getMessage() for r in caplog.records if "disk_full" in r.getMessage()] != []
        with database.read() as db:
            db.connection.driver_connection.execute("pragma max_page_count = 1000000")  # type: ignore[union-attr]
        assert client.post("/api/chat", json=asked).status_code == 200


@OF_THE_FOLDER
def test_it_is_not_ready(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with TestClient(create_app(service)) as client:
        assert client.get("/readyz").status_code == 200
        monkeypatch.setattr(room, "free", lambda _: 100)
        problem(client.get("/readyz"), 503, "disk_full")
        assert client.get("/healthz").status_code == 200


def test_a_search_never_advises_what_makes_it_worse(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = library.snapshots.open(library.store)
    monkeypatch.setattr("ingest.index.snapshot.local_client", lambda _: no_room())
    with pytest.raises(ClapvertError) as refused:
        snapshot.nearest(HashingEncoder().encode_query("label"), 1)
    assert refused.value.code is ErrorCode.DISK_FULL
    assert "--force" not in str(refused.value)


def test_half_files_are_removed(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", no_room)
        with pytest.raises(OSError, match="No space"):
            take(library.settings, kept / "b.zip")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", no_room)
        with pytest.raises(OSError, match="No space"):
            Folder(kept).put("preuve", b"x")
    assert list(kept.rglob("*")) == []


def test_a_command_ends_in_french(
    use_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("assistant.backup.backup.take", no_room)
    with pytest.raises(SystemExit) as ended:
        main(["backup", "b.zip"])
    assert ended.value.code == 3
    assert "Erreur (disk_full) : Le disque est plein" in capsys.readouterr().err
