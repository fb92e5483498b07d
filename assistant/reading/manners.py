"""In what form an act is asked for: a list by who does it, the links of the sources, the answer in both languages…

Guarantee: told by a head fitted on examples kept as data (`data/manners.yaml`, `eval calibrate --acts`), among the
forms of the act alone; a form that is not likely enough is the act's plain one. No list of words.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Act
from assistant.reading.fitted import SHIPPED, Fitted

WEIGHTS = Path(__file__).resolve().parent / "data" / "manners.npz"
PLAIN: Mapping[Act, str] = {
    "checklist": "list", "translate": "en", "source": "list", "help": "what",
}  # fmt: skip
"""The plain form of each act that has several."""
_SURE = 0.5


def manner_of(act: Act, text: str, vector: NDArray[np.float32], fitted: Fitted = SHIPPED) -> str:
    """The form that an act is asked in; its plain one when no other is likely enough."""
    if act not in PLAIN:
        return ""
    shares = fitted.head(WEIGHTS).shares(text, vector)
    own = {label.partition(".")[2]: p for label, p in shares.items() if label.partition(".")[0] == act}
    best = max(own, key=lambda manner: own[manner])
    return best if own[best] >= _SURE * sum(own.values()) else PLAIN[act]
