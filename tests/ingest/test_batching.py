"""Grouping of simultaneous calls, without any model."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ingest.batching import Coalescer, compute_thread


def test_a_call_alone_is_computed_alone() -> None:
    seen: list[list[int]] = []

    def double(items: list[int]) -> list[int]:
        seen.append(items)
        return [2 * item for item in items]

    calls = Coalescer(double)
    assert [calls(3), calls(4)] == [6, 8]
    assert seen == [[3], [4]]


def test_simultaneous_calls_share_a_computation_and_keep_their_own_result() -> None:
    sizes: list[int] = []
    threads: set[int] = set()

    def double(items: list[int]) -> list[int]:
        sizes.append(len(items))
        threads.add(threading.get_ident())
        time.sleep(0.02)
        return [2 * item for item in items]

    calls = Coalescer(double, limit=8)
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(calls, range(64)))
    assert results == [2 * i for i in range(64)]
    assert sum(sizes) == 64
    assert 8 >= max(sizes) > 1
    assert len(threads) == 1
    assert threads.isdisjoint({threading.get_ident()})


def test_an_error_reaches_its_callers_and_the_next_call_works() -> None:
    def fragile(items: list[int]) -> list[int]:
        if 13 in items:
            raise ValueError("13")
        return items

    calls = Coalescer(fragile)
    with pytest.raises(ValueError, match="13"):
        calls(13)
    assert calls(1) == 1


def test_a_computation_that_loses_results_is_an_error_not_a_hang() -> None:
    empty: Coalescer[int, int] = Coalescer(lambda items: [])
    with pytest.raises(ValueError):
        empty(1)


def test_queries_pass_between_two_pieces_of_long_work() -> None:
    order: list[str] = []
    started = threading.Event()

    def answer(items: list[str]) -> list[str]:
        order.extend(items)
        return items

    calls = Coalescer(answer)

    def piece() -> None:
        started.set()
        time.sleep(0.03)
        order.append("piece")

    def long_work() -> None:
        for _ in range(5):
            compute_thread(piece)

    worker = threading.Thread(target=long_work)
    worker.start()
    started.wait(5)
    calls("query")
    worker.join()
    assert order.index("query") <= 2
    assert len(order) == 6
