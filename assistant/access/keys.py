"""API keys: made, listed and revoked by a command; told once, then kept as a digest.

Guarantee: nothing in the data folder gives a key back. A key is 256 random bits, so its SHA-256 is as good as itself
and needs no slow hash; it is compared in constant time. A revoked key is refused at its next call, whatever process
serves it. A key opens the scopes that it was made with, and no other; without any it opens nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, func, insert, select, update

from assistant.access.caller import Caller, Scope
from assistant.access.store import KEY, Now, utc_now
from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.database import Database

_TOKEN = re.compile(r"clv_(?P<id>[0-9a-f]{10})_[\w-]{43}")
_NAME = 80


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it can be shown."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    origins: tuple[str, ...]
    rate: int | None
    created: dt.datetime
    revoked: dt.datetime | None

    @property
    def caller(self) -> Caller:
        """Whoever holds it."""
        return Caller(f"key:{self.id}", frozenset(self.scopes), "key", self.origins, self.rate)


class Keys:
    """The keys of a data folder."""

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._db = database
        self._now = now

    def create(
        self, name: str, scopes: Iterable[Scope], origins: Sequence[str] = (), rate: int | None = None
    ) -> tuple[Key, str]:
        """A new key, and the token that is it: told now, and never again."""
        ident = secrets.token_hex(5)
        token = f"clv_{ident}_{secrets.token_urlsafe(32)}"
        wanted = tuple(sorted(set(scopes)))
        sites = tuple(dict.fromkeys(origin_of(o) for o in origins))
        if sites and set(wanted) - {Scope.ASK}:
            raise ClapvertError(
                ErrorCode.BAD_REQUEST,
                "Une clé écrite dans une page se lit par tous ses visiteurs : elle n'ouvre que « ask ».",
            )
        key = Key(ident, " ".join(name.split())[:_NAME], wanted, sites, rate, self._now(), None)
        with self._db.write() as db:
            db.execute(
                insert(KEY).values(
                    id=ident, digest=_digest(token), name=key.name, scopes=" ".join(wanted), origins=" ".join(sites),
                    rate=rate, created=key.created.isoformat(),
                )
            )  # fmt: skip
        return key, token

    def find(self, token: str) -> Key | None:
        """The key that a token is; None when it is none of ours, or revoked."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        with self._db.read() as db:
            row = db.execute(select(KEY).where(KEY.c.id == match["id"])).one_or_none()
        if row is None or not hmac.compare_digest(bytes(row.digest), _digest(token)):
            return None
        key = _key(row)
        return None if key.revoked else key

    def get(self, ident: str) -> Key | None:
        """A key by its id, which is no secret; None when there is none, or it is revoked."""
        with self._db.read() as db:
            row = db.execute(select(KEY).where(KEY.c.id == ident, KEY.c.revoked.is_(None))).one_or_none()
        return _key(row) if row else None

    def all(self) -> list[Key]:
        """Every key, revoked ones too, the oldest first."""
        with self._db.read() as db:
            return [_key(row) for row in db.execute(select(KEY).order_by(KEY.c.created, KEY.c.id))]

    def revoke(self, ident: str) -> Key:
        """Close a key for good; `KEY_NOT_FOUND`."""
        with self._db.write() as db:
            row = db.execute(select(KEY).where(KEY.c.id == ident.removeprefix("key:"))).one_or_none()
            if row is None:
                raise ClapvertError(ErrorCode.KEY_NOT_FOUND, "Clé inconnue.", "La liste : clapvert keys list.")
            key = _key(row)
            revoked = func.coalesce(KEY.c.revoked, self._now().isoformat())
            db.execute(update(KEY).where(KEY.c.id == key.id).values(revoked=revoked))
        return key


def is_ours(token: str) -> bool:
    """Whether a token is written as our keys are; any other is what a client sends because it must send one."""
    return token.startswith("clv_")


def origin_of(text: str) -> str:
    """`https://intranet.ecole.fr`, from an address of the site; `BAD_REQUEST` when it is none."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or re.search(r"[\s;,'*]", text):
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"« {text[:80]} » n'est pas un site.", "Ainsi : https://intranet.ecole.fr"
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _key(row: Row[Any]) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        scopes=tuple(Scope(s) for s in row.scopes.split()),
        origins=tuple(row.origins.split()),
        rate=row.rate,
        created=dt.datetime.fromisoformat(row.created),
        revoked=dt.datetime.fromisoformat(row.revoked) if row.revoked else None,
    )
