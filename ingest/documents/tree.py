"""The small tree that every reader gives: a title, metadata, and blocks in reading order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, or a paragraph, list or table with its exact text.

    `level` is 1–6 for a heading, 0 otherwise; pages are 1-based, None when the format has none.
    """

    kind: Literal["heading", "text", "table"]
    text: str
    level: int = 0
    page_from: int | None = None
    page_to: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read. `meta` is what the file says of itself (front matter), as text.

    `valid_from` and `valid_until` (inclusive) are what the format itself says of the text's dates; `notes` are remarks
    in French on what was found and not read (invisible text), for the person who adds the file.
    """

    title: str | None
    blocks: tuple[Block, ...]
    meta: dict[str, str] = field(default_factory=dict)
    valid_from: date | None = None
    valid_until: date | None = None
    notes: tuple[str, ...] = ()
