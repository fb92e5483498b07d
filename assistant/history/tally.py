"""How many answers were ever acknowledged, told in a small file beside the conversations: a backup is held to it.

Guarantee: an answer is counted in the transaction that keeps it, and told once that is done, before it is given. So
conversations that count fewer than was told have lost some, whoever lost them: a file replaced by hand, a log deleted
in use. In PostgreSQL, which answers for what it acknowledged, nothing is told.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from assistant.history.tables import TALLY
from ingest.storage.engine import Where
from ingest.storage.locks import locks_of
from ingest.storage.rows import put


class Tally:
    """The count of a place."""

    def __init__(self, where: Where) -> None:
        self._path = where.with_suffix(".told") if isinstance(where, Path) else None
        self._locks = locks_of(where)

    def count(self, db: Connection) -> int:
        """Count an answer, in the transaction that keeps it; how many there were so far, it included."""
        if self._path is None:
            return 0
        answers = (db.execute(select(func.max(TALLY.c.answers))).scalar() or 0) + 1
        put(db, TALLY, {"one": 1, "answers": answers}, ("one",))
        return answers

    def tell(self, answers: int) -> None:
        """Tell a count, unless a higher one was."""
        if self._path is None:
            return
        with self._locks.held("tally"):
            if answers > self.told():
                file = os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600)
                try:
                    os.write(file, b"%020d\n" % answers)
                finally:
                    os.close(file)

    def told(self) -> int:
        """The last count told; 0 before the first."""
        try:
            return int(self._path.read_bytes() or 0) if self._path else 0
        except FileNotFoundError:
            return 0

    def forget(self) -> None:
        """Tell nothing any more: what was counted goes."""
        if self._path:
            self._path.unlink(missing_ok=True)
