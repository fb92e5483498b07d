"""What `eval beir` prints: BM25, dense and hybrid side by side, with intervals."""

from __future__ import annotations

from collections.abc import Mapping

from evals.beir.folder import JudgedQueries
from evals.beir.rankings import Ranked
from evals.beir.scores import MEASURES
from evals.reports.report import spread, table
from evals.scoring.statistics import Estimate


def beir_report(found: Mapping[str, Mapping[str, Estimate]], judged: JudgedQueries, ranked: Ranked) -> str:
    """The table, in per cent, after what the data is."""
    lines = [
        f"{ranked.documents} documents, {len(judged.queries)} questions jugées ({judged.split}). "
        "Intervalles à 95 % : bootstrap sur les questions.",
        "",
        table(["%", *found], [[name, *(spread(row[name]) for row in found.values())] for name in MEASURES]),
    ]
    return "\n".join(lines)


def data_notes(judged: JudgedQueries, ranked: Ranked) -> list[str]:
    """What the reader must know of the data."""
    told = (
        (ranked.missing, "document(s) jugé(s) absent(s) de corpus.jsonl : comptés comme manqués"),
        (judged.without_text, "question(s) jugée(s) absente(s) de queries.jsonl : laissées de côté"),
        (judged.without_relevant, "question(s) sans document pertinent : laissées de côté"),
    )
    return [f"{n} {what}." for n, what in told if n]
