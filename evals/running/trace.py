"""What the gate was shown while the pipeline answered: the candidates of each part, scored.

Guarantee: the pipeline runs as it is; nothing is recomputed beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from assistant.answer import Answer
from assistant.engine import Engine, EngineConfig
from assistant.planning.abstention import Gate, Verdict
from assistant.planning.preferences import is_absence
from assistant.planning.ranking import Selection
from assistant.reading.question import Question as Understood
from assistant.search.hybrid import Candidates
from evals.reference_set import Question
from evals.running.catalogue import article_of
from evals.running.configuration import with_config

OPEN = -1e9
"""A threshold that closes nothing."""


@dataclass(frozen=True)
class Seen:
    """One part of a question as the gate was shown it."""

    question: Understood
    selection: Selection
    candidates: Candidates


class TracingGate(Gate):
    """A gate that remembers what it judged."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(gate.selector, gate.config)
        self.seen: list[Seen] = []

    def judge(self, question: Understood, selection: Selection, candidates: Candidates) -> Verdict:
        """The verdict, remembered with what it was on."""
        self.seen.append(Seen(question, selection, candidates))
        return super().judge(question, selection, candidates)

    def margin(self) -> float | None:
        """What the threshold `not_found` is held against, for the part that clears it best on the day asked about; None
        when a rule decides whatever the threshold (an article named by its number, words that are no question)."""
        found = [self._held_against(s) for s in self.seen if s.question.as_of == self.seen[0].question.as_of]
        known = [m for m in found if m is not None]
        return round(max(known), 4) if known and len(known) == len(found) else None

    def _held_against(self, seen: Seen) -> float | None:
        best = seen.selection.best
        if best is None or best.hit.exact:
            return None
        bonus = self._claim(seen.question, best) + self.config.unknown * is_absence(best)
        return self.scope(seen.selection, seen.candidates) + bonus

    def articles(self) -> list[str]:
        """Articles of official texts among the candidates of every search, in the order they were seen."""
        keys = (article_of(h.passage) for s in self.seen for h in s.candidates.hits)
        return list(dict.fromkeys(k for k in keys if k is not None))


@contextmanager
def watched(engine: Engine) -> Iterator[TracingGate]:
    """The engine with a gate that remembers, for a while."""
    gate = engine.gate
    engine.gate = watching = TracingGate(gate)
    try:
        yield watching
    finally:
        engine.gate = gate


@contextmanager
def opened(engine: Engine) -> Iterator[None]:
    """The engine with the scope thresholds out of the way and no language model, for a while."""
    gate, llm = engine.gate, engine.llm
    config = replace(gate.config, out_of_scope=OPEN, not_found=OPEN)
    engine.gate, engine.llm = Gate(gate.selector, config), None
    try:
        yield
    finally:
        engine.gate, engine.llm = gate, llm


def traced(
    engine: Engine, config: EngineConfig, questions: tuple[Question, ...]
) -> Iterator[tuple[Question, Answer, list[Seen]]]:
    """Each question with its answer and its parts, on the day asked about (looks at other days are left out)."""
    pipeline = with_config(engine, config)
    pipeline.gate = gate = TracingGate(pipeline.gate)
    for q in questions:
        gate.seen.clear()
        answer, _ = pipeline.ask(q.question, as_of=q.as_of, trace=True)
        yield q, answer, [s for s in gate.seen if s.question.as_of == gate.seen[0].question.as_of]
