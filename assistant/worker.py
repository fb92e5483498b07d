"""Several processes that answer behind one address: `clapvert serve --workers N`.

Guarantee: a worker holds nothing that another needs: who a caller is lies in a signed cookie or a key, and all that is
kept lies in the databases; a worker that dies is replaced by its parent, and loses the calls it was answering and no
other; `kill -HUP` of the parent replaces them all, one by one, while they answer. Each worker listens for itself
(SO_REUSEPORT), so that the system deals connections out to them: from one socket, one worker can take all the
connections that last.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from assistant.access.access import Access, closes
from assistant.app import create_app
from assistant.observing.counts import shared_counts
from assistant.service import Service
from ingest.settings import Settings

SWITCH = 0.0005
"""Seconds that a thread keeps the interpreter when others wait. An embedding takes it back some 150 times: at Python's
5 ms, one beside three busy answers took three times as long."""
_UNHEARD = 10
"""Seconds after which a worker that says nothing is replaced; a busy machine is no reason."""
_STARTS = 180
"""Seconds that a new worker may take to be ready before the one that it replaces goes on (`kill -HUP`): beside others
that answer, it takes several times what it takes alone."""
LAST_SECONDS = 20
"""Seconds that a server that stops leaves to what it is answering; a client that reads no more would keep it."""


def application() -> FastAPI:
    """What a worker serves, from the environment that `serve` made."""
    sys.setswitchinterval(SWITCH)
    settings = Settings()
    return create_app(Service(settings), Access(settings, closed=closes(settings, settings.host)))


def serve(settings: Settings, host: str, port: int, workers: int, **how: Any) -> None:
    """Serve by several processes, and look after them, until told to stop. They read their settings from the
    environment: the address that the command line gave, and a fair share of the cores, unless the settings say how
    many."""
    share = settings.threads or max(1, (os.cpu_count() or 1) // workers)
    os.environ.update(CLAPVERT_HOST=host, CLAPVERT_THREADS=str(share), CLAPVERT_WORKERS=str(workers))
    config = uvicorn.Config(
        "assistant.worker:application", factory=True, host=host, port=port, workers=workers,
        timeout_worker_healthcheck=_UNHEARD, **how,
    )  # fmt: skip
    with shared_counts():
        if hasattr(socket, "SO_REUSEPORT"):
            with _bound(socket.AF_INET6 if ":" in host else socket.AF_INET, (host, port)) as address:
                _Parent(config, sockets=[address]).run()
        else:
            _Parent(config, sockets=[config.bind_socket()]).run()


class _Parent(Multiprocess):
    """Looks after the workers; told to (`kill -HUP`), replaces each in turn by one that is ready first."""

    def restart_all(self) -> None:
        """Replace them, with the patience of a start and not of a sign of life."""
        self.config.timeout_worker_healthcheck = _STARTS
        try:
            super().restart_all()
        finally:
            self.config.timeout_worker_healthcheck = _UNHEARD


class _Address(socket.socket):
    """An address that each process binds for itself: sent to another one, it is bound anew there."""

    def __reduce__(self) -> tuple[Callable[..., _Address], tuple[Any, ...]]:
        return _bound, (self.family, self.getsockname()[:2])


def _bound(family: socket.AddressFamily, address: tuple[str, int]) -> _Address:
    own = _Address(family, socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    own.bind(address)
    return own
