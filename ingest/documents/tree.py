"""The small tree that every reader gives: a title, metadata, and blocks in reading order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, or a paragraph, list or table with its exact text.

    `level` is 1–6 for a heading, 0 otherwise; pages are 1-based, None when the format has none. `breaks` are the
    offsets in the text where each page after `page_from` begins.
    """

    kind: Literal["heading", "text", "table"]
    text: str
    level: int = 0
    page_from: int | None = None
    page_to: int | None = None
    breaks: tuple[int, ...] = ()

    def pages(self, start: int, end: int) -> tuple[int | None, int | None]:
        """The pages of `text[start:end]`."""
        if self.page_from is None:
            return None, None
        if not self.breaks:
            return self.page_from, self.page_to
        return (
            self.page_from + sum(b <= start for b in self.breaks),
            self.page_from + sum(b < end for b in self.breaks),
        )


@dataclass(frozen=True, slots=True)
class OwnDates:
    """What a format says of one article: its identifier, and from when to when it is in force (inclusive)."""

    ident: str
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read. `meta` is what the file says of itself (front matter), as text.

    `valid_from` and `valid_until` (inclusive) are what the format itself says of the text's dates, `articles` what it
    says of each article, by canonical number; `notes` are remarks in French on what was found and not read (invisible
    text), for the person who adds the file.
    """

    title: str | None
    blocks: tuple[Block, ...]
    meta: dict[str, str] = field(default_factory=dict)
    valid_from: date | None = None
    valid_until: date | None = None
    notes: tuple[str, ...] = ()
    articles: dict[str, OwnDates] = field(default_factory=dict)
