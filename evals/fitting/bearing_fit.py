"""Fits the head that tells which of two statements bears on the case of a message: a rule, or its exception.

Guarantee: deterministic: the same examples, index and encoder give the same weights. A message teaches by what its own
statement shares with it more than the one beside; what it is worth is told on topics that it did not see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from assistant.engine import Engine
from assistant.planning.bearing import SURE, WEIGHTS
from evals.fitting.folds import FOLDS, fold_of
from ingest.corpus.fiches import Statement

DATA = WEIGHTS.with_suffix(".yaml")
_PENALTY = 0.1


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Borne(_Strict):
    """A message, which of the two statements settles it, and its verdict; None when it asks no yes or no."""

    by: Literal["general", "other"]
    text: str
    verdict: Literal["yes", "no", "depends"] | None = None


class Pair(_Strict):
    """A statement that answers in general, another that answers some of its cases, and messages of either."""

    general: str
    other: str
    asked: tuple[Borne, ...]


@dataclass(frozen=True)
class Row:
    """A message beside one statement: its features, and whether that statement settles it."""

    message: int
    fold: int
    other: str
    features: NDArray[np.float32]
    bears: bool


@dataclass(frozen=True)
class BearingFit:
    """Out of fold, by topic: messages that another statement settles, of them those that it is told of, and messages
    that the general one settles, of them those that another is told of all the same."""

    settled_beside: int
    found: int
    settled: int
    mistaken: int


def load_pairs(path: Path = DATA) -> list[Pair]:
    """The messages kept as data, by the two statements that they are of."""
    return [Pair.model_validate(row) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


def rows_of(engine: Engine, pairs: list[Pair], each: Callable[[int], None] | None = None) -> list[Row]:
    """Every message beside what stands beside its general statement."""
    out: list[Row] = []
    local, n = engine.local, 0
    for pair in pairs:
        head, other = _statement(engine, pair.general), _statement(engine, pair.other)
        if head is None or other is None:
            continue
        beside = local.bearing.beside(head)
        beside += [other] if other.id not in {s.id for s in beside} else []
        for asked in pair.asked:
            context = local.found(engine.read_alone(asked.text)).context
            right = pair.other if asked.by == "other" else None
            found = local.bearing.features(head, beside, context)
            fold = fold_of(head.topic)
            out += [Row(n, fold, s.id, f, s.id == right) for s, f in zip(beside, found, strict=True)]
            n += 1
            if each:
                each(n)
    return out


def fit_bearing(rows: list[Row], path: Path = WEIGHTS) -> BearingFit:
    """Fit and write the head on all; and fold by fold, for what it is worth."""
    features, bears = np.stack([r.features for r in rows]), np.array([r.bears for r in rows])
    fold = np.array([r.fold for r in rows])
    np.savez_compressed(path, **fitted(features, bears))
    best: dict[int, tuple[float, Row]] = {}
    for k in range(FOLDS):
        left = np.flatnonzero(fold == k)
        if not len(left):
            continue
        kept = fitted(features[fold != k], bears[fold != k])
        scores = (features[left] - kept["mean"]) / kept["scale"] @ kept["weights"] + kept["bias"]
        for i, score in zip(left, 1 / (1 + np.exp(-scores)), strict=True):
            if score > best.get(rows[i].message, (0.0, rows[i]))[0]:
                best[rows[i].message] = (float(score), rows[i])
    beside = {r.message for r in rows if r.bears}
    told = {m: row for m, (score, row) in best.items() if score >= SURE}
    found = sum(row.bears for row in told.values())
    return BearingFit(len(beside), found, len({r.message for r in rows}) - len(beside), len(told.keys() - beside))


def fitted(features: NDArray[np.float32], bears: NDArray[np.bool_]) -> dict[str, Any]:
    """Weights, bias, and the mean and scale that features are read by."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale[scale < 1e-6] = 1.0
    model = LogisticRegression(C=_PENALTY, max_iter=2000).fit((features - mean) / scale, bears)
    told = {"weights": model.coef_[0], "bias": model.intercept_[0], "mean": mean, "scale": scale}
    return {name: np.asarray(value, np.float32) for name, value in told.items()}


def _statement(engine: Engine, sid: str) -> Statement | None:
    position = engine.local.options.positions.get(sid)
    return None if position is None else engine.snapshot.open_passage(position).statement
