"""Fits how options are scored: which card, or which bare statement, answers a part.

Guarantee: on the messages planned by hand, part by part; folds by topic. The right options of a part are those that
open with what its reader would open with. The softmax of the scores is then the chance that an option is right. No
weight changes its sign; a candidate is adopted only when it is clearly better out of fold: the whole interval of the
paired difference lies above zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.dialogue.turns import Asked
from assistant.engine import Engine
from assistant.planning.options import Found, MatchConfig
from evals.fitting.folds import FOLDS, fold_of
from evals.plan_set import HandPlan
from evals.scoring.statistics import Difference, paired
from ingest.errors import ClapvertError, ErrorCode

FEATURES = tuple(f.name for f in fields(MatchConfig))
"""Every weight of an option."""
EITHER = frozenset({"is_card"})
"""Whether a card is worth more than a bare statement is for the questions to say."""
_OPTIONS = 60
_PULL, _STEPS, _RATE, _MOMENTUM = 0.005, 600, 0.1, 0.9


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


def choices(engine: Engine, plans: Sequence[HandPlan]) -> list[Choice]:
    """The options of every part that a message was read as by its reader and by us alike, and that the index holds."""
    ids, opens = engine.snapshot.columns.statements, engine.local.demarches
    out = []
    for plan in plans:
        for wanted, found in _parts(engine, plan):
            options = opens.without(found.options)[:_OPTIONS]
            right = np.array([float(bool(wanted & {ids[p] for p in o.head})) for o in options])
            if wanted and len(options) and right.max() > 0:
                features = np.array([[o.features[f] for f in FEATURES] for o in options])
                out.append(Choice(f"{plan.domain}/{min(wanted)}", features, right))
    return out


def _parts(engine: Engine, plan: HandPlan) -> list[tuple[frozenset[str], Found]]:
    """What would open each part of a message, and what is found for it."""
    message, planned = engine.read(Asked(plan.message), None), [p.opening for p in plan.parts]
    if len(planned) == 1:
        return [(planned[0], engine.local.whole(message))]
    if len(planned) != len(message.parts):
        return []
    return [(wanted, engine.local.readings_of(message, n)[0]) for n, wanted in enumerate(planned)]


def fit_match(data: Sequence[Choice], start: MatchConfig) -> MatchFit:
    """Fit on every question, and fold by fold for what it is worth."""
    if len({c.topic for c in data}) < 2:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Trop peu de messages planifiés dont l'index porte la réponse.")
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
        target[n, : len(c.right)] = c.right
    first = np.array([getattr(start, f) for f in FEATURES])
    weights, momentum = first.copy(), np.zeros_like(first)
    low = np.array([-np.inf if f in EITHER else 0.0 for f in FEATURES])
    for _ in range(_STEPS):
        scores = np.where(present, x @ weights, -np.inf)
        share = np.exp(scores - scores.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        right = share * target
        right /= right.sum(axis=1, keepdims=True)
        gradient = np.einsum("nof,no->f", x, share - right) / len(data) + _PULL * (weights - first)
        momentum = _MOMENTUM * momentum - _RATE * gradient
        weights = np.maximum(weights + momentum, low)
    fitted = {f: round(float(w), 3) for f, w in zip(FEATURES, weights, strict=True)}
    return MatchConfig(**(asdict(start) | fitted))


def picked(choice: Choice, config: MatchConfig) -> float:
    """How right the first option is, of the best that there is."""
    weights = np.array([getattr(config, f) for f in FEATURES])
    return float(choice.right[int(np.argmax(choice.features @ weights))] / choice.right.max())
