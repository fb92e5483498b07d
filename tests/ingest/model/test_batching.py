"""Grouping of simultaneous calls, without any model."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ingest.model.batching import Coalescer

WORKERS = 2


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(WORKERS) as pool:
        yield pool


def test_a_call_alone_is_computed_alone(pool: ThreadPoolExecutor) -> None:
    seen: list[list[int]] = []

    def double(items: list[int]) -> list[int]:
        seen.append(items)
        return [2 * item for item in items]

    calls = Coalescer(double, pool, WORKERS)
    assert [calls(3), calls(4)] == [6, 8]
    assert seen == [[3], [4]]


@pytest.mark.parametrize("limit", [1, 3, 32])
def test_simultaneous_calls_share_computations_and_keep_their_own_result(pool: ThreadPoolExecutor, limit: int) -> None:
    sizes: list[int] = []
    running: list[int] = [0]
    most: list[int] = [0]
    lock = threading.Lock()

    def double(items: list[int]) -> list[int]:
        with lock:
            sizes.append(len(items))
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.01)
        with lock:
            running[0] -= 1
        return [2 * item for item in items]

    calls = Coalescer(double, pool, WORKERS, limit)
    with ThreadPoolExecutor(16) as clients:
        results = list(clients.map(calls, range(64)))
    assert results == [2 * i for i in range(64)]
    assert sum(sizes) == 64
    assert max(sizes) <= limit
    assert limit == 1 or max(sizes) > 1
    assert most[0] <= WORKERS


def test_work_is_shared_between_idle_workers(pool: ThreadPoolExecutor) -> None:
    sizes: list[int] = []
    taken = threading.Event()
    gate = threading.Event()

    def slow(items: list[int]) -> list[int]:
        sizes.append(len(items))
        gate.wait(5)
        return items

    calls = Coalescer(slow, pool, WORKERS)
    for _ in range(WORKERS):
        pool.submit(taken.wait, 5)
    with ThreadPoolExecutor(8) as clients:
        answers = clients.map(calls, range(8))  # all wait while the workers are taken
        while len(calls._waiting) < 8:
            time.sleep(0.01)
        taken.set()
        while len(sizes) < WORKERS:
            time.sleep(0.01)
        gate.set()
        assert list(answers) == list(range(8))
    assert sizes == [4, 4]


def test_an_error_reaches_its_callers_and_the_next_call_works(pool: ThreadPoolExecutor) -> None:
    def fragile(items: list[int]) -> list[int]:
        if 13 in items:
            raise ValueError("13")
        return items

    calls = Coalescer(fragile, pool, WORKERS)
    for _ in range(2 * WORKERS):  # a failure gives its worker back
        with pytest.raises(ValueError, match="13"):
            calls(13)
    assert calls(1) == 1


def test_a_computation_that_loses_results_is_an_error_not_a_hang(pool: ThreadPoolExecutor) -> None:
    empty: Coalescer[int, int] = Coalescer(lambda items: [], pool, WORKERS)
    with pytest.raises(ValueError):
        empty(1)
