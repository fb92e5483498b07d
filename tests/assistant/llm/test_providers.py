"""Each provider's own protocol, on loopback: where the call goes, whose key it carries, the schema, the tokens counted."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.llm.providers import PROVIDERS, open_model
from assistant.llm.usage import Usage
from assistant.writing.reply import REPLY_SCHEMA, Reply, parse
from ingest.settings import Settings
from tests.peers import written

REPLY = written()
Seen = list[tuple[str, dict[str, str], dict[str, Any]]]


def anthropic() -> Iterator[bytes]:
    usage = {"input_tokens": 100, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "c", "content": [], "usage": usage}
    for event in (
        {"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": REPLY}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 20},
        },
        {"type": "message_stop"},
    ):
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def ollama() -> Iterator[bytes]:
    head = {"model": "m", "created_at": "2026-01-01T00:00:00Z"}
    yield json.dumps({**head, "message": {"role": "assistant", "content": REPLY}, "done": False}).encode() + b"\n"
    counts = {"prompt_eval_count": 100, "eval_count": 20, "done_reason": "stop"}
    last = {**head, "message": {"role": "assistant", "content": ""}, "done": True, **counts}
    yield json.dumps(last).encode() + b"\n"


def openai() -> Iterator[bytes]:
    head = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    said = {"index": 0, "delta": {"role": "assistant", "content": REPLY}, "finish_reason": None}
    end = {"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    for chunk in ({**head, "choices": [said]}, {**head, "choices": [end], "usage": usage}):
        yield f"data: {json.dumps(chunk)}\n\n".encode()
    yield b"data: [DONE]\n\n"


@contextmanager
def speaking() -> Iterator[tuple[str, Seen]]:
    """A server that speaks the protocol of whoever calls, and what it saw."""
    seen: Seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            spoken = anthropic() if "/messages" in self.path else ollama() if "/api/chat" in self.path else openai()
            kind = "application/x-ndjson" if "/api/chat" in self.path else "text/event-stream"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            for chunk in spoken:
                self.wfile.write(chunk)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("llm", "under", "path", "schema"),
    [
        ("openai:gpt", "/v1", "/v1/chat/completions", "response_format"),
        ("mistral:mistral-medium-latest", "/v1", "/v1/chat/completions", "response_format"),
        ("ollama:mistral-small", "", "/api/chat", "format"),
        ("anthropic:claude", "", "/v1/messages", None),
    ],
)
def test_a_reply_comes_back_in_the_providers_own_protocol(llm: str, under: str, path: str, schema: str | None) -> None:
    family = llm.partition(":")[0]
    pytest.importorskip(PROVIDERS[family].package)
    with speaking() as (url, seen):
        model = open_model(
            Settings(_env_file=None, llm=llm, llm_base_url=url + under, llm_api_key="cle", llm_attempts=1)  # type: ignore[call-arg]
        )
        assert model is not None
        usage = Usage()
        assert model.ask(usage, "consignes", "{}", REPLY_SCHEMA, partial(parse, Reply)).parts == []
    ((asked, headers, body),) = seen
    assert asked == path
    assert (
        family == "ollama"
        or "cle" in (headers.get("authorization", ""), headers.get("x-api-key", ""))
        or (headers["authorization"] == "Bearer cle")
    )
    assert usage.completion_tokens == 20
    if schema:
        assert '"cites"' in json.dumps(body[schema])
