"""A question about another day, or unanswered today: what was in force then, or what is to come.

Guarantee: what answers whatever the day is looked for only where the day asked about gave nothing, and is told as not
in force then, with the first version to come; it is never shown as the answer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assistant.checking.verifier import in_force
from assistant.planning.local import LocalPlanner
from assistant.planning.plan import Plan
from assistant.reading.dates import AsOf
from assistant.reading.message import Message
from ingest.passages.passages import Passage


def at_its_date(planner: LocalPlanner, message: Message) -> tuple[Plan, Passage | None]:
    """The plan of a message on its day, and the first version to come when nothing was in force then."""
    plan = planner.plan(message)
    question = message.question
    if plan.out_of_scope or len(message.parts) > 1 or not (question.dated or not plan.answered):
        return plan, None
    forever = replace(question, as_of=AsOf(date.min, date.max, "asked"))
    best = planner.best(replace(message, question=forever, other=None))
    if best is None:
        return plan, None
    passage, score = best
    if in_force(passage, question.as_of) or passage.statement is None:
        return plan, None
    mine = plan.parts[0].score if plan.answered else float("-inf")
    if plan.answered and mine >= score:
        return plan, None
    head = plan.parts[0].head if plan.answered else None
    if head is not None and head.passage.statement and head.passage.statement.topic == passage.statement.topic:
        return plan, None
    if question.dated and (then := planner.of_topic(message, passage.statement.topic)) is not None and then.answered:
        return then, None
    starts = passage.valid_from
    if starts is None or starts <= question.as_of.end:
        return plan, None
    coming = [
        p
        for p in planner.search.out_of_force(passage.statement.topic, question.as_of)
        if p.regime is passage.regime and p.valid_from and p.valid_from > question.as_of.end
    ]
    first = min(coming, key=lambda p: (p.valid_from or date.max, p.position), default=passage)
    silent = replace(plan.parts[0], state="not_in_force", shown=(), verdict=None, depends_on=None, because=())
    return Plan((silent,), near=plan.near), first
