"""Connections to PostgreSQL that wait for its answer a bounded time: psycopg itself waits as long as the connection
stands, which that to a frozen server does. A server's own `statement_timeout` is of no help: it is frozen too.

Guarantee: a connection whose server says nothing for `seconds` is closed, and the wait ends in an `OperationalError`;
what goes on saying something (the rows of a large answer) is never cut.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from ingest.storage.patience import ANSWER, PING, Patience


class BoundedConnection(psycopg.Connection[Any]):
    """One that waits for its server `seconds` at most."""

    seconds: float = ANSWER
    patience: Patience | None = None

    def wait(self, gen: Generator[Any, Any, Any], *how: Any, **more: Any) -> Any:
        """Wait for what a call needs of the server."""
        return super().wait(self._bounded(gen), *how, **more)

    def _bounded(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """What `gen` asks and gives, until the server has been silent for too long."""
        if self.patience and self.patience.lost:
            self._end()
        heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > self.seconds:
                    self._end()
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value

    def _end(self) -> None:
        self.pgconn.finish()
        raise psycopg.OperationalError("the server does not answer")


def bound(engine: Engine) -> None:
    """Give an engine connections of this kind, that share one patience."""
    patience = Patience()
    ping: Callable[[Any], bool] = engine.dialect.do_ping

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, args: tuple[Any, ...], options: dict[str, Any]) -> BoundedConnection:
        if patience.lost:
            raise psycopg.OperationalError("the server did not answer a moment ago")
        try:
            connection = BoundedConnection.connect(*args, **options)
        except psycopg.errors.ConnectionTimeout:
            patience.lose()
            raise
        connection.patience = patience
        return connection

    def tried(connection: BoundedConnection) -> bool:
        connection.seconds = PING
        try:
            return ping(connection)
        except psycopg.OperationalError:
            if connection.closed and not patience.lost:
                patience.lose()
            raise
        finally:
            connection.seconds = ANSWER

    engine.dialect.do_ping = tried  # type: ignore[method-assign, assignment]
