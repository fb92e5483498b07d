"""What a message does: it asks, or acts on the answer on screen (« source ? », « résume », « merci »…).

Guarantee: a logistic head over the message's vector and its character n-grams, fitted on examples kept as data
(`data/acts.yaml`, `eval calibrate --acts`); no list of verbs. A message that names a new subject is an ask whatever its
verb: the examples say so, and an act that is not likely enough is an ask.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Act
from assistant.reading.ngrams import ngrams

WEIGHTS = Path(__file__).resolve().parent / "data" / "acts.npz"
VECTOR, FORM = 10.0, 2.0
"""How much the vector and the n-grams weigh against one another."""
SURE, DOUBTED = 0.45, 0.08


@dataclass(frozen=True)
class _Head:
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    mean: NDArray[np.float32]
    acts: tuple[Act, ...]


@lru_cache(maxsize=1)
def _head() -> _Head:
    with np.load(WEIGHTS) as kept:
        known: dict[str, Act] = {a: a for a in get_args(Act)}
        acts = tuple(known[str(a)] for a in kept["acts"])
        return _Head(kept["weights"].astype(np.float32), kept["bias"], kept["mean"], acts)


def features(text: str, vector: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the head reads of a message: its vector about the mean of the examples, and its n-grams."""
    if vector.shape != mean.shape:  # another encoder than the one that the head was fitted for
        vector, mean = np.zeros_like(mean), np.zeros_like(mean)
    return np.concatenate([VECTOR * (vector - mean), FORM * ngrams(text)]).astype(np.float32)


_WORD = re.compile(r"[^\W\d_]{2,}")
"""Noise does nothing that a conversation does."""


def act_of(text: str, vector: NDArray[np.float32]) -> tuple[Act, Act]:
    """The act of a message (an ask when no other is likely enough), and the likeliest act that is not an ask."""
    if not _WORD.search(text):
        return "ask", "ask"
    head = _head()
    scores = head.weights @ features(text, vector, head.mean) + head.bias
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    best = int(np.argmax(shares))
    other = max((n for n, act in enumerate(head.acts) if act != "ask"), key=lambda n: shares[n])
    second: Act = head.acts[other] if shares[other] >= DOUBTED else "ask"
    return (head.acts[best] if shares[best] >= SURE else "ask"), second
