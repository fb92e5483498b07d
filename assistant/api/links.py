"""Where a citation opens from outside: the address of its passage, its quoted words marked."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode

from assistant.answer import Citation

_MARKED = 300
"""Characters of a quote that an address carries, to be marked on the page."""
Link = Callable[[Citation], str | None]
"""The address of a citation; None when it has none."""


Sign = Callable[[str], str]
"""What opens one passage to whoever holds its link."""


def page_links(base: str, sign: Sign | None = None) -> Link:
    """Citations open on the pages of the server at `base`, their quoted words marked."""

    def link(c: Citation) -> str:
        told = {"q": c.quote[:_MARKED]} | ({"sig": sign(c.passage_id)} if sign else {})
        return f"{base.rstrip('/')}/passages/{quote(c.passage_id, safe='')}?{urlencode(told, quote_via=quote, safe='')}"

    return link


def official_links(c: Citation) -> str | None:
    """Citations open where the text is published: for who runs without a server."""
    return (c.based_on.url if c.based_on else None) or c.url
