"""The measures: what each one is called, which way is better, over which questions, and with which interval.

Guarantee: one definition serves the table of a run, the comparison of two and the documentation. A measure says None of
a question that it does not apply to; means are over the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from evals.reference_set import HARD_CLASSES
from evals.running.runner import Run
from evals.scoring.scores import Row, Scores
from evals.scoring.scoring import Score
from evals.scoring.statistics import Estimate, bootstrap, percentile, wilson

Read = Callable[[Row], float | None]
STAGES = ("understand", "retrieve", "compose", "verify")


@dataclass(frozen=True)
class Metric:
    """One measure."""

    name: str
    label: str
    meaning: str
    read: Read
    better: Literal[1, -1] = 1
    interval: Literal["wilson", "bootstrap"] = "bootstrap"
    gated: bool = True

    def estimate(self, rows: Iterable[Row]) -> Estimate:
        """Mean and 95 % interval."""
        judged = [(v, row.cluster) for row in rows if (v := self.read(row)) is not None]
        values = [v for v, _ in judged]
        if self.interval == "wilson":
            return wilson(sum(values), len(values))
        return bootstrap(values, [c for _, c in judged])


def _of(name: str, keep: Callable[[Row], bool] = lambda _: True) -> Read:
    def read(row: Row) -> float | None:
        value = getattr(row.score, name)
        return float(value) if value is not None and keep(row) else None

    return read


def _found(name: str) -> Read:
    return lambda row: row.retrieval.get(name)


METRICS: tuple[Metric, ...] = (
    Metric("passed", "Réponses justes en tout", "issue attendue, tous les faits, aucun fait interdit", _of("passed")),
    Metric(
        "must_pass", "Questions vitales", "justes en tout, parmi les questions vitales",
        _of("passed", lambda r: r.score.must_pass), interval="wilson", gated=False,
    ),
    Metric("coverage", "Faits couverts", "part des faits attendus dans les 170 premiers mots", _of("coverage")),
    Metric("forbidden", "Fait interdit affirmé", "ce qui serait faux est dit dans la réponse", _of("forbidden"), -1),
    Metric(
        "refused", "Refus à tort", "abstention sur une question qui a une réponse", _of("refused"), -1, "wilson"
    ),
    Metric(
        "wrongly_answered", "Réponses à tort",
        "réponse à une question sans réponse, ou démenti manqué (cinq classes)", _of("wrongly_answered"), -1, "wilson",
    ),
    Metric("outcome", "Issue attendue", "réponse, réponse partielle ou abstention, comme attendu", _of("outcome_ok")),
    Metric("reason", "Motif attendu", "le motif rendu est l'un des motifs admis", _of("reason_ok"), gated=False),
    Metric("pinpoint", "Bonne source", "la réponse cite un énoncé qui porte le fait", _of("pinpoint")),
    Metric("off_topic", "Hors sujet", "part des énoncés cités dont le sujet n'est pas le bon", _of("off_topic"), -1),
    Metric("quotes", "Citations fidèles", "citations mot pour mot dans leur passage", _of("quotes_ok"), gated=False),
    Metric("citation_recall", "Phrases sourcées", "part des phrases qui citent un passage", _of("citation_recall")),
    Metric(
        "citation_precision", "Phrases prouvées", "part des phrases que les passages cités soutiennent (chiffres, "
        "dates, négation, modalité)", _of("citation_precision"),
    ),
    Metric(
        "quote_support", "Chiffres dans la citation", "part des phrases dont chiffres, dates et références sont "
        "dans les mots cités", _of("quote_support"),
    ),
    Metric(
        "temporal", "Questions datées", "justes en tout, parmi les questions datées",
        _of("passed", lambda r: r.score.dated),
    ),
    Metric("dialogue", "Dialogues", "justes en tout, parmi les tours de dialogue", _of("passed", lambda r: r.is_turn)),
    Metric("recall@5", "Rappel à 5", "un bon énoncé parmi les 5 premiers", _found("recall@5")),
    Metric("recall@10", "Rappel à 10", "un bon énoncé parmi les 10 premiers", _found("recall@10"), gated=False),
    Metric("recall@30", "Rappel à 30", "un bon énoncé parmi les 30 premiers", _found("recall@30")),
    Metric("mrr", "MRR", "inverse du rang du premier bon énoncé", _found("mrr")),
    Metric("ndcg@10", "nDCG à 10", "tous les bons énoncés, bien rangés", _found("ndcg@10")),
    *(
        Metric(f"article:{n}", f"{label}, article", "idem, au niveau de l'article", _found(f"article:{n}"), gated=False)
        for n, label in (("recall@5", "Rappel à 5"), ("recall@30", "Rappel à 30"), ("mrr", "MRR"))
    ),
)  # fmt: skip
BY_NAME = {m.name: m for m in METRICS}

SLICES: tuple[tuple[str, Callable[[Score], str]], ...] = (
    ("genre", lambda s: s.kind),
    ("domaine", lambda s: s.domain),
    ("langue", lambda s: s.language),
    ("date", lambda s: "datée" if s.dated else "du jour"),
    ("style", lambda s: "relâché" if s.slips else "soigné"),
    ("difficulté", lambda s: str(s.difficulty)),
)


def slices(rows: Iterable[Row]) -> dict[str, dict[str, list[Row]]]:
    """Rows by slice, then by value."""
    out: dict[str, dict[str, list[Row]]] = {name: {} for name, _ in SLICES}
    for row in rows:
        for name, of in SLICES:
            out[name].setdefault(of(row.score), []).append(row)
    return {name: dict(sorted(values.items())) for name, values in out.items()}


def estimates(scores: Scores) -> dict[str, Estimate]:
    """Every measure over a whole run."""
    rows = list(scores.rows.values())
    return {m.name: m.estimate(rows) for m in METRICS}


def errors_by_class(scores: Scores) -> dict[str, dict[str, Estimate]]:
    """Both abstention errors by kind of question, with Wilson intervals; kinds where neither applies are left out."""
    out: dict[str, dict[str, Estimate]] = {}
    for kind, rows in slices(scores.rows.values())["genre"].items():
        found = {name: BY_NAME[name].estimate(rows) for name in ("refused", "wrongly_answered")}
        if any(e.n for e in found.values()):
            out[kind] = found
    return dict(sorted(out.items(), key=lambda item: (item[0] in HARD_CLASSES, item[0])))


def words(scores: Scores) -> dict[str, float | None]:
    """Length of the answers that are not abstentions."""
    lengths = [float(row.score.words) for row in scores.rows.values() if row.score.outcome != "abstained"]
    return {"p50": percentile(lengths, 0.5), "p95": percentile(lengths, 0.95)}


def latency(run: Run) -> dict[str, dict[str, float | None]]:
    """Milliseconds by stage; no part of what two runs must agree on."""
    timings = [r.answer.receipt.timings_ms for r in run.records if r.answer]
    out: dict[str, dict[str, float | None]] = {}
    for stage in STAGES:
        values = [float(getattr(t, stage)) for t in timings]
        out[stage] = {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95)}
    total = [sum(float(getattr(t, stage)) for stage in STAGES) for t in timings]
    out["total"] = {"p50": percentile(total, 0.5), "p95": percentile(total, 0.95)}
    return out


def results(run: Run, scores: Scores) -> dict[str, Any]:
    """All that is told of a run, JSON-ready."""
    return {
        "questions": len(run.records),
        "unscored": scores.unscored,
        "metrics": {name: e.as_dict() for name, e in estimates(scores).items()},
        "errors_by_class": {
            kind: {name: e.as_dict() for name, e in found.items()} for kind, found in errors_by_class(scores).items()
        },
        "words": words(scores),
        "latency_ms": latency(run),
        "seconds": round(run.seconds, 1),
        "about": {k: v for k, v in run.about.items() if k != "settings"},
    }
