"""Who calls: a random name in a signed cookie, so that a conversation is seen by its owner alone, without an account.

Guarantee: a name that this installation did not give is never believed: it is signed (HMAC-SHA256) with a secret of the
data folder, made at first use and readable by its user alone. The cookie is out of reach of scripts and of other
sites, and lives no longer than what it opens.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from datetime import date
from pathlib import Path

from fastapi import Request, Response

from assistant.access.caller import VISITOR, Caller
from assistant.history.owner import NOBODY
from ingest.clock import Clock

COOKIE = "clapvert_owner"
CALLER = "clapvert.caller"
"""Where the scope of a request holds its caller."""
_TOKEN = re.compile(r"(?P<name>[\w-]{32})\.(?P<day>\d{1,7})\.(?P<mac>[0-9a-f]{64})")
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

    def __init__(self, secret_file: Path, retention_days: int, clock: Clock) -> None:
        self._file = secret_file
        self._clock = clock
        self._days = max(retention_days, 1) + _RENEWED_AFTER
        self._secret: bytes | None = None

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
        match = _TOKEN.fullmatch(request.cookies.get(COOKIE, ""))
        if match is None:
            return None
        lasts = [
            lasting
            for lasting in (False, True)
            if hmac.compare_digest(match["mac"], self._mac(match["name"], match["day"], lasting))
        ]
        if not lasts:
            return None
        day = date.fromordinal(int(match["day"]))
        return (match["name"], day, lasts[0]) if (self._clock() - day).days <= self._kept(lasts[0]) else None

    def _token(self, name: str, day: date, lasting: bool) -> str:
        ordinal = str(day.toordinal())
        return f"{name}.{ordinal}.{self._mac(name, ordinal, lasting)}"

    def _mac(self, name: str, day: str, lasting: bool) -> str:
        self._secret = self._secret or secret(self._file)
        kind = "lasting" if lasting else "owner"
        return hmac.new(self._secret, f"{kind}:{name}.{day}".encode(), hashlib.sha256).hexdigest()


def secret(path: Path) -> bytes:
    """The secret of a data folder, 32 random bytes in a file of mode 0600; made once, even by two processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
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
