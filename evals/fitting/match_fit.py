"""Fits how options are scored: which card, or which bare statement, answers a part.

Guarantee: development questions alone, folds by topic; a question's right options are those whose head carries a fact
that the question is about, the better the more of its facts they hold. No weight changes its sign; a candidate is
adopted only when it picks better out of fold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.dialogue.turns import Asked
from assistant.engine import Engine
from assistant.planning.options import MatchConfig, Option
from evals.reference_set import Expected, ReferenceSet
from evals.running.golds import Golds, fact_key

FEATURES = (
    "support", "company", "similarity", "alias", "known", "covered", "topic", "context", "kind", "supposed",
    "unsupposed", "of_its_time", "unfilled", "uncounted", "is_card",
)  # fmt: skip
NEGATIVE = frozenset({"unsupposed", "unfilled", "uncounted"})


@dataclass(frozen=True)
class Row:
    """The options of one question: features `(options, features)`, and how right each is."""

    question: str
    topic: str
    features: NDArray[np.float64]
    right: NDArray[np.float64]
    names: tuple[str, ...]


def rows(engine: Engine, reference: ReferenceSet) -> list[Row]:
    """The options of every single question whose facts the index holds."""
    golds = Golds.of(engine.snapshot)
    out = []
    for q in reference.questions:
        gold = golds.statements(q)
        if not gold or q.kind in ("out_of_scope", "not_in_force", "injection"):
            continue
        message = engine.read(Asked(q.question, as_of=q.as_of), None)
        if len(message.parts) > 1:
            continue
        found = engine.planner.found(message)
        options = [o for o in found.options if o.head][:40]
        if options:
            right = np.array([_right(engine, o, gold, q, golds) for o in options])
            if right.max() > 0:
                x = np.array([[o.features[f] for f in FEATURES] for o in options])
                ids = engine.snapshot.columns.statements
                names = tuple(o.card.id if o.card else ids[o.head[0]] or "" for o in options)
                out.append(Row(q.question, f"{q.domain}/{q.topic}", x, right, names))
    return out


def _right(engine: Engine, option: Option, gold: frozenset[str], q: Expected, golds: Golds) -> float:
    ids = engine.snapshot.columns.statements
    head = {ids[p] for p in option.head}
    shown = head | (set(option.card.then) | set(option.card.needs) if option.card else set())
    held = [f for f in q.facts if golds.by_fact.get(fact_key(f, q.domain), frozenset()) & shown]
    return 0.6 * bool(head & gold) + 0.4 * len(held) / len(q.facts)


def fold_of(topic: str, folds: int) -> int:
    """The fold of a topic, by its hash."""
    return hashlib.sha256(topic.encode()).digest()[1] % folds


def fit(data: Sequence[Row], start: MatchConfig, pull: float = 0.02, steps: int = 400) -> MatchConfig:
    """Weights by gradient descent on the softmax over each question's options, pulled to those that are."""
    first = np.array([getattr(start, f) for f in FEATURES])
    w = first.copy()
    momentum = np.zeros_like(w)
    for _ in range(steps):
        gradient = pull * (w - first) * len(data)
        for row in data:
            scores = row.features @ w
            p = np.exp(scores - scores.max())
            p /= p.sum()
            t = np.exp(6 * row.right)
            t = np.where(row.right > 0, t, 0)
            t /= t.sum()
            gradient += row.features.T @ (p - t)
        momentum = 0.9 * momentum - 0.01 * gradient / len(data) * 10
        w = w + momentum
        for i, f in enumerate(FEATURES):
            w[i] = min(w[i], 0.0) if f in NEGATIVE else max(w[i], 0.0) if f != "is_card" else w[i]
    return replace(start, **{f: round(float(v), 3) for f, v in zip(FEATURES, w, strict=True)})


def picked(data: Sequence[Row], config: MatchConfig) -> float:
    """How right the first option is, on average, of the best that there is."""
    w = np.array([getattr(config, f) for f in FEATURES])
    return float(np.mean([row.right[int(np.argmax(row.features @ w))] / row.right.max() for row in data]))


def out_of_fold(data: Sequence[Row], start: MatchConfig, folds: int = 5, pull: float = 0.02) -> float:
    """`picked` of weights fitted without the question's fold."""
    total = 0.0
    for k in range(folds):
        train = [r for r in data if fold_of(r.topic, folds) != k]
        test = [r for r in data if fold_of(r.topic, folds) == k]
        total += picked(test, fit(train, start, pull)) * len(test)
    return total / len(data)
