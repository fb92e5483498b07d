"""Conversations: history and memory in one SQLite file, seen by their owner alone, deleted for good.

Guarantee: ids are unguessable. Turns of one conversation run one after the other, whatever the number of clients; those
of two conversations never wait for each other. A message is kept in the transaction that numbers it, so none is lost
or doubled. What is deleted, or older than the retention, leaves no byte behind: rows are overwritten (secure_delete),
checkpoints go with them and the write-ahead log is emptied. The file is readable by its user alone. With a retention
of 0 days nothing reaches the disk: conversations live in memory, for the day.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from weakref import WeakValueDictionary

from assistant.answer import Answer
from assistant.history.graph import ConversationGraph, LastCheckpoint
from ingest.clock import Clock
from ingest.database import connect
from ingest.errors import ClapvertError, ErrorCode

_VERSION = 2
_TABLES = {
    "feedback": "conversation",
    "share": "conversation",
    "title": "conversation",
    "message": "conversation",
    "conversation": "id",
    "checkpoints": "thread_id",
    "writes": "thread_id",
}
"""What a conversation leaves, and the column that names it."""
_SCHEMA = """
create table if not exists conversation (id text primary key, owner text not null, started text not null);
create index if not exists conversation_owner on conversation (owner);
create table if not exists message (
    seq integer primary key, id text not null unique, conversation text not null references conversation (id),
    n integer not null, answer text not null, unique (conversation, n)
);
create table if not exists title (conversation text primary key, title text not null);
create table if not exists share (token text primary key, message text not null unique, conversation text not null);
create table if not exists feedback (
    message text primary key, conversation text not null, rating text not null, comment text, at text not null
);
"""
_LISTED = """
select c.id, c.started, count(*), coalesce(t.title, json_extract(first.answer, '$.question')), max(m.seq) as last
from conversation c join message m on m.conversation = c.id
join message first on first.conversation = c.id and first.n = 0
left join title t on t.conversation = c.id
where c.owner = :owner and c.started >= :oldest
group by c.id
having last < :last and (:sought = '' or instr(folded(coalesce(t.title, '')), :sought) > 0
    or max(instr(folded(json_extract(m.answer, '$.question')), :sought)) > 0
    or max(instr(folded(json_extract(m.answer, '$.answer')), :sought)) > 0)
order by last desc limit :limit
"""
TITLE = 80
"""Characters of a title."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list. `kept_until` is the last day that it can be opened."""

    conversation_id: str
    title: str
    started: date
    kept_until: date
    messages: int


class _Turnstile:
    """A lock that goes away with its last user."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


class Conversations:
    """The conversations of a data folder."""

    def __init__(self, path: Path, retention_days: int, clock: Clock) -> None:
        self.retention_days = retention_days
        self._clock = clock
        self._db = LastCheckpoint(_connection(path, kept=retention_days > 0))
        self._turnstiles: WeakValueDictionary[str, _Turnstile] = WeakValueDictionary()
        self._guard = threading.Lock()
        self.graph = ConversationGraph(self._db)
        self.forget_old()

    @contextmanager
    def turn(self, conversation_id: str | None, owner: str) -> Iterator[str]:
        """The id of a conversation, new or the owner's, held for one turn; `CONVERSATION_NOT_FOUND` when it is not
        theirs, expired or deleted. A new conversation whose first turn fails never was."""
        if conversation_id is None:
            new = secrets.token_urlsafe(18)
            with self._db.cursor() as db:
                db.execute("insert into conversation values (?, ?, ?)", (new, owner, self._clock().isoformat()))
            try:
                yield new
            except BaseException:
                self._erase([new])
                raise
            return
        with self._alone(conversation_id):
            self._owned(conversation_id, owner)
            yield conversation_id

    def keep(self, answer: Answer) -> None:
        """Append a message to its conversation, within `turn`."""
        with self._db.cursor() as db:
            db.execute(
                "insert into message (id, conversation, n, answer) "
                "select ?, id, (select count(*) from message where conversation = c.id), ? "
                "from conversation c where id = ?",
                (answer.message_id, answer.model_dump_json(), answer.conversation_id),
            )

    def last(self, conversation_id: str) -> Answer | None:
        """The last answer of a conversation, within `turn`; None before the first."""
        with self._db.cursor(transaction=False) as db:
            row = db.execute(
                "select answer from message where conversation = ? order by n desc limit 1", (conversation_id,)
            ).fetchone()
        return Answer.model_validate_json(row[0]) if row else None

    def history(self, owner: str, limit: int = 20, before: str | None = None, sought: str = "") -> list[Summary]:
        """The owner's conversations, the last spoken in first; `before` is the last id of the page before; `sought`
        keeps those that say it in their title, a question or an answer, whatever its case and accents."""
        last = 1 << 62
        with self._db.cursor(transaction=False) as db:
            if before is not None:
                self._owned(before, owner, db)
                row = db.execute("select max(seq) from message where conversation = ?", (before,)).fetchone()
                last = row[0] or 0
            asked = {"owner": owner, "oldest": self.kept_since.isoformat(), "last": last, "limit": limit}
            rows = db.execute(_LISTED, {**asked, "sought": folded(sought)}).fetchall()
        return [self._summary(ident, started, n, question) for ident, started, n, question, _ in rows]

    def messages(self, conversation_id: str, owner: str) -> tuple[Summary, list[Answer]]:
        """A conversation with its answers, in order; `CONVERSATION_NOT_FOUND` when it is not the owner's."""
        with self._db.cursor(transaction=False) as db:
            started = self._owned(conversation_id, owner, db)
            rows = db.execute(
                "select answer from message where conversation = ? order by n", (conversation_id,)
            ).fetchall()
            named = db.execute("select title from title where conversation = ?", (conversation_id,)).fetchone()
        answers = [Answer.model_validate_json(r[0]) for r in rows]
        first = named[0] if named else answers[0].question if answers else ""
        return self._summary(conversation_id, started, len(answers), first), answers

    def answer(self, message_id: str, owner: str) -> Answer:
        """An answer of the owner's conversations; `MESSAGE_NOT_FOUND` when it is not theirs, expired or deleted."""
        with self.cursor(transaction=False) as db:
            return self.owned_answer(message_id, owner, db)

    def owned_answer(self, message_id: str, owner: str, db: sqlite3.Cursor) -> Answer:
        """The same, in a transaction of the caller's."""
        row = db.execute("select conversation, answer from message where id = ?", (message_id,)).fetchone()
        try:
            self._owned(row[0] if row else "", owner, db)
        except ClapvertError as exc:
            raise ClapvertError(
                ErrorCode.MESSAGE_NOT_FOUND, "Réponse inconnue, ou expirée.", "Reposez la question."
            ) from exc
        return Answer.model_validate_json(row[1])

    def cursor(self, transaction: bool = True) -> AbstractContextManager[sqlite3.Cursor]:
        """A cursor of the file, for what is kept beside the answers and goes with them (feedback, shared links)."""
        return self._db.cursor(transaction)

    def rename(self, conversation_id: str, owner: str, name: str) -> Summary:
        """Give a conversation another title; an empty one is its first question again."""
        with self._db.cursor() as db:
            self._owned(conversation_id, owner, db)
            db.execute("delete from title where conversation = ?", (conversation_id,))
            if name.strip():
                db.execute("insert into title values (?, ?)", (conversation_id, title(name)))
        return self.messages(conversation_id, owner)[0]

    def delete(self, conversation_id: str, owner: str) -> None:
        """Erase a conversation, after the turn in flight if there is one."""
        with self._alone(conversation_id):
            self._owned(conversation_id, owner)
            self._erase([conversation_id])

    def delete_all(self, owner: str) -> int:
        """Erase every conversation of an owner; how many."""
        with self._db.cursor(transaction=False) as db:
            ids = [r[0] for r in db.execute("select id from conversation where owner = ?", (owner,))]
        for ident in ids:
            with self._alone(ident):
                self._erase([ident])
        return len(ids)

    def forget_old(self) -> int:
        """Erase the conversations whose retention is over, and what no conversation owns; how many.

        The days count from the first question, so that nothing is ever kept longer than that."""
        limit = self.kept_since.isoformat()
        stray = "select distinct thread_id from checkpoints where thread_id not in (select id from conversation)"
        with self._db.cursor(transaction=False) as db:
            old = [r[0] for r in db.execute("select id from conversation where started < ?", (limit,))]
            strays = [r[0] for r in db.execute(stray)]
        self._erase([*old, *strays])
        return len(old)

    @property
    def kept_since(self) -> date:
        """The first day whose conversations are still kept."""
        return self._clock() - timedelta(days=self.retention_days)

    @contextmanager
    def _alone(self, conversation_id: str) -> Iterator[None]:
        with self._guard:
            turnstile = self._turnstiles.get(conversation_id)
            if turnstile is None:
                turnstile = self._turnstiles[conversation_id] = _Turnstile()
        with turnstile.lock:
            yield

    def _owned(self, conversation_id: str, owner: str, db: sqlite3.Cursor | None = None) -> str:
        """The day that a conversation of this owner started."""
        if db is None:
            with self._db.cursor(transaction=False) as own:
                return self._owned(conversation_id, owner, own)
        row = db.execute("select owner, started from conversation where id = ?", (conversation_id,)).fetchone()
        mine = row is not None and secrets.compare_digest(str(row[0]).encode(), owner.encode())
        if not mine or date.fromisoformat(row[1]) < self.kept_since:
            raise ClapvertError(
                ErrorCode.CONVERSATION_NOT_FOUND,
                "Conversation inconnue, ou expirée.",
                "Elle ne s'ouvre que dans le navigateur où elle a commencé ; sinon, commencez-en une nouvelle.",
            )
        return str(row[1])

    def _erase(self, ids: Sequence[str]) -> None:
        """Delete rows and checkpoints, overwritten, and empty the log that still held them."""
        with self._db.cursor() as db:
            for table, key in _TABLES.items():
                db.executemany(f"delete from {table} where {key} = ?", [(i,) for i in ids])  # noqa: S608
        with self._db.cursor() as db:
            db.execute("pragma wal_checkpoint(truncate)")

    def _summary(self, conversation_id: str, started: str, messages: int, question: str) -> Summary:
        day = date.fromisoformat(started)
        return Summary(conversation_id, title(question), day, day + timedelta(days=self.retention_days), messages)


def folded(text: str | None) -> str:
    """A text without case and accents, for looking something up in it."""
    apart = unicodedata.normalize("NFKD", (text or "").replace("’", "'").casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def title(question: str) -> str:
    """A first question as a title: one line, cut at a word."""
    line = " ".join(question.split())
    return line if len(line) <= TITLE else line[:TITLE].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _connection(path: Path, kept: bool) -> sqlite3.Connection:
    """The one connection, shared under the checkpointer's lock. What an older layout kept is erased, not converted."""
    if not kept:
        _remove(path)
    return _prepared(connect(path if kept else ":memory:", private=True))


def _prepared(db: sqlite3.Connection) -> sqlite3.Connection:
    if db.execute("pragma user_version").fetchone()[0] != _VERSION:
        db.executescript("drop table if exists message; drop table if exists conversation;")
        db.execute(f"pragma user_version = {_VERSION}")
    db.executescript(_SCHEMA)
    db.create_function("folded", 1, folded, deterministic=True)
    saver = LastCheckpoint(db)
    saver.setup()
    db.execute("pragma wal_checkpoint(truncate)")
    return db


def _remove(path: Path) -> None:
    """Nothing is to be kept: what an earlier setting kept goes, overwritten."""
    if not path.exists():
        return
    db = _prepared(connect(path, private=True))
    for table in _TABLES:
        db.execute(f"delete from {table}")  # noqa: S608
    db.commit()
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()
