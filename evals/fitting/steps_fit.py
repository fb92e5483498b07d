"""Fits the head that tells a part that asks for steps, on the questions of the démarches and of the cards.

Guarantee: deterministic: the same examples in the same order give the same file, to the byte. Out-of-fold figures are
by démarche and by card, so that two wordings of one never stand on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.planning.steps_head import WEIGHTS
from assistant.reading.ngrams import ngrams
from evals.fitting.folds import FOLDS, fold_of
from ingest.corpus.cards import Card, Kind
from ingest.corpus.demarches import Demarche
from ingest.errors import ClapvertError, ErrorCode


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, whether it asks for steps, and what it may not be told apart from."""

    text: str
    steps: bool
    group: str


@dataclass(frozen=True)
class StepsFit:
    """A fitted head: `weights` of shape `(buckets,)`, and, out of fold, the share of questions for steps that it finds
    and of others that it takes for one (at an even chance)."""

    examples: int
    weights: NDArray[np.float32]
    bias: float
    found: float
    mistaken: float

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, without the weights."""
        return {k: v for k, v in asdict(self).items() if k != "weights"}


def examples(demarches: Sequence[Demarche], cards: Sequence[Card]) -> list[Asked]:
    """The questions of the démarches, and those of the cards that answer another kind of question."""
    steps = [Asked(q, True, d.id) for d in demarches for q in (*d.asks, *(a for c in d.cuts for a in c.asks))]
    return steps + [Asked(q, False, card.id) for card in cards if Kind.HOW not in card.kinds for q in card.asks]


def fit_steps(rows: Sequence[Asked]) -> StepsFit:
    """The head of all the examples, and how it does on those that it was not fitted on."""
    wanted = np.array([r.steps for r in rows])
    if len(set(wanted.tolist())) < 2:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Il faut des démarches et des cartes : rien à ajuster.")
    matrix = np.array([ngrams(r.text) for r in rows])
    fold = np.array([fold_of(r.group) for r in rows])
    chance = np.zeros(len(rows))
    for k in range(FOLDS):
        apart = fold == k
        if apart.any() and len(set(wanted[~apart].tolist())) > 1:
            weights, bias = _fit(matrix[~apart], wanted[~apart])
            chance[apart] = matrix[apart] @ weights + bias
    weights, bias = _fit(matrix, wanted)
    told = chance >= 0
    return StepsFit(len(rows), weights, bias, float(told[wanted].mean()), float(told[~wanted].mean()))


def save(head: StepsFit, path: Path = WEIGHTS) -> bool:
    """Write the weights as data: half precision, small ones left out. True when the file was already that."""
    before = path.read_bytes() if path.is_file() else b""
    path.parent.mkdir(parents=True, exist_ok=True)
    small = np.where(np.abs(head.weights) < 0.02, 0, head.weights).astype(np.float16)
    np.savez_compressed(path, weights=small, bias=np.array([head.bias], np.float32))
    return path.read_bytes() == before


def _fit(matrix: NDArray[np.float32], wanted: NDArray[np.bool_]) -> tuple[NDArray[np.float32], float]:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=3.0, max_iter=400, tol=1e-5, class_weight="balanced")
    model.fit(csr_matrix(matrix), wanted)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])
