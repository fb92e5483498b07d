"""Refuses what another site asks for in a visitor's name.

Guarantee: a request that changes something (anything but GET, HEAD, OPTIONS) and that a browser says comes from another
site is refused before it reaches a route, form or JSON alike. What is no browser (a script, curl) says neither header
and passes: it carries no visitor's cookie either.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def foreign(request: Request) -> bool:
    """True when a browser says that another site made this request. `Sec-Fetch-Site` where the browser sends it
    (https, loopback), else `Origin` against `Host`."""
    if request.method in _SAFE:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")
