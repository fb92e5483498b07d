"""One SQLite file: whole writes, overwritten rows, a version that is respected."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from ingest.database import Database
from ingest.errors import ClapvertError

_SCHEMA = "create table if not exists word (n integer primary key, text text not null);"


def _words(database: Database) -> list[str]:
    with database.read() as db:
        return [row[0] for row in db.execute("select text from word order by n")]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "deep" / "words.db", _SCHEMA)
    with database.write() as db:
        db.execute("insert into word (text) values ('avant')")
    with pytest.raises(ZeroDivisionError), database.write() as db:
        db.execute("insert into word (text) values ('perdu')")
        raise ZeroDivisionError
    assert _words(database) == ["avant"]


def test_threads_share_the_connection(tmp_path: Path) -> None:
    database = Database(tmp_path / "words.db", _SCHEMA)

    def add(n: int) -> None:
        with database.write() as db:
            db.execute("insert into word values (?, ?)", (n, str(n)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(50)))
    assert _words(database) == [str(n) for n in range(50)]


def test_what_is_deleted_leaves_no_byte(tmp_path: Path) -> None:
    database = Database(tmp_path / "words.db", _SCHEMA, private=True)
    with database.write() as db:
        db.execute("insert into word (text) values ('mot-secret')")
    with database.write() as db:
        db.execute("delete from word")
    database.empty_log()
    assert b"mot-secret" not in b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert (tmp_path / "words.db").stat().st_mode & 0o077 == 0


def test_a_later_version_is_refused_and_a_file_up_to_date_opens_while_another_writes(tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    Database(path, _SCHEMA, version=2)
    with pytest.raises(ClapvertError, match="plus récente"):
        Database(path, _SCHEMA, version=1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        assert _words(Database(path, _SCHEMA, version=2)) == []


def test_a_file_of_the_former_layout_opens(tmp_path: Path) -> None:
    """The vector cache and the passage store were written without a version, one connection a thread."""
    path = tmp_path / "words.db"
    with closing(sqlite3.connect(path)) as former, former:
        former.executescript(f"pragma journal_mode=wal; {_SCHEMA} insert into word (text) values ('ancien');")
    assert _words(Database(path, _SCHEMA)) == ["ancien"]
