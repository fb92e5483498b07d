"""The tables of the conversations: what was said, what is remembered of it, what is kept beside it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

from ingest.storage.database import Store
from ingest.storage.rows import Number, Words

_TABLES = MetaData()
CONVERSATION = Table(
    "conversation",
    _TABLES,
    Column("id", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("started", Text, nullable=False),
    Index("conversation_owner", "owner"),
)
MESSAGE = Table(
    "message",
    _TABLES,
    Column("seq", Number, primary_key=True),
    Column("id", Words, nullable=False, unique=True),
    Column("conversation", Words, ForeignKey("conversation.id"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("question", Words, nullable=False, server_default=""),
    Column("sought", Words, nullable=False, server_default=""),
    UniqueConstraint("conversation", "n"),
)
MEMORY = Table(
    "memory",
    _TABLES,
    Column("conversation", Words, primary_key=True),
    Column("memory", Text, nullable=False),
)
TALLY = Table(
    "tally",
    _TABLES,
    Column("one", Integer, primary_key=True),
    Column("answers", Number, nullable=False),
)
"""One row: how many answers were ever kept in a SQLite file (`assistant.history.tally`)."""
TITLE = Table(
    "title",
    _TABLES,
    Column("conversation", Words, primary_key=True),
    Column("title", Words, nullable=False),
    Column("sought", Words, nullable=False, server_default=""),
)
SHARE = Table(
    "share",
    _TABLES,
    Column("token", Words, primary_key=True),
    Column("message", Words, nullable=False, unique=True),
    Column("conversation", Words, nullable=False),
)
FEEDBACK = Table(
    "feedback",
    _TABLES,
    Column("message", Words, primary_key=True),
    Column("conversation", Words, nullable=False),
    Column("rating", Text, nullable=False),
    Column("comment", Words),
    Column("at", Text, nullable=False),
)
CONVERSATIONS = Store("conversations", _TABLES, Path(__file__).parent / "migrations", "3")
BELONGINGS = (FEEDBACK, SHARE, TITLE, MEMORY, MESSAGE)
"""What a conversation leaves besides itself; their column `conversation` names it."""
