"""The two engines, opened one way each: a SQLite file of the data folder, or a PostgreSQL database.

Guarantee: of a SQLite file deleted rows are overwritten, and a private one is readable by its user alone; of a
PostgreSQL database a process has one pool, whose connections are tried before they are lent, so that a server that went
away and came back is used again without a restart; one that is frozen is waited for a few seconds at most (`patience`).
No password is ever shown.

A SQLite file is opened by SQLite alone. On POSIX a process that closes any descriptor of a file loses every lock that
it holds there: another process then takes itself for the last one, and deletes the write-ahead log in use. So nothing
here or elsewhere opens, copies or hashes such a file by itself; SQLite's own connections know of one another.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.patience import CONNECT

Where = Path | str | None
"""A SQLite file, the address of a PostgreSQL database, or None: in memory, for as long as the process lives."""
BUSY_SECONDS = 30
"""How long a write of SQLite waits for another."""
_AGAIN_SECONDS = 0.01
_creating = threading.Lock()
_POOL, _MORE, _WAIT_SECONDS = 8, 12, 4
"""Connections of a process to PostgreSQL: kept, lent besides when all are taken, and how long one is waited for."""
_ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}
"""A connection that nothing is asked of, to a machine that is gone, is closed within half a minute."""


def sqlite_connection(where: Path | None, *, private: bool) -> sqlite3.Connection:
    """A connection that threads may share under a lock of the caller's; the folder and the file are made.

    Transactions are begun by whoever uses it."""
    with _creating:
        if where is not None:
            where.parent.mkdir(parents=True, exist_ok=True)
            if private:
                with suppress(FileExistsError):  # what exists may be in use
                    os.close(os.open(where, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
                where.chmod(0o600)
        db = sqlite3.connect(where or ":memory:", timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    _log_ahead(db)
    for pragma in ("synchronous=normal", "secure_delete=on", "foreign_keys=on"):
        db.execute(f"pragma {pragma}")
    return db


def _log_ahead(db: sqlite3.Connection) -> None:
    """Have a file use a write-ahead log. SQLite does not wait for another process that is doing so too: we do."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("pragma journal_mode=wal")
            return
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(_AGAIN_SECONDS)


def sqlite_engine(where: Path | None, *, private: bool) -> Engine:
    """An engine over one connection; `immediate` among the options of a connection makes its transaction one that
    writes."""
    held = sqlite_connection(where, private=private)
    engine = create_engine("sqlite://", creator=lambda: held, poolclass=StaticPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("begin immediate" if immediate else "begin")

    return engine


@cache
def postgres_engine(address: str) -> Engine:
    """The engine of a database, one a process."""
    url = postgres_url(address)
    from ingest.storage.bounded import bound

    engine = create_engine(
        url,
        pool_size=_POOL,
        max_overflow=_MORE,
        pool_timeout=_WAIT_SECONDS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": int(CONNECT), "application_name": "clapvert", **_ALIVE},
    )
    bound(engine)
    return engine


def postgres_url(address: str) -> URL:
    """The address of a database as SQLAlchemy reads it; `BAD_REQUEST` for one that is none of PostgreSQL, and
    `EXTRA_MISSING` where its driver is not installed."""
    try:
        url = make_url(address)
    except ArgumentError as exc:
        raise _no_postgres() from exc
    if url.drivername.partition("+")[0] not in ("postgresql", "postgres"):
        raise _no_postgres()
    if find_spec("psycopg") is None:
        raise ClapvertError(
            ErrorCode.EXTRA_MISSING,
            "Il manque ce qu'il faut pour PostgreSQL.",
            "Installez-le : pip install 'clapvert[postgresql]'.",
        )
    return url.set(drivername="postgresql+psycopg")


def shown(address: str) -> str:
    """The address of a database without its password."""
    return postgres_url(address).set(drivername="postgresql").render_as_string(hide_password=True)


def _no_postgres() -> ClapvertError:
    return ClapvertError(
        ErrorCode.BAD_REQUEST,
        "CLAPVERT_DATABASE_URL n'est pas l'adresse d'une base PostgreSQL.",
        "Ainsi : postgresql://utilisateur:motdepasse@serveur:5432/base ; vide, SQLite dans le dossier de données.",
    )
