"""The plan of a message on its day, without a model."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.planning.in_time import at_its_date
from assistant.planning.local import LocalPlanner
from assistant.planning.plan import Plan
from assistant.reading.message import Message
from ingest.passages.passages import Passage


@dataclass(frozen=True)
class Planned:
    """A plan, the message that it is of, and the first version to come when nothing was in force."""

    plan: Plan
    message: Message
    later: Passage | None = None


def planned(planner: LocalPlanner, message: Message) -> Planned:
    """The plan of a message."""
    plan, later = at_its_date(planner, message)
    return Planned(plan, message, later)
