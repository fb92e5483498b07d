"""What Clapvert can cite about a criterion: its own passage, and statements of other notices or texts that come near.

Guarantee: passages of the serving snapshot only, in force on the day; the criterion's own passage is found by its
statement, never by similarity. Near ones are said to be near: nothing claims that they prove the criterion.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from assistant.engine import Engine
from assistant.reading.dates import AsOf
from ingest.corpus.criteria import Criterion, Framework
from ingest.corpus.criteria_statements import criterion_statement
from ingest.index.snapshot import Snapshot
from ingest.passages.passages import Passage

NEAR = 4
_SEARCHED = 30


@dataclass(frozen=True, slots=True)
class Explained:
    """Passages about a criterion. `own` is None when the snapshot is older than the criterion."""

    own: Passage | None
    near: tuple[Passage, ...]


def own_passage(snapshot: Snapshot, framework: Framework, criterion: Criterion) -> Passage | None:
    """The passage of a criterion in a snapshot."""
    found = snapshot.by_topic.get(criterion_statement(framework, criterion).topic)
    return snapshot.open_passage(found[0]) if found else None


def explain(engine: Engine, framework: Framework, criterion: Criterion, today: dt.date) -> Explained:
    """The passages about a criterion today."""
    hits = engine.search.search_text(f"{criterion.short.fr} : {criterion.intent.fr}", AsOf.on(None, today)).hits
    near: list[Passage] = []
    topics: set[str] = set()
    for hit in hits[:_SEARCHED]:
        p = hit.passage
        topic = p.statement.topic if p.statement else p.id
        if p.kind != "criterion" and topic not in topics:
            topics.add(topic)
            near.append(p)
    return Explained(own_passage(engine.snapshot, framework, criterion), tuple(near[:NEAR]))


def question_about(framework: Framework, criterion: Criterion) -> str:
    """A question on a criterion, to put in the chat."""
    if criterion.code:
        return f"Que demande le critère {criterion.code} {framework.of.fr} ({criterion.short.fr}) ?"
    return f"Que demande {framework.name.fr} sur ce point : {criterion.short.fr} ?"
