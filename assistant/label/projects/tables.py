"""The tables of the workbench."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text

from ingest.storage.database import Database, Store
from ingest.storage.engine import Where
from ingest.storage.rows import Number, Words

_TABLES = MetaData()
PROJECT = Table(
    "project",
    _TABLES,
    Column("id", Words, primary_key=True),
    Column("data", Text, nullable=False),
    Column("updated", Text, nullable=False),
    Column("invitation", Words, unique=True),
)
MEMBER = Table(
    "member",
    _TABLES,
    Column("project", Words, ForeignKey("project.id"), nullable=False),
    Column("owner", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("n", Integer, nullable=False),
    PrimaryKeyConstraint("project", "owner"),
    Index("member_owner", "owner"),
)
STATE = Table(
    "state",
    _TABLES,
    Column("project", Words, ForeignKey("project.id"), nullable=False),
    Column("code", Words, nullable=False),
    Column("data", Text, nullable=False),
    PrimaryKeyConstraint("project", "code"),
)
EVIDENCE = Table(
    "evidence",
    _TABLES,
    Column("id", Words, primary_key=True),
    Column("project", Words, ForeignKey("project.id"), nullable=False),
    Column("code", Words, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("n", Integer, nullable=False, server_default="0"),
    Index("evidence_sha256", "sha256"),
    Index("evidence_project", "project"),
)
HISTORY = Table(
    "history",
    _TABLES,
    Column("seq", Number, primary_key=True),
    Column("project", Words, ForeignKey("project.id"), nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Words, nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Words),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Index("history_project", "project", "seq"),
)
VISIT = Table(
    "visit",
    _TABLES,
    Column("project", Words, ForeignKey("project.id"), nullable=False),
    Column("owner", Words, nullable=False),
    Column("seen", Number, nullable=False),
    Column("at", Text, nullable=False),
    Column("since", Number, nullable=False),
    Column("before", Text),
    PrimaryKeyConstraint("project", "owner"),
)
UPLOAD = Table(
    "upload",
    _TABLES,
    Column("project", Words, ForeignKey("project.id"), primary_key=True),
    Column("name", Words, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
MAPPING = Table(
    "mapping",
    _TABLES,
    Column("owner", Words, nullable=False),
    Column("headings", Words, nullable=False),
    Column("data", Text, nullable=False),
    PrimaryKeyConstraint("owner", "headings"),
)
LABEL = Store("label", _TABLES, Path(__file__).parents[1] / "migrations", "2")


def label_database(where: Where) -> Database:
    """The workbench's tables, readable by their user alone."""
    return Database(where, LABEL)
