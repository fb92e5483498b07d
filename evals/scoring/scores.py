"""Scores of a run: one row a question, its answer and its retrieval together.

Guarantee: the same run file and the same reference set give byte-identical scores, wherever they are computed. A
question that could not be judged is listed with its reason and counted in no mean.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from evals.reference_set import Expected, ReferenceSet
from evals.running.golds import Golds
from evals.running.retrieval import measure
from evals.running.runner import Record, Run
from evals.scoring.scoring import Score, score


@dataclass(frozen=True)
class Row:
    """One judged question."""

    score: Score
    retrieval: Mapping[str, float]
    is_turn: bool

    @property
    def cluster(self) -> str:
        """What the question rises and falls with."""
        return f"{self.score.domain}/{self.score.topic}"


@dataclass(frozen=True)
class Scores:
    """The judged questions of a run, and those that could not be judged with the reason."""

    rows: dict[str, Row]
    unscored: dict[str, str] = field(default_factory=dict)

    def only(self, ids: Collection[str]) -> Scores:
        """The scores of some questions."""
        return Scores(
            {i: r for i, r in self.rows.items() if i in ids}, {i: why for i, why in self.unscored.items() if i in ids}
        )

    def as_json(self) -> str:
        """Byte-identical for the same run and reference set."""
        return json.dumps(
            {
                "answers": [row.score.as_dict() for row in self.rows.values()],
                "retrieval": {i: dict(row.retrieval) for i, row in self.rows.items() if row.retrieval},
                "unscored": self.unscored,
            },
            ensure_ascii=False, indent=1, sort_keys=True,
        )  # fmt: skip


def score_run(run: Run, golds: Golds | None = None) -> Scores:
    """Score a run; against its own golds, or against wider ones."""
    golds = golds or run.golds
    rows, unscored = {}, {}
    retrieval = _retrieval(run.records, golds)
    for record in run.records:
        if record.answer is None:
            unscored[record.id] = record.error or "pas de réponse"
            continue
        if reason := _unjudgeable(record.expected):
            unscored[record.id] = reason
            continue
        gold, topics = golds.statements(record.expected), golds.topics(record.expected)
        scored = score(record.id, record.expected, record.answer, run.passages, gold, topics)
        rows[record.id] = Row(scored, retrieval.get(record.id, {}), record.is_turn)
    return Scores(rows, unscored)


def refreshed(run: Run, reference: ReferenceSet) -> tuple[Run, int]:
    """The run with the expectations of a reference set, where it asks the same words of the same day.

    Returns it with the number of expectations that changed; a question that the set no longer asks keeps what the run
    recorded.
    """
    current = reference.asked()
    records, changed = [], 0
    for record in run.records:
        now = current.get(record.id)
        if now and now.asks_as(record.expected) and _plain(now) != _plain(record.expected):
            record, changed = replace(record, expected=now), changed + 1
        records.append(record)
    return replace(run, records=records), changed


def _plain(expected: Expected) -> dict[str, Any]:
    return {name: getattr(expected, name) for name in Expected.model_fields}


def _unjudgeable(expected: Expected) -> str | None:
    """Why nothing can be said of an answer: an answer is wanted, and neither a fact nor a gold says which."""
    if "abstained" in expected.outcome or expected.must_include or expected.must_not_include or expected.facts:
        return None
    return "ni fait ni interdit attendu"


def _retrieval(records: list[Record], golds: Golds) -> dict[str, dict[str, float]]:
    """Measures at statement level, and at article level under « article: ».

    Follow-up turns are left out: what they search depends on the turn before. So are questions on what is not in force,
    whose gold is out of force by design.
    """
    asked = {r.id: r for r in records if r.answer and not r.is_turn and r.expected.kind != "not_in_force"}
    gold = {i: golds.statements(r.expected) for i, r in asked.items()}
    articles = {i: frozenset(golds.articles_of(s)) for i, s in gold.items()}
    out: dict[str, dict[str, float]] = {}
    ranked = {i: r.ranked for i, r in asked.items()}
    for prefix, run, qrels in (
        ("", ranked, gold),
        ("article:", {i: golds.articles_of(r) for i, r in ranked.items()}, articles),
    ):
        for ident, measures in measure(run, qrels).items():
            out.setdefault(ident, {}).update({prefix + name: round(v, 6) for name, v in measures.items()})
    return out
