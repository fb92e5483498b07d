"""Which démarche a part opens (« on tourne en septembre, on fait quoi ? »), if it asks for the steps of one at all.

Guarantee: a logistic head over the part's vector and its character n-grams, fitted on messages kept as data
(`data/steps.yaml`) and on the questions of the démarches, against those of the cards that answer something else
(`eval calibrate --steps`); the same to the byte for the same examples and encoder. No list of words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.acts import features

WEIGHTS = Path(__file__).resolve().parent / "data" / "steps.npz"
NONE = ""
"""What opens no démarche."""


@dataclass(frozen=True)
class _Head:
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    mean: NDArray[np.float32]
    names: tuple[str, ...]


@lru_cache(maxsize=1)
def _head() -> _Head:
    with np.load(WEIGHTS) as kept:
        names = tuple(str(n) for n in kept["names"])
        return _Head(kept["weights"].astype(np.float32), kept["bias"], kept["mean"], names)


def opened(text: str, vector: NDArray[np.float32]) -> dict[str, float]:
    """How likely a text opens each démarche, and none (`NONE`); 1 in all. `vector`: the text's, as the encoder of
    questions gives it."""
    head = _head()
    scores = head.weights @ features(text, vector, head.mean) + head.bias
    shares = np.exp(scores - scores.max())
    return dict(zip(head.names, (shares / shares.sum()).tolist(), strict=True))
