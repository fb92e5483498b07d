"""What `doctor` says of the engines, there, away, and half restored."""

from __future__ import annotations

from typing import Any

from assistant.backup.backup import _MARK
from assistant.commands.engines import engine_rows
from ingest.index.pipeline import Library
from ingest.settings import Settings


def rows(settings: Settings, **changed: Any) -> dict[str, tuple[bool, str, str]]:
    told = settings.model_dump(exclude=set(changed)) | changed
    return {what: (ok, detail, mend) for what, ok, detail, mend in engine_rows(Settings(_env_file=None, **told))}  # type: ignore[call-arg]


def test_the_data_folder_alone(library: Library) -> None:
    told = rows(library.settings)
    assert {what for what, (ok, *_) in told.items() if ok} == {"Base de données", "Vecteurs", "Fichiers de preuve"}
    assert "SQLite" in told["Base de données"][1]


def test_servers_that_answer_and_an_index_that_is_not_there_yet(
    library: Library, postgres_server: Any, chroma_server: Any
) -> None:
    told = rows(library.settings, database_url=postgres_server.database(), chroma_url=chroma_server.url, workers=2)
    assert told["Base de données"][0]
    assert "PostgreSQL" in told["Base de données"][1]
    assert told["Vecteurs"][::2] == (False, "clapvert ingest")
    assert told["Processus"][:2] == (True, "2 processus")


def test_servers_that_do_not_answer_show_no_password(library: Library) -> None:
    away = "postgresql://moi:motdepasse@127.0.0.1:1/base"
    told = rows(library.settings, database_url=away, chroma_url="http://127.0.0.1:1", files_url="https://x")
    assert [ok for ok, *_ in told.values()] == [False, False, False]
    assert "motdepasse" not in str(told)
    assert all(mend for _, _, mend in told.values())


def test_what_cannot_be(library: Library) -> None:
    (library.settings.data_dir / _MARK).write_text("x")
    told = rows(library.settings, workers=2, retention_days=0)
    assert (told["Processus"][0], told["Restauration"][0]) == (False, False)
