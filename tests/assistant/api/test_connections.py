"""Connections that neither ask nor read are cut after a bounded time; those that do, however slowly, are not."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from assistant.api import connections

_BLOCK, _BLOCKS = b"x" * 100_000, 300
_HEAD = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


async def answering(scope: Any, receive: Any, send: Any) -> None:
    """Read the body, then answer: at once, after a while, or at length."""
    while (await receive()).get("more_body"):
        pass
    if scope["path"] == "/slow":
        time.sleep(1.5)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(_BLOCKS if scope["path"] == "/big" else 1):
        await send({"type": "http.response.body", "body": _BLOCK, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    for name, value in (("REQUEST", 0.6), ("RATE", 40), ("UNREAD", 0.8), ("LOOK", 0.1)):
        monkeypatch.setattr(connections, name, value)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(answering, http=connections.BoundedProtocol, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = server.force_exit = True
    thread.join(10)
    listening.close()


def cut(client: socket.socket, drop: bytes = b"", limit: float = 6) -> float | None:
    """Seconds until the server closes, `drop` being sent ten times a second; None when it does not."""
    began = time.monotonic()
    client.settimeout(0.1)
    while time.monotonic() - began < limit:
        try:
            if drop:
                client.sendall(drop)
            if client.recv(1) == b"":
                return time.monotonic() - began
        except TimeoutError:
            continue
        except OSError:
            return time.monotonic() - began
    return None


def asked(port: int, path: bytes, length: int = 0) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(_HEAD % (path, length))
    return client


def read(client: socket.socket, pause: float = 0) -> int:
    """All that comes, a pause after each block of it."""
    client.settimeout(10)
    got = 0
    while part := client.recv(200_000):
        got += len(part)
        if got >= _BLOCKS * len(_BLOCK):
            break
        time.sleep(pause)
    return got


def test_who_sends_nothing_or_hardly_anything_is_cut(port: int) -> None:
    silent = cut(socket.create_connection(("127.0.0.1", port)))
    assert silent is not None
    assert silent < 2
    slow = socket.create_connection(("127.0.0.1", port))
    slow.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
    headers, body = cut(slow, b"a"), cut(asked(port, b"/", 5000), b"a")
    assert headers is not None
    assert body is not None
    assert max(headers, body) < 3


def test_a_slow_upload_that_goes_on_is_not_cut(port: int) -> None:
    client = asked(port, b"/", 200)
    for _ in range(20):
        client.sendall(b"x" * 10)
        time.sleep(0.1)
    client.settimeout(5)
    assert client.recv(100).startswith(b"HTTP/1.1 200")


def test_an_answer_that_takes_time_is_not_cut_nor_who_asks_again(port: int) -> None:
    client = asked(port, b"/slow")
    client.settimeout(5)
    assert client.recv(100).startswith(b"HTTP/1.1 200")
    kept = asked(port, b"/")
    for _ in range(15):
        time.sleep(0.1)
        while len(kept.recv(200_000, socket.MSG_PEEK)) < 10:
            pass
        kept.recv(200_000)
        kept.sendall(_HEAD % (b"/", 0))


def test_who_reads_nothing_is_cut_and_who_reads_slowly_is_not(port: int) -> None:
    slow = asked(port, b"/big")
    assert read(slow, 0.015) >= _BLOCKS * len(_BLOCK)
    client = asked(port, b"/big")
    time.sleep(2.5)
    with pytest.raises((ConnectionError, AssertionError)):
        assert read(client) >= _BLOCKS * len(_BLOCK)
