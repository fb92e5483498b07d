"""A fitted head that tells what a stretch of a message (a figure, a date) is, by the words around it.

Guarantee: a logistic head over hashed marks, fitted on examples kept as data beside its weights; no list of words. What
is not likely enough of anything is of nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.ngrams import hashed
from ingest.language.lexical import fold

NONE = "none"
"""The class of what is nothing that the head tells."""
SIZE = 1 << 14
_BEFORE, _AFTER, _NEAR = 70, 60, 3


class MentionHead:
    """The head of one sort of mention, read from its weights when first asked."""

    def __init__(self, weights: Path) -> None:
        self.path = weights

    def shares(self, marks: Iterable[str], allowed: Collection[str] | None = None) -> dict[str, float]:
        """How likely a mention of these marks is of each class; 1 in all. `allowed` bounds the classes."""
        vector = hashed(marks, SIZE)
        scores = self._weights @ vector + self._bias
        rows = [(s, c) for s, c in zip(scores.tolist(), self._classes, strict=True) if not allowed or c in allowed]
        top = max(s for s, _ in rows)
        weights = {c: float(np.exp(s - top)) for s, c in rows}
        total = sum(weights.values())
        return {c: w / total for c, w in weights.items()}

    @cached_property
    def _kept(self) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[str, ...]]:
        with np.load(self.path) as kept:
            return kept["weights"].astype(np.float32), kept["bias"], tuple(str(c) for c in kept["classes"])

    @property
    def _weights(self) -> NDArray[np.float32]:
        return self._kept[0]

    @property
    def _bias(self) -> NDArray[np.float32]:
        return self._kept[1]

    @property
    def _classes(self) -> tuple[str, ...]:
        return self._kept[2]


def around(text: str, start: int, end: int, sort: str) -> list[str]:
    """The marks of a stretch of a text: the words before and after it, by side and by distance, and with its sort."""
    left, right = words(fold(text[max(0, start - _BEFORE) : start]))[::-1], words(fold(text[end : end + _AFTER]))
    out: list[str] = []
    for side, said in (("L", left), ("R", right)):
        out += [f"{side}{i}={w}" for i, w in enumerate(said[:_NEAR])]
        out += [f"{side}{a}+{b}" for a, b in pairwise(said[:5])]
        for w in said[:12]:
            out.append(f"{side}={w}")
            out += [f"{side}~{w[:n]}" for n in (4, 6) if len(w) > n]
    out += [f"{sort}:{w}" for w in (*left[:6], *right[:4])]
    return [*out, f"ask={text.rstrip().endswith('?')}", f"first={start < 25}"]


def words(text: str) -> list[str]:
    """The words of a folded text, with percents and euros."""
    return [w for w in "".join(c if c.isalnum() or c in "€%'" else " " for c in text).replace("'", " ").split() if w]
