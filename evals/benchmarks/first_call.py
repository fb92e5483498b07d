"""`python -m evals.benchmarks.first_call`: what a writing model waits for, and what we add to what it takes.

The real pipeline, warmed and read ahead as a server is, with a peer on loopback that answers at once: it writes three
lines that stand, and finds that they hold. How long before the first passage is told, before the model is called, and
how much of the answer is not the provider's time; in turn with whole answers without a model to questions of the same
kind. What the model itself takes is not ours to promise.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from assistant.history.owner import LOCAL
from assistant.service import Ask, Service
from assistant.upkeep import read_ahead, warm
from evals.benchmarks.timing import milliseconds, seconds
from evals.reference_set import load_reference
from evals.running.runner import TODAY
from ingest.clock import fixed
from ingest.settings import Settings

BUDGETS = {"before the call": 60.0, "over the provider's own": 120.0, "first passage": 150.0}
"""Milliseconds, at the median."""
NAMES = (*BUDGETS, "answer without a model")
_LINES = 3


def stands(document: dict[str, Any]) -> dict[str, Any]:
    """What the peer replies: lines that say what they cite in other words, and that each of them holds."""
    if "lines" in document:
        return {"lines": [{"n": row["n"], "says": "holds", "what": ""} for row in document["lines"]]}
    lines = [{"text": f"En clair : {e['text']}", "cites": [e["key"]]} for e in document["evidence"][:_LINES]]
    return {"act": "ask", "parts": [{"about": document["message"][:500], "lines": lines}]}


@contextmanager
def serving(called: list[float]) -> Iterator[str]:
    """The address of the peer, which notes when it is called."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            called.append(time.perf_counter())
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text = json.dumps(stands(json.loads(body["messages"][-1]["content"])))
            head = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "peer"}
            said = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(f"data: {json.dumps({**head, 'choices': [said]})}\n\ndata: [DONE]\n\n".encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def measure(bare: Service, wanted: int) -> tuple[dict[str, list[float]], int]:
    """Seconds by name over so many questions that reach the peer, and how many of its answers stood."""
    called: list[float] = []
    rows: dict[str, list[float]] = {name: [] for name in NAMES}
    stood = 0
    with serving(called) as url:
        mine = Settings(llm="openai:peer", llm_base_url=url, llm_api_key="none")
        service = Service(mine, bare.encoder, fixed(TODAY))
        for each in (bare, service):
            warm(each)
            read_ahead(each, threading.Event())
            each.ask(Ask("Quels bilans carbone pour une aide du CNC ?"))
        for question in (q.question for q in load_reference().questions if "answered" in q.outcome):
            called.clear()
            told: list[float] = []
            started = time.perf_counter()
            answer = service.ask(Ask(question), LOCAL, lambda *_, told=told: told.append(time.perf_counter()))
            ended = time.perf_counter()
            if not called or answer.receipt.model is None:
                continue
            stood += answer.receipt.model.fallback is None
            rows["before the call"].append(called[0] - started)
            rows["over the provider's own"].append(ended - started - answer.receipt.model.ms / 1000)
            rows["first passage"].append((told or [ended])[0] - started)
            rows["answer without a model"].append(
                seconds(partial(bare.ask, Ask(f"{question} Dossier {len(rows['first passage'])}.")))
            )
            if len(rows["first passage"]) == wanted:
                break
    return rows, stood


def main() -> None:
    """Measure, print, then one line of JSON; exit 1 past a budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=60)
    wanted = parser.parse_args().questions
    if importlib.util.find_spec("langchain_openai") is None:
        sys.exit('Not installed: langchain-openai (pip install "clapvert[openai]").')
    bare = Service(Settings(), clock=fixed(TODAY))
    figures: dict[str, float] = {}
    rows, stood = measure(bare, wanted)
    if len(rows["first passage"]) < 2:
        sys.exit("Too few questions reached the model to tell a median and a 95th percentile.")
    figures |= {"questions": len(rows["first passage"]), "answers that stood": stood}
    for name, taken in rows.items():
        found = milliseconds(taken)
        figures |= {f"{name}, p50 (ms)": found["p50_ms"], f"{name}, p95 (ms)": found["p95_ms"]}
    for label, value in figures.items():
        print(f"{label:44} {value}")
    print(json.dumps(figures))
    sys.exit(any(figures[f"{name}, p50 (ms)"] > budget for name, budget in BUDGETS.items()))


if __name__ == "__main__":
    main()
