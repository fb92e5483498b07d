"""Words of a conversation: what it is called, and what is looked for in it."""

from __future__ import annotations

import unicodedata

TITLE_LENGTH = 80
"""Characters of a title."""


def folded(text: str | None) -> str:
    """A text without case and accents, for looking something up in it."""
    apart = unicodedata.normalize("NFKD", (text or "").replace("’", "'").casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def title(question: str) -> str:
    """A first question as a title: one line, cut at a word."""
    line = " ".join(question.split())
    return line if len(line) <= TITLE_LENGTH else line[:TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
