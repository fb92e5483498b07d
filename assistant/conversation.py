"""Conversations: what was asked and answered, kept in SQLite for the retention period, deleted for good when asked.

Guarantee: ids are unguessable; a conversation is seen only by its owner; deleting removes the rows.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

from assistant.answer import Answer
from assistant.time import AsOf
from assistant.understand import Turn
from ingest.errors import ClapvertError, ErrorCode
from ingest.register import Domain
from ingest.store import Database

_SCHEMA = """
create table if not exists conversation (id text primary key, owner text not null, started text not null);
create table if not exists message (
    id text primary key, conversation text not null references conversation (id), n integer not null,
    answer text not null, turn text not null, said text not null
);
create index if not exists message_conversation on message (conversation, n);
"""


class Conversations:
    """The conversation store of a data folder."""

    def __init__(self, path: Path, retention_days: int) -> None:
        self._db = Database(path, _SCHEMA)
        self.retention_days = retention_days

    def start(self, owner: str, today: date) -> str:
        """Open a conversation; its id."""
        self.forget_old(today)
        conversation_id = secrets.token_urlsafe(18)
        with self._db.connection() as db:
            db.execute("insert into conversation values (?, ?, ?)", (conversation_id, owner, today.isoformat()))
        return conversation_id

    def last_turn(self, conversation_id: str, owner: str) -> Turn | None:
        """The last turn of a conversation; `CONVERSATION_NOT_FOUND` when it is not this owner's."""
        with self._db.connection() as db:
            row = db.execute("select owner from conversation where id = ?", (conversation_id,)).fetchone()
            if row is None or not secrets.compare_digest(str(row[0]), owner):
                raise ClapvertError(
                    ErrorCode.CONVERSATION_NOT_FOUND,
                    "Conversation inconnue, ou expirée.",
                    "Posez la question sans conversation_id.",
                )
            last = db.execute(
                "select turn from message where conversation = ? order by n desc limit 1", (conversation_id,)
            ).fetchone()
        return _turn(json.loads(last[0])) if last else None

    def keep(self, answer: Answer, turn: Turn, today: date) -> None:
        """Append a message to its conversation."""
        raw = asdict(turn)
        with self._db.connection() as db:
            n = db.execute("select count(*) from message where conversation = ?", (answer.conversation_id,)).fetchone()[
                0
            ]
            db.execute(
                "insert into message values (?, ?, ?, ?, ?, ?)",
                (
                    answer.message_id,
                    answer.conversation_id,
                    n,
                    answer.model_dump_json(),
                    json.dumps(raw, default=str),
                    today.isoformat(),
                ),
            )

    def forget_old(self, today: date) -> None:
        """Delete the conversations whose retention is over."""
        limit = (today - timedelta(days=self.retention_days)).isoformat()
        with self._db.connection() as db:
            db.execute(
                "delete from message where conversation in (select id from conversation where started < ?)",
                (limit,),
            )
            db.execute("delete from conversation where started < ?", (limit,))


def _turn(raw: dict[str, object]) -> Turn:
    when = raw["as_of"]
    assert isinstance(when, dict)
    facets = raw["facets"]
    assert isinstance(facets, dict)
    return Turn(
        base=str(raw["base"]),
        as_of=AsOf(
            date.fromisoformat(when["start"]),
            date.fromisoformat(when["end"]),
            when["reason"],
            when["exercise"],
        ),
        facets={k: tuple(v) for k, v in facets.items()},
        topics=tuple(raw["topics"]),  # type: ignore[arg-type]
        domains=tuple(Domain(d) for d in raw["domains"]),  # type: ignore[attr-defined]
        language=raw["language"],  # type: ignore[arg-type]
        sources=tuple(raw["sources"]),  # type: ignore[arg-type]
    )
