"""Document tree → articles: the units that a lawyer names.

Guarantee: an article is whole, with its canonical number, the headings above it, and its exact text; what stands
outside any article becomes an unnumbered unit under its headings, so nothing is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.documents.tree import Block, Document
from ingest.locators import ORDINALS, canonical_number

_HEADING = re.compile(
    r"^\W{0,3}(?i:art(?:icle)?\.?)\s+((?i:premier\b)|(?i:(?:LO|[LRDA])\.?\s?\*?\s?)?\d{1,4}(?:-\d{1,3})*"
    rf"(?:\s?(?i:er|{ORDINALS})\b(?:\s[A-Z]\b)?|[a-i]\b|[\s-]?[A-Z]\b)?)\s*(.*)$"
)
_ANNEX = re.compile(r"^\W{0,3}annexes?\s*([IVX]{1,6}|\d{1,3}(?:-\d{1,3})*)?\b(.*)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unit:
    """An article, an annex, or a run of text under one heading.

    `number` is canonical and None outside articles; `locator` is how it is quoted; `parts` are its paragraphs
    (alinéas), whose exact texts joined by a blank line are the text of the unit.
    """

    number: str | None
    locator: str
    heading_path: tuple[str, ...]
    parts: tuple[Block, ...]

    @property
    def text(self) -> str:
        """The whole text, paragraphs joined by a blank line."""
        return "\n\n".join(p.text for p in self.parts)


def split_units(document: Document) -> list[Unit]:
    """The units of a document, in reading order; units without text are dropped."""
    units: list[Unit] = []
    path: list[tuple[int, str]] = []
    head: tuple[str | None, str] = (None, document.title or "texte")
    parts: list[Block] = []

    def close() -> None:
        if parts:
            units.append(Unit(head[0], head[1], tuple(text for _, text in path), tuple(parts)))
            parts.clear()

    for block in document.blocks:
        if block.kind != "heading":
            parts.append(block)
            continue
        close()
        path = [p for p in path if p[0] < block.level]
        if match := _HEADING.match(block.text):
            number = canonical_number(match.group(1))
            head = (number, f"art. {pretty_number(number)}")
            if rest := match.group(2).strip(" .:–-"):
                path.append((block.level, rest))
        elif match := _ANNEX.match(block.text):
            number = f"annexe:{(match.group(1) or '').upper()}".rstrip(":")
            head = (number, f"annexe {match.group(1) or ''}".strip())
            path.append((block.level, block.text))
        else:
            head = (None, block.text)
            if block.text != document.title:
                path.append((block.level, block.text))
    close()
    return units


def pretty_number(number: str) -> str:
    """`L229-67` → `L. 229-67`, `19bis` → `19 bis`."""
    match = re.fullmatch(r"(LO|[LRDA])?(\d[\d-]*)([a-z]*)([A-Z]?)", number)
    if not match:
        return number
    letter, digits, suffix, last = match.groups()
    return " ".join(part for part in (f"{letter}." if letter else "", digits, suffix or "", last) if part)
