"""Fits the head that reads kinds of question, on the questions of the cards and on parts labelled by hand.

Guarantee: deterministic: the same examples in the same order give the same file, to the byte. A question of a card with
several kinds counts for each of them, shared. Out-of-fold figures are by card, so that two wordings of one card never
stand on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.reading.kinds_head import WEIGHTS
from assistant.reading.ngrams import ngrams
from evals.fitting.folds import fold_of
from evals.scoring.statistics import Estimate, bootstrap
from ingest.corpus.cards import Card, Kind
from ingest.errors import ClapvertError, ErrorCode

PARTS = WEIGHTS.parent / "parts.yaml"
_ROUNDS = 400
_BY_HAND = 3
"""How much a part labelled by hand counts: cards ask in whole questions, people seldom do."""
KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Example:
    """A question, its kinds, and what it may not be told apart from."""

    text: str
    kinds: tuple[Kind, ...]
    group: str


@dataclass(frozen=True)
class KindsFit:
    """A fitted head: `weights` of shape `(kinds, buckets)`, `bias` of shape `(kinds,)`, and its agreement."""

    examples: int
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    out_of_fold: Estimate
    in_fold: Estimate

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, without the weights."""
        return {
            "examples": self.examples,
            "out_of_fold": asdict(self.out_of_fold),
            "in_fold": asdict(self.in_fold),
        }


def examples(cards: Sequence[Card]) -> list[Example]:
    """The questions of the cards."""
    return [Example(q, card.kinds, card.id) for card in cards for q in card.asks]


def labelled(path: Path = PARTS) -> list[Example]:
    """The parts of the messages cut and labelled by hand (`data/parts.yaml`), each as often as it counts."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    parts = [Example(p["about"], tuple(Kind(k) for k in p["kinds"]), row["text"]) for row in rows for p in row["parts"]]
    return parts * _BY_HAND


def fit_kinds(rows: Sequence[Example]) -> KindsFit:
    """The head of all the examples, and how often the likeliest kind of an example is one of its own."""
    if len({k for r in rows for k in r.kinds}) < 2:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Les cartes ne disent pas deux genres de question : rien à ajuster.")
    weights, bias = fit(rows)
    fold = [fold_of(r.group) for r in rows]
    apart = [False] * len(rows)
    for k in sorted(set(fold)):
        learnt = [r for r, f in zip(rows, fold, strict=True) if f != k]
        if len({kind for r in learnt for kind in r.kinds}) > 1:
            head = fit(learnt)
            for n in (n for n, f in enumerate(fold) if f == k):
                apart[n] = _agrees(rows[n], *head)
    groups = [r.group for r in rows]
    told = [float(_agrees(r, weights, bias)) for r in rows]
    return KindsFit(len(rows), weights, bias, bootstrap([float(a) for a in apart], groups), bootstrap(told, groups))


def fit(rows: Sequence[Example], penalty: float = 3.0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights and bias of a multinomial logistic regression."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    spread = [(x, KINDS.index(k), 1.0 / len(r.kinds)) for r in rows for x in (_sparse(r.text),) for k in r.kinds]
    starts = np.cumsum([0, *(len(columns) for (columns, _), _, _ in spread)])
    columns = np.concatenate([columns for (columns, _), _, _ in spread])
    values = np.concatenate([values for (_, values), _, _ in spread])
    matrix = csr_matrix((values, columns, starts), shape=(len(spread), len(ngrams(""))))
    model = LogisticRegression(C=penalty, max_iter=_ROUNDS, tol=1e-5)
    model.fit(matrix, np.array([label for _, label, _ in spread]), sample_weight=np.array([w for _, _, w in spread]))
    weights = np.zeros((len(KINDS), matrix.shape[1]), np.float32)
    bias = np.full(len(KINDS), -20.0, np.float32)
    found, start = (model.coef_, model.intercept_)
    if len(model.classes_) == 2:  # one row tells two kinds apart
        found, start = np.concatenate([-found, found]) / 2, np.concatenate([-start, start]) / 2
    weights[model.classes_], bias[model.classes_] = found, start
    return weights, bias


def save(head: KindsFit, path: Path = WEIGHTS) -> bool:
    """Write the weights as data: half precision, small ones left out. True when the file was already that."""
    before = path.read_bytes() if path.is_file() else b""
    path.parent.mkdir(parents=True, exist_ok=True)
    small = np.where(np.abs(head.weights) < 0.02, 0, head.weights).astype(np.float16)
    np.savez_compressed(path, weights=small, bias=head.bias, kinds=np.array([k.value for k in KINDS]))
    return path.read_bytes() == before


def _sparse(text: str) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    x = ngrams(text)
    (columns,) = np.nonzero(x)
    return columns, x[columns]


def _agrees(row: Example, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> bool:
    columns, values = _sparse(row.text)
    return KINDS[int(np.argmax(weights[:, columns] @ values + bias))] in row.kinds
