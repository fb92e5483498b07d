"""Weights and thresholds of abstention, fitted: out-of-domain questions against those that have an answer.

Guarantee: every weight counts for the question being ours; thresholds are chosen on scores out of fold, folds made of
topics, at the costs that the caller states; the trade-off is that of the whole pipeline, its rules included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.engine import Engine, EngineConfig
from assistant.planning.abstention import AbstainConfig, Gate
from evals.fitting.ranking_fit import FOLDS, FloatArray, folds
from evals.reference_set import ReferenceSet
from evals.running.golds import Golds
from evals.running.runner import Record, Run, cited_passages
from evals.running.trace import OPEN, traced
from evals.scoring.scores import score_run
from evals.scoring.tradeoff import Point as Rates

WEIGHTS = ("contrast", "coverage", "alias")
OURS_SAID_FOREIGN = 0.02
"""Largest share of in-domain questions that may be told « this is outside my field »."""
_STEPS, _RATE, _SHRINK = 3000, 0.5, 0.02


@dataclass(frozen=True)
class Costs:
    """What each error costs: the rates below are weighed by them."""

    refused: float
    answered: float


@dataclass(frozen=True)
class Point(Rates):
    """One point of the trade-off, for the whole pipeline, with what it costs."""

    cost: float


@dataclass(frozen=True)
class ScopeData:
    """Every single question of the split: scope features, and what happens to it when the gate is open."""

    topics: tuple[str, ...]
    features: FloatArray
    fitted: NDArray[np.bool_]
    ours: NDArray[np.bool_]
    refused: list[bool | None]
    wrongly: list[bool | None]
    domain_known: NDArray[np.bool_]


@dataclass(frozen=True)
class ScopeFit:
    """What was fitted, and what it is worth out of fold."""

    config: AbstainConfig
    adopted: bool
    """Whether the fitted weights replace the current ones; the thresholds are chosen anew in either case."""
    auc_before: float
    auc: float
    curve: list[Point]
    chosen: Point
    other: Point
    """The best point of the weights that were not chosen."""
    start: Point
    out_of_domain: int
    answerable: int


def collect_scope(engine: Engine, reference: ReferenceSet, config: EngineConfig) -> ScopeData:
    """Features of every single question, and its answer with the scope thresholds out of the way."""
    opened = replace(config, abstain=replace(config.abstain, out_of_scope=OPEN, not_found=OPEN))
    features, records, kept = [], [], []
    gates = [Gate(engine.selector, _only(config.abstain, name)) for name in WEIGHTS]
    for q, answer, seen in traced(engine, opened, reference.questions):
        if seen:
            parts = [[g.scope(s.selection, s.candidates) for g in gates] for s in seen]
            features.append(max(parts, key=sum))
            records.append(Record(q.id, q, answer))
            kept.append(q)
    run = Run(records, Golds.of(engine.snapshot), cited_passages(engine, records), 0.0)
    scores = score_run(run)
    rows = [scores.rows[q.id].score for q in kept]
    foreign = [q.kind == "out_of_scope" for q in kept]
    return ScopeData(
        topics=tuple(f"{q.domain}/{q.topic}" for q in kept),
        features=np.array(features, np.float64),
        fitted=np.array([f or "abstained" not in q.outcome for f, q in zip(foreign, kept, strict=True)], np.bool_),
        ours=~np.array(foreign, np.bool_),
        refused=[r.refused for r in rows],
        wrongly=[r.wrongly_answered for r in rows],
        domain_known=np.array([q.domain != "none" for q in kept], np.bool_),
    )


def fit_scope(data: ScopeData, current: AbstainConfig, costs: Costs) -> ScopeFit:
    """Fit weights, choose thresholds at the costs stated. The current weights stay unless the fitted ones tell the two
    kinds apart better out of fold, and cost less."""
    fold = folds(data.topics)
    outside = np.zeros(len(fold))
    for k in range(FOLDS):
        weights, bias = _logistic(data, data.fitted & (fold != k))
        outside[fold == k] = data.features[fold == k] @ weights + bias
    now = data.features @ np.array([getattr(current, n) for n in WEIGHTS]) + current.bias
    fitted_best, current_best = (_cheapest(tradeoff(data, scope, costs)) for scope in (outside, now))
    before, after = (auc(s[data.fitted & data.ours], s[data.fitted & ~data.ours]) for s in (now, outside))
    adopted = after > before and fitted_best.cost < current_best.cost
    scope, chosen = (outside, fitted_best) if adopted else (now, current_best)
    config = current
    if adopted:
        weights, bias = _logistic(data, data.fitted)
        named: dict[str, Any] = {n: round(float(w), 2) for n, w in zip(WEIGHTS, weights, strict=True)}
        config = replace(config, bias=round(bias, 2), **named)
    foreign = min(chosen.threshold, float(np.quantile(scope[data.domain_known], OURS_SAID_FOREIGN)))
    fitted, ours = data.fitted, data.ours
    return ScopeFit(
        config=replace(config, not_found=round(chosen.threshold, 2), out_of_scope=round(foreign, 2)),
        adopted=adopted,
        auc_before=before,
        auc=after,
        curve=tradeoff(data, scope, costs),
        chosen=chosen,
        other=current_best if adopted else fitted_best,
        start=_point(data, now, current.not_found, costs),
        out_of_domain=int((~ours).sum()),
        answerable=int((fitted & ours).sum()),
    )


def _cheapest(curve: list[Point]) -> Point:
    return min(curve, key=lambda p: (p.cost, p.threshold))


def tradeoff(data: ScopeData, scope: FloatArray, costs: Costs) -> list[Point]:
    """The trade-off at every threshold between two neighbouring questions, and below all of them."""
    ordered = np.unique(np.round(scope, 6))
    thresholds = [float(ordered[0]) - 0.01, *(float(t) for t in (ordered[1:] + ordered[:-1]) / 2)]
    return [_point(data, scope, t, costs) for t in thresholds]


def auc(ours: Sequence[float] | FloatArray, foreign: Sequence[float] | FloatArray) -> float:
    """Chance that a question of ours scores above a foreign one."""
    a, b = np.asarray(ours)[:, None], np.asarray(foreign)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean()) if a.size and b.size else float("nan")


def _point(data: ScopeData, scope: FloatArray, threshold: float, costs: Costs) -> Point:
    closed = scope < threshold
    refused = [r or bool(c) for r, c in zip(data.refused, closed, strict=True) if r is not None]
    wrongly = [w and not c for w, c in zip(data.wrongly, closed, strict=True) if w is not None]
    rates = [sum(x) / len(x) if x else 0.0 for x in (refused, wrongly)]
    return Point(threshold, rates[0], rates[1], costs.refused * rates[0] + costs.answered * rates[1])


def _only(config: AbstainConfig, name: str) -> AbstainConfig:
    """The gate that scores by one feature alone."""
    alone: dict[str, Any] = {n: float(n == name) for n in WEIGHTS}
    return replace(config, bias=0.0, **alone)


def _logistic(data: ScopeData, rows: NDArray[np.bool_]) -> tuple[FloatArray, float]:
    """Balanced logistic regression, weights ≥ 0, shrunk; weights and bias on the features' own scale."""
    x, y = data.features[rows], data.ours[rows].astype(np.float64)
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = (x - mean) / deviation
    share = np.where(y == 1, 1 / max(y.sum(), 1), 1 / max((1 - y).sum(), 1))
    weights, bias = np.zeros(z.shape[1]), 0.0
    for _ in range(_STEPS):
        error = (y - 1 / (1 + np.exp(-(z @ weights + bias)))) * share
        weights = np.maximum(weights + _RATE * (z.T @ error - _SHRINK * weights), 0.0)
        bias += _RATE * float(error.sum())
    weights = weights / deviation
    return weights, bias - float((weights * mean).sum())
