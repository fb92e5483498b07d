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

from sqlalchemy import delete, insert, select

from assistant.access.store import TRAIL, Now, utc_now
from ingest.storage.database import Database


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
        line = {"at": self._now().isoformat(), "who": who, "did": did, "place": place, "status": status}
        with self._db.write(alone=None) as db:
            db.execute(insert(TRAIL).values(**line))

    def lines(self, most: int = 100, before: int | None = None, who: str | None = None) -> list[Line]:
        """The last lines, the last first."""
        asked = select(TRAIL).where(TRAIL.c.seq < (before or 1 << 62)).order_by(TRAIL.c.seq.desc()).limit(most)
        with self._db.read() as db:
            rows = db.execute(asked.where(TRAIL.c.who == who) if who is not None else asked).all()
        return [Line(seq, dt.datetime.fromisoformat(at), *rest) for seq, at, *rest in rows]

    def forget_old(self) -> int:
        """Erase the lines whose days are over; how many."""
        limit = (self._now() - dt.timedelta(days=self._days)).isoformat()
        with self._db.write() as db:
            return db.execute(delete(TRAIL).where(TRAIL.c.at < limit)).rowcount
