"""A fitted head that tells what a whole message, or a part of one, is: its act, the démarche that it opens.

Guarantee: a logistic head over the text's vector and its character n-grams, fitted on examples kept as data beside its
weights; no list of words. Under another encoder than the one that it was fitted for, the n-grams alone tell.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.ngrams import ngrams

VECTOR, FORM = 10.0, 2.0
"""How much the vector and the n-grams weigh against one another."""


def fits(vector: NDArray[np.float32], mean: NDArray[np.float32]) -> bool:
    """Whether a vector is of an encoder like the one whose examples have this mean: what that one writes lies on one
    side, near it."""
    return vector.shape == mean.shape and float(vector @ mean) > float(mean @ mean) / 2


def about(vector: NDArray[np.float32], mean: NDArray[np.float32], own: bool) -> NDArray[np.float32]:
    """A vector about the mean of a head's examples. `own`: the head was fitted on this very model; else the vector
    counts only where it lies as those of the head's model do, and is nothing elsewhere."""
    return vector - mean if own or fits(vector, mean) else np.zeros_like(mean)


def features(text: str, centred: NDArray[np.float32], form: float = FORM) -> NDArray[np.float32]:
    """What is read of a text: its vector about the mean of the examples, and its n-grams, which weigh `form`."""
    return np.concatenate([VECTOR * centred, form * ngrams(text)]).astype(np.float32)


class TextHead:
    """The head of one question asked of texts, read from its weights when first asked. `own`: see `about`."""

    def __init__(self, weights: Path, own: bool = False) -> None:
        self.path, self.own = weights, own

    def shares(self, text: str, vector: NDArray[np.float32]) -> dict[str, float]:
        """How likely a text is of each class; 1 in all. `vector`: the text's, as the encoder of questions gives it."""
        weights, bias, mean, classes = self._kept
        scores = weights @ features(text, about(vector, mean, self.own)) + bias
        shares = np.exp(scores - scores.max())
        return dict(zip(classes, (shares / shares.sum()).tolist(), strict=True))

    @cached_property
    def _kept(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], tuple[str, ...]]:
        with np.load(self.path) as kept:
            classes = tuple(str(c) for c in kept["classes"])
            return kept["weights"].astype(np.float32), kept["bias"], kept["mean"], classes
