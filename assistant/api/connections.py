"""Connections of slow clients, closed after a bounded time: uvicorn itself waits without end for a request that has
begun, and for a reader that does not read.

Guarantee: a request arrives within `REQUEST` seconds, and one more for each `RATE` bytes of it; what is written to a
client is read, a little at least, every `UNREAD` seconds. Else the connection is cut, within a `LOOK`. How long an
answer takes to be found is not counted, nor is a client held to anything while we do not read it.
"""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

REQUEST, RATE = 20.0, 4096
UNREAD = 30.0
LOOK = 5.0
_uvicorn: Any = AutoHTTPProtocol


class BoundedProtocol(_uvicorn):  # type: ignore[misc]
    """One connection, looked at now and then."""

    _watch: TimerHandle
    _since: float | None = None
    """When it was first seen waiting for the request that it waits for."""
    _cycle: Any = None
    _got = 0
    _left = 0
    _read_at = 0.0

    def connection_made(self, transport: Transport) -> None:
        """Begin to look."""
        super().connection_made(transport)
        self._since = self._read_at = self.loop.time()
        self._watch = self.loop.call_later(LOOK, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes of a request."""
        self._got += len(data)
        super().data_received(data)

    def resume_writing(self) -> None:
        """The client reads."""
        self._read_at = self.loop.time()
        super().resume_writing()

    def _look(self) -> None:
        if self._late() or self._unread():
            getattr(self, "pipeline", []).clear()  # what else it asked is answered to nobody
            self.transport.abort()
        else:
            self._watch = self.loop.call_later(LOOK, self._look)

    def _late(self) -> bool:
        """Whether a request takes too long to arrive."""
        cycle, now = self.cycle, self.loop.time()
        waited = cycle is None or cycle.response_complete or (cycle.more_body and not self.flow.read_paused)
        if cycle is not self._cycle or not waited:
            self._cycle, self._since, self._got = cycle, now if waited else None, 0
        elif self._since is None:
            self._since, self._got = now, 0
        return self._since is not None and now - self._since > REQUEST + self._got / RATE

    def _unread(self) -> bool:
        """Whether nothing is read of what was written."""
        left, now = self.transport.get_write_buffer_size(), self.loop.time()
        if left == 0 or left < self._left:
            self._read_at = now
        self._left = left
        return bool(now - self._read_at > UNREAD)
