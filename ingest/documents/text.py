"""Plain text → document tree: paragraphs parted by blank lines, headings that stand alone on their line."""

from __future__ import annotations

import re

from ingest.documents.encoding import decode
from ingest.documents.tree import Block, Document

_DIVISION = re.compile(r"^(partie|livre|titre|chapitre|section|sous-section)\s+[\wÀ-ÿ]{1,12}\b.{0,140}$", re.IGNORECASE)
_LEVELS = {"partie": 1, "livre": 2, "titre": 3, "chapitre": 4, "section": 5, "sous-section": 5}
_ARTICLE = re.compile(
    r"^(?:art(?:icle)?\.?\s+(?:premier|(?:LO|[LRDA])?\.?\s?\*?\s?\d{1,4}(?:-\d{1,3}){0,4}(?:er)?(?:\s[a-z]{3,12})?(?:\s[A-Z])?)"
    r"|annexe(?:\s+[IVX\d]{1,6})?)\s*(?:[.:–—-]+.{0,120})?$",
    re.IGNORECASE,
)


def read_text(data: bytes) -> Document:
    """Read plain text in any of the encodings of `decode`."""
    lines = re.sub(r"\r\n?", "\n", decode(data)).split("\n")
    blocks: list[Block] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            blocks.append(Block("text", "\n".join(paragraph)))
            paragraph.clear()

    for line in lines:
        text = line.strip()
        alone = not paragraph
        if text and alone and (level := _level(text)):
            blocks.append(Block("heading", text, level))
        elif text:
            paragraph.append(line.rstrip())
        else:
            close()
    close()
    return Document(None, tuple(blocks))


def _level(line: str) -> int:
    if _ARTICLE.match(line):
        return 6
    if (match := _DIVISION.match(line)) and not line.endswith((".", ";", ",")):
        return _LEVELS[match.group(1).lower()]
    return 0
