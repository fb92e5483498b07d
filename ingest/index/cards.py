"""The cards of a snapshot, and how near a question is to what each of them is asked.

Guarantee: the cards are those of the corpus that the snapshot was built from, whatever the corpus says since; one
similarity and one lexical score a card, in the order of the cards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.corpus.cards import Card
from ingest.language.lexical import LexicalIndex

_CARDS, _VECTORS, _WORDS = "cards.json", "cards.npz", "cards"


@dataclass(frozen=True)
class CardIndex:
    """Cards, the unit vectors of the questions that they answer, and which card each question is of.

    `vectors`: shape `(questions, dimension)`; `owners`: shape `(questions,)`.
    """

    cards: tuple[Card, ...]
    vectors: NDArray[np.float32]
    owners: NDArray[np.int64]
    words: LexicalIndex | None

    @classmethod
    def of(cls, cards: Sequence[Card], vectors: NDArray[np.float32]) -> CardIndex:
        """The index of cards; `vectors`: those of `questions_of(cards)`, in that order."""
        owners = [i for i, card in enumerate(cards) for _ in _questions(card)]
        words = LexicalIndex.build([" ".join(_questions(card)) for card in cards]) if cards else None
        return cls(tuple(cards), vectors, np.array(owners, np.int64), words)

    @classmethod
    def empty(cls) -> CardIndex:
        """No card."""
        return cls((), np.zeros((0, 0), np.float32), np.zeros(0, np.int64), None)

    def save(self, folder: Path) -> None:
        """Write the index to a folder."""
        rows = [c.model_dump(mode="json", exclude_defaults=True) for c in self.cards]
        (folder / _CARDS).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        np.savez(folder / _VECTORS, vectors=self.vectors, owners=self.owners)
        if self.words:
            (folder / _WORDS).mkdir()
            self.words.save(folder / _WORDS)

    @classmethod
    def load(cls, folder: Path) -> CardIndex:
        """Read an index written by `save`."""
        rows = json.loads((folder / _CARDS).read_text(encoding="utf-8"))
        words = LexicalIndex.load(folder / _WORDS) if rows else None
        with np.load(folder / _VECTORS) as kept:
            return cls(tuple(Card.model_validate(r) for r in rows), kept["vectors"], kept["owners"], words)

    @cached_property
    def by_statement(self) -> dict[str, list[int]]:
        """Cards whose head or `then` names a statement."""
        out: dict[str, list[int]] = {}
        for i, card in enumerate(self.cards):
            for sid in dict.fromkeys((*card.head, *card.then)):
                out.setdefault(sid, []).append(i)
        return out

    @cached_property
    def by_head(self) -> dict[str, list[int]]:
        """Cards that open with a statement."""
        out: dict[str, list[int]] = {}
        for i, card in enumerate(self.cards):
            out.setdefault(card.head[0], []).append(i)
        return out

    @cached_property
    def by_topic(self) -> dict[str, list[int]]:
        """Cards that a topic calls."""
        out: dict[str, list[int]] = {}
        for i, card in enumerate(self.cards):
            for topic in card.topics:
                out.setdefault(topic, []).append(i)
        return out

    @cached_property
    def _starts(self) -> NDArray[np.intp]:
        """Where the questions of each card start: every card has some, and they stand together."""
        return np.searchsorted(self.owners, np.arange(len(self.cards)))

    def similarities(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of a question with the nearest question of each card, shape `(cards,)`."""
        if not self.cards:
            return np.zeros(0, np.float32)
        return np.asarray(np.maximum.reduceat(self.vectors @ vector, self._starts), np.float32)

    def lexical(self, text: str) -> NDArray[np.float32]:
        """BM25 of each card's questions for a text, shape `(cards,)`."""
        if self.words is None:
            return np.zeros(0, np.float32)
        return self.words.scores(self.words.query_terms(text))


def questions_of(cards: Sequence[Card]) -> list[str]:
    """What the cards are asked, card by card: their subject, then their questions."""
    return [q for card in cards for q in _questions(card)]


def _questions(card: Card) -> tuple[str, ...]:
    return (card.subject, *card.asks)


def digest(cards: Sequence[Card]) -> str:
    """Hash of the cards, for the name of a snapshot."""
    rows = [c.model_dump(mode="json", exclude_defaults=True) for c in cards]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()
