"""What a message does: it asks, or acts on the answer on screen (« source ? », « résume », « merci »…).

Guarantee: told by a head fitted on examples kept as data (`data/acts.yaml`, `eval calibrate --acts`); no list of verbs.
A message that names a new subject is an ask whatever its verb: the examples say so, and an act that is not likely
enough is an ask. That it is of another field is a suspicion, which the evidence settles (`planning/scope.py`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Act
from assistant.reading.fitted import SHIPPED, Fitted

WEIGHTS = Path(__file__).resolve().parent / "data" / "acts.npz"
SURE, DOUBTED, ELSEWHERE = 0.45, 0.08, 0.72
"""Shares from which an act is one, may be one, and from which a message is read as of another field."""
_ACTS: dict[str, Act] = {a: a for a in get_args(Act)}
_WORD = re.compile(r"[^\W\d_]{2,}")
"""Noise does nothing that a conversation does."""


def act_of(text: str, vector: NDArray[np.float32], fitted: Fitted = SHIPPED) -> tuple[Act, Act]:
    """The act of a message (an ask when no other is likely enough), and the likeliest other; an ask for
    one that is likely of another field."""
    if not _WORD.search(text):
        return "ask", "ask"
    shares = fitted.head(WEIGHTS).shares(text, vector)
    best = max(shares, key=lambda act: shares[act])
    other = max((act for act in shares if act not in ("ask", "out_of_field")), key=lambda act: shares[act])
    elsewhere = shares.get("out_of_field", 0.0) >= ELSEWHERE
    second: Act = _ACTS[other] if shares[other] >= DOUBTED and not elsewhere else "ask"
    taken = elsewhere if best == "out_of_field" else shares[best] >= SURE
    return (_ACTS[best] if taken else "ask"), second
