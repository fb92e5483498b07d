"""The tables of the projects (`projects.db`), and their version."""

from __future__ import annotations

from pathlib import Path

from ingest.database import Database

VERSION = 1
_SCHEMA = """
create table if not exists project (
    id text primary key, data text not null, updated text not null, invitation text unique
);
create table if not exists member (
    project text not null references project (id), owner text not null, name text not null, n integer not null,
    primary key (project, owner)
);
create index if not exists member_owner on member (owner);
create table if not exists history (
    seq integer primary key, project text not null references project (id), at text not null, by text not null,
    kind text not null, code text, before text not null, after text not null
);
create index if not exists history_project on history (project, seq);
create table if not exists visit (
    project text not null references project (id), owner text not null, at text not null, seen text not null,
    before_at text, before text, primary key (project, owner)
);
create table if not exists watch (
    token text primary key, owner text not null, project text references project (id), domain text, made text not null,
    unique (owner, project, domain)
);
"""


def project_database(path: Path) -> Database:
    """The file of the projects, readable by its user alone."""
    return Database(path, _SCHEMA, version=VERSION, private=True)
