"""Fits how options are scored: which card, or which bare statement, answers a part.

Guarantee: folds by topic; a question's right options are those whose head carries a fact that the question is about,
the better the more of its facts they hold. No weight changes its sign; a candidate is adopted only when it is clearly
better out of fold: the whole interval of the paired difference lies above zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.dialogue.turns import Asked
from assistant.engine import Engine
from assistant.planning.options import MatchConfig, Option
from evals.fitting.folds import FOLDS, fold_of
from evals.reference_set import Expected, ReferenceSet
from evals.running.golds import Golds, fact_key
from evals.scoring.statistics import Difference, paired
from ingest.errors import ClapvertError, ErrorCode

FEATURES = (
    "support", "company", "similarity", "alias", "known", "covered", "topic", "context", "kind", "supposed",
    "unsupposed", "of_its_time", "unfilled", "uncounted", "is_card", "exact",
)  # fmt: skip
"""Every weight of `MatchConfig`: `considered`, which is none, is not fitted."""
NEGATIVE = frozenset({"unsupposed", "unfilled", "uncounted"})
EITHER = frozenset({"is_card"})
"""Whether a card is worth more than a bare statement is for the questions to say."""
_OPTIONS = 40
_PULL, _STEPS, _RATE, _MOMENTUM, _SHARPNESS = 0.02, 400, 0.1, 0.9, 6.0


@dataclass(frozen=True)
class Choice:
    """The options of one question: features of shape `(options, FEATURES)`, and how right each is."""

    topic: str
    features: NDArray[np.float64]
    right: NDArray[np.float64]


@dataclass(frozen=True)
class MatchFit:
    """The weights fitted on every question, and what such weights are worth on topics that they did not see."""

    config: MatchConfig
    questions: int
    out_of_fold: Difference
    in_fold: float

    @property
    def adopted(self) -> bool:
        """True when they pick clearly better."""
        return self.out_of_fold.low > 0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        told = {n: getattr(self.config, n) for n in FEATURES}
        return {
            "questions": self.questions, "adopted": self.adopted, "weights": told,
            "picked": self.out_of_fold.as_dict(), "in_fold": round(self.in_fold, 4),
        }  # fmt: skip


def choices(engine: Engine, reference: ReferenceSet) -> list[Choice]:
    """The options of every single question of one part whose facts the index holds."""
    golds = Golds.of(engine.snapshot)
    out = []
    for q in reference.questions:
        gold = golds.statements(q)
        if not gold or q.kind in ("out_of_scope", "not_in_force", "injection"):
            continue
        message = engine.read(Asked(q.question, as_of=q.as_of), None)
        if len(message.parts) > 1:
            continue
        options = [o for o in engine.local.found(message).options if o.head][:_OPTIONS]
        right = np.array([_right(engine, o, gold, q, golds) for o in options])
        if len(options) and right.max() > 0:
            features = np.array([[o.features[f] for f in FEATURES] for o in options])
            out.append(Choice(f"{q.domain}/{q.topic}", features, right))
    return out


def _right(engine: Engine, option: Option, gold: frozenset[str], q: Expected, golds: Golds) -> float:
    ids = engine.snapshot.columns.statements
    head = {ids[p] for p in option.head}
    shown = head | (set(option.card.then) | set(option.card.needs) if option.card else set())
    held = [f for f in q.facts if golds.by_fact.get(fact_key(f, q.domain), frozenset()) & shown]
    return 0.6 * bool(head & gold) + 0.4 * len(held) / len(q.facts)


def fit_match(data: Sequence[Choice], start: MatchConfig) -> MatchFit:
    """Fit on every question, and fold by fold for what it is worth."""
    if len({c.topic for c in data}) < 2:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Trop peu de questions dont l'index porte la réponse à ajuster.")
    config = fit(data, start)
    before = [picked(c, start) for c in data]
    after = list(before)
    for k in range(FOLDS):
        learnt = [c for c in data if fold_of(c.topic) != k]
        if learnt:
            apart = fit(learnt, start)
            after = [picked(c, apart) if fold_of(c.topic) == k else a for c, a in zip(data, after, strict=True)]
    difference = paired(before, after, [c.topic for c in data])
    assert difference is not None
    return MatchFit(config, len(data), difference, float(np.mean([picked(c, config) for c in data])))


def fit(data: Sequence[Choice], start: MatchConfig) -> MatchConfig:
    """Weights by gradient descent on the softmax over each question's options, pulled to those that are."""
    widest = max(len(c.right) for c in data)
    x = np.zeros((len(data), widest, len(FEATURES)))
    target = np.zeros((len(data), widest))
    present = np.zeros((len(data), widest), np.bool_)
    for n, c in enumerate(data):
        x[n, : len(c.right)], present[n, : len(c.right)] = c.features, True
        target[n, : len(c.right)] = np.where(c.right > 0, np.exp(_SHARPNESS * c.right), 0.0)
    target /= target.sum(axis=1, keepdims=True)
    first = np.array([getattr(start, f) for f in FEATURES])
    weights, momentum = first.copy(), np.zeros_like(first)
    low = np.array([-np.inf if f in NEGATIVE | EITHER else 0.0 for f in FEATURES])
    high = np.array([0.0 if f in NEGATIVE else np.inf for f in FEATURES])
    for _ in range(_STEPS):
        scores = np.where(present, x @ weights, -np.inf)
        share = np.exp(scores - scores.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        gradient = np.einsum("nof,no->f", x, share - target) / len(data) + _PULL * (weights - first)
        momentum = _MOMENTUM * momentum - _RATE * gradient
        weights = np.clip(weights + momentum, low, high)
    fitted = {f: round(float(w), 3) for f, w in zip(FEATURES, weights, strict=True)}
    return MatchConfig(**(asdict(start) | fitted))


def picked(choice: Choice, config: MatchConfig) -> float:
    """How right the first option is, of the best that there is."""
    weights = np.array([getattr(config, f) for f in FEATURES])
    return float(choice.right[int(np.argmax(choice.features @ weights))] / choice.right.max())
