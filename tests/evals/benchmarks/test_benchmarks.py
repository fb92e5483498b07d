"""The serving benchmark's parts, without the model: its larger index, its questions, its verdicts, its clients."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from evals.benchmarks import server, synthetic
from evals.benchmarks.serving import Budget, NewQuestions, budgets
from ingest.index.pipeline import Library
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings


def test_the_larger_index_is_proved_and_holds_the_corpus(settings: Settings, encoder: HashingEncoder) -> None:
    manifest = synthetic.build(settings, encoder, 120)
    library = Library(settings)
    snapshot = library.snapshots.open(library.store, encoder.info)
    assert len(snapshot) == manifest.counts["passages"] == 120
    assert snapshot.columns.is_statement.sum() == manifest.counts["statements"] > 0
    vectors = snapshot.sample_vectors(120)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_question_is_asked_twice() -> None:
    asked = NewQuestions().take(2000)
    assert len(set(asked)) == 2000


@pytest.mark.parametrize(
    ("budget", "met"),
    [
        (Budget("a", 10, "ms", 20), True),
        (Budget("a", 30, "ms", 20), False),
        (Budget("a", 30, "answers/s", 20, at_least=True), True),
        (Budget("a", 10, "answers/s", 20, at_least=True), False),
        (Budget("a", None, "GB", 1), None),
        (Budget("a", 10, "ms"), None),
    ],
)
def test_a_budget_is_met_or_not(budget: Budget, met: bool | None) -> None:
    assert budget.met is met


def told(dtype: str) -> dict[str, Any]:
    retrieval = {
        "passages": 20000, "p50_ms": 25.0, "p95_ms": 30.0, "bare_embedding": {"p50_ms": 20.0}, "ratio_p50": 1.25,
    }  # fmt: skip
    one = {"p50_ms": 40.0, "p95_ms": 90.0, "errors": 0}
    served = {
        "ready_s": 3.0, "rss_gb": None, "one_client": one,
        "sixteen_clients": {"p50_ms": 300.0, "p95_ms": 400.0, "answers_per_s": 50.0, "errors": 1},
    }  # fmt: skip
    return {
        "machine": {"dtype": dtype}, "retrieval": retrieval, "retrieval_large": retrieval, "served": served,
        "served_large": served, "commands": {"help_s": 0.1, "ingest_unchanged_s": 1.0},
    }  # fmt: skip


def test_without_bfloat16_retrieval_is_held_to_the_bare_embedding() -> None:
    def over(dtype: str) -> list[str]:
        return [b.label for b in budgets(told(dtype)) if b.met is False]

    assert over("bfloat16") == ["retrieval, 20000 passages, p50", "errors, corpus", "errors, 20000 passages"]
    assert over("float32") == ["retrieval / bare embedding", "errors, corpus", "errors, 20000 passages"]


class Answering(BaseHTTPRequestHandler):
    """Answers one question in four wrongly."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        number = int(body["question"])
        reply = json.dumps({"outcome": "answered"} if number % 4 else {"code": "no"}).encode()
        self.send_response(200 if number % 4 else 500)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: Any) -> None:
        pass


def test_clients_ask_everything_and_count_errors() -> None:
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    try:
        load = server.clients(httpd.server_port, [str(i) for i in range(40)], 4)
    finally:
        httpd.shutdown()
        httpd.server_close()
    assert len(load.times) == 40
    assert load.errors == 10
    assert load.seconds > 0
    nobody = server.clients(httpd.server_port, ["1"], 1)
    assert nobody.errors == 1
