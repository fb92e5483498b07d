"""Retrieval measures at statement and at article level, with `ir_measures`.

A question's gold are the statements that rest on its facts: any of them will do, so « recall@k » here is success@k
(one gold statement among the first k), said so wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import RR, Measure, Success, nDCG

ByQuery = dict[str, dict[str, float]]
"""`{query: {measure: value}}`."""
MEASURES = {
    "recall@5": Success @ 5,
    "recall@10": Success @ 10,
    "recall@30": Success @ 30,
    "mrr": RR,
    "ndcg@10": nDCG @ 10,
}


def measure(ranked: Mapping[str, Sequence[str]], gold: Mapping[str, frozenset[str]]) -> ByQuery:
    """The `MEASURES` of each question; questions without gold are left out."""
    return measured(ranked, {q: dict.fromkeys(g, 1) for q, g in gold.items() if g and q in ranked}, MEASURES)


def measured(
    ranked: Mapping[str, Sequence[str]], qrels: Mapping[str, Mapping[str, int]], measures: Mapping[str, Measure]
) -> ByQuery:
    """Named measures, in 0–1, of every judged query; `qrels` are grades by query and document."""
    judged = {q: dict(grades) for q, grades in qrels.items()}
    run = {q: {d: float(len(found) - i) for i, d in enumerate(found)} for q in judged if (found := ranked.get(q))}
    out: ByQuery = {q: dict.fromkeys(measures, 0.0) for q in judged}
    names = {str(m): name for name, m in measures.items()}
    for metric in ir_measures.iter_calc(list(measures.values()), judged, run):
        out[metric.query_id][names[str(metric.measure)]] = float(metric.value)
    return out
