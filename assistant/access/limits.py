"""How often, and how many at once: a bucket of calls a minute for each name, places for calls in flight.

Guarantee: a name that has used its calls is told in how many seconds it has one again; a place is given back whatever
happens. Limits are of one process: with several workers each has its own.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ROUNDING = 1e-6
_NAMES = 20_000
"""Names that are remembered; the ones that called longest ago are forgotten first, their bucket full again by then."""


class Rates:
    """Buckets that fill up over a minute; each name may use its whole minute at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._guard = threading.Lock()

    def wait(self, name: str, per_minute: int) -> int:
        """Count one call; 0 when it is within the rate, else the seconds to wait, and it is not counted."""
        now = self._clock()
        with self._guard:
            left, at = self._buckets.pop(name, (float(per_minute), now))
            left = min(float(per_minute), left + (now - at) * per_minute / 60)
            allowed = left >= 1 - _ROUNDING
            self._buckets[name] = (max(0.0, left - 1) if allowed else left, now)
            while len(self._buckets) > _NAMES:
                self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - left) * 60 / per_minute - _ROUNDING))


class Places:
    """Calls in flight: so many in all, half as many for one name."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._each = max(1, most // 2)
        self._taken: dict[str, int] = {}
        self._guard = threading.Lock()

    @contextmanager
    def taken(self, name: str) -> Iterator[bool]:
        """A place for as long as this lasts; False when there is none."""
        with self._guard:
            free = sum(self._taken.values()) < self.most and self._taken.get(name, 0) < self._each
            if free:
                self._taken[name] = self._taken.get(name, 0) + 1
        try:
            yield free
        finally:
            if free:
                with self._guard:
                    self._taken[name] -= 1
                    if not self._taken[name]:
                        del self._taken[name]
