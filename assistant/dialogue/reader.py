"""Reads a question in the light of the conversation. Placeholder of rules to come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.dialogue.memory import Memory
from assistant.understand import Question, Understanding
from ingest.claims import Language
from ingest.passages import Passage
from ingest.register import Domain


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is put. `as_of` picks a day, which then sticks; `forget_date` returns to today."""

    text: str
    as_of: date | None = None
    forget_date: bool = False
    domains: tuple[Domain, ...] = ()
    language: Language | None = None
    profile: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A question, understood; `took` is in milliseconds."""

    question: Question
    took: float


class DialogueReader:
    """Reads questions of a conversation."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding

    def read(self, asked: Asked, memory: Memory | None, today: date) -> Reading:
        """Understand one question."""
        started = time.perf_counter()
        sticky = memory.as_of if memory and memory.as_of.reason != "today" and not asked.forget_date else None
        question = self._understanding.read(
            asked.text, today, asked.as_of, sticky, asked.domains, asked.language, asked.profile, memory
        )
        return Reading(question, round((time.perf_counter() - started) * 1000, 2))


def remember(reading: Reading, previous: Memory | None, shown: Sequence[Passage]) -> Memory:
    """What is kept of a turn; `shown` are the passages of its answer, none when it abstained."""
    question = reading.question
    topics = tuple(p.statement.topic for p in shown if p.statement)
    sources = tuple(dict.fromkeys(p.source_id for p in shown))
    if question.follow_up and not shown:  # a turn without an answer does not change the subject
        topics, sources = question.context_topics, question.context_sources
    return Memory(question.base, question.as_of, question.facets, topics, question.domains, question.language, sources)
