"""Where a citation opens from outside: the address of its passage, its quoted words marked."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from assistant.answer import Citation

_MARKED = 300
"""Characters of a quote that an address carries, to be marked on the page."""
Link = Callable[[Citation], str | None]
"""The address of a citation; None when it has none."""


def passage_path(passage_id: str, words: str = "") -> str:
    """The path of the page of a passage."""
    path = f"/passages/{quote(passage_id, safe='')}"
    return f"{path}?q={quote(words[:_MARKED], safe='')}" if words else path


def page_links(base: str) -> Link:
    """Citations open on the pages of the server at `base`."""
    return lambda c: base.rstrip("/") + passage_path(c.passage_id, c.quote)


def official_links(c: Citation) -> str | None:
    """Citations open where the text is published: for who runs without a server."""
    return (c.based_on.url if c.based_on else None) or c.url
