"""Fits the head that reads kinds of question, on the questions of the cards and on parts labelled by hand.

Guarantee: deterministic: the same examples in the same order give the same weights to the byte. A question of a card
with several kinds counts for each of them, shared. Out-of-fold figures are by card, so that two wordings of one card
never stand on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.kinds_head import WEIGHTS
from assistant.reading.ngrams import ngrams
from ingest.corpus.cards import Card, Kind


@dataclass(frozen=True, slots=True)
class Example:
    """A question, its kinds, and what it may not be told apart from."""

    text: str
    kinds: tuple[Kind, ...]
    group: str


def examples(cards: Sequence[Card]) -> list[Example]:
    """The questions of the cards."""
    return [Example(q, card.kinds, card.id) for card in cards for q in card.asks]


def fit(rows: Sequence[Example], penalty: float = 3.0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights `(kinds, buckets)` and bias `(kinds,)` of a multinomial logistic regression."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    kinds = list(Kind)
    matrix, labels, shares = [], [], []
    for row in rows:
        x = ngrams(row.text)
        for kind in row.kinds:
            matrix.append(x)
            labels.append(kinds.index(kind))
            shares.append(1.0 / len(row.kinds))
    model = LogisticRegression(C=penalty, max_iter=400, tol=1e-5)
    model.fit(csr_matrix(np.array(matrix)), np.array(labels), sample_weight=np.array(shares))
    weights = np.zeros((len(kinds), matrix[0].shape[0]), np.float32)
    bias = np.full(len(kinds), -20.0, np.float32)
    for row_index, label in enumerate(model.classes_):
        weights[label], bias[label] = model.coef_[row_index], model.intercept_[row_index]
    return weights, bias


def agreement(rows: Sequence[Example], folds: int = 5) -> float:
    """Share of the examples whose likeliest kind, out of fold, is one of theirs."""
    groups = sorted({r.group for r in rows})
    fold_of = {g: i % folds for i, g in enumerate(groups)}
    right = 0
    for k in range(folds):
        weights, bias = fit([r for r in rows if fold_of[r.group] != k])
        for r in rows:
            if fold_of[r.group] == k:
                best = list(Kind)[int(np.argmax(weights @ ngrams(r.text) + bias))]
                right += best in r.kinds
    return right / len(rows)


def save(weights: NDArray[np.float32], bias: NDArray[np.float32], path: Path = WEIGHTS) -> None:
    """Write the weights as data: half precision, small ones left out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    small = np.where(np.abs(weights) < 0.02, 0, weights).astype(np.float16)
    np.savez_compressed(path, weights=small, bias=bias, kinds=np.array([k.value for k in Kind]))
