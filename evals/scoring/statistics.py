"""Intervals and paired differences: what a number is worth with this many questions.

Guarantee: seeded, so that the same scores give the same intervals. Questions on one topic rise and fall together: the
bootstrap draws topics, not questions. A share of rare events (an abstention error in one class) gets a Wilson interval;
so does a mean over topics that all agree, which the bootstrap would call certain. Nothing measured is None, never NaN.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

ROUNDS = 2000
SEED = 20261125
_Z = 1.959963984540054
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` questions with its 95 % interval; None when there is nothing to tell it from."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def as_dict(self) -> dict[str, float | int | None]:
        """JSON-ready."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


NOTHING = Estimate(None, None, None, 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """Candidate minus base over the `n` questions that both were judged on, with its 95 % interval."""

    base: float
    candidate: float
    value: float
    low: float
    high: float
    n: int

    def as_dict(self) -> dict[str, float | int]:
        """JSON-ready."""
        return {name: getattr(self, name) for name in self.__slots__}


def wilson(successes: float, n: int) -> Estimate:
    """Wilson's score interval of a share."""
    if n == 0:
        return NOTHING
    p = successes / n
    spread = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    centre, scale = p + _Z**2 / (2 * n), 1 + _Z**2 / n
    return Estimate(_r(p), _r(max(0.0, (centre - spread) / scale)), _r(min(1.0, (centre + spread) / scale)), n)


def bootstrap(values: Sequence[float], clusters: Sequence[Hashable]) -> Estimate:
    """Mean with the percentile interval of a bootstrap over clusters."""
    if not values:
        return NOTHING
    sums, counts = _by_cluster(values, clusters)
    mean = float(sum(values) / len(values))
    if len(set(values)) == 1 and 0.0 <= mean <= 1.0:
        return wilson(mean * len(values), len(values))
    if len(sums) < 2:
        return Estimate(_r(mean), None, None, len(values))
    low, high = _quantiles(sums, counts)
    return Estimate(_r(mean), _r(low), _r(high), len(values))


def paired(base: Sequence[float], candidate: Sequence[float], clusters: Sequence[Hashable]) -> Difference | None:
    """Difference of means on the same questions, with the percentile interval of a bootstrap over clusters."""
    if not base:
        return None
    changes = [c - b for b, c in zip(base, candidate, strict=True)]
    sums, counts = _by_cluster(changes, clusters)
    mean = sum(changes) / len(changes)
    low, high = _quantiles(sums, counts) if len(sums) > 1 else (mean, mean)
    n = len(changes)
    return Difference(_r(sum(base) / n), _r(sum(candidate) / n), _r(mean), _r(low), _r(high), n)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value under which a share of the values lie (nearest rank); None without values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _by_cluster(
    values: Sequence[float], clusters: Sequence[Hashable]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum and count of each cluster, in the order of their names, so that the order of questions does not count."""
    rows: dict[Hashable, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        rows.setdefault(cluster, []).append(value)
    ordered = [rows[name] for name in sorted(rows, key=str)]
    return np.array([math.fsum(r) for r in ordered]), np.array([float(len(r)) for r in ordered])


def _quantiles(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> tuple[float, float]:
    draws = _draws(len(sums)).astype(np.float64)
    low, high = np.quantile((draws @ sums) / (draws @ counts), [0.025, 0.975])
    return float(low), float(high)


@lru_cache(maxsize=128)
def _draws(clusters: int) -> NDArray[np.uint8]:
    """How many times each cluster is drawn in each round, shape `(ROUNDS, clusters)`; always the same."""
    rng = np.random.default_rng(SEED)
    return rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=ROUNDS).astype(np.uint8)


def _r(value: float) -> float:
    return round(value, _DIGITS) + 0.0
