"""Who calls: a random name in a signed cookie, so that a conversation is seen by its owner alone, without an account.

Guarantee: a name that this installation did not give is never believed: it is signed (HMAC-SHA256) with the secret of
the installation, made at first use and readable by its user alone. The cookie is out of reach of scripts and of other
sites, and lives no longer than what it opens.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import cached_property

from fastapi import Request, Response
from itsdangerous import BadSignature, Signer

from assistant.access.caller import VISITOR, Caller
from assistant.history.owner import NOBODY
from ingest.clock import Clock

COOKIE = "clapvert_owner"
CALLER = "clapvert.caller"
"""Where the scope of a request holds its caller."""
_NAMED = re.compile(r"(?P<name>[\w-]{32})\.(?P<day>\d{1,7})")
_KIND = {False: "owner", True: "lasting"}
LASTING_DAYS = 399
"""Days without a visit after which even a lasting name is forgotten: browsers keep no cookie longer. What it opens
(projects) stays until it is deleted, and an invitation opens it again."""
_RENEWED_AFTER = 1
"""Days after which a cookie is given again, so that it does not end before the conversations it opens."""


def caller_of(request: Request) -> Caller:
    """Who calls, as the guard recognised them; a visitor where nothing was asked of them."""
    found = request.scope.get(CALLER, VISITOR)
    assert isinstance(found, Caller)
    return found


class Owners:
    """Gives names to callers, and recognises those it gave."""

    def __init__(self, secret: Callable[[], bytes], retention_days: int, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock
        self._days = max(retention_days, 1) + _RENEWED_AFTER

    def known(self, request: Request) -> str | None:
        """The caller's name; None when the caller has none of ours."""
        if name := caller_of(request).name:
            return name
        found = self._read(request)
        return found[0] if found else None

    def caller(self, request: Request) -> str:
        """The caller's name; `NOBODY` when the caller has none of ours."""
        return self.known(request) or NOBODY

    def named(self, request: Request, response: Response, lasting: bool = False) -> str:
        """The caller's name, given now if there is none, and kept in a cookie of the response.

        `lasting`: the caller keeps something that outlives conversations; its name then lasts as long as browsers
        allow. Who has a key, or signed in, has a name already."""
        if given := caller_of(request).name:
            return given
        name, day, lasts = self._read(request) or (secrets.token_urlsafe(24), None, False)
        today, longer = self._clock(), lasting and not lasts
        lasts = lasts or lasting
        if day is None or longer or (today - day).days >= _RENEWED_AFTER:
            response.set_cookie(
                COOKIE,
                self._token(name, today, lasts),
                max_age=self._kept(lasts) * 86400,
                httponly=True,
                samesite="strict",
                secure=request.url.scheme == "https",
            )
        return name

    def _kept(self, lasting: bool) -> int:
        return max(self._days, LASTING_DAYS) if lasting else self._days

    def _read(self, request: Request) -> tuple[str, date, bool] | None:
        cookie = request.cookies.get(COOKIE, "")
        for lasting in (False, True):
            match = _NAMED.fullmatch(self._said(cookie, lasting))
            if match is not None:
                day = date.fromordinal(int(match["day"]))
                return (match["name"], day, lasting) if (self._clock() - day).days <= self._kept(lasting) else None
        return None

    def _said(self, cookie: str, lasting: bool) -> str:
        """What a cookie of this kind says; nothing when we did not sign it."""
        with suppress(BadSignature):
            return self._signer(lasting).unsign(cookie).decode()
        said, _, mac = cookie.rpartition(".")
        return said if hmac.compare_digest(mac.encode(), self._former_mac(said, lasting)) else ""

    def _token(self, name: str, day: date, lasting: bool) -> str:
        return self._signer(lasting).sign(f"{name}.{day.toordinal()}").decode()

    def _signer(self, lasting: bool) -> Signer:
        return Signer(self._key, salt=f"clapvert.{_KIND[lasting]}", digest_method=hashlib.sha256)

    def _former_mac(self, said: str, lasting: bool) -> bytes:
        """The signature of a cookie given before 28 November 2026: one opens label projects until 1 January 2028."""
        return hmac.new(self._key, f"{_KIND[lasting]}:{said}".encode(), hashlib.sha256).hexdigest().encode()

    @cached_property
    def _key(self) -> bytes:
        return self._secret()
