"""Peers on loopback that speak the OpenAI chat protocol: what a provider does on a bad day, played from a script.

    with scripted([say(good), http(429), …]) as peer:     one step a call, the last one repeated
        peer.base_url, peer.requests, peer.arrived        what to connect to; what came, and when (perf_counter)

A step: `say(text, first=…, each=…, cut=…)` streams tokens (delays in seconds; `cut` closes after so many), `http(status)`
refuses, `hang_up()` closes without a word. A reply may be a function of the document received (`obedient`).
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Document = dict[str, Any]
Text = str | Callable[[Document], str]


@dataclass(frozen=True)
class Step:
    """What the peer does with one call."""

    text: Text = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    first: float = 0.0
    each: float = 0.0
    cut: int | None = None
    hang_up: bool = False


def say(text: Text, first: float = 0.0, each: float = 0.0, cut: int | None = None) -> Step:
    return Step(text, first=first, each=each, cut=cut)


def http(status: int, **headers: str) -> Step:
    return Step(status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


def hang_up() -> Step:
    return Step(hang_up=True)


def reply(*sentences: tuple[str, Sequence[str]]) -> str:
    """The JSON that the composer asks for."""
    return json.dumps({"sentences": [{"text": t, "keys": list(k)} for t, k in sentences]}, ensure_ascii=False)


def faithful(document: Document) -> str:
    """Each passage, word for word, under its key."""
    return reply(*((p["text"], [p["key"]]) for p in document["passages"]))


class Peer:
    """A running peer."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps, self.requests, self.arrived = list(steps), [], []  # type: ignore[var-annotated]
        self._lock = threading.Lock()
        self.stopping = threading.Event()

    def next(self, body: Document) -> Step:
        with self._lock:
            self.arrived.append(time.perf_counter())
            self.requests.append(body)
            return self.steps[min(len(self.requests), len(self.steps)) - 1]

    @property
    def calls(self) -> int:
        return len(self.requests)

    def document(self, call: int = -1) -> Document:
        return document_of(self.requests[call])

    base_url = ""


def document_of(body: Document) -> Document:
    found: Document = json.loads(body["messages"][-1]["content"])
    return found


@contextmanager
def scripted(steps: Sequence[Step]) -> Iterator[Peer]:
    peer = Peer(steps)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            step = peer.next(body)
            self.close_connection = True
            if step.hang_up:
                self.connection.close()
                return
            if step.status != 200:
                self._whole(step.status, b'{"error": {"message": "scripted", "type": "scripted"}}', step.headers)
                return
            text = step.text(document_of(body)) if callable(step.text) else step.text
            self._streamed(text, step, body.get("model", ""))

        def _whole(self, status: int, data: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _streamed(self, text: str, step: Step, model: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            tokens = re.findall(r"\s*\S+", text)
            try:
                peer.stopping.wait(step.first)
                for n, token in enumerate(tokens):
                    if n == step.cut:
                        self.connection.close()
                        return
                    self._event(_chunk(model, {"content": token}))
                    peer.stopping.wait(step.each)
                self._event(_chunk(model, {}, finish="stop"))
                usage = {"prompt_tokens": 100, "completion_tokens": len(tokens), "total_tokens": 100 + len(tokens)}
                self._event({**_chunk(model, {}), "choices": [], "usage": usage})
                self._raw(b"data: [DONE]\n\n")
                self.wfile.write(b"0\r\n\r\n")
            except OSError:
                pass  # the client left

        def _event(self, data: Document) -> None:
            self._raw(f"data: {json.dumps(data)}\n\n".encode())

        def _raw(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    peer.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _chunk(model: str, delta: Document, finish: str | None = None) -> Document:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": [choice]}
