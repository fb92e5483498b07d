"""What SQLAlchemy leaves to each engine, and rows as plain data."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Integer, Table, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.types import TypeDecorator

Number = BigInteger().with_variant(Integer, "sqlite")
"""A number that rows are counted by."""


class Words(TypeDecorator[str]):
    """Text as people write it. PostgreSQL keeps no NUL, which no one can read anyway: it is left out on both."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """What is stored, or compared with what is."""
        return value.replace("\0", "") if value else value


def put(
    db: Connection, table: Table, row: Mapping[str, Any], keys: Sequence[str], changed: Sequence[str] | None = None
) -> None:
    """Insert a row, or change the one that has its keys: its other values, or those that `changed` names; none for
    a row that stays as it is."""
    insert = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    new = insert(table).values(**row)
    names = [n for n in row if n not in keys] if changed is None else changed
    if names:
        db.execute(new.on_conflict_do_update(index_elements=list(keys), set_={n: new.excluded[n] for n in names}))
    else:
        db.execute(new.on_conflict_do_nothing(index_elements=list(keys)))


def new_id() -> str:
    """An id that nobody guesses, and that a command line takes: it opens with no dash."""
    while (ident := secrets.token_urlsafe(18)).startswith("-"):
        pass
    return ident
