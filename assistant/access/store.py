"""What access keeps, in one private file of the data folder (`access.db`): keys, and the trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from ingest.database import Database

_SCHEMA = """
create table if not exists key (
    id text primary key, digest blob not null, name text not null, scopes text not null, origins text not null,
    rate integer, created text not null, revoked text
);
create table if not exists trail (
    seq integer primary key, at text not null, who text not null, did text not null, place text not null,
    status integer not null
);
create index if not exists trail_at on trail (at);
"""
Now = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Now, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def access_database(data_dir: Path) -> Database:
    """The file, made at first use, readable by its user alone."""
    return Database(data_dir / "access.db", _SCHEMA, version=1, private=True)
