"""The rows of a store as lines of JSON, and back, whichever engine they come from or go to.

Guarantee: a dump is of one state; a load is one transaction, into tables that hold nothing. Numbers that rows were
counted by stay theirs, and the next row is counted after them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, Table, delete, func, insert, select
from sqlalchemy.engine import Connection

from ingest.storage.database import Database
from ingest.storage.patience import LONG

_AT_ONCE = 500


def dump(database: Database) -> Iterator[str]:
    """Every row, a line each: `[table, {column: value}]`, tables in the order in which they can be filled."""
    with database.read(LONG) as db:
        for table in database.store.tables.sorted_tables:
            for row in db.execute(select(table).order_by(*table.primary_key.columns)).mappings():
                yield json.dumps([table.name, plain(table, dict(row))], ensure_ascii=False)


def load(database: Database, lines: Iterable[str]) -> None:
    """Fill the tables with what `dump` gave."""
    tables = database.store.tables.tables
    waiting: list[dict[str, Any]] = []
    filling: Table | None = None
    with database.write(seconds=LONG) as db:
        for line in lines:
            name, row = json.loads(line)
            table = tables[name]
            if table is not filling or len(waiting) >= _AT_ONCE:
                _insert(db, filling, waiting)
                filling, waiting = table, []
            waiting.append(row_of(table, row))
        _insert(db, filling, waiting)
        count_on(db, database)


def holds_rows(database: Database) -> bool:
    """Whether any table of a store holds a row."""
    with database.read() as db:
        return any(db.execute(select(t).limit(1)).first() is not None for t in database.store.tables.sorted_tables)


def clear(database: Database) -> None:
    """Empty every table of a store."""
    with database.write(seconds=LONG) as db:
        for table in reversed(database.store.tables.sorted_tables):
            db.execute(delete(table))
    database.empty_log()


def count_on(db: Connection, database: Database) -> None:
    """Have PostgreSQL count its next rows after those that are there; SQLite does."""
    if not database.postgres:
        return
    for table in database.store.tables.sorted_tables:
        for column in table.primary_key.columns:
            if isinstance(column.type, BigInteger) and (last := db.execute(select(func.max(column))).scalar()):
                counter = select(func.pg_get_serial_sequence(table.name, column.name)).scalar_subquery()
                db.execute(select(func.setval(counter, last)))


def plain(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON takes it: bytes in base 64."""
    for column in table.columns:
        if isinstance(column.type, LargeBinary) and row[column.name] is not None:
            row[column.name] = base64.b64encode(bytes(row[column.name])).decode()
    return row


def row_of(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """What `plain` gave, as the table takes it."""
    for column in table.columns:
        if isinstance(column.type, LargeBinary) and row.get(column.name) is not None:
            row[column.name] = base64.b64decode(row[column.name])
    return row


def _insert(db: Connection, table: Table | None, rows: list[dict[str, Any]]) -> None:
    if table is not None and rows:
        db.execute(insert(table), rows)
