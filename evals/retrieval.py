"""Retrieval measures at statement and at article level, with `ir_measures`.

A question's gold are the statements that rest on its facts: any of them will do, so « recall@k » here is success@k
(one gold statement among the first k), said so wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import RR, Success, nDCG

MEASURES = {
    "recall@5": Success @ 5,
    "recall@10": Success @ 10,
    "recall@30": Success @ 30,
    "mrr": RR,
    "ndcg@10": nDCG @ 10,
}


def measure(ranked: Mapping[str, Sequence[str]], gold: Mapping[str, frozenset[str]]) -> dict[str, dict[str, float]]:
    """Measures by question: `{question: {measure: value}}`; questions without gold are left out."""
    qrels = {q: dict.fromkeys(g, 1) for q, g in gold.items() if g and q in ranked}
    run = {q: {doc: float(len(ranked[q]) - i) for i, doc in enumerate(ranked[q])} for q in qrels}
    out: dict[str, dict[str, float]] = {q: dict.fromkeys(MEASURES, 0.0) for q in qrels}
    names = {str(m): name for name, m in MEASURES.items()}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, run):
        out[metric.query_id][names[str(metric.measure)]] = float(metric.value)
    return out


def mean(rows: Mapping[str, Mapping[str, float]], name: str) -> float | None:
    """Mean of one measure, None when nothing was measured."""
    values = [row[name] for row in rows.values()]
    return sum(values) / len(values) if values else None
