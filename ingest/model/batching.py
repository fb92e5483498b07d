"""Simultaneous callers share computations, on a small pool of worker threads.

Why: a forward pass over 8 short queries costs about as much as three single ones, so a server under load
should not compute them one by one.

Guarantee: a call that finds an idle worker starts at once (no timer); calls that arrive while all are busy
are answered together, shared out between the workers that come free; every call gets its own result, or
the error of the computation it was part of.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Coalescer(Generic[Item, Result]):
    """Groups concurrent calls.

    Args:
        compute: from n items to n results, in order; called in threads of `pool`.
        pool: runs the computations.
        workers: how many of them it runs at once.
        limit: most items of one computation.
    """

    def __init__(
        self, compute: Callable[[list[Item]], Iterable[Result]], pool: Executor, workers: int, limit: int = 32
    ) -> None:
        self._compute = compute
        self._pool = pool
        self._idle = workers
        self._limit = limit
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Item, Future[Result]]] = deque()

    def __call__(self, item: Item) -> Result:
        """The result for one item; blocks until it is known. Thread-safe."""
        answer: Future[Result] = Future()
        with self._lock:
            self._waiting.append((item, answer))
        # One round for each call: a round that finds its call already answered costs nothing.
        self._pool.submit(self._round)
        return answer.result()

    def _round(self) -> None:
        with self._lock:
            share = -(-len(self._waiting) // max(1, self._idle))
            jobs = [self._waiting.popleft() for _ in range(min(self._limit, share))]
            self._idle -= 1
        try:
            self._answer(jobs)
        finally:
            with self._lock:
                self._idle += 1

    def _answer(self, jobs: list[tuple[Item, Future[Result]]]) -> None:
        if not jobs:
            return
        try:
            results = list(zip(jobs, self._compute([item for item, _ in jobs]), strict=True))
        except BaseException as error:  # goes to the callers: the worker must live on
            for _, answer in jobs:
                answer.set_exception(error)
            return
        for (_, answer), result in results:
            answer.set_result(result)
