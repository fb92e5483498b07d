"""The Markdown of an answer, read back: its paragraphs and lists, the sentences of each and what they cite.

Guarantee: what `layout` writes is read whole, and nothing else is taken for markup: paragraphs apart by an empty line,
lists of lines that start with « 1. », « 2. »… or « - », **bold** and [n] inside them. A line of a list that starts
otherwise goes on with the item before. The script of the page reads the same (`web/static/blocks.js`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Form = Literal["paragraph", "steps", "bullets"]
Piece = tuple[Literal["text", "strong", "cite"], str]
"""What a piece is, and what it holds; a citation holds its number."""

_PIECE = re.compile(r"(\*\*[^*]+\*\*|\s*\[\d+\])")
_SENTENCE = re.compile(r"(?P<text>(?:[^\[\]]|\[(?!\d+\]))+)(?P<marks>(?:\s?\[\d+\])*)")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, of one item, or a list."""

    form: Form
    items: tuple[str, ...]


def blocks(markdown: str) -> list[Block]:
    """The paragraphs and lists of an answer, in order."""
    return [_block(part) for part in markdown.split("\n\n") if part.strip()]


def pieces(text: str) -> list[Piece]:
    """Text, bold text and numbers of citations, in order; a number stands by the word that it follows."""
    return [_piece(p) for p in _PIECE.split(text) if p]


def sentences(markdown: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The sentences of an answer, each with the numbers of what it cites; none when it cites nothing."""
    for block in blocks(markdown):
        for item in block.items:
            yield from sentences_of(item)


def sentences_of(item: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The same of one paragraph or item."""
    for m in _SENTENCE.finditer(item):
        if told := m.group("text").strip():
            yield told, tuple(int(n) for n in m.group("marks").replace("[", " ").replace("]", " ").split())


def plain(text: str) -> str:
    """A text without its bold."""
    return "".join(held for _, held in pieces(text))


def _block(part: str) -> Block:
    lines = part.strip("\n").split("\n")
    if not lines[0].startswith(("1. ", "- ")):
        return Block("paragraph", (part.strip(),))
    steps = lines[0].startswith("1. ")
    items: list[str] = []
    for line in lines:
        mark = f"{len(items) + 1}. " if steps else "- "
        if line.startswith(mark):
            items.append(line.removeprefix(mark))
        else:
            items[-1] += f"\n{line}"
    return Block("steps" if steps else "bullets", tuple(items))


def _piece(text: str) -> Piece:
    if text.startswith("**") and text.endswith("**") and len(text) > 4:
        return "strong", text[2:-2]
    return ("cite", text.strip()[1:-1]) if _PIECE.fullmatch(text) else ("text", text)
