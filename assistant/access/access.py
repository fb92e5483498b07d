"""Access to one data folder: its keys, its trail, its limits, and who signs in with what.

Guarantee: an open server has one kind of caller, visitors, as ever; a closed one answers nobody whom it does not
recognise. A server is closed when it is told so, when it listens beyond loopback, and when people sign in.
"""

from __future__ import annotations

import hashlib
from functools import cached_property

from itsdangerous import BadSignature, Signer

from assistant.access.caller import Caller, Scope
from assistant.access.keys import Keys
from assistant.access.limits import Places, Rates
from assistant.access.secret import secret, shared_secret
from assistant.access.store import Now, access_database, utc_now
from assistant.access.trail import Trail
from ingest.settings import Settings
from ingest.storage.database import Database
from ingest.storage.storage import Storage

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PER_ADDRESS = 120
"""Calls a minute of one address, on a closed server whose settings say none."""


class Access:
    """What the guard asks."""

    def __init__(self, settings: Settings, closed: bool | None = None, now: Now = utc_now) -> None:
        self.settings = settings
        self.closed = closes(settings, settings.host) if closed is None else closed
        self.rates = Rates()
        self.places = Places(settings.concurrency)
        self._now = now

    @cached_property
    def _database(self) -> Database:
        return access_database(Storage.of(self.settings).database("access"))

    @cached_property
    def keys(self) -> Keys:
        """The keys."""
        return Keys(self._database, self._now)

    @cached_property
    def trail(self) -> Trail:
        """The trail."""
        return Trail(self._database, self.secret, self.settings.trail_days, self._now)

    @cached_property
    def secret(self) -> bytes:
        """The secret of the installation."""
        path = self.settings.data_dir / "secret.key"
        return shared_secret(self._database, path) if self.settings.database_url else secret(path)

    @property
    def per_address(self) -> int | None:
        """Calls a minute of one address; None for no limit."""
        return self.settings.rate_per_address or (_PER_ADDRESS if self.closed else None)

    def person(self, name: str) -> Caller:
        """Someone who signed in."""
        scopes = set(scopes_of(self.settings.people_scopes))
        if name in {n.strip() for n in self.settings.admins.split(",") if n.strip()}:
            scopes.add(Scope.ADMIN)
        return Caller(f"person:{name}", frozenset(scopes), "person")

    def signature(self, passage_id: str) -> str:
        """What opens one passage to whoever holds its link."""
        return self._signer.get_signature(passage_id.encode()).decode()

    def opens(self, passage_id: str, signature: str) -> bool:
        """Whether a link to a passage is one that we gave."""
        try:
            self._signer.unsign(f"{passage_id}.{signature}".encode())
        except (BadSignature, ValueError):
            return False
        return True

    @cached_property
    def _signer(self) -> Signer:
        return Signer(self.secret, salt="passage", digest_method=hashlib.sha256)


def closes(settings: Settings, host: str) -> bool:
    """Whether a server that listens on a host answers only those whom it recognises."""
    if settings.access != "auto":
        return settings.access == "closed"
    return signs_in(settings) or (host not in LOOPBACK and not settings.allow_remote)


def signs_in(settings: Settings) -> bool:
    """Whether people sign in, by a proxy or by OpenID Connect."""
    return bool(settings.person_header or settings.oidc_issuer)


def scopes_of(text: str) -> list[Scope]:
    """« ask,label » as scopes."""
    return [Scope(word.strip()) for word in text.split(",") if word.strip()]
