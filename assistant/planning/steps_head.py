"""Does a part ask what to do, step by step (« on tourne en septembre, on fait quoi ? »), or for one thing?

Guarantee: a logistic head over hashed character n-grams, fitted on the questions of the démarches against those of the
cards that answer something else (`eval calibrate --steps`); its weights are data beside this module, the same to the
byte for the same examples. No list of words.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.ngrams import ngrams

WEIGHTS = Path(__file__).resolve().parent / "data" / "steps.npz"


@lru_cache(maxsize=1)
def _weights(path: Path = WEIGHTS) -> tuple[NDArray[np.float32], float]:
    with np.load(path) as kept:
        return kept["weights"].astype(np.float32), float(kept["bias"][0])


@lru_cache(maxsize=4096)
def asks_steps(text: str) -> float:
    """How likely a text asks for steps."""
    weights, bias = _weights()
    return 1.0 / (1.0 + math.exp(-float(weights @ ngrams(text)) - bias))
