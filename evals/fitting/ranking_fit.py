"""Weights of the selection, fitted: a softmax over the candidates of each question, pulled towards the current weights.

Guarantee: no weight changes sign; what is told of the fit is out of fold, the folds made of topics, so that a question
is never ranked by weights that saw its topic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.engine import Engine, EngineConfig
from assistant.planning.ranking import SelectionConfig
from evals.reference_set import ReferenceSet
from evals.running.golds import Golds
from evals.running.trace import traced
from evals.scoring.statistics import Difference, Estimate, bootstrap, paired

FOLDS = 5
PULLS = (0.005, 0.02, 0.05, 0.2)
"""Strengths of the pull towards the current weights that are tried."""
_STEPS, _RATE = 600, 0.15
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Ranked:
    """The candidates of the questions that have a gold one among them: features, and which are gold."""

    names: tuple[str, ...]
    topics: tuple[str, ...]
    features: FloatArray
    """Shape `(questions, candidates, features)`, zero where a question has fewer candidates."""
    present: NDArray[np.bool_]
    gold: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.topics)


@dataclass(frozen=True)
class RankingFit:
    """What was fitted, and how it ranks out of fold against the current weights."""

    weights: dict[str, float]
    pull: float
    first: Difference
    """Share of questions whose best candidate is gold: current weights, then fitted ones out of fold."""
    top3: Difference
    in_fold: Estimate
    questions: int

    @property
    def better(self) -> bool:
        """True when the fitted weights rank clearly better on topics that they did not see."""
        return self.first.low > 0 or (self.first.value >= 0 and self.top3.low > 0)


def collect(engine: Engine, reference: ReferenceSet, config: EngineConfig) -> Ranked:
    """The candidates of every single question that has an answer (those of its first part, when it has several)."""
    golds = Golds.of(engine.snapshot)
    names = tuple(asdict(SelectionConfig()))
    rows: list[tuple[str, FloatArray, NDArray[np.bool_]]] = []
    wanted = tuple(q for q in reference.questions if golds.statements(q) and q.outcome != ("abstained",))
    for q, _, seen in traced(engine, config, wanted):
        gold, scored = golds.statements(q), seen[0].selection.scored if seen else []
        hits = np.array([s.statement is not None and s.statement.id in gold for s in scored], np.bool_)
        if hits.any():
            features = np.array([[s.features[n] for n in names] for s in scored], np.float64)
            rows.append((f"{q.domain}/{q.topic}", features, hits))
    longest = max((len(hits) for _, _, hits in rows), default=0)
    shape = (len(rows), longest)
    features, present, gold_mask = np.zeros((*shape, len(names))), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for i, (_, x, hits) in enumerate(rows):
        features[i, : len(hits)], present[i, : len(hits)], gold_mask[i, : len(hits)] = x, True, hits
    return Ranked(names, tuple(t for t, _, _ in rows), features, present, gold_mask)


def fit_ranking(data: Ranked, current: SelectionConfig) -> RankingFit:
    """Fit, choosing the pull by what it gives out of fold."""
    start = np.array([getattr(current, n) for n in data.names], np.float64)
    fold = folds(data.topics)
    rest = np.arange(len(data))
    outcomes = []
    for pull in PULLS:
        scores = np.zeros(data.present.shape)
        for k in range(FOLDS):
            weights = _descend(data, rest[fold != k], start, pull)
            scores[fold == k] = data.features[fold == k] @ weights
        outcomes.append((pull, _hits(data, scores, 1), _hits(data, scores, 3)))
    pull, first, top3 = max(outcomes, key=lambda o: (o[1].mean(), o[2].mean(), o[0]))
    now = data.features @ start
    weights = _descend(data, rest, start, pull)
    return RankingFit(
        {n: round(float(w), 2) for n, w in zip(data.names, weights, strict=True)},
        pull,
        _against(_hits(data, now, 1), first, data.topics),
        _against(_hits(data, now, 3), top3, data.topics),
        bootstrap([float(h) for h in _hits(data, data.features @ weights, 1)], data.topics),
        len(data),
    )


def folds(topics: Sequence[str]) -> NDArray[np.int64]:
    """Fold of each row: topics dealt out in a fixed shuffled order, so that a topic is in one fold."""
    names = sorted(set(topics))
    np.random.default_rng(0).shuffle(names)
    place = {t: i % FOLDS for i, t in enumerate(names)}
    return np.array([place[t] for t in topics], np.int64)


def _descend(data: Ranked, rows: NDArray[np.int64], start: FloatArray, pull: float) -> FloatArray:
    """Gradient ascent of the likelihood that a gold candidate comes first, signs kept."""
    x, present, gold = data.features[rows], data.present[rows], data.gold[rows]
    signs, weights = np.sign(start), start.copy()
    if not len(rows):
        return weights
    for _ in range(_STEPS):
        p = _softmax(x @ weights, present)
        right = p * gold
        right /= right.sum(axis=1, keepdims=True)
        gradient = np.einsum("qc,qcf->f", right - p, x) / len(rows)
        weights += _RATE * (gradient - pull * (weights - start))
        weights[np.sign(weights) != signs] = 0.0
    return weights


def _softmax(scores: FloatArray, present: NDArray[np.bool_]) -> FloatArray:
    scores = np.where(present, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True) + np.where(present, 1e-12, 0.0))


def _hits(data: Ranked, scores: FloatArray, depth: int) -> NDArray[np.bool_]:
    """Whether a gold candidate is among the first `depth`, for each question."""
    order = np.argsort(-np.where(data.present, scores, -np.inf), axis=1, kind="stable")[:, :depth]
    return np.asarray(np.take_along_axis(data.gold, order, axis=1).any(axis=1))


def _against(base: NDArray[np.bool_], candidate: NDArray[np.bool_], topics: Sequence[str]) -> Difference:
    found = paired([float(b) for b in base], [float(c) for c in candidate], topics)
    assert found is not None
    return found
