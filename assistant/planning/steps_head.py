"""Which démarche a part opens (« on tourne en septembre, on fait quoi ? »), if it asks for the steps of one at all.

Guarantee: told by a head fitted on messages kept as data (`data/steps.yaml`), on those planned by hand with statements
and on the questions of the démarches, against those of the cards that answer something else (`eval calibrate --steps`);
the same to the byte for the same examples and encoder. No list of words.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.fitted import SHIPPED, Fitted

WEIGHTS = Path(__file__).resolve().parent / "data" / "steps.npz"
NONE = ""
"""What opens no démarche."""


def opened(text: str, vector: NDArray[np.float32], fitted: Fitted = SHIPPED) -> dict[str, float]:
    """How likely a text opens each démarche, and none (`NONE`); 1 in all. `vector`: the text's, as the encoder of
    questions gives it."""
    return fitted.head(WEIGHTS).shares(text, vector)
