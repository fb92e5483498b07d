"""One thread computes; simultaneous callers share one computation.

Why: a forward pass over 16 short queries costs about as much as four single ones, so a server under load
should not compute them one after the other. And torch must be used from one thread only: each thread that
calls it gets an OpenMP pool of its own, and once there are more pool threads than cores they stop spinning
and sleep between operations (measured on 2 cores: a query takes 17 ms instead of 7 in any second thread).

Guarantee: all work given to `compute_thread` or to a `Coalescer` runs in one and the same thread, in the
order given; a call that finds it idle starts at once (no timer); calls that arrive during a computation are
answered together by the next one; every call gets its own result, or the error of its computation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# One for the process, whatever the number of encoders. Its thread starts at the first use.
_EXECUTOR = ThreadPoolExecutor(max_workers=1, thread_name_prefix="clapvert-compute")


def compute_thread(action: Callable[[], Result]) -> Result:
    """Run `action` in the compute thread and wait for it; what it raises is raised here.

    Cut long work into several actions: between two of them waiting queries get their turn.
    """
    return _EXECUTOR.submit(action).result()


class Coalescer(Generic[Item, Result]):
    """Groups concurrent calls.

    Args:
        compute: from n items to n results, in order; called in the compute thread.
        limit: most items of one computation.
    """

    def __init__(self, compute: Callable[[list[Item]], Iterable[Result]], limit: int = 32) -> None:
        self._compute = compute
        self._limit = limit
        self._waiting: deque[tuple[Item, Future[Result]]] = deque()

    def __call__(self, item: Item) -> Result:
        """The result for one item; blocks until it is known. Thread-safe."""
        answer: Future[Result] = Future()
        self._waiting.append((item, answer))  # atomic
        # One round for each call: a round that finds its call already answered costs nothing.
        _EXECUTOR.submit(self._round)
        return answer.result()

    def _round(self) -> None:
        jobs = [self._waiting.popleft() for _ in range(min(self._limit, len(self._waiting)))]
        if not jobs:
            return
        try:
            results = list(zip(jobs, self._compute([item for item, _ in jobs]), strict=True))
        except BaseException as error:  # goes to the callers: this thread must live on
            for _, answer in jobs:
                answer.set_exception(error)
            return
        for (_, answer), result in results:
            answer.set_result(result)
