"""Folded text that can be cut where it was matched.

Folding opens ligatures (« œuvre » → « oeuvre »): a match in folded text is not at the same place in the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ingest.language.lexical import fold

_piece = lru_cache(maxsize=1024)(fold)


class Aligned:
    """A text with its folded form."""

    def __init__(self, text: str) -> None:
        self.text = text
        pieces = [_piece(c) for c in text]
        self.folded = "".join(pieces)
        self._at = [i for i, piece in enumerate(pieces) for _ in piece] + [len(text)]

    def span(self, match: re.Match[str], group: int | str = 0) -> tuple[int, int]:
        """Where a match of the folded text stands in the text itself."""
        return self.span_of(match.start(group), match.end(group))

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the folded text stands in the text itself."""
        return self._at[start], self._at[end]

    def without(self, spans: Iterable[tuple[int, int]]) -> str:
        """The text without some spans, as one line."""
        kept, last = [], 0
        for start, end in sorted(spans):
            if start >= last:
                kept.append(self.text[last:start])
                last = end
        return " ".join(" ".join([*kept, self.text[last:]]).split()).strip(" ,")
