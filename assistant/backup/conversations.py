"""Conversations in a backup: each with its answers, its links, its verdicts and its memory, as of one moment.

Guarantee: a conversation is written while no turn of it runs, so that its memory is the one of its last answer; it is
restored whatever checkpointer keeps memories there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import delete, insert, select

from assistant.dialogue.memory import Memory
from assistant.history.store import Conversations
from assistant.history.tables import BELONGINGS, CONVERSATION, MESSAGE
from ingest.storage.dumping import count_on, plain, row_of


def dump(conversations: Conversations) -> Iterator[str]:
    """A line a conversation, in the order in which they were last spoken in."""
    with conversations.database.read() as db:
        known = db.execute(select(CONVERSATION.c.id).order_by(CONVERSATION.c.started, CONVERSATION.c.id)).scalars()
        ids = known.all()
    for ident in ids:
        with conversations.alone(ident):
            told = _one(conversations, ident)
        if told is not None:
            yield json.dumps(told, ensure_ascii=False)


def load(conversations: Conversations, lines: Iterable[str]) -> None:
    """Restore what `dump` gave."""
    for line in lines:
        told = json.loads(line)
        with conversations.database.write() as db:
            db.execute(insert(CONVERSATION).values(**told["conversation"]))
            for table in reversed(BELONGINGS):
                if rows := [row_of(table, row) for row in told[table.name]]:
                    db.execute(insert(table), rows)
        if told["memory"] is not None:
            conversations.graph.remember(told["conversation"]["id"], Memory.of(told["memory"]))
    with conversations.database.write() as db:
        count_on(db, conversations.database)


def clear(conversations: Conversations) -> None:
    """Erase every conversation, with its memory."""
    with conversations.database.read() as db:
        owners = db.execute(select(CONVERSATION.c.owner).distinct()).scalars().all()
    for owner in owners:
        conversations.delete_all(owner)
    with conversations.database.write() as db:
        for table in (*BELONGINGS, CONVERSATION):
            db.execute(delete(table))


def _one(conversations: Conversations, ident: str) -> dict[str, Any] | None:
    """A conversation; None when it was erased meanwhile, or has no answer yet."""
    with conversations.database.read() as db:
        row = db.execute(select(CONVERSATION).where(CONVERSATION.c.id == ident)).mappings().one_or_none()
        if row is None:
            return None
        told: dict[str, Any] = {"conversation": dict(row)}
        for table in BELONGINGS:
            mine = select(table).where(table.c.conversation == ident).order_by(*table.primary_key.columns)
            told[table.name] = [plain(table, dict(r)) for r in db.execute(mine).mappings()]
    if not told[MESSAGE.name]:
        return None
    memory = conversations.graph.memory(ident)
    return {**told, "memory": memory.plain() if memory else None}
