"""The evidence of a snapshot's added texts, sentence by sentence, and what its texts are called.

Guarantee: one row a piece of evidence of every passage of an added text, with its exact offsets in that passage, its
unit vector and its terms; the texts are those that the snapshot was built from. Vectors are compared one by one: a
search over them misses nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.language.lexical import LexicalIndex, fold
from ingest.passages.evidence import Evidence, evidence
from ingest.passages.passages import Passage
from ingest.texts.naming import TextName

_ROWS, _VECTORS, _WORDS, _TEXTS = "sentences.npz", "sentences.npy", "sentences", "texts.json"
_HEADINGS = 2
"""How many of the headings above a passage go with its sentences: the nearest say what it is about."""


@dataclass(frozen=True)
class SentenceIndex:
    """Pieces of evidence: `owners` are positions of passages, `spans` are `(start, end, opens from, opens to)`, -1 when
    nothing opens them; shapes `(n,)` and `(n, 4)`. `vectors`: shape `(n, dimension)`."""

    owners: NDArray[np.int32]
    spans: NDArray[np.int32]
    vectors: NDArray[np.float32]
    words: LexicalIndex | None
    texts: tuple[TextName, ...] = ()

    def __len__(self) -> int:
        return len(self.owners)

    @classmethod
    def of(cls, passages: Sequence[Passage], vectors: NDArray[np.float32], texts: Sequence[TextName]) -> SentenceIndex:
        """The index of the passages of a snapshot; `vectors`: those of `sentences_of(passages)`, in that order."""
        rows = list(_rows(passages))
        spans = [(e.start, e.end, *(e.opens or (-1, -1))) for _, e in rows]
        words = LexicalIndex.build(sentences_of(passages)) if rows else None
        return cls(
            np.array([i for i, _ in rows], np.int32),
            np.array(spans, np.int32).reshape(len(rows), 4),
            vectors,
            words,
            tuple(texts),
        )

    @classmethod
    def empty(cls) -> SentenceIndex:
        """No added text."""
        return cls(np.zeros(0, np.int32), np.zeros((0, 4), np.int32), np.zeros((0, 0), np.float32), None)

    def save(self, folder: Path) -> None:
        """Write the index to a folder."""
        np.savez(folder / _ROWS, owners=self.owners, spans=self.spans)
        np.save(folder / _VECTORS, self.vectors)
        (folder / _TEXTS).write_text(json.dumps([t.as_json() for t in self.texts], ensure_ascii=False), "utf-8")
        if self.words:
            (folder / _WORDS).mkdir()
            self.words.save(folder / _WORDS)

    @classmethod
    def load(cls, folder: Path) -> SentenceIndex:
        """Read an index written by `save`; the vectors stay on the disk until they are compared."""
        texts = tuple(TextName(**row) for row in json.loads((folder / _TEXTS).read_text("utf-8")))
        with np.load(folder / _ROWS) as kept:
            owners, spans = kept["owners"], kept["spans"]
        vectors = np.load(folder / _VECTORS, mmap_mode="r") if len(owners) else np.zeros((0, 0), np.float32)
        words = LexicalIndex.load(folder / _WORDS) if len(owners) else None
        return cls(owners, spans, vectors, words, texts)

    @cached_property
    def by_passage(self) -> dict[int, list[int]]:
        """The rows of each passage, in order."""
        out: dict[int, list[int]] = {}
        for row, owner in enumerate(self.owners.tolist()):
            out.setdefault(owner, []).append(row)
        return out

    def piece(self, row: int) -> Evidence:
        """The piece of evidence of a row."""
        start, end, opens, until = self.spans[row].tolist()
        return Evidence(start, end, (opens, until) if opens >= 0 else None)


def sentences_of(passages: Sequence[Passage]) -> list[str]:
    """What the evidence of the passages is indexed by: the nearest headings, what opens it, and its own words."""
    out = []
    for i, e in _rows(passages):
        p = passages[i]
        place = [*p.heading_path[1:][-_HEADINGS:], *([p.locator] if p.locator not in p.heading_path else [])]
        opens = f"{p.text[slice(*e.opens)]} " if e.opens else ""
        out.append(f"{' › '.join(place)}. {opens}{p.text[e.start : e.end]}")
    return out


def _rows(passages: Sequence[Passage]) -> list[tuple[int, Evidence]]:
    return [
        (i, e)
        for i, p in enumerate(passages)
        if p.kind == "text"
        for e in evidence(p.text)
        if _plain(p.text[e.start : e.end]) not in {_plain(t) for t in (p.source_title, p.locator, *p.heading_path)}
    ]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))
