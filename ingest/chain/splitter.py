"""Our pieces of a text as LangChain's `TextSplitter` (extra `chain`).

Guarantee: a piece is exact, cut between paragraphs, else between sentences, never inside one; what opens a list goes
with its first item, and a long table keeps its header in each piece.
"""

from __future__ import annotations

import re
from typing import Any

from langchain_text_splitters import TextSplitter

from ingest.documents.tree import Block
from ingest.passages.passages import MAX_CHARACTERS, split_text


class ClapvertSplitter(TextSplitter):
    """Splits texts into pieces of at most `longest` characters, where their sentences allow."""

    def __init__(self, longest: int = MAX_CHARACTERS, **more: Any) -> None:
        super().__init__(chunk_size=longest, chunk_overlap=0, **more)
        self.longest = longest

    def split_text(self, text: str) -> list[str]:
        """The pieces of a text, in order."""
        parts = [p.strip() for p in re.split(r"\n{2,}", text) if p.strip()]
        blocks = [Block("table" if "\n|---|" in f"\n{p}" else "text", p) for p in parts]
        return [piece for piece, _ in split_text(blocks, self.longest)]
