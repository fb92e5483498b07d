"""What a draft is written for: to inform; to ask for a document, a confirmation, an agreement, a quote; to have a thing
done; to refuse.

Guarantee: told by a head fitted on examples kept as data (`data/purposes.yaml`, `eval calibrate --acts`); a purpose
that is not likely enough is to inform. No list of verbs.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.fitted import SHIPPED, Fitted

WEIGHTS = Path(__file__).resolve().parent / "data" / "purposes.npz"
PLAIN = "inform"
_SURE = 0.35


def purpose_of(text: str, vector: NDArray[np.float32], fitted: Fitted = SHIPPED) -> str:
    """The purpose of what a message wants written. `vector`: the message's, as the encoder of questions gives it."""
    shares = fitted.head(WEIGHTS).shares(text, vector)
    best = max(shares, key=lambda purpose: shares[purpose])
    return best if shares[best] >= _SURE else PLAIN
