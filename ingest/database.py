"""One SQLite file of the data folder, opened one way: a connection, its transactions, the version of its tables.

Guarantee: a write is one immediate transaction, whole or not at all, also between two processes (the server and the
command line). Deleted rows are overwritten, and the write-ahead log can be emptied of them. A private file is readable
by its user alone. A file of a later version is refused, never changed; one that is up to date is opened without
writing to it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ingest.errors import ClapvertError, ErrorCode


def connect(
    path: Path | Literal[":memory:"], *, private: bool, isolation_level: Literal["DEFERRED"] | None = "DEFERRED"
) -> sqlite3.Connection:
    """A connection that threads may share under a lock of the caller's; the folder and the file are made."""
    if isinstance(path, Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if private:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            path.chmod(0o600)
    db = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=isolation_level)
    for pragma in ("journal_mode=wal", "synchronous=normal", "secure_delete=on"):
        db.execute(f"pragma {pragma}")
    return db


class Database:
    """One file, one connection, used by one thread at a time."""

    def __init__(self, path: Path, schema: str, *, version: int = 0, private: bool = False) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._db = connect(path, private=private, isolation_level=None)
        self._db.execute("pragma foreign_keys=on")
        found = self._db.execute("pragma user_version").fetchone()[0]
        if found > version:
            self._db.close()
            raise ClapvertError(
                ErrorCode.INTERNAL,
                f"{path.name} a été écrit par une version plus récente de Clapvert.",
                "Mettez Clapvert à jour.",
            )
        self._db.executescript(schema)
        if found != version:
            self._db.execute(f"pragma user_version = {version}")

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
