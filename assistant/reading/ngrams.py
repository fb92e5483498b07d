"""Hashed character n-grams of a text: what the fitted heads read of its form.

Guarantee: a pure function of the folded text, the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ingest.language.lexical import fold

BUCKETS = 1 << 13


def ngrams(text: str) -> NDArray[np.float32]:
    """Hashed character n-grams (2 to 5, within words, their edges marked), unit length, shape `(BUCKETS,)`."""
    out = np.zeros(BUCKETS, np.float32)
    for word in fold(text).split():
        edged = f" {word.strip('.,;:!«»()')} "
        for n in (2, 3, 4, 5):
            for i in range(len(edged) - n + 1):
                out[_bucket(edged[i : i + n])] += 1.0
    np.sqrt(out, out)
    norm = float(np.linalg.norm(out))
    return out / norm if norm else out


def hashed(marks: Iterable[str], size: int) -> NDArray[np.float32]:
    """A bag of marks in so many buckets, unit length, shape `(size,)`."""
    out = np.zeros(size, np.float32)
    for mark in marks:
        out[_hash(mark) % size] += 1.0
    np.sqrt(out, out)
    norm = float(np.linalg.norm(out))
    return out / norm if norm else out


def _bucket(gram: str) -> int:
    return _hash(gram) % BUCKETS


@lru_cache(maxsize=1 << 17)
def _hash(gram: str) -> int:
    value = 2166136261
    for byte in gram.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value
