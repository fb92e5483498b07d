"""What this machine could use: only what is on loopback or in the environment, in a blink, and nothing of anybody's sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.llm import seen as module
from assistant.llm.seen import seen
from tests.assistant.commands.test_answers import free_port

OLLAMA = {
    "models": [
        {"name": "qwen3:4b", "size": 2_600_000_000},
        {"name": "mistral-small:24b", "size": 14_000_000_000},
        {"name": "nomic-embed-text:latest", "size": 90_000_000_000},
        {"name": "gpt-oss:120b-cloud", "size": 99_000_000_000},
        {"name": "far", "size": 99_000_000_000, "remote_host": "https://ollama.com"},
        {"name": "x; rm -rf ~", "size": 99_000_000_000},
    ]
}
LLAMA_CPP = {"object": "list", "data": [{"id": "gemma-3-12b-q4.gguf", "object": "model", "owned_by": "llamacpp"}]}


@contextmanager
def listening(
    reply: Any, status: int = 200, wait: float = 0.0, trickle: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """A server of one reply on a port of its own, and the lines that it was asked."""
    asked: list[str] = []
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers.get('Authorization', '')}".strip())
            stop.wait(wait)
            try:
                self.send_response(status)
                self.end_headers()
                while trickle and not stop.wait(0.05):
                    self.wfile.write(b" ")
                self.wfile.write(reply if isinstance(reply, bytes) else json.dumps(reply).encode())
            except OSError:
                pass  # the client left

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every provider's package is there."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())


def nobody() -> dict[str, int]:
    return {"ollama": free_port(), "llama_cpp": free_port()}


def test_ollama_is_named_with_its_largest_model_that_runs_here_and_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(OLLAMA) as (port, asked):
        (found,) = seen({}, **{**nobody(), "ollama": port})
        assert found.what == "Ollama (mistral-small:24b)"
        assert found.line == (
            f"export CLAPVERT_LLM=ollama:mistral-small:24b CLAPVERT_LLM_BASE_URL=http://127.0.0.1:{port}"
        )
        assert asked == ["/api/tags"]
        monkeypatch.setattr(module, "OLLAMA", port)
        assert seen({}, **{**nobody(), "ollama": port})[0].line == "export CLAPVERT_LLM=ollama:mistral-small:24b"


def test_llama_cpp_is_named_with_its_address() -> None:
    with listening(LLAMA_CPP) as (port, asked):
        (found,) = seen({}, **{**nobody(), "llama_cpp": port})
        assert found.what == "llama.cpp (gemma-3-12b-q4.gguf)"
        assert found.line == (
            "export CLAPVERT_LLM=openai:gemma-3-12b-q4.gguf "
            f"CLAPVERT_LLM_BASE_URL=http://127.0.0.1:{port}/v1 CLAPVERT_LLM_API_KEY=none"
        )
        assert asked == ["/v1/models"]


@pytest.mark.parametrize(
    "reply",
    [
        {"models": []},
        {"models": [{"name": "x; rm -rf ~", "size": 1}]},
        {"models": "all"},
        {"data": [{"id": "clapvert", "owned_by": "clapvert"}]},
        [1],
        b"<html>",
        b"\xff\xfe",
        b"[" * 2_000_000,
    ],
    ids=["none", "hostile", "not-a-list", "ours", "list", "page", "bytes", "huge"],
)
def test_what_is_something_else_is_not_suggested(reply: Any) -> None:
    with listening(reply) as (port, _):
        assert seen({}, ollama=port, llama_cpp=port) == []


def test_a_server_that_refuses_is_not_suggested() -> None:
    with listening(OLLAMA, status=404) as (port, _):
        assert seen({}, ollama=port, llama_cpp=port) == []


@pytest.mark.parametrize("how", [{"wait": 30.0}, {"trickle": True}], ids=["silent", "trickling"])
def test_a_slow_server_is_not_waited_for(how: dict[str, Any]) -> None:
    with listening(OLLAMA, **how) as (port, _):
        started = time.perf_counter()
        assert seen({}, ollama=port, llama_cpp=free_port()) == []
        assert time.perf_counter() - started < 3


@pytest.mark.parametrize(
    ("variable", "line"),
    [
        ("MISTRAL_API_KEY", "export CLAPVERT_LLM=mistral:mistral-medium-latest"),
        ("OPENAI_API_KEY", "export CLAPVERT_LLM=openai:gpt-4.1"),
        ("ANTHROPIC_API_KEY", "export CLAPVERT_LLM=anthropic:claude-sonnet-4-5"),
    ],
)
def test_of_a_key_only_its_presence_is_said(variable: str, line: str) -> None:
    (found,) = seen({variable: "sk-secret"}, **nobody())
    assert (variable in found.what, found.line) == (True, line)
    assert "sk-secret" not in repr(found)
    assert seen({variable: " "}, **nobody()) == []


def test_a_key_is_not_sent_to_who_listens_here_and_the_machine_comes_first() -> None:
    environment = {"OPENAI_API_KEY": "sk-secret", "HTTP_PROXY": "http://127.0.0.1:9"}
    with listening(OLLAMA) as (port, asked):
        found = seen(environment, **{**nobody(), "ollama": port})
    assert [f.what.split()[0] for f in found] == ["Ollama", "une"]
    assert asked == ["/api/tags"]


def test_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with listening(OLLAMA) as (port, _):
        assert seen({}, **{**nobody(), "ollama": port})


def test_the_line_installs_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    (found,) = seen({"MISTRAL_API_KEY": "k"}, **nobody())
    assert found.line.startswith('pip install "clapvert[mistral]" && export CLAPVERT_LLM=mistral:')
