"""The tables of the workbench (`label.db`), and their version."""

from __future__ import annotations

from pathlib import Path

from ingest.database import Database

VERSION = 2
_SCHEMA = """
create table if not exists project (
    id text primary key, data text not null, updated text not null, invitation text unique
);
create table if not exists member (
    project text not null references project (id), owner text not null, name text not null, n integer not null,
    primary key (project, owner)
);
create index if not exists member_owner on member (owner);
create table if not exists state (
    project text not null references project (id), code text not null, data text not null, primary key (project, code)
);
create table if not exists evidence (
    id text primary key, project text not null references project (id), code text not null, sha256 text not null,
    data text not null
);
create index if not exists evidence_sha256 on evidence (sha256);
create index if not exists evidence_project on evidence (project);
create table if not exists history (
    seq integer primary key, project text not null references project (id), at text not null, by text not null,
    kind text not null, code text, before text not null, after text not null
);
create index if not exists history_project on history (project, seq);
create table if not exists visit (
    project text not null references project (id), owner text not null, seen integer not null, at text not null,
    since integer not null, before text, primary key (project, owner)
);
create table if not exists upload (
    project text primary key references project (id), name text not null, content blob not null
);
create table if not exists mapping (
    owner text not null, headings text not null, data text not null, primary key (owner, headings)
);
"""


def label_database(path: Path) -> Database:
    """The workbench's file, readable by its user alone."""
    return Database(path, _SCHEMA, version=VERSION, private=True)
