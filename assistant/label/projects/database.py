"""The SQLite file of the workbench: its tables, its schema version, and one connection for reading and writing.

Guarantee: a write is one immediate transaction, whole or not at all, also between two processes (the server and the
command line); deleted rows are overwritten and the write-ahead log is emptied. A file of a later version is refused,
never changed.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import ClapvertError, ErrorCode

VERSION = 1
_SCHEMA = """
create table if not exists project (
    id text primary key, data text not null, updated text not null, invitation text unique
);
create table if not exists member (
    project text not null references project (id), owner text not null, name text not null, n integer not null,
    primary key (project, owner)
);
create index if not exists member_owner on member (owner);
create table if not exists state (
    project text not null references project (id), code text not null, data text not null, primary key (project, code)
);
create table if not exists evidence (
    id text primary key, project text not null references project (id), code text not null, sha256 text not null,
    data text not null
);
create index if not exists evidence_sha256 on evidence (sha256);
create index if not exists evidence_project on evidence (project);
create table if not exists history (
    seq integer primary key, project text not null references project (id), at text not null, by text not null,
    kind text not null, code text, before text not null, after text not null
);
create index if not exists history_project on history (project, seq);
create table if not exists upload (
    project text primary key references project (id), name text not null, content blob not null
);
create table if not exists mapping (
    owner text not null, headings text not null, data text not null, primary key (owner, headings)
);
"""


class Database:
    """One connection, used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode=wal", "synchronous=normal", "secure_delete=on", "foreign_keys=on"):
            self._db.execute(f"pragma {pragma}")
        version = self._db.execute("pragma user_version").fetchone()[0]
        if version > VERSION:
            self._db.close()
            raise ClapvertError(
                ErrorCode.INTERNAL,
                f"Les projets de {path.name} ont été écrits par une version plus récente de Clapvert.",
                "Mettez Clapvert à jour.",
            )
        with self.write() as db:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            db.execute(f"pragma user_version = {VERSION}")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Cursor]:
        """A cursor over one consistent state of the file."""
        with self._transaction("begin") as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[sqlite3.Cursor]:
        """A cursor in a transaction that is kept whole, or not at all when an error leaves it."""
        with self._transaction("begin immediate") as db:
            yield db

    def empty_log(self) -> None:
        """Empty the write-ahead log, which still holds what was deleted."""
        with self._lock:
            self._db.execute("pragma wal_checkpoint(truncate)")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Cursor]:
        with self._lock:
            db = self._db.cursor()
            db.execute(begin)
            try:
                yield db
            except BaseException:
                db.execute("rollback")
                raise
            db.execute("commit")
