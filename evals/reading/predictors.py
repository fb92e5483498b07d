"""Which automatic measure predicts what a reader thinks: area under the curve of each against « forwarded ».

Guarantee: the measures look at the answer as it is shown, at its message and at the expected substance alone; 0.5 says
nothing, under 0.5 predicts the contrary. Intervals are of a bootstrap over clusters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evals.reading.sheet import Item
from evals.scoring.scoring import prose
from evals.scoring.statistics import ROUNDS, SEED
from ingest.language.claims import read_claim
from ingest.language.lexical import analyse

_MARK = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Predictor:
    """A measure, its area under the curve, and the 95 % interval of it."""

    name: str
    auc: float
    low: float
    high: float


def _terms(text: str) -> set[str]:
    return set(analyse(text))


def _share(wanted: set[str], held: set[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 1.0


def _figures(text: str) -> set[str]:
    claim = read_claim(text)
    return {str(f.value) for f in claim.figures} | {str(d.year) for d in claim.dates if d.year}


def _opening(text: str) -> str:
    return re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Ü«\[*])", text.strip(), maxsplit=1)[0]


MEASURES: dict[str, Callable[[Item], float]] = {
    "mots attendus dits": lambda i: _share(_terms(i.expected), _terms(i.answer)),
    "chiffres et années attendus dits": lambda i: _share(_figures(i.expected), _figures(prose(i.answer))),
    "mots de la question dits": lambda i: _share(_terms(i.question), _terms(i.answer)),
    "mots de la question dans la première phrase": lambda i: _share(_terms(i.question), _terms(_opening(i.answer))),
    "mots attendus dans la première phrase": lambda i: _share(_terms(i.expected), _terms(_opening(i.answer))),
    "réponse courte": lambda i: -float(len(i.answer.split())),
    "peu de citations": lambda i: -float(len(_MARK.findall(i.answer))),
    "question courte": lambda i: -float(len(i.question.split())),
    "mots de la réponse qui sont attendus": lambda i: _share(_terms(_MARK.sub("", i.answer)), _terms(i.expected)),
}


def predictors(items: Sequence[Item], good: Sequence[bool], clusters: Sequence[str]) -> list[Predictor]:
    """Every measure against the verdicts, best first; none when all verdicts agree."""
    verdict = np.array(good)
    if verdict.all() or not verdict.any():
        return []
    groups = {c: [n for n, d in enumerate(clusters) if d == c] for c in dict.fromkeys(clusters)}
    names = list(groups)
    rng = np.random.default_rng(SEED)
    draws = [
        np.concatenate([groups[names[j]] for j in rng.integers(len(names), size=len(names))])
        for _ in range(ROUNDS // 4)
    ]
    out = []
    for name, measure in MEASURES.items():
        values = np.array([measure(i) for i in items])
        drawn = [a for d in draws if (a := area(values[d], verdict[d])) is not None]
        low, high = np.quantile(drawn, [0.025, 0.975])
        out.append(Predictor(name, area(values, verdict) or 0.0, float(low), float(high)))
    return sorted(out, key=lambda p: -abs(p.auc - 0.5))


def area(values: np.ndarray, good: np.ndarray) -> float | None:
    """Chance that a good one has the higher value, ties counted half; None when there is only one kind."""
    high, low = values[good], values[~good]
    if not len(high) or not len(low):
        return None
    wins = (high[:, None] > low[None, :]).sum() + 0.5 * (high[:, None] == low[None, :]).sum()
    return float(wins / (len(high) * len(low)))
