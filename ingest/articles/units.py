"""The unit that a lawyer names: an article, an annex, a recital, a disclosure requirement, or a run of text.

Guarantee: its parts are the paragraphs of the document, untouched and in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.documents.tree import Block


@dataclass(frozen=True, slots=True)
class Unit:
    """An article, an annex, or a run of text under one heading.

    `number` is canonical and None outside articles; `locator` is how it is quoted; `parts` are its paragraphs
    (alinéas), whose exact texts joined by a blank line are the text of the unit. `also` are the numbers of the
    articles that it changes in the act that the sentence `amends` names.
    """

    number: str | None
    locator: str
    heading_path: tuple[str, ...]
    parts: tuple[Block, ...]
    also: tuple[str, ...] = ()
    amends: str = ""

    @property
    def text(self) -> str:
        """The whole text, paragraphs joined by a blank line."""
        return "\n\n".join(p.text for p in self.parts)


def pretty_number(number: str) -> str:
    """`L229-67` → `L. 229-67`, `19bis` → `19 bis`."""
    match = re.fullmatch(r"(LO|[LRDA])?(\d[\d-]*)([a-z]*)([A-Z]?)", number)
    if not match:
        return number
    letter, digits, suffix, last = match.groups()
    return " ".join(part for part in (f"{letter}." if letter else "", digits, suffix or "", last) if part)
