"""The tables of the projects. Those that label projects have too have the same columns: their history and their
members are kept by the same code."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, ForeignKey, MetaData, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from assistant.label.projects.tables import HISTORY, MEMBER, PROJECT
from ingest.storage.database import Database, Store
from ingest.storage.engine import Where
from ingest.storage.rows import Words

_TABLES = MetaData()
for _shared in (PROJECT, MEMBER, HISTORY):
    _shared.to_metadata(_TABLES)
VISIT = Table(
    "visit",
    _TABLES,
    Column("project", Words, ForeignKey("project.id"), nullable=False),
    Column("owner", Words, nullable=False),
    Column("at", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("before_at", Text),
    Column("before", Text),
    PrimaryKeyConstraint("project", "owner"),
)
WATCH = Table(
    "watch",
    _TABLES,
    Column("token", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("project", Words, ForeignKey("project.id")),
    Column("domain", Text),
    Column("made", Text, nullable=False),
    UniqueConstraint("owner", "project", "domain"),
)
PROJECTS = Store("projects", _TABLES, Path(__file__).parent / "migrations", "1")


def project_database(where: Where) -> Database:
    """The tables of the projects, readable by their user alone."""
    return Database(where, PROJECTS)
