"""Peers on loopback that speak the OpenAI chat protocol: what a provider does on a bad day, played from a script.

    with scripted([say(good), http(429), …]) as peer:     one step a call, the last one repeated
        peer.base_url, peer.requests, peer.arrived        what to connect to; what came, and when (perf_counter)
        service = written_by(peer.base_url, settings)     a service whose language model is there

A step: `say(text, first=…, each=…, cut=…)` streams tokens (delays in seconds; `cut` closes after so many), `http(status)`
refuses, `hang_up()` closes without a word. A reply may be a function of the document received (`faithful`); `written`, `part` and
`line` write one, `found` and `mended` what the second reading and the mending are asked for.
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

import pytest

from assistant.service import Service
from ingest.clock import fixed
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.assistant.conftest import DOUBLE
from tests.samples import TODAY

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


def line(text: str, *cites: str) -> Document:
    """A written line; without text, what it cites as it stands."""
    return {"text": text, "cites": list(cites)}


def part(about: str, *lines: Document, **changes: Any) -> Document:
    """A part of a reply."""
    empty = {"verdict": "none", "rule": "", "contrary": False, "denies": False, "shape": "sentence", "contact": ""}
    return {"about": about, "lines": list(lines), **empty, **changes}


def written(*parts: Document, **changes: Any) -> str:
    """The JSON that a writer is asked for."""
    whole = {"act": "ask", "facts": [], "misread": [], "search": [], "parts": list(parts), "next": [], "ask": None}
    return json.dumps({**whole, **changes}, ensure_ascii=False)


def found(document: Document, says: str = "holds", what: str = "") -> str:
    """The JSON that a second reader is asked for: the same of every line."""
    rows = [{"n": row["n"], "says": says, "what": what} for row in document["lines"]]
    return json.dumps({"lines": rows}, ensure_ascii=False)


def mended(*lines: Document) -> str:
    """The JSON that is asked for lines to write again, in their order."""
    return json.dumps({"lines": [{"n": n, **row} for n, row in enumerate(lines, 1)]}, ensure_ascii=False)


def keys(document: Document, *texts: str) -> list[str]:
    """The keys of the evidence that holds these words."""
    return [next(e["key"] for e in document["evidence"] if text in e["text"]) for text in texts]


NOTHING = mended()


def answering(write: Text, check: Text = found, mend: Text = NOTHING) -> Callable[[Document], str]:
    """A model in its three seats: it writes, it reads lines again, it mends those that were refused."""

    def answer(document: Document) -> str:
        said = mend if "refused" in document else check if "lines" in document else write
        return said(document) if callable(said) else said

    return answer


def first_of(document: Document) -> str:
    """The first sentence of the message, answered in other words than those of the first piece of evidence."""
    first = re.split(r"(?<=[.?!])\s", document["message"])[0]
    piece = document["evidence"][0]
    return written(part(first, line(f"En clair : {piece['text']}", piece["key"])))


faithful = answering(first_of)
"""Writes what stands, and finds that it holds."""


@dataclass
class Peer:
    """A running peer."""

    steps: list[Step]
    base_url: str = ""
    requests: list[Document] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

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


def document_of(body: Document) -> Document:
    found: Document = json.loads(body["messages"][-1]["content"])
    return found


def written_by(base_url: str, settings: Settings, **changes: Any) -> Service:
    """A service on the hashing double and the fixed day whose language model listens at `base_url`; skips without it."""
    pytest.importorskip("langchain_openai", reason="needs langchain-openai")
    values = {**settings.model_dump(), "llm": "openai:scripted", "llm_base_url": base_url, "llm_api_key": "k"}
    return Service(Settings(_env_file=None, **(values | changes)), HashingEncoder(), fixed(TODAY), DOUBLE)


@contextmanager
def scripted(steps: Sequence[Step]) -> Iterator[Peer]:
    peer = Peer(list(steps))

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
            self.send_header("Connection", "close")  # said, or the client may call again on a line that closes
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
