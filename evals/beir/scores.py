"""Measures of rankings over a BEIR split, by `ir_measures`, with intervals over the questions.

Guarantee: graded relevance counts in nDCG (linear gains, as trec_eval's); recall is the share of the relevant documents
found, so a judged document that the corpus does not hold is missed by everyone. Rankings must be as deep as the deepest
measure.
"""

from __future__ import annotations

from collections.abc import Mapping

from ir_measures import RR, R, nDCG

from evals.beir.rankings import Rankings
from evals.running.retrieval import measured
from evals.scoring.statistics import Estimate, bootstrap

MEASURES = {
    "ndcg@10": nDCG @ 10,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "recall@30": R @ 30,
    "recall@100": R @ 100,
    "mrr@100": RR @ 100,
}


def means(rankings: Rankings, qrels: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, float]]:
    """`{system: {measure: mean}}`: what `--json` prints."""
    return {
        system: {name: round(sum(row[name] for row in rows.values()) / len(rows), 6) for name in MEASURES}
        for system, ranked in rankings.items()
        for rows in (measured(ranked, qrels, MEASURES),)
    }


def estimates(rankings: Rankings, qrels: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, Estimate]]:
    """The same with 95 % intervals: a bootstrap over the questions."""
    out = {}
    for system, ranked in rankings.items():
        rows = measured(ranked, qrels, MEASURES)
        out[system] = {name: bootstrap([row[name] for row in rows.values()], list(rows)) for name in MEASURES}
    return out
