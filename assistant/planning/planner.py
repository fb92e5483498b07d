"""What a planner gives: the plan of a message on its day, and what it cost.

Guarantee: both planners are called the same way and give the same thing; what is worded and checked after them does not
know which one planned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answer import Act, ModelUse
from assistant.dialogue.memory import Memory
from assistant.planning.in_time import at_its_date
from assistant.planning.local import LocalPlanner
from assistant.planning.plan import Plan
from assistant.reading.message import Message
from ingest.passages.passages import Passage


class Heard(Protocol):
    """Told of a plan before it is there."""

    def __call__(self, passages: Sequence[Passage], message: Message) -> None:
        """The evidence that it is made from, and the message as understood."""
        ...

    def draft(self, plan: Plan, message: Message) -> None:
        """The parts that stand so far, while the others are being planned."""
        ...


@dataclass(frozen=True)
class Planned:
    """A plan; the message as its planner read it; `later`: the first version to come when nothing was in force;
    `engine`: who planned; `act`: what the message does, when the planner found that it asks nothing."""

    plan: Plan
    message: Message
    later: Passage | None = None
    engine: str = "extractive"
    model: ModelUse | None = None
    act: Act = "ask"


class Planner(Protocol):
    """Plans messages over one snapshot."""

    name: str

    def planned(self, message: Message, previous: Memory | None = None, heard: Heard | None = None) -> Planned:
        """The plan of a message."""
        ...


class Local:
    """The local planner, behind the protocol."""

    name = "local"

    def __init__(self, planner: LocalPlanner) -> None:
        self.planner = planner

    def planned(self, message: Message, previous: Memory | None = None, heard: Heard | None = None) -> Planned:  # noqa: ARG002 - the protocol's
        """The plan of a message, without a model."""
        plan, later = at_its_date(self.planner, message)
        return Planned(plan, message, later)
