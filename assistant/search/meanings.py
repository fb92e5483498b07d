"""How likely a message means what each card, or each statement by itself, is asked: one learnt reading of vectors.

Guarantee: one linear map of the encoder's vectors, fitted on reviewed wordings alone (`eval calibrate --meanings`),
with no word or question of its own. What shares a first statement is one meaning: its readings add up. Shares are over
what is in force on the day, and 1 in all.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.fitted import Fitted
from assistant.reading.text_head import fits
from ingest.index.snapshot import Snapshot

WEIGHTS = Path(__file__).resolve().parent / "data" / "meanings.npz"
SHARPNESS = 15.0
"""What cosines are multiplied by before they are shares."""
LEAST = -20.0
"""The logarithm of the least share that is told apart from none."""


class Meanings:
    """The meanings of one snapshot: one of each statement, to which the cards that open with it belong."""

    def __init__(self, snapshot: Snapshot, fitted: Fitted) -> None:
        cards = snapshot.cards
        positions = {sid: p for p, sid in enumerate(snapshot.columns.statements) if sid is not None}
        held = sorted(positions.values())
        heads = [positions.get(card.head[0], -1) for card in cards.cards]
        self._groups = np.array([*heads, *held], np.intp)
        self._size = len(snapshot)
        path = fitted.path(WEIGHTS)
        self._asked: NDArray[np.float32] | None = None
        if not held or not path.is_file():
            return
        maps, vectors = fitted.arrays(WEIGHTS), snapshot.vectors(held)
        if maps["asked"].shape[0] != vectors.shape[1] or not len(cards.cards):
            return
        self._asked, self._mean, self._own = maps["asked"], maps["mean"], fitted.own
        read = unit(cards.vectors @ self._asked)
        of_cards = unit(np.add.reduceat(read, np.searchsorted(cards.owners, np.arange(len(cards.cards)))))
        self._classes = np.concatenate([of_cards, unit(vectors @ maps["told"])])

    def likely(self, vector: NDArray[np.float32], in_force: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The logarithm of the share of what each passage opens, shape `(passages,)`; 0 throughout for an encoder whose
        vectors the map does not read. `vector`: the message's, as a question; `in_force`: shape `(passages,)`."""
        if self._asked is None or not (self._own or fits(vector, self._mean)):
            return np.zeros(self._size)
        near = SHARPNESS * (self._classes @ unit(vector @ self._asked)).astype(np.float64)
        usable = in_force[self._groups] & (self._groups >= 0)
        shares = np.exp(near - near.max()) * usable
        told = np.bincount(self._groups[usable], shares[usable], self._size)
        return np.log(np.maximum(told / (told.sum() or 1.0), np.exp(LEAST)))


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors of length 1, along the last axis."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9), np.float32)
