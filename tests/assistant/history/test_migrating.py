"""Conversations as they were kept before their memory was a table of ours: LangGraph's checkpoints, on both engines.

`older/` holds what the version before wrote: a conversation of two turns, and on SQLite another of one.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from assistant.dialogue.turns import Asked
from assistant.engine import Engine
from assistant.history.store import Conversations
from tests.assistant.support import Days, bytes_of

OLDER = Path(__file__).parent / "older"
LEA, BOB = "lea" * 8, "bob" * 8
LANGGRAPH = """
create table checkpoints (thread_id text not null, checkpoint_ns text not null default '', checkpoint_id text not null,
    parent_checkpoint_id text, type text, checkpoint jsonb not null, metadata jsonb not null default '{}',
    primary key (thread_id, checkpoint_ns, checkpoint_id));
create table checkpoint_blobs (thread_id text not null, checkpoint_ns text not null default '', channel text not null,
    version text not null, type text not null, blob bytea, primary key (thread_id, checkpoint_ns, channel, version));
create table checkpoint_migrations (v integer primary key);
"""


def goes_on(conversations: Conversations, engine: Engine) -> None:
    """The conversation of two turns has its answers, and its next turn is read after them."""
    (summary,) = conversations.history(LEA)
    _, answers = conversations.messages(summary.conversation_id, LEA)
    memory = conversations.memory(summary.conversation_id)
    assert memory is not None
    assert (len(answers), memory.last) == (2, answers[-1].understood.question)
    with conversations.turn(summary.conversation_id, LEA) as ident:
        answer, after = engine.turn(Asked("Et pour un documentaire ?"), memory, ident)
        conversations.keep(answer, after)
    assert answer.understood.follow_up
    assert "bilans carbone" in answer.understood.question
    assert conversations.memory(ident) == after


def test_a_file(tmp_path: Path, days: Days, engine: Engine) -> None:
    where = tmp_path / "conversations.db"
    with closing(sqlite3.connect(where)) as db:
        db.executescript((OLDER / "sqlite.sql").read_text("utf-8"))
    conversations = Conversations(where, 30, days)
    goes_on(conversations, engine)
    (theirs,) = conversations.history(BOB)
    conversations.delete(theirs.conversation_id, BOB)
    assert b"Label Ecoprod" not in bytes_of(tmp_path)
    with conversations.database.read() as db:
        tables = set(db.exec_driver_sql("select name from sqlite_master where type = 'table'").scalars())
    assert not {"checkpoints", "writes"} & tables


def test_a_postgresql_database(postgres_server: Any, days: Days, engine: Engine) -> None:
    import psycopg

    address = postgres_server.database()
    rows = (OLDER / "postgresql.sql").read_text("utf-8")
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("create schema conversations")
        db.execute("set search_path to conversations")
        db.execute(
            "create table alembic_version (version_num text not null);"
            "create table conversation (id text primary key, owner text not null, started text not null);"
            "create table message (seq bigserial primary key, id text not null unique,"
            " conversation text not null references conversation (id), n integer not null, answer text not null,"
            " sought text not null default '', question text not null default '', unique (conversation, n));"
            "create table title (conversation text primary key, title text not null, sought text not null default '');"
            "create table share (token text primary key, message text not null unique, conversation text not null);"
            "create table feedback (message text primary key, conversation text not null, rating text not null,"
            " comment text, at text not null);"
        )
        db.execute(LANGGRAPH)
        db.execute(rows)
        db.execute("select setval(pg_get_serial_sequence('message', 'seq'), (select max(seq) from message))")
    conversations = Conversations(address, 30, days)
    goes_on(conversations, engine)
    with psycopg.connect(address) as db:
        left = db.execute("select tablename from pg_tables where tablename like 'checkpoint%'").fetchall()
    assert left == []
