"""What access keeps: keys as digests, the trail, and the secret of an installation without a data folder of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text

from ingest.storage.database import Database, Store
from ingest.storage.engine import Where
from ingest.storage.rows import Number, Words

Now = Callable[[], dt.datetime]
_TABLES = MetaData()
KEY = Table(
    "key",
    _TABLES,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("name", Words, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("origins", Words, nullable=False),
    Column("rate", Integer),
    Column("created", Text, nullable=False),
    Column("revoked", Text),
)
TRAIL = Table(
    "trail",
    _TABLES,
    Column("seq", Number, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Words, nullable=False),
    Column("did", Words, nullable=False),
    Column("place", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Index("trail_at", "at"),
)
SECRET = Table("secret", _TABLES, Column("n", Integer, primary_key=True), Column("secret", LargeBinary, nullable=False))
ACCESS = Store("access", _TABLES, Path(__file__).parent / "migrations", "2")


def utc_now() -> dt.datetime:
    """Now, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def access_database(where: Where) -> Database:
    """The tables, made at first use, readable by their user alone."""
    return Database(where, ACCESS)
