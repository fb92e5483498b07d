"""Two runs side by side, and the gate.

Guarantee: both are scored here, with the same expectations, against the golds of both indexes; only questions that both
were asked are compared. The gate closes, and says by name on what, when a vital question is lost, a quote is not in its
passage, a gated measure drops by more than chance among topics explains, or more than 2 % cannot be judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from evals.reference_set import Expected
from evals.running.golds import Golds
from evals.running.runner import Run
from evals.scoring.metrics import BY_NAME, METRICS, Metric, slices
from evals.scoring.scores import Row, Scores, score_run
from evals.scoring.statistics import Difference, paired

UNSCORED_LIMIT = 0.02
SLICED = ("passed", "coverage", "refused", "wrongly_answered", "recall@5")
_SAME_MACHINE = ("model", "dtype", "machine")


@dataclass(frozen=True)
class Flip:
    """A question whose verdict changed."""

    id: str
    question: str
    must_pass: bool
    won: bool
    base: str
    candidate: str


@dataclass(frozen=True)
class Failure:
    """One reason why the gate closes."""

    code: str
    text: str


@dataclass
class Comparison:
    """Everything that tells two runs apart. `scores` are the candidate's, against `golds`, those of both runs."""

    base: Run
    golds: Golds
    scores: Scores
    compared: int
    metrics: dict[str, Difference] = field(default_factory=dict)
    slices: dict[str, dict[str, dict[str, Difference]]] = field(default_factory=dict)
    flips: list[Flip] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """True when nothing closes the gate."""
        return not self.failures

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "passed": self.passed,
            "failures": [{"code": f.code, "text": f.text} for f in self.failures],
            "notes": self.notes,
            "compared": self.compared,
            "metrics": {n: d.as_dict() for n, d in self.metrics.items()},
            "slices": {
                s: {v: {n: d.as_dict() for n, d in rows.items()} for v, rows in values.items()}
                for s, values in self.slices.items()
            },
            "flips": [{name: getattr(f, name) for name in Flip.__dataclass_fields__} for f in self.flips],
        }


def compare(base_run: Run, candidate_run: Run) -> Comparison:
    """Score both runs and tell them apart."""
    golds = base_run.golds | candidate_run.golds
    base_run = _expecting(base_run, candidate_run)
    base, candidate = score_run(base_run, golds), score_run(candidate_run, golds)
    same = _asked_alike(base_run, candidate_run)
    pairs = [(b, candidate.rows[i]) for i, b in base.rows.items() if i in same and i in candidate.rows]
    out = Comparison(base_run, golds, candidate, len(pairs))
    out.metrics = {m.name: d for m in METRICS if (d := difference(m, pairs))}
    out.slices = _slices(pairs)
    out.flips = _flips(pairs, base_run, candidate_run)
    out.notes = _notes(base_run, candidate_run)
    out.failures = [
        *_lost(out.flips),
        *_unfaithful(candidate),
        *_dropped(out.metrics),
        *_unjudged(base_run, candidate, same),
    ]
    return out


def difference(metric: Metric, pairs: Iterable[tuple[Row, Row]]) -> Difference | None:
    """The paired difference of one measure, over the questions it applies to in both runs."""
    judged = [
        (b, c, base.cluster)
        for base, candidate in pairs
        if (b := metric.read(base)) is not None and (c := metric.read(candidate)) is not None
    ]
    return paired([b for b, _, _ in judged], [c for _, c, _ in judged], [t for _, _, t in judged])


def dropped(metric: Metric, found: Difference) -> bool:
    """True when the whole interval lies on the wrong side of zero."""
    return found.high < 0 if metric.better > 0 else found.low > 0


def gained(metric: Metric, found: Difference) -> bool:
    """True when the whole interval lies on the right side of zero."""
    return found.low > 0 if metric.better > 0 else found.high < 0


def _expecting(base: Run, candidate: Run) -> Run:
    """The base with the candidate's expectations: a corrected expectation is no regression."""
    theirs = {r.id: r.expected for r in candidate.records}
    return replace(base, records=[replace(r, expected=_same_words(r.expected, theirs.get(r.id))) for r in base.records])


def _same_words(mine: Expected, theirs: Expected | None) -> Expected:
    return theirs if theirs and theirs.asks_as(mine) else mine


def _asked_alike(base: Run, candidate: Run) -> set[str]:
    """Questions put in the same words on the same day in both runs."""
    theirs = {r.id: r.expected for r in candidate.records}
    return {r.id for r in base.records if r.id in theirs and theirs[r.id].asks_as(r.expected)}


def _slices(pairs: list[tuple[Row, Row]]) -> dict[str, dict[str, dict[str, Difference]]]:
    other = {id(b): c for b, c in pairs}
    out: dict[str, dict[str, dict[str, Difference]]] = {}
    for name, values in slices([b for b, _ in pairs]).items():
        for value, rows in values.items():
            part = [(b, other[id(b)]) for b in rows]
            found = {n: d for n in SLICED if (d := difference(BY_NAME[n], part))}
            out.setdefault(name, {})[value] = found
    return out


def _flips(pairs: list[tuple[Row, Row]], base: Run, candidate: Run) -> list[Flip]:
    before, after = {r.id: r for r in base.records}, {r.id: r for r in candidate.records}
    out = []
    for b, c in pairs:
        if b.score.passed != c.score.passed:
            i = b.score.id
            old, new = before[i].answer, after[i].answer
            assert old is not None
            assert new is not None
            out.append(
                Flip(
                    i, before[i].expected.question, before[i].expected.must_pass, c.score.passed,
                    f"[{old.outcome}] {old.answer}", f"[{new.outcome}] {new.answer}",
                )
            )  # fmt: skip
    return sorted(out, key=lambda f: (f.won, not f.must_pass, f.id))


def _lost(flips: list[Flip]) -> list[Failure]:
    return [
        Failure("must_pass", f"Question vitale perdue : {f.id} « {f.question} »")
        for f in flips
        if f.must_pass and not f.won
    ]


def _unfaithful(candidate: Scores) -> list[Failure]:
    wrong = [i for i, row in candidate.rows.items() if not row.score.quotes_ok]
    return [Failure("quotes", f"Citation infidèle : {', '.join(wrong[:5])} ({len(wrong)} réponse(s))")] if wrong else []


def _dropped(metrics: dict[str, Difference]) -> list[Failure]:
    out = []
    for name, d in metrics.items():
        metric = BY_NAME[name]
        if metric.gated and dropped(metric, d):
            change = f"{100 * d.base:.1f} → {100 * d.candidate:.1f} %"
            spread = f"[{100 * d.low:+.1f} ; {100 * d.high:+.1f}] points, {d.n} questions"
            out.append(Failure(name, f"Recul net, {metric.label} : {change} {spread}"))
    return out


def _unjudged(base: Run, candidate: Scores, same: set[str]) -> list[Failure]:
    """Questions that the base was asked and that the candidate could not be judged on."""
    missing = [r.id for r in base.records if r.id not in candidate.rows or r.id not in same]
    if len(missing) <= UNSCORED_LIMIT * len(base.records):
        return []
    why = candidate.unscored.get(missing[0], "question absente ou changée")
    return [Failure("unscored", f"Non jugées : {len(missing)} sur {len(base.records)} ({missing[0]} : {why})")]


def _notes(base: Run, candidate: Run) -> list[str]:
    names = {"model": "modèle", "dtype": "précision", "machine": "machine"}
    return [
        f"{names[k]} : {base.about.get(k)} → {candidate.about.get(k)} ; refaites les deux runs sur une même machine."
        for k in _SAME_MACHINE
        if base.about.get(k) != candidate.about.get(k)
    ]
