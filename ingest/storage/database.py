"""The tables of one store, in a SQLite file of their own or in a schema of a PostgreSQL database: one code for both.

Guarantee: a write is one transaction, whole or not at all, and those of one name come one after the other, whatever the
number of processes; a read sees one state. Tables are those of the store's last migration before anything is read:
what an earlier version wrote is migrated, in one transaction, by whichever process comes first; what a later one wrote
is refused, never changed; what is up to date is opened without writing to it. A database that does not answer is
`DATABASE_UNAVAILABLE`, one whose disk is full `DISK_FULL`, and either is used again once it can be.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.engine import BUSY_SECONDS, Where, postgres_engine, sqlite_engine
from ingest.storage.patience import ANSWER, LONG
from ingest.storage.room import full_disk

WHOLE = ""
"""The name of a write that excludes every other write of its store but those of another name."""
_LOG_SECONDS = 1
"""How long the emptying of a log waits for its readers; others wait for it meanwhile."""


@dataclass(frozen=True)
class Store:
    """What a room keeps. `name`: its file in the data folder, its schema in PostgreSQL; `migrations`: the folder of
    what changed its tables, of which `head` is the last."""

    name: str
    tables: MetaData
    migrations: Path
    head: str
    private: bool = True


class Database:
    """The tables of a store."""

    def __init__(self, where: Where, store: Store) -> None:
        self.where = where
        self.store = store
        self.postgres = isinstance(where, str)
        self._lock = threading.RLock()
        self._engine = postgres_engine(where) if isinstance(where, str) else sqlite_engine(where, private=store.private)
        self._prepare()

    @contextmanager
    def read(self, seconds: float = ANSWER) -> Iterator[Connection]:
        """A connection over one consistent state. `seconds`: how long PostgreSQL may take to answer."""
        with self._transaction("set transaction isolation level repeatable read read only; ", seconds=seconds) as db:
            yield db

    @contextmanager
    def write(self, alone: str | None = WHOLE, seconds: float = ANSWER) -> Iterator[Connection]:
        """A connection in a transaction that is kept whole, or not at all when an error leaves it.

        `alone`: writes of this name exclude one another (what is read in one is still so when it writes); None for
        one that reads nothing first. SQLite lets one write of any name at a time."""
        with self._transaction("", immediate=True, seconds=seconds) as db:
            if alone is not None:
                self.exclude(db, alone)
            yield db

    def check(self) -> None:
        """`DATABASE_UNAVAILABLE` unless it answers now."""
        with self.read() as db:
            db.exec_driver_sql("select 1")

    def exclude(self, db: Connection, name: str) -> None:
        """Exclude other writes of a second name too, until the end of the transaction."""
        if self.postgres:
            key = lock_key(f"{self.store.name} {name}")
            db.exec_driver_sql("select pg_advisory_xact_lock(%s)", (key,))

    def empty_log(self) -> bool:
        """Empty what still holds deleted rows: SQLite's write-ahead log. PostgreSQL's own vacuum sees to its pages.

        False where a reader (a backup, another process) still needs the log: it is to be emptied later."""
        if self.postgres:
            return True
        with self._lock, self._engine.connect() as db:
            raw = db.connection.driver_connection
            assert raw is not None
            raw.execute(f"pragma busy_timeout={1000 * _LOG_SECONDS}")
            try:
                busy, _pages, _moved = raw.execute("pragma wal_checkpoint(truncate)").fetchone()
            finally:
                raw.execute(f"pragma busy_timeout={1000 * BUSY_SECONDS}")
        return not busy

    def close(self) -> None:
        """Let go of a SQLite file; the connections of a PostgreSQL database are shared, and stay."""
        if not self.postgres:
            self._engine.dispose()

    @contextmanager
    def _transaction(self, begin: str, immediate: bool = False, seconds: float = ANSWER) -> Iterator[Connection]:
        """`begin`: what PostgreSQL is told first, besides the schema."""
        try:
            if self.postgres:
                with self._engine.connect() as db, db.begin():
                    waits: Any = db.connection.driver_connection
                    waits.seconds = seconds
                    db.exec_driver_sql(f'{begin}set local search_path to "{self.store.name}"')
                    yield db
            else:
                with self._lock, self._engine.connect().execution_options(immediate=immediate) as db, db.begin():
                    yield db
        except (OperationalError, InterfaceError, PoolTimeoutError) as exc:
            raise full_disk(exc, self.where.parent if isinstance(self.where, Path) else None) or unavailable() from exc
        except DBAPIError as exc:
            if exc.connection_invalidated:
                raise unavailable() from exc
            raise

    def _prepare(self) -> None:
        """Bring the tables to the last migration; nothing is written when they are."""
        with self._transaction("") as db:
            if version(db) == self.store.head:
                return
        from ingest.storage.migrating import migrate

        with self._transaction("", immediate=True, seconds=LONG) as db:
            if self.postgres:
                db.exec_driver_sql("select pg_advisory_xact_lock(%s)", (lock_key("clapvert migrations"),))
                # « if not exists » trusts what the session remembers from before it waited; the catalogue is read now.
                made = db.exec_driver_sql("select 1 from pg_namespace where nspname = %s", (self.store.name,)).scalar()
                if made is None:
                    db.exec_driver_sql(f'create schema "{self.store.name}"')
            if version(db) != self.store.head:
                migrate(db, self.store.migrations, str(self.where) if isinstance(self.where, Path) else self.store.name)
        self.empty_log()


def version(db: Connection) -> str | None:
    """The migration that the tables are at; None before the first."""
    known = {
        "sqlite": "select 1 from sqlite_master where name = 'alembic_version'",
        "postgresql": "select to_regclass('alembic_version') where to_regclass('alembic_version') is not null",
    }[db.dialect.name]
    if db.exec_driver_sql(known).scalar() is None:
        return None
    found = db.exec_driver_sql("select version_num from alembic_version").scalar()
    return None if found is None else str(found)


def lock_key(name: str) -> int:
    """A name as PostgreSQL's advisory locks take it."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def unavailable() -> ClapvertError:
    """The refusal of what needs a database that does not answer."""
    return ClapvertError(
        ErrorCode.DATABASE_UNAVAILABLE,
        "La base de données ne répond pas.",
        "Rien n'a été enregistré à moitié ; réessayez dans un instant. L'état : clapvert doctor.",
    )
