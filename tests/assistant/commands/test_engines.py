"""What `doctor` says of the engines, there, away, and half restored."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from assistant.backup.backup import _MARK
from assistant.commands.engines import engine_rows
from ingest.errors import ClapvertError
from ingest.index.pipeline import Library
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.conftest import ingest_with


def rows(settings: Settings, **changed: Any) -> dict[str, tuple[bool, str, str]]:
    told = settings.model_dump(exclude=set(changed)) | changed
    return {what: (ok, detail, mend) for what, ok, detail, mend in engine_rows(Settings(_env_file=None, **told))}  # type: ignore[call-arg]


def test_the_data_folder_alone(library: Library) -> None:
    told = rows(library.settings)
    assert all(ok for ok, *_ in told.values())
    assert list(told) == ["Base de données", "Vecteurs", "Fichiers de preuve", "Place sur le disque"]
    assert "SQLite" in told["Base de données"][1]


def test_servers_that_answer_and_an_index_that_is_not_there_yet(
    library: Library, postgres_server: Any, chroma_server: Any
) -> None:
    told = rows(library.settings, database_url=postgres_server.database(), chroma_url=chroma_server.url, workers=2)
    ok, detail, mend = told["Base de données"]
    assert (ok, mend) == (False, "clapvert ingest")
    assert "PostgreSQL" in detail
    assert told["Vecteurs"][::2] == (False, "clapvert ingest")
    assert told["Processus"][:2] == (True, "2 processus")


def test_servers_that_do_not_answer_show_no_password(library: Library) -> None:
    away = "postgresql://moi:motdepasse@127.0.0.1:1/base"
    told = rows(library.settings, database_url=away, chroma_url="http://127.0.0.1:1", files_url="https://x")
    assert [what for what, (ok, *_) in told.items() if ok] == ["Place sur le disque"]
    assert "motdepasse" not in str(told)
    assert all(mend for ok, _, mend in told.values() if not ok)


def test_a_folder_whose_database_is_another_is_mended_by_the_command_that_is_told(
    library: Library, postgres_server: Any
) -> None:
    """An index of this folder, over a PostgreSQL that is empty, then over one that holds other passages."""
    settings = library.settings.model_copy(update={"database_url": SecretStr(postgres_server.database())})
    assert rows(settings)["Base de données"][::2] == (False, "clapvert ingest")
    other = Library(settings)
    passage = library.store.get([2])[0]
    other.store.add([passage])
    assert rows(settings)["Base de données"][::2] == (False, "clapvert ingest")
    with pytest.raises(ClapvertError, match="les passages de cet index") as refused:
        other.snapshots.open(other.store, HashingEncoder.info)
    assert "`clapvert ingest`" in str(refused.value.hint)
    _, new = ingest_with(settings)
    assert new
    assert rows(settings)["Base de données"][0]
    snapshot = Library(settings).snapshots.open(Library(settings).store, HashingEncoder.info)
    assert snapshot.open_passage(0).id == snapshot.columns.ids[0]
    assert not ingest_with(settings)[1]


def test_no_room_for_another_index(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.storage.room.free", lambda _: 300_000)
    ok, detail, mend = rows(library.settings)["Place sur le disque"]
    assert (ok, "0 Mo libres" in detail) == (False, True)
    assert mend.startswith("libérez de la place")


def test_what_cannot_be(library: Library) -> None:
    (library.settings.data_dir / _MARK).write_text("x")
    told = rows(library.settings, workers=2, retention_days=0)
    assert (told["Processus"][0], told["Restauration"][0]) == (False, False)
