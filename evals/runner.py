"""Runs the reference set through the pipeline, and scores what came out; the two are apart.

Guarantee: a run file holds every answer whole, so that it can be scored again without the model; the same inputs give
byte-identical scores. The clock of the evals is fixed.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from assistant.engine import Engine
from assistant.understand import Turn
from evals.reference_set import Expected, ReferenceSet
from evals.retrieval import measure
from evals.scoring import Score, score
from ingest.passages import Passage

TODAY = date(2026, 11, 25)
"""The clock of the evals."""


@dataclass
class Record:
    """One answered question: its expectation, the answer, and the statements retrieved, best first."""

    id: str
    expected: Expected
    answer: Answer
    ranked: list[str]

    def as_json(self) -> str:
        """One line of a run file."""
        return json.dumps(
            {
                "id": self.id,
                "expected": self.expected.model_dump(mode="json"),
                "answer": self.answer.model_dump(mode="json"),
                "ranked": self.ranked,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, line: str) -> Record:
        """Read one line of a run file."""
        raw = json.loads(line)
        return cls(
            raw["id"], Expected.model_validate(raw["expected"]), Answer.model_validate(raw["answer"]), raw["ranked"]
        )


@dataclass
class Run:
    """A whole run."""

    records: list[Record]
    seconds: float
    snapshot: str
    machine: str = field(default_factory=lambda: f"{platform.machine()} {platform.python_version()}")

    def save(self, path: Path) -> None:
        """Write a run file: a header line, then a line an answer."""
        head = {"snapshot": self.snapshot, "seconds": round(self.seconds, 2), "machine": self.machine}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([json.dumps(head), *(r.as_json() for r in self.records)]) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Run:
        """Read a run file."""
        lines = path.read_text(encoding="utf-8").splitlines()
        head = json.loads(lines[0])
        return cls([Record.from_json(line) for line in lines[1:]], head["seconds"], head["snapshot"], head["machine"])


def execute(engine: Engine, reference: ReferenceSet, progress: Callable[[int, int], None] | None = None) -> Run:
    """Ask every question; dialogues turn by turn, each in the light of the one before."""
    started = time.monotonic()
    jobs = list(_jobs(reference))
    records = []
    previous: Turn | None = None
    for n, (ident, expected, continues) in enumerate(jobs, 1):
        previous = previous if continues else None
        answer, previous = engine.ask(
            expected.question, as_of=expected.as_of, previous=previous, conversation_id="eval", trace=True
        )
        records.append(Record(ident, expected, answer, engine.last_ranked))
        if progress:
            progress(n, len(jobs))
    return Run(records, time.monotonic() - started, engine.snapshot.manifest.name)


def _jobs(reference: ReferenceSet) -> Iterator[tuple[str, Expected, bool]]:
    for q in reference.questions:
        yield q.id, q, False
    for d in reference.dialogues:
        for n, turn in enumerate(d.dialogue):
            filled = turn.model_copy(update={"domain": turn.domain or d.domain, "topic": d.topic or d.id})
            yield f"{d.id}.{n + 1}", filled, n > 0


def _fact_key(fact: str, domain: str) -> str:
    """Facts numbered by section (« 9.8 ») are numbered within their domain's fact base; the others are unique."""
    return fact if fact[:1].isalpha() else f"{domain}:{fact}"


class Golds:
    """Which statements rest on a fact, and their topics."""

    def __init__(self, engine: Engine) -> None:
        self.by_fact: dict[str, set[str]] = {}
        self.topic: dict[str, str] = {}
        self.article: dict[str, tuple[str, ...]] = {}
        snapshot = engine.snapshot
        for position in range(len(snapshot)):
            p = snapshot.open_passage(position)
            if p.statement is None:
                continue
            self.topic[p.statement.id] = p.statement.topic
            self.article[p.statement.id] = p.keys
            for fact in p.statement.fact:
                for domain in p.domains:
                    self.by_fact.setdefault(_fact_key(fact, domain.value), set()).add(p.statement.id)

    def statements(self, expected: Expected) -> frozenset[str]:
        """Gold statements of a question."""
        return frozenset(s for f in expected.facts for s in self.by_fact.get(_fact_key(f, expected.domain), ()))

    def topics(self, expected: Expected) -> frozenset[str]:
        """Gold topics of a question."""
        return frozenset(self.topic[s] for s in self.statements(expected))


@dataclass(frozen=True)
class Scores:
    """Everything a run was scored on."""

    answers: list[Score]
    retrieval: dict[str, dict[str, float]]

    def as_json(self) -> str:
        """Byte-identical for the same run and corpus."""
        return json.dumps(
            {"answers": [s.as_dict() for s in self.answers], "retrieval": self.retrieval},
            ensure_ascii=False, indent=1, sort_keys=True,
        )  # fmt: skip


def score_run(run: Run, engine: Engine, golds: Golds | None = None) -> Scores:
    """Score a run against the corpus of an engine."""
    golds = golds or Golds(engine)
    rows = []
    for record in run.records:
        rows.append(
            score(
                record.id,
                record.expected,
                record.answer,
                _cited(record.answer, engine),
                golds.statements(record.expected),
                golds.topics(record.expected),
            )
        )
    singles = [r for r in run.records if "." not in r.id]
    ranked = {r.id: r.ranked for r in singles}
    gold = {r.id: golds.statements(r.expected) for r in singles if r.expected.kind != "not_in_force"}
    return Scores(rows, measure(ranked, gold))


def _cited(answer: Answer, engine: Engine) -> dict[str, Passage]:
    out: dict[str, Passage] = {}
    for citation in answer.citations:
        position = engine.snapshot.position(citation.passage_id)
        found = (
            engine.snapshot.open_passage(position)
            if position is not None
            else engine.snapshot.store.latest(citation.passage_id)
        )
        if found:
            out[citation.passage_id] = found
    return out


def summary(scores: Scores) -> dict[str, Any]:
    """Headline numbers; None where nothing could be judged."""
    rows = scores.answers

    def rate(name: str, keep: Callable[[Score], bool] = lambda _: True) -> float | None:
        values = [float(v) for s in rows if keep(s) and (v := getattr(s, name)) is not None]
        return round(sum(values) / len(values), 4) if values else None

    words = sorted(s.words for s in rows if s.outcome != "abstained")
    table: dict[str, Any] = {
        "questions": len(rows),
        "passed": rate("passed"),
        "must_pass": rate("passed", lambda s: s.must_pass),
        "coverage": rate("coverage"),
        "forbidden": rate("forbidden"),
        "refused": rate("refused"),
        "wrongly_answered": rate("wrongly_answered"),
        "outcome": rate("outcome_ok"),
        "reason": rate("reason_ok"),
        "pinpoint": rate("pinpoint"),
        "off_topic": rate("off_topic"),
        "quotes": rate("quotes_ok"),
        "citation_recall": rate("citation_recall"),
        "citation_precision": rate("citation_precision"),
        "temporal": rate("passed", lambda s: s.dated),
        "dialogue": rate("passed", lambda s: "." in s.id),
        "words_p50": words[len(words) // 2] if words else None,
        "words_p95": words[int(len(words) * 0.95)] if words else None,
    }
    for name in ("recall@5", "recall@10", "recall@30", "mrr", "ndcg@10"):
        values = [row[name] for row in scores.retrieval.values()]
        table[name] = round(sum(values) / len(values), 4) if values else None
    return table
