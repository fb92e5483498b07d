"""Search over the evidence of the added texts, sentence by sentence.

Guarantee: every sentence in force, in the domains and texts asked for, is compared with the question; nothing of ours
stands between. A similarity is given in standard deviations above a fixed sample of passages, so that two questions can
be compared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.reading.dates import AsOf
from assistant.search.fusion import top
from assistant.search.hybrid import HybridSearch
from ingest.corpus.register import Domain


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence that was found: its row in the index, its passage, and the scores behind it."""

    row: int
    position: int
    similarity: float
    lexical: float
    whole: float = 0.0
    """How near its passage stands, all its sentences taken together."""
    words: float = 0.0
    """Share of the words of the best passage that its passage holds, by BM25."""
    article: float = 0.0
    """How near its passage stands, read at once with the headings above it."""


class SentenceSearch:
    """Search over the sentences of one snapshot."""

    def __init__(self, search: HybridSearch) -> None:
        self.search = search
        self.index = search.snapshot.sentences
        self._sources = np.array(search.snapshot.columns.sources)[self.index.owners] if len(self.index) else None
        positions = sorted(self.index.by_passage)
        self._places = {p: n for n, p in enumerate(positions)}
        self._articles = search.snapshot.vectors(positions) if positions else None
        self._ended = lru_cache(maxsize=16)(self._ended_on)

    def find(
        self,
        vector: NDArray[np.float32],
        text: str,
        as_of: AsOf,
        domains: tuple[Domain, ...] = (),
        sources: Collection[str] = (),
        depth: int = 40,
        ended: bool = False,
    ) -> list[Piece]:
        """The sentences nearest to a question by meaning, and those that share most words with it, in text order.

        `sources`: the texts that they are taken from; empty: all of them. `ended`: those too of texts that hold nothing
        in force on the day, in their last wording. At most `2 * depth` pieces.
        """
        if self.index.words is None or self._sources is None or self._articles is None:
            return []
        allowed = self.search.eligible(as_of, domains)[self.index.owners]
        if ended:
            allowed |= self._ended(as_of.start)
        if sources:
            allowed &= np.isin(self._sources, list(sources))
        if not allowed.any():
            return []
        near = np.where(allowed, self.index.vectors @ vector, -1.0)
        lexical = np.where(allowed, self.index.words.scores(self.index.words.query_terms(text)), 0.0)
        best = float(lexical.max()) or 1.0
        snapshot = self.search.snapshot
        words = snapshot.lexical.scores(snapshot.lexical.query_terms(text))[self.index.owners]
        most = float(np.where(allowed, words, 0.0).max()) or 1.0
        held = np.bincount(self.index.owners, np.where(allowed, near, 0.0))
        whole = held[self.index.owners] / np.bincount(self.index.owners)[self.index.owners]
        rows = dict.fromkeys((*_nearest(near, depth), *top(lexical, depth)))
        mean, spread = self.search.ground(vector)
        articles = self._articles @ vector
        return [
            Piece(
                row,
                int(self.index.owners[row]),
                (float(near[row]) - mean) / spread,
                float(lexical[row]) / best,
                (float(whole[row]) - mean) / spread,
                float(words[row]) / most,
                (float(articles[self._places[int(self.index.owners[row])]]) - mean) / spread,
            )
            for row in sorted(rows)
            if allowed[row] and self.search.usable(int(self.index.owners[row]), as_of)
        ]

    def has_ended(self, position: int, as_of: AsOf) -> bool:
        """Whether a passage is of the last wording of a text that holds nothing in force on the day."""
        rows = self.index.by_passage.get(position)
        return rows is not None and bool(self._ended(as_of.start)[rows[0]])

    def _ended_on(self, day: date) -> NDArray[np.bool_]:
        columns, owners = self.search.snapshot.columns, self.index.owners
        until = columns.valid_until[owners]
        past = until < day.toordinal()
        assert self._sources is not None
        past &= ~np.isin(self._sources, self._sources[~past])
        for source in np.unique(self._sources[past]):
            mine = past & (self._sources == source)
            past &= ~mine | (until == until[mine].max())
        return past


def _nearest(near: NDArray[np.float32], depth: int) -> Sequence[int]:
    n = min(depth, len(near))
    return [int(r) for r in np.argpartition(-near, n - 1)[:n]]
