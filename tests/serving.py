"""A server on a free loopback port, in a thread, for the length of a `with`: what real clients talk to in tests.

with serving(service) as address: …          the application over a service
with serving_app(app) as address: …          any ASGI application
"""

from __future__ import annotations

import socket
import threading
import time
from typing import Any


class serving_app:  # noqa: N801 - a context manager
    """Serve an application; it stops by itself at the end."""

    def __init__(self, app: Any, host: str = "127.0.0.1") -> None:
        import uvicorn

        self._host = host
        self._socket = socket.socket()
        self._socket.bind((host, 0))
        config = uvicorn.Config(app, log_level="warning", access_log=False, proxy_headers=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        until = time.monotonic() + 120
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            assert time.monotonic() < until, "the server is not ready after two minutes"
            time.sleep(0.02)
        return f"http://{self._host}:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()


class serving(serving_app):  # noqa: N801
    """Serve a service."""

    def __init__(self, service: Any, **how: Any) -> None:
        from assistant.app import create_app

        super().__init__(create_app(service, **how))
