"""A report as data: what the JSON holds and what the page, the JUnit file and the terminal draw from.

Guarantee: built from a run file, the reference set and, when given, a base run and the rows kept before: no index, no
model, no clock. Every figure comes from `evals.scoring.metrics`, with its interval; with a base, the scores are those
of the comparison, against the golds of both. Its shape is `REPORT` of `evals.running.runs`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evals.reference_set import HARD_CLASSES
from evals.reports.questions import KIND_LABELS, domain_label, question_rows
from evals.reports.questions import STAGES as WRONG
from evals.running.golds import Golds
from evals.running.runner import Run
from evals.scoring.compare import SLICED, Comparison
from evals.scoring.metrics import BY_NAME, METRICS, SLICES, STAGES, errors_by_class, latency, slices
from evals.scoring.scores import Row, Scores
from evals.scoring.statistics import Estimate, bootstrap, percentile

FORMAT = 1
HEADLINES = (
    "passed", "must_pass", "coverage", "refused", "wrongly_answered", "pinpoint", "quotes", "recall@5", "recall@30",
    "temporal", "dialogue", "off_topic",
)  # fmt: skip
_ABOUT = ("snapshot", "corpus_version", "passages", "model", "dtype", "machine", "today")
DEPTHS = (1, 2, 3, 5, 10, 20, 30, 60)
_BINS = 24
_VALUE_LABELS = {
    "genre": KIND_LABELS,
    "classe": KIND_LABELS | {"answer": "a une réponse"},
    "langue": {"fr": "français", "en": "anglais"},
    "difficulté": {"1": "1, directe", "2": "2, un pont", "3": "3, un piège"},
}


def row_of(
    run: Run, scores: Scores, reference: str | None = None, domains: Sequence[str] | None = None
) -> dict[str, Any]:
    """The row of a run in the index (`ROW` of `evals.running.runs`), without its name and time."""
    rows = list(scores.rows.values())
    engines = {r.answer.engine for r in run.records if r.answer}
    return {
        "reference": reference,
        "domains": sorted(domains) if domains else None,
        "questions": len(run.records),
        "unscored": len(scores.unscored),
        "seconds": round(run.seconds, 1),
        **{k: run.about.get(k) for k in _ABOUT},
        "engine": ", ".join(sorted(engines)),
        "headlines": [metric_row(name, BY_NAME[name].estimate(rows)) for name in HEADLINES],
        "latency_ms": latency(run)["total"],
    }


def metric_row(name: str, e: Estimate) -> dict[str, Any]:
    """One measure, told in full."""
    m = BY_NAME[name]
    return {"name": name, "label": m.label, "meaning": m.meaning, "better": m.better, **e.as_dict()}


def report(
    run: Run,
    scores: Scores,
    row: Mapping[str, Any],
    against: Comparison | None = None,
    base_name: str = "",
    trend: Sequence[Mapping[str, Any]] = (),
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The report of a run and its scores. `against`: it compared with a base; `trend`: comparable rows, oldest first;
    `extra`: sections made elsewhere."""
    golds, base = run.golds, None
    if against:
        golds, scores, base = against.golds, against.scores, against.base
    rows = list(scores.rows.values())
    flips = {f.id: f.won for f in against.flips} if against else {}
    questions = question_rows(run, scores, golds, base, flips)
    return {
        "clapvert_report": FORMAT,
        "title": f"Évaluation : {row['questions']} questions",
        "run": {k: v for k, v in row.items() if k != "files"},
        "base": {"name": base_name, "questions": len(base.records)} if base else None,
        "gate": _gate(against),
        "metrics": [
            metric_row(m.name, m.estimate(rows)) | {"change": _change(against, m.name)} for m in METRICS
        ],
        "errors_by_class": _errors(scores),
        "slices": _slices(rows),
        "stages": _stages(questions),
        "recall": recall_curve(run, scores, golds),
        "latency": _latency(run),
        "trend": [_point(r) for r in trend],
        "questions": questions,
        "coverage": None,
        "judges": None,
        "reading": None,
        **(extra or {}),
    }  # fmt: skip


def recall_curve(run: Run, scores: Scores, golds: Golds) -> list[dict[str, Any]]:
    """Share of the questions with a good statement among the first k, for growing k; the questions that recall@k is
    measured over."""
    measured = {i for i, r in scores.rows.items() if r.retrieval}
    ranks: list[tuple[str, float]] = []
    for record in run.records:
        if record.id in measured:
            gold = golds.statements(record.expected)
            ranks.append((scores.rows[record.id].cluster, record.rank_of(gold) or math.inf))
    if not ranks:
        return []
    deepest = max(len(r.ranked) for r in run.records)
    clusters = [c for c, _ in ranks]
    depths = [k for k in DEPTHS if k <= max(deepest, 1)]
    return [{"k": k, **bootstrap([float(r <= k) for _, r in ranks], clusters).as_dict()} for k in depths]


def _gate(c: Comparison | None) -> dict[str, Any] | None:
    if c is None:
        return None
    failures = [{"code": f.code, "text": f.text} for f in c.failures]
    won = sum(f.won for f in c.flips)
    return {
        "passed": c.passed, "failures": failures, "notes": c.notes, "compared": c.compared, "won": won,
        "lost": len(c.flips) - won,
    }  # fmt: skip


def _change(c: Comparison | None, name: str) -> dict[str, Any] | None:
    found = c.metrics.get(name) if c else None
    return found.as_dict() if found else None


def _errors(scores: Scores) -> list[dict[str, Any]]:
    return [
        {"name": kind, "label": KIND_LABELS.get(kind, kind), **{n: e.as_dict() for n, e in found.items()}}
        for kind, found in errors_by_class(scores).items()
    ]


def _slices(rows: list[Row]) -> list[dict[str, Any]]:
    """Each slice, with `SLICED` measures; « classe » tells what has an answer from the five that do not plainly."""
    classes: dict[str, list[Row]] = {}
    for row in rows:
        kind = row.score.kind
        classes.setdefault(kind if kind in HARD_CLASSES else "answer", []).append(row)
    found = {"classe": classes, **slices(rows)}
    order = ["domaine", "classe", *(n for n, _ in SLICES if n != "domaine")]
    return [{"name": name, "values": [_slice(name, v, part) for v, part in found[name].items()]} for name in order]


def _slice(name: str, value: str, rows: list[Row]) -> dict[str, Any]:
    label = domain_label(value) if name == "domaine" else _VALUE_LABELS.get(name, {}).get(value, value)
    return {"name": value, "label": label, **{m: BY_NAME[m].estimate(rows).as_dict() for m in SLICED}}


def _stages(questions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many questions went wrong at each stage, the vital ones apart."""
    failed = [q for q in questions if q["stage"]]
    return [
        {
            "name": name, "label": label, "meaning": meaning, "n": sum(q["stage"] == name for q in failed),
            "must_pass": sum(q["stage"] == name and q["must_pass"] for q in failed),
        }
        for name, (label, meaning) in WRONG.items()
    ]  # fmt: skip


def _latency(run: Run) -> dict[str, Any]:
    """Milliseconds: by stage, and the distribution of the whole in bins of one width, up to the 99th percentile."""
    totals = [
        sum(float(getattr(r.answer.receipt.timings_ms, s)) for s in STAGES) for r in run.records if r.answer is not None
    ]
    top = percentile(totals, 0.99) or 0.0
    width = _round_up(top / _BINS) if top else 1.0
    last = max(1, math.ceil(top / width)) if top else 1
    bins = [0] * (last + 1)
    for t in totals:
        bins[min(int(t / width), last)] += 1
    rows = [{"from": round(i * width, 3), "to": round((i + 1) * width, 3), "n": n} for i, n in enumerate(bins[:-1])]
    return {"stages": latency(run), "bins": rows, "above": bins[-1], "n": len(totals)}


def _round_up(value: float) -> float:
    """The next of 1, 2, 5, 10… at its own scale."""
    scale = 10.0 ** math.floor(math.log10(value))
    return next(m * scale for m in (1, 2, 5, 10) if m * scale >= value - 1e-12)


def _point(row: Mapping[str, Any]) -> dict[str, Any]:
    """A run of the trend: its name, its day and its headline figures."""
    kept = ("id", "at", "questions", "snapshot", "model", "machine", "headlines", "latency_ms")
    return {k: row.get(k) for k in kept}
