"""Batches, threads and order, on a fake backend that counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.model import pool as engine_module
from ingest.model.backends import FloatArray
from ingest.model.info import ModelInfo
from ingest.model.pool import Engine

INFO = ModelInfo(Path("model"), "folder", "fake", "0", 2, "float32", 99, {"query": "q: ", "passage": "p: "})


class FakeBackend:
    """The vector of a text is (its length, 1 for a query and 0 for a passage)."""

    budget = 100
    workers = 2

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.running = self.most = 0
        self.lock = threading.Lock()
        self.seconds = 0.0

    def prepare(self, texts: Sequence[str]) -> list[str]:
        return list(texts)

    def forward(self, items: Sequence[Any]) -> FloatArray:
        with self.lock:
            self.batches.append([len(item) for item in items])
            self.running += 1
            self.most = max(self.most, self.running)
        time.sleep(self.seconds)
        with self.lock:
            self.running -= 1
        return np.array([[len(item), item.startswith("q: ")] for item in items], np.float32)


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> FakeBackend:
    fake = FakeBackend()
    monkeypatch.setattr(engine_module, "open_backend", lambda *arguments: fake)
    return fake


def test_order_prompts_budget_and_like_lengths(backend: FakeBackend) -> None:
    engine = Engine(INFO, None)
    backend.batches.clear()
    lengths = [3, 90, 4, 40, 5, 41, 3, 42, 300]
    progress: list[tuple[int, int]] = []
    vectors = engine.encode("passage", ["x" * n for n in lengths], lambda *at: progress.append(at))
    assert vectors.tolist() == [[n + 3, 0] for n in lengths]
    assert sorted(n for batch in backend.batches for n in batch) == sorted(n + 3 for n in lengths)
    for batch in backend.batches:
        assert len(batch) == 1 or len(batch) * max(batch) <= backend.budget
        assert min(batch) >= 0.7 * max(batch)
    assert progress[-1] == (9, 9)
    assert backend.most <= backend.workers
    assert engine.encode("passage", []).shape == (0, 2)


def test_a_long_question_does_not_drag_the_short_ones(backend: FakeBackend) -> None:
    engine = Engine(INFO, None)
    backend.batches.clear()
    engine.encode("query", ["x" * 90, *["y"] * 10])
    assert sorted(map(len, backend.batches)) == [1, 10]


def test_questions_pass_between_batches_of_passages(backend: FakeBackend) -> None:
    engine = Engine(INFO, None)
    backend.seconds = 0.05
    waits: list[float] = []

    def ask(number: int) -> None:
        start = time.monotonic()
        assert engine.queries("x" * number).tolist() == [number + 3, 1]
        waits.append(time.monotonic() - start)

    with ThreadPoolExecutor(5) as clients:
        passages = clients.submit(engine.encode, "passage", ["x" * 90] * 20)  # half a second
        time.sleep(0.06)
        list(clients.map(ask, range(4)))
        assert not passages.done()
        assert passages.result().shape == (20, 2)
    assert max(waits) < 0.3
    assert backend.most <= backend.workers
