"""The secret of an installation, that signs what it gives: names, links, sessions.

Guarantee: it is made once, and every process of the installation has the same: it lies in a file of the data folder, or
in the PostgreSQL database where that stands in for the folder. What was signed before a move is still believed after.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sqlalchemy import insert, select

from assistant.access.store import SECRET
from ingest.storage.database import Database


def secret(path: Path) -> bytes:
    """The secret of a data folder, 32 random bytes in a file of mode 0600; made once, even by two processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        try:
            with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
            try:
                os.link(aside, path)
            except FileExistsError:
                pass
            except OSError:  # a file system without hard links
                aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    return path.read_bytes()


def shared_secret(database: Database, path: Path) -> bytes:
    """The secret that a database holds; that of the data folder, when it holds none yet and the folder does."""
    with database.write() as db:
        known = db.execute(select(SECRET.c.secret)).scalar()
        if known is None:
            known = path.read_bytes() if path.is_file() else secrets.token_bytes(32)
            db.execute(insert(SECRET).values(n=1, secret=known))
    return bytes(known)
