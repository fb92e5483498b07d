"""The evidence that a model writes from: at most 40 pieces, our statements and sentences of added texts.

Guarantee: a piece, in force on the day, is a statement, or a sentence of an added text with the words that it cannot go
without (of a text that holds nothing in force, its last wording, told as such); it is what the local planner's own
searches find (of the message with and without the facts that were read, of each part, of a phrase asked for), what its
cards and rules show, and what those mislead without. A fact that was read throws nothing away: the reading may be
wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from assistant.planning.local import LocalPlanner
from assistant.planning.options import Found
from assistant.planning.passages import Told
from assistant.reading.message import Message, Part
from ingest.corpus.cards import Card
from ingest.corpus.fiches import Statement
from ingest.passages.evidence import Span
from ingest.passages.passages import Passage

MOST, CHARACTERS = 40, 7_000
_OF_TEXTS, _OF_NAMED = 14, 32
"""Of these, sentences of added texts at most; the same when the message names a text, which alone answers what names
it."""
_DAMPING = 8
_NEAREST, _TOPICS, _MATES = 16, 5, 4
"""Pieces shown as they were found; those whose topics are shown too, and how many statements of each."""
_WITH_NEEDS = 26
"""Pieces up to which what each misleads without is shown beside it."""
_CARDS = 4
_NOTE = 110
"""Characters of what is told beside a piece, about."""


@dataclass(frozen=True)
class Piece:
    """A piece of evidence: its place in the index, and the words of it that are shown; `spans`: where the words of an
    added text stand in it, in order."""

    position: int
    passage: Passage
    text: str
    spans: tuple[Span, ...] = ()

    @property
    def statement(self) -> Statement | None:
        """Its statement; None for the words of an added text."""
        return self.passage.statement


@dataclass
class Pool:
    """Everything found for a message so far: positions by rank, the nearest cards, and what the added texts say, a
    sentence a piece."""

    scores: dict[int, float] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    cards: dict[str, Card] = field(default_factory=dict)
    texts: dict[tuple[int, tuple[Span, ...]], float] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    """Titles of the added texts that the message names, of which alone it asks."""

    def add(self, ranking: Iterable[int], weight: float = 1.0) -> None:
        """Add a ranking, best first."""
        for rank, position in enumerate(dict.fromkeys(ranking)):
            self.scores[position] = self.scores.get(position, 0.0) + weight / (_DAMPING + rank)

    def ranked(self) -> list[int]:
        """Positions, best first."""
        return sorted(self.scores, key=lambda p: (-self.scores[p], p))

    def of_texts(self) -> list[tuple[int, tuple[Span, ...]]]:
        """Sentences of the added texts, best first, by passage and where they stand."""
        ranked = sorted(self.texts, key=lambda p: (-self.texts[p], p))
        return ranked[: _OF_NAMED if self.named else _OF_TEXTS]


class Gathering:
    """Gathers evidence with the local planner's searches."""

    def __init__(self, local: LocalPlanner) -> None:
        self.local, self.snapshot, self.search = local, local.snapshot, local.search

    def of(self, message: Message) -> Pool:
        """What is found of a message and of its parts."""
        pool, whole = Pool(), message.question.raw
        self._find(pool, message, 1.0, 24, whole)
        if message.question.facets:
            unread = replace(message, question=replace(message.question, facets={}, moved=frozenset()), case={})
            self._find(pool, unread, 0.5, 12, whole)
        if len(message.parts) > 1:
            for n, part in enumerate(message.parts[:4]):
                for question in self.local.parts.readings(message, n, []):
                    self._find(pool, replace(message, parts=(part,), question=question, other=None), 0.5, 10, whole)
        return pool

    def look(self, pool: Pool, message: Message, phrase: str) -> list[int]:
        """Search a phrase in the case of a message; the positions that it finds first."""
        alone = replace(message, parts=(Part.of(phrase),))
        question = self.local.parts.readings(alone, 0, [])[0]
        own = replace(question, facets=self.local.parts.facets(phrase))
        return self._find(pool, replace(alone, question=own, other=None), 1.2, 10, message.question.raw)

    def _find(self, pool: Pool, message: Message, weight: float, most: int, whole: str) -> list[int]:
        """`whole`: the message as it was written, whose texts are those of a part that names none."""
        found = self.local.found(message)
        pool.found.append(found)
        self._find_texts(pool, self.local.passages.read(message.question.raw, found.context, whole, ended=True), weight)
        ranking = [o.head[0] for o in found.bare[:most]]
        pool.add(ranking, weight)
        heads: list[int] = []
        for option in found.options[:4]:
            card = option.card
            if card is not None and len(pool.cards) < _CARDS:
                pool.cards.setdefault(card.id, card)
            ids = (*card.head, *card.then[:3], *card.next[:1]) if card else ()
            heads += [*option.head, *(p for i in ids if (p := self.place(i)) is not None)]
        pool.add(heads, 0.5 * weight)
        return ranking

    def _find_texts(self, pool: Pool, told: Told, weight: float) -> None:
        """Add what the added texts say: the article that is asked for, else their sentences, best first."""
        if told.named.firm:
            pool.named |= set(told.named.titles)
        spans = self.local.passages.places.paragraphs
        found = [(p, spans(p)) for p in told.whole]
        found += [(q.piece.position, self.local.passages.quoting.spans(q)) for q in told.quotes]
        for rank, place in enumerate(dict.fromkeys(found)):
            pool.texts[place] = pool.texts.get(place, 0.0) + weight / (_DAMPING + rank)

    def pieces(self, pool: Pool, message: Message, first: Sequence[int]) -> list[Piece]:
        """The pieces to show a model: those named first, then the best found, with what each misleads without; what
        the nearest topics say beside them stands before what was found last; then those of the added texts."""
        texts = pool.of_texts()
        most, held = MOST - len(texts), {p for p, _ in texts}
        out: dict[int, None] = {}
        ranked = pool.ranked()
        for position in (*first, *ranked[:_NEAREST], *self._mates(ranked), *ranked[_NEAREST:]):
            if len(out) >= most:
                break
            if position in out or position in held or not self.in_time(position, message):
                continue
            out[position] = None
            statement = self.snapshot.open_passage(position).statement if len(out) <= _WITH_NEEDS else None
            for need in statement.needs if statement else ():
                beside = self.place(need)
                if beside is not None and len(out) < most and self.in_time(beside, message):
                    out.setdefault(beside)
        pieces = [*(self._sentence(p, spans) for p, spans in texts), *(self._piece(p, message) for p in out)]
        sizes = accumulate(len(p.text) + _NOTE for p in pieces)
        return [p for p, size in zip(pieces, sizes, strict=True) if size <= CHARACTERS]

    def _piece(self, position: int, message: Message) -> Piece:
        """A statement, in the language of the message; a whole passage of an added text."""
        passage = self.snapshot.open_passage(position)
        s = passage.statement
        if s is None:
            return self._sentence(position, self.local.passages.places.paragraphs(position))
        return Piece(position, passage, s.wording(message.question.language))

    def _sentence(self, position: int, spans: tuple[Span, ...]) -> Piece:
        """A piece of an added text."""
        passage = self.snapshot.open_passage(position)
        return Piece(position, passage, " (…) ".join(passage.text[a:b] for a, b in spans), spans)

    def _mates(self, ranked: Sequence[int]) -> Iterator[int]:
        """Other statements of the topics found first, nearest in the corpus first."""
        topics = self.snapshot.columns.topics
        for topic in list(dict.fromkeys(t for p in ranked if (t := topics[p])))[:_TOPICS]:
            at = next(p for p in ranked if topics[p] == topic)
            beside = sorted(self.snapshot.by_topic[topic], key=lambda p: (abs(p - at), p))
            yield from (p for p in beside[: _MATES + 1] if p != at)

    def place(self, statement: str) -> int | None:
        """Where a statement stands; None when the snapshot lacks it."""
        return self.local.options.positions.get(statement)

    def usable(self, position: int, message: Message) -> bool:
        """Whether a piece is in force on the day, and of no other case than the message's."""
        if not self.in_time(position, message):
            return False
        s = self.snapshot.open_passage(position).statement
        return s is None or self.local.options.fits(s, message.question, message.case)

    def in_time(self, position: int, message: Message) -> bool:
        """Whether a piece is in force on the day, in the fields asked for, or is the last that an added text said."""
        question = message.question
        in_force = bool(self.search.eligible(question.as_of, question.domains)[position])
        return in_force or self.local.passages.sentences.has_ended(position, question.as_of)
