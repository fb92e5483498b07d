"""Fits the head that tells which démarche a part opens, on messages kept as data and on the questions of the corpus.

Guarantee: deterministic: the same examples in the same order and the same encoder give the same file, to the byte.
Out-of-fold figures are by message for what is kept as data; the questions of the corpus are always learnt.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.planning.steps_head import NONE, WEIGHTS
from assistant.reading.text_head import features
from evals.fitting.folds import FOLDS, fold_of
from evals.fitting.logistic import rows_of
from evals.plan_set import HandPlan
from ingest.corpus.cards import Card, Kind
from ingest.corpus.demarches import Demarche
from ingest.errors import ClapvertError, ErrorCode
from ingest.model.embedding import EncoderProtocol

DATA = WEIGHTS.with_suffix(".yaml")
_SEED, _ASKS = 1, 1500
_SMALL = 0.01
_OF_STEPS = ("howto", "vague", "chat")
"""Kinds of messages planned by hand that may ask for steps as well."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A message, and the démarche that it opens, or none. `told`: kept as data, so that it is also measured."""

    text: str
    opens: str
    told: bool = True


@dataclass(frozen=True)
class StepsFit:
    """A fitted head: its `rows`, one a démarche and one for none, and, out of fold, the share of messages for steps
    that it finds, of those the share that it gives their own démarche, and of others that it takes for one."""

    examples: int
    rows: dict[str, Any]
    mean: NDArray[np.float32]
    found: float
    right: float
    mistaken: float

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, without the weights."""
        return {k: v for k, v in asdict(self).items() if k in ("examples", "found", "right", "mistaken")}


def examples(
    demarches: Sequence[Demarche], cards: Sequence[Card], plans: Sequence[HandPlan] = (), path: Path | None = DATA
) -> list[Asked]:
    """The messages kept as data, those that a reader answered with statements, the questions of the démarches, and
    those of cards that answer another kind of question, drawn by a fixed seed."""
    kept: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) if path else {"opens": {}, "none": []}
    known = {d.id for d in demarches}
    rows = [Asked(text, d) for d, texts in kept["opens"].items() if d in known for text in texts]
    rows += [Asked(text, NONE) for text in kept["none"]]
    rows += [Asked(plan.message, NONE) for plan in plans if plan.kind not in _OF_STEPS]
    rows += [Asked(q, d.id, False) for d in demarches for q in (*d.asks, *(a for c in d.cuts for a in c.asks))]
    asks = sorted(q for card in cards if Kind.HOW not in card.kinds for q in card.asks)
    drawn = random.Random(_SEED).sample(asks, min(_ASKS, len(asks)))  # noqa: S311 - a sample, not a secret
    return rows + [Asked(q, NONE, False) for q in drawn]


def fit_steps(rows: Sequence[Asked], encoder: EncoderProtocol) -> StepsFit:
    """The head of all the examples, and how it does on those that it was not fitted on."""
    from scipy.sparse import csr_matrix, vstack

    labels = np.array([r.opens for r in rows])
    if len(set(labels.tolist())) < 2:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Il faut des démarches et des cartes : rien à ajuster.")
    vectors = np.array([encoder.encode_query(r.text) for r in rows], np.float32)
    mean = vectors.mean(0)
    matrix = vstack([csr_matrix(features(r.text, v - mean)) for r, v in zip(rows, vectors, strict=True)]).tocsr()
    fold = np.array([fold_of(r.text) if r.told else -1 for r in rows])
    said = np.full(len(rows), NONE, dtype=labels.dtype)
    for k in range(FOLDS):
        apart = fold == k
        if apart.any() and len(set(labels[~apart].tolist())) > 1:
            said[apart] = _fit(matrix[~apart], labels[~apart]).predict(matrix[apart])
    model = _fit(matrix, labels)
    told = fold >= 0
    asks, others = told & (labels != NONE), told & (labels == NONE)
    share = {"found": said[asks] != NONE, "right": said[asks] == labels[asks], "mistaken": said[others] != NONE}
    return StepsFit(
        len(rows),
        rows_of(model, _SMALL),
        mean,
        **{name: float(hits.mean()) if hits.size else 0.0 for name, hits in share.items()},
    )


def save(head: StepsFit, path: Path = WEIGHTS) -> bool:
    """Write the weights as data: half precision, small ones left out. True when the file was already that."""
    before = path.read_bytes() if path.is_file() else b""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, mean=head.mean, **head.rows)
    return path.read_bytes() == before


def _fit(matrix: Any, labels: NDArray[np.str_]) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=5.0, max_iter=200, tol=1e-3).fit(matrix, labels)
