"""What the gate was shown while the pipeline answered: the candidates of each part, scored.

Guarantee: the pipeline runs as it is; nothing is recomputed beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.abstain import Gate, Verdict
from assistant.answer import Answer
from assistant.engine import Engine, EngineConfig
from assistant.retrieve import Candidates
from assistant.select import Selection
from assistant.understand import Question as Understood
from evals.configuration import with_config
from evals.reference_set import Question


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
