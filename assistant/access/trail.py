"""The trail: who did what, when, and what came of it.

Guarantee: no question, no answer, no name of a project, no address of a visitor is in it: a line holds a caller, a
route as the documentation writes it (`PUT /api/label/projects/{project_id}/…`), a status, and a keyed digest of the
path, by which two lines about the same thing are told apart from two about others. Lines are erased after the days
of the settings.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from assistant.access.store import Now, utc_now
from ingest.database import Database


@dataclass(frozen=True, slots=True)
class Line:
    """Who did what; `place` is the digest of the path, the same for two lines about the same address."""

    seq: int
    at: dt.datetime
    who: str
    did: str
    place: str
    status: int


class Trail:
    """The trail of a data folder."""

    def __init__(self, database: Database, secret: bytes, days: int, now: Now = utc_now) -> None:
        self._db = database
        self._secret = hashlib.sha256(b"trail" + secret).digest()
        self._days = days
        self._now = now

    def add(self, who: str, did: str, path: str, status: int) -> None:
        """Write a line."""
        place = hmac.new(self._secret, path.encode(), hashlib.sha256).hexdigest()[:12]
        with self._db.write() as db:
            db.execute(
                "insert into trail (at, who, did, place, status) values (?, ?, ?, ?, ?)",
                (self._now().isoformat(), who, did, place, status),
            )

    def lines(self, most: int = 100, before: int | None = None, who: str | None = None) -> list[Line]:
        """The last lines, the last first."""
        with self._db.read() as db:
            rows = db.execute(
                "select * from trail where seq < ? and (? is null or who = ?) order by seq desc limit ?",
                (before or 1 << 62, who, who, most),
            ).fetchall()
        return [Line(seq, dt.datetime.fromisoformat(at), *rest) for seq, at, *rest in rows]

    def forget_old(self) -> int:
        """Erase the lines whose days are over; how many."""
        limit = (self._now() - dt.timedelta(days=self._days)).isoformat()
        with self._db.write() as db:
            return int(db.execute("delete from trail where at < ?", (limit,)).rowcount)
