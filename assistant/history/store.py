"""Conversations: history and memory, seen by their owner alone, deleted for good.

Guarantee: ids are unguessable. Turns of one conversation run one after the other, whatever the number of clients and of
processes; those of two conversations never wait for each other. A message is kept with what is remembered after it, in
the transaction that numbers it: none is lost or doubled, and a turn that fails leaves the memory before it. What is
deleted, or older than the retention, goes with its memory; in SQLite it leaves no byte behind: rows are overwritten
(secure_delete) and the write-ahead log is emptied. With a retention of 0 days nothing reaches the disk: conversations
live in the memory of their process, for the day.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import delete, func, insert, literal, or_, select
from sqlalchemy.engine import Connection

from assistant.answer import Answer
from assistant.dialogue.memory import Memory
from assistant.history.tables import BELONGINGS, CONVERSATION, CONVERSATIONS, MEMORY, MESSAGE, TITLE
from assistant.history.tally import Tally
from assistant.history.words import folded, title
from ingest.clock import Clock
from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.database import Database
from ingest.storage.engine import Where
from ingest.storage.locks import locks_of
from ingest.storage.rows import put


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list. `kept_until` is the last day that it can be opened."""

    conversation_id: str
    title: str
    started: date
    kept_until: date
    messages: int


class Conversations:
    """The conversations of an installation. `database`: their tables, for what is kept beside the answers and goes
    with them (feedback, shared links); `tally`: how many answers were acknowledged."""

    def __init__(self, where: Where, retention_days: int, clock: Clock) -> None:
        self.retention_days = retention_days
        self._clock = clock
        if not retention_days:
            _remove(where)
            where = None
        self.database = Database(where, CONVERSATIONS)
        self._locks = locks_of(where)
        self.tally = Tally(where)
        self.forget_old()

    @contextmanager
    def turn(self, conversation_id: str | None, owner: str) -> Iterator[str]:
        """The id of a conversation, new or the owner's, held for one turn; `CONVERSATION_NOT_FOUND` when it is not
        theirs, expired or deleted. A new conversation whose first turn fails never was."""
        new = conversation_id is None
        ident = secrets.token_urlsafe(18) if conversation_id is None else conversation_id
        with self._locks.held(ident):
            if not new:
                self._owned(ident, owner)
                yield ident
                return
            with self.database.write(alone=None) as db:
                db.execute(insert(CONVERSATION).values(id=ident, owner=owner, started=self._clock().isoformat()))
            try:
                yield ident
            except BaseException:
                with suppress(ClapvertError):  # the database is gone: what failed with it is not there either
                    self._erase([ident])
                raise

    def memory(self, conversation_id: str) -> Memory | None:
        """What a conversation remembers, within `turn`; None before its first answer that leaves something."""
        asked = select(MEMORY.c.memory).where(MEMORY.c.conversation == conversation_id)
        with self.database.read() as db:
            kept = db.execute(asked).scalar()
        return None if kept is None else Memory.of(json.loads(kept))

    def keep(self, answer: Answer, memory: Memory | None) -> None:
        """Append a message to its conversation, with what is to be remembered after it, within `turn`."""
        said = answer.question, folded(f"{answer.question}\n{answer.answer}").replace("\0", "")
        so_far = select(func.count()).select_from(MESSAGE).where(MESSAGE.c.conversation == CONVERSATION.c.id)
        row = select(
            literal(answer.message_id), CONVERSATION.c.id, so_far.scalar_subquery(), literal(answer.model_dump_json()),
            literal(said[0].replace("\0", "")), literal(said[1]),
        ).where(CONVERSATION.c.id == answer.conversation_id)  # fmt: skip
        with self.database.write(answer.conversation_id) as db:
            db.execute(insert(MESSAGE).from_select(["id", "conversation", "n", "answer", "question", "sought"], row))
            if memory is not None:
                plain = json.dumps(memory.plain(), ensure_ascii=False)
                put(db, MEMORY, {"conversation": answer.conversation_id, "memory": plain}, ("conversation",))
            kept = self.tally.count(db)
        self.tally.tell(kept)

    def last(self, conversation_id: str) -> Answer | None:
        """The last answer of a conversation, within `turn`; None before the first."""
        asked = select(MESSAGE.c.answer).where(MESSAGE.c.conversation == conversation_id)
        with self.database.read() as db:
            answer = db.execute(asked.order_by(MESSAGE.c.n.desc()).limit(1)).scalar()
        return None if answer is None else Answer.model_validate_json(answer)

    def history(self, owner: str, limit: int = 20, before: str | None = None, sought: str = "") -> list[Summary]:
        """The owner's conversations, the last spoken in first; `before` is the last id of the page before; `sought`
        keeps those that say it in their title, a question or an answer, whatever its case and accents."""
        c, first, seq = CONVERSATION.c, MESSAGE.alias(), func.max(MESSAGE.c.seq)
        asked = (
            select(c.id, c.started, func.count(), func.coalesce(func.max(TITLE.c.title), func.max(first.c.question)))
            .join(MESSAGE, MESSAGE.c.conversation == c.id)
            .join(first, (first.c.conversation == c.id) & (first.c.n == 0))
            .outerjoin(TITLE, TITLE.c.conversation == c.id)
            .where(c.owner == owner, c.started >= self.kept_since.isoformat())
            .group_by(c.id, c.started)
            .order_by(seq.desc())
            .limit(limit)
        )
        if words := folded(sought):
            saying = select(MESSAGE.c.conversation).where(MESSAGE.c.sought.contains(words, autoescape=True))
            named = select(TITLE.c.conversation).where(TITLE.c.sought.contains(words, autoescape=True))
            asked = asked.where(or_(c.id.in_(saying), c.id.in_(named)))
        with self.database.read() as db:
            if before is not None:
                self._owned(before, owner, db)
                last = select(func.max(MESSAGE.c.seq)).where(MESSAGE.c.conversation == before)
                asked = asked.having(seq < (db.execute(last).scalar() or 0))
            rows = db.execute(asked).all()
        return [self._summary(ident, started, n, question) for ident, started, n, question in rows]

    def messages(self, conversation_id: str, owner: str) -> tuple[Summary, list[Answer]]:
        """A conversation with its answers, in order; `CONVERSATION_NOT_FOUND` when it is not the owner's."""
        asked = select(MESSAGE.c.answer).where(MESSAGE.c.conversation == conversation_id).order_by(MESSAGE.c.n)
        with self.database.read() as db:
            started = self._owned(conversation_id, owner, db)
            answers = [Answer.model_validate_json(a) for a in db.execute(asked).scalars()]
            named = db.execute(select(TITLE.c.title).where(TITLE.c.conversation == conversation_id)).scalar()
        first = named if named is not None else answers[0].question if answers else ""
        return self._summary(conversation_id, started, len(answers), first), answers

    def answer(self, message_id: str, owner: str) -> Answer:
        """An answer of the owner's conversations; `MESSAGE_NOT_FOUND` when it is not theirs, expired or deleted."""
        with self.database.read() as db:
            return self.owned_answer(message_id, owner, db)

    def owned_answer(self, message_id: str, owner: str, db: Connection) -> Answer:
        """The same, in a transaction of the caller's."""
        row = db.execute(select(MESSAGE).where(MESSAGE.c.id == message_id)).one_or_none()
        try:
            self._owned(row.conversation if row else "", owner, db)
        except ClapvertError as exc:
            raise ClapvertError(
                ErrorCode.MESSAGE_NOT_FOUND, "Réponse inconnue, ou expirée.", "Reposez la question."
            ) from exc
        assert row is not None
        return Answer.model_validate_json(row.answer)

    def rename(self, conversation_id: str, owner: str, name: str) -> Summary:
        """Give a conversation another title; an empty one is its first question again."""
        with self.database.write(conversation_id) as db:
            self._owned(conversation_id, owner, db)
            if name.strip():
                row = {"conversation": conversation_id, "title": title(name), "sought": folded(name)}
                put(db, TITLE, row, ("conversation",))
            else:
                db.execute(delete(TITLE).where(TITLE.c.conversation == conversation_id))
        return self.messages(conversation_id, owner)[0]

    def delete(self, conversation_id: str, owner: str) -> None:
        """Erase a conversation, after the turn in flight if there is one."""
        with self._locks.held(conversation_id):
            self._owned(conversation_id, owner)
            self._erase([conversation_id])

    def delete_all(self, owner: str) -> int:
        """Erase every conversation of an owner; how many."""
        with self.database.read() as db:
            ids = db.execute(select(CONVERSATION.c.id).where(CONVERSATION.c.owner == owner)).scalars().all()
        for ident in ids:
            with self._locks.held(ident):
                self._erase([ident])
        return len(ids)

    def forget_old(self) -> int:
        """Erase the conversations whose retention is over; how many.

        The days count from the first question, so that nothing is ever kept longer than that. The log is emptied in
        any case: what was deleted while somebody else read it, a backup say, is still there."""
        limit = self.kept_since.isoformat()
        with self.database.read() as db:
            old = db.execute(select(CONVERSATION.c.id).where(CONVERSATION.c.started < limit)).scalars().all()
        for ident in old:
            with self._locks.held(ident):
                self._erase([ident])
        if not old:
            self.database.empty_log()
        return len(old)

    def alone(self, conversation_id: str) -> AbstractContextManager[None]:
        """Hold a conversation while no turn of it runs."""
        return self._locks.held(conversation_id)

    def close(self) -> None:
        """Let go of the file, where there is one."""
        self.database.close()

    @property
    def kept_since(self) -> date:
        """The first day whose conversations are still kept."""
        return self._clock() - timedelta(days=self.retention_days)

    def _owned(self, conversation_id: str, owner: str, db: Connection | None = None) -> str:
        """The day that a conversation of this owner started."""
        if db is None:
            with self.database.read() as own:
                return self._owned(conversation_id, owner, own)
        asked = select(CONVERSATION.c.owner, CONVERSATION.c.started).where(CONVERSATION.c.id == conversation_id)
        row = db.execute(asked).one_or_none()
        mine = row is not None and secrets.compare_digest(row.owner.encode(), owner.encode())
        if row is None or not mine or date.fromisoformat(row.started) < self.kept_since:
            raise ClapvertError(
                ErrorCode.CONVERSATION_NOT_FOUND,
                "Conversation inconnue, ou expirée.",
                "Elle ne s'ouvre que dans le navigateur où elle a commencé ; sinon, commencez-en une nouvelle.",
            )
        return str(row.started)

    def _erase(self, ids: Sequence[str]) -> None:
        """Delete rows, and empty the log that still held them."""
        with self.database.write() as db:
            for table in BELONGINGS:
                db.execute(delete(table).where(table.c.conversation.in_(ids)))
            db.execute(delete(CONVERSATION).where(CONVERSATION.c.id.in_(ids)))
        self.database.empty_log()

    def _summary(self, conversation_id: str, started: str, messages: int, question: str) -> Summary:
        day = date.fromisoformat(started)
        return Summary(conversation_id, title(question), day, day + timedelta(days=self.retention_days), messages)


def _remove(where: Where) -> None:
    """Nothing is to be kept: what an earlier setting kept goes, overwritten."""
    if where is None or (isinstance(where, Path) and not where.exists()):
        return
    kept = Conversations(where, 1, lambda: date.max)
    kept.forget_old()
    if isinstance(where, Path):
        kept.close()
        kept.tally.forget()
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                where.with_name(where.name + suffix).unlink()
        with suppress(FileNotFoundError):
            where.with_suffix(".lock").unlink()
