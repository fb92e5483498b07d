"""Kinds of question: what sort of answer a part of a message wants (amount, date, yes or no, who, how…).

Guarantee: one taxonomy, that of the cards (`ingest.corpus.cards.Kind`). A logistic head over hashed character n-grams,
fitted on the questions of the cards and on parts labelled by hand (`eval calibrate --kinds`); its weights are data
beside this module, the same to the byte for the same examples. Without weights, what the words say (`kinds.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.corpus.cards import Kind
from ingest.language.lexical import fold

WEIGHTS = Path(__file__).resolve().parent / "data" / "kinds.npz"
BUCKETS = 1 << 13


def features(text: str) -> NDArray[np.float32]:
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


@lru_cache(maxsize=1 << 17)
def _bucket(gram: str) -> int:
    value = 2166136261
    for byte in gram.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value % BUCKETS


@lru_cache(maxsize=1)
def _weights(path: Path = WEIGHTS) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[Kind, ...]]:
    with np.load(path) as kept:
        return kept["weights"].astype(np.float32), kept["bias"], tuple(Kind(k) for k in kept["kinds"])


@lru_cache(maxsize=4096)
def kinds_of(text: str) -> Mapping[Kind, float]:
    """How likely a text asks each kind of question; the likeliest first, 1 in all."""
    weights, bias, kinds = _weights()
    scores = weights @ features(text) + bias
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    return {k: float(p) for p, k in sorted(zip(shares, kinds, strict=True), key=lambda row: -row[0])}
