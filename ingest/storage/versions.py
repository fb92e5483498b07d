"""At which migration each store is, without making, migrating or writing anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from ingest.storage.database import Store, unavailable, version
from ingest.storage.engine import postgres_engine
from ingest.storage.room import full_disk
from ingest.storage.storage import Storage


def versions(storage: Storage, stores: Iterable[Store]) -> list[tuple[str, str | None, str]]:
    """`(store, its migration or None where it was never opened, the last migration)`; `DATABASE_UNAVAILABLE`, or
    `DISK_FULL` where there is no room left even to read."""
    if storage.database_url is None:
        return [(s.name, _of_file(storage.folder / f"{s.name}.db"), s.head) for s in stores]
    out = []
    try:
        with postgres_engine(storage.database_url).connect() as db:
            for store in stores:
                db.exec_driver_sql(f'set search_path to "{store.name}"')
                out.append((store.name, version(db), store.head))
    except DBAPIError as exc:
        raise unavailable() from exc
    return out


def _of_file(path: Path) -> str | None:
    """The migration of a file; empty for one from before migrations."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
            found = db.execute("select version_num from alembic_version").fetchone()
    except sqlite3.OperationalError as exc:
        if "no such table" in str(exc):
            return ""
        raise full_disk(exc, path.parent) or unavailable() from exc
    return str(found[0]) if found else ""
