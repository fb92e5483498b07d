"""Secret links that a feed reader or a calendar follows: to a project, or to a domain of the rules.

Guarantee: a link is unguessable, made by its owner alone, and taken back at will: from then on it opens nothing. One
link a project or a domain and an owner.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from assistant.label.projects.history import Now
from assistant.label.projects.records import check_member
from assistant.project.tables import WATCH
from ingest.corpus.register import Domain
from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.database import Database

_FIELDS = select(WATCH.c.token, WATCH.c.owner, WATCH.c.project, WATCH.c.domain)


@dataclass(frozen=True, slots=True)
class Watch:
    """One link: to a project, else to a domain."""

    token: str
    owner: str
    project: str | None
    domain: Domain | None


class Watches:
    """The links of every project of a file."""

    def __init__(self, database: Database, now: Now) -> None:
        self._db = database
        self._now = now

    def make(self, owner: str, *, project: str | None = None, domain: Domain | None = None) -> Watch:
        """The link of an owner to a project of theirs, or to a domain; the same if there is one already."""
        same = WATCH.c.project.is_not_distinct_from(project), WATCH.c.domain.is_not_distinct_from(domain)
        with self._db.write() as db:
            if project is not None:
                check_member(db, project, owner)
            known = db.execute(select(WATCH.c.token).where(WATCH.c.owner == owner, *same)).scalar()
            token = secrets.token_urlsafe(24) if known is None else str(known)
            if known is None:
                row = {"token": token, "owner": owner, "project": project, "domain": domain}
                db.execute(insert(WATCH).values(**row, made=self._now().isoformat()))
            return Watch(token, owner, project, domain)

    def take_back(self, owner: str, token: str) -> None:
        """Close a link of an owner's, if there is one."""
        with self._db.write() as db:
            db.execute(delete(WATCH).where(WATCH.c.token == token, WATCH.c.owner == owner))

    def of(self, owner: str) -> list[Watch]:
        """The links of an owner, oldest first."""
        with self._db.read() as db:
            rows = db.execute(_FIELDS.where(WATCH.c.owner == owner).order_by(WATCH.c.made, WATCH.c.token)).all()
        return [Watch(t, o, p, Domain(d) if d else None) for t, o, p, d in rows]

    def open(self, token: str) -> Watch:
        """The link of a token; `SHARE_NOT_FOUND` when there is none, or no longer."""
        with self._db.read() as db:
            row = db.execute(_FIELDS.where(WATCH.c.token == token)).one_or_none()
        if row is None:
            raise ClapvertError(
                ErrorCode.SHARE_NOT_FOUND,
                "Ce lien de suivi n'ouvre plus rien.",
                "Il a été retiré : demandez-en un autre.",
            )
        return Watch(row[0], row[1], row[2], Domain(row[3]) if row[3] else None)
