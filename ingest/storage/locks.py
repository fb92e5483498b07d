"""Locks by name between the threads and the processes of an installation.

Guarantee: one holder at a time, whichever process it is of; two names never wait for each other; what a process held is
free as soon as it dies. Nothing of a name reaches the disk. Beside a SQLite file the lock is a byte of an empty file;
in PostgreSQL it is an advisory lock of one session a process (an address that goes through a pool of connections must
keep sessions).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakValueDictionary

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ingest.storage.database import lock_key, unavailable
from ingest.storage.engine import Where, postgres_engine
from ingest.storage.patience import PING

try:
    import fcntl
except ImportError:  # Windows, where one process serves
    fcntl = None  # type: ignore[assignment]

_SHORTEST, _LONGEST = 0.002, 0.05
"""Seconds between two looks at a lock that another process holds."""


class _Keys(Protocol):
    """What tells other processes that a key is held."""

    def take(self, key: int) -> bool:
        """Take it; False while another process has it."""

    def release(self, key: int) -> None:
        """Give it back."""


class _Turnstile:
    """A lock that goes away with its last user."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


class Locks:
    """The locks of one place."""

    def __init__(self, keys: _Keys | None) -> None:
        self._keys = keys
        self._turnstiles: WeakValueDictionary[str, _Turnstile] = WeakValueDictionary()
        self._guard = threading.Lock()

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Hold a name, once whoever holds it lets go."""
        with self._guard:
            turnstile = self._turnstiles.get(name)
            if turnstile is None:
                turnstile = self._turnstiles[name] = _Turnstile()
        with turnstile.lock:
            if self._keys is None:
                yield
                return
            key, pause = lock_key(name), _SHORTEST
            while not self._keys.take(key):
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST)
            try:
                yield
            finally:
                self._keys.release(key)


class _Bytes:
    """Keys as bytes of an empty file, locked for this process."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)

    def take(self, key: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, key & (1 << 62) - 1)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def release(self, key: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, key & (1 << 62) - 1)


class _Session:
    """Keys as advisory locks of one session, opened again when it is lost."""

    def __init__(self, address: str) -> None:
        self._engine = postgres_engine(address).execution_options(isolation_level="AUTOCOMMIT")
        self._session: Connection | None = None
        self._guard = threading.Lock()

    def take(self, key: int) -> bool:
        with self._guard:
            try:
                return self._ask("select pg_try_advisory_lock(%s)", key)
            except SQLAlchemyError:
                self._lose()
            try:
                return self._ask("select pg_try_advisory_lock(%s)", key)
            except SQLAlchemyError as exc:
                self._lose()
                raise unavailable() from exc

    def release(self, key: int) -> None:
        with self._guard:
            if self._session is None:
                return
            try:
                self._ask("select pg_advisory_unlock(%s)", key)
            except SQLAlchemyError:  # a session that is gone holds nothing
                self._lose()

    def _ask(self, question: str, key: int) -> bool:
        if self._session is None:
            self._session = self._engine.connect()
            waits: Any = self._session.connection.driver_connection
            waits.seconds = PING  # what is asked here takes no time
        return bool(self._session.exec_driver_sql(question, (key,)).scalar())

    def _lose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(DBAPIError):
                session.invalidate()
                session.close()


@cache
def locks_of(where: Where) -> Locks:
    """The locks beside a SQLite file, or in a PostgreSQL database; of this process alone for what lies in memory."""
    if isinstance(where, str):
        return Locks(_Session(where))
    return Locks(_Bytes(where.with_suffix(".lock")) if where is not None and fcntl else None)
