"""A message as it is read once: its question in the light of the conversation, its parts, the case it states.

Guarantee: read once, whatever the number of its parts; a part is words of the message. What each step after this one
knows of the message is here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.answer import Act
from assistant.reading.case import Quantity
from assistant.reading.dates import CaseDate
from assistant.reading.kinds_head import kinds_of
from assistant.reading.known import Known
from assistant.reading.question import Question
from ingest.corpus.cards import Kind
from ingest.corpus.fiches import CaseField
from ingest.corpus.rules import DateName, YearName


@dataclass(frozen=True, slots=True)
class Part:
    """A phrase of the message that asks something, and what sort of answer it wants."""

    text: str
    kinds: Mapping[Kind, float]

    @classmethod
    def of(cls, text: str) -> Part:
        """A part, its kinds read: half from the whole, half from its last clause, where most parts ask."""
        whole, last = kinds_of(text), kinds_of(_last_clause(text))
        return cls(text, {k: (whole[k] + last[k]) / 2 for k in whole})

    @property
    def likeliest(self) -> tuple[Kind, ...]:
        """The kinds that it likely asks, most likely first."""
        ranked = sorted(self.kinds.items(), key=lambda row: -row[1])
        return tuple(k for k, p in ranked if p >= 0.25) or tuple(k for k, _ in ranked[:1])


@dataclass(frozen=True)
class Message:
    """A message, understood: `other` is another way to understand it, when its words allow both; `told` what headed the
    last answers, so that a follow-up does not get them again."""

    text: str
    question: Question
    parts: tuple[Part, ...]
    case: Mapping[CaseField, Quantity] = field(default_factory=dict)
    dates: Mapping[DateName | YearName, CaseDate] = field(default_factory=dict)
    other: Question | None = None
    own: str = ""
    told: tuple[str, ...] = ()
    moved: bool = False
    leaned: bool = False
    took: float = 0.0
    act: Act = "ask"
    known: Known | None = None
    """The project that it is asked from."""
    chosen: str = ""
    """The reading that was chosen for one of its parts (`Alternative.id`)."""
    second: Act = "ask"
    """The likeliest act that is not an ask: what the message does if it asks nothing of our field."""


def _last_clause(text: str) -> str:
    clauses = [c for c in re.split(r"[:;,.!?]\s+", text.strip(" ?!.")) if len(c.split()) > 1]
    return clauses[-1] if clauses else text
