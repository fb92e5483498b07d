"""The evidence that a model chooses from: at most 24 statements and 24 sentences of added texts.

Guarantee: a piece, in force on the day, is a statement, or a sentence of an added text with the words that it cannot go
without (of a text that holds nothing in force, its last wording, told as such); it is what the local planner's own
searches find (of the message, of each part, of a phrase asked for), what its cards and rules show, and what those
mislead without. A message that names a text has the sentences of that text. What a fact that was read contradicts is
told so, for the reading may be wrong: the gate refuses it while the fact stands (`judging`). Nothing else is searched
for a model than without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.planning.local import Found, LocalPlanner
from assistant.planning.passages import Told
from assistant.planning.ranking import Scored
from assistant.reading.message import Message, Part
from assistant.search.quotes import best_span
from ingest.corpus.fiches import Statement
from ingest.language.lexical import analyse
from ingest.passages.evidence import Span
from ingest.passages.passages import Passage

MOST, OF_TEXTS = 24, 24
"""Pieces of ours, and sentences of added texts, at most."""
_BESIDE_NAMED, _OF_NAMED = 8, 40
"""The same when the message names an added text, which alone may answer what names it."""
_QUOTE_WORDS = 70
_DAMPING = 8
_FIRST = 4
"""Pieces found first are near whatever words they share."""
_NEAREST, _TOPICS, _MATES = 12, 4, 3
"""Pieces shown as they were found; those whose topics are shown too, and how many statements of each."""
_WITH_NEEDS = 16
"""Pieces up to which what each misleads without is shown beside it."""


@dataclass(frozen=True)
class Piece:
    """A piece of evidence: its place in the index, the words that are shown of it, and how near the message it is."""

    position: int
    passage: Passage
    text: str
    nearness: float = 0.0
    spans: tuple[Span, ...] = ()
    """Where the words of an added text stand in it, in order."""

    @property
    def statement(self) -> Statement | None:
        """Its statement; None for the words of an added text."""
        return self.passage.statement

    @property
    def id(self) -> str:
        """A name that lasts: the statement's, else the passage's and where its words stand."""
        return self.statement.id if self.statement else f"{self.passage.id}:{self.spans[0][0] if self.spans else 0}"


@dataclass
class Pool:
    """Everything found for a message so far: positions by rank, and the best candidate of each; what the added texts
    say, a sentence a piece; those that a plan has chosen stay first."""

    scores: dict[int, float] = field(default_factory=dict)
    scored: dict[int, Scored] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    texts: dict[tuple[int, tuple[Span, ...]], float] = field(default_factory=dict)
    chosen: list[tuple[int, tuple[Span, ...]]] = field(default_factory=list)
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
        """Sentences of the added texts, by passage and where they stand: those chosen, then the best found."""
        ranked = sorted(self.texts, key=lambda p: (-self.texts[p], p))
        return list(dict.fromkeys((*self.chosen, *ranked)))[: _OF_NAMED if self.named else OF_TEXTS]


class Gathering:
    """Gathers evidence with the local planner's searches."""

    def __init__(self, local: LocalPlanner) -> None:
        self.local, self.snapshot, self.search = local, local.snapshot, local.search

    def of(self, message: Message) -> Pool:
        """What is found of a message and of its parts."""
        pool = Pool()
        self._found(pool, message, 1.0, 20, message.question.raw)
        if len(message.parts) > 1:
            for n, part in enumerate(message.parts[:4]):
                for question in self.local.parts.readings(message, n, []):
                    alone = replace(message, parts=(part,), question=question, other=None)
                    self._found(pool, alone, 0.5, 10, message.question.raw)
        return pool

    def look(self, pool: Pool, message: Message, phrase: str, weight: float) -> list[int]:
        """Search a phrase in the case of a message; the positions that it finds first."""
        part = Part.of(phrase)
        alone = replace(message, parts=(part,))
        question = self.local.parts.readings(alone, 0, [])[0]
        own = replace(question, facets=self.local.parts.facets(phrase))
        return self._found(pool, replace(alone, question=own, other=None), weight, 10, message.question.raw)

    def _found(self, pool: Pool, message: Message, weight: float, most: int, whole: str) -> list[int]:
        """`whole`: the message as it was written, whose texts are those of a part that names none."""
        found = self.local.found(message)
        pool.found.append(found)
        self._told(pool, self.local.passages.read(message.question.raw, found.context, whole, ended=True), weight)
        for s in found.context.selection.scored:
            best = pool.scored.get(s.hit.position)
            if best is None or s.alias + s.coverage > best.alias + best.coverage:
                pool.scored[s.hit.position] = s
        ranking = [s.hit.position for s in found.context.selection.scored[:most]]
        pool.add(ranking, weight)
        heads: list[int] = []
        for option in found.options[:3]:
            card = option.card
            ids = (*card.head, *card.then[:3], *card.next[:1]) if card else ()
            heads += [*option.head, *(p for i in ids if (p := self.place(i)) is not None)]
        pool.add(heads, 0.5 * weight)
        return ranking

    def _told(self, pool: Pool, told: Told, weight: float) -> None:
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
        most = _BESIDE_NAMED if pool.named else MOST
        out: dict[int, None] = {}
        ranked = pool.ranked()
        for position in (*first, *ranked[:_NEAREST], *self._mates(ranked), *ranked[_NEAREST:]):
            if len(out) >= most:
                break
            if position in out or not self.in_time(position, message):
                continue
            out[position] = None
            statement = self.snapshot.open_passage(position).statement if len(out) <= _WITH_NEEDS else None
            for need in statement.needs if statement else ():
                beside = self.place(need)
                if beside is not None and len(out) < most and self.in_time(beside, message):
                    out.setdefault(beside)
        near = set(pool.ranked()[:_FIRST])
        texts = pool.of_texts()
        held = {p for p, _ in texts}
        ours = [self.piece(p, message, pool, found_first=p in near) for p in out if p not in held]
        return [*ours, *(self._sentence(p, spans) for p, spans in texts)]

    def _sentence(self, position: int, spans: tuple[Span, ...]) -> Piece:
        """A piece of an added text."""
        passage = self.snapshot.open_passage(position)
        return Piece(position, passage, " (…) ".join(passage.text[a:b] for a, b in spans), 0.0, spans)

    def _mates(self, ranked: Sequence[int]) -> Iterator[int]:
        """Other statements of the topics found first, nearest in the corpus first."""
        topics = self.snapshot.columns.topics
        for topic in list(dict.fromkeys(t for p in ranked if (t := topics[p])))[:_TOPICS]:
            at = next(p for p in ranked if topics[p] == topic)
            beside = sorted(self.snapshot.by_topic[topic], key=lambda p: (abs(p - at), p))
            yield from (p for p in beside[: _MATES + 1] if p != at)

    def piece(self, position: int, message: Message, pool: Pool, *, found_first: bool = False) -> Piece:
        """One piece."""
        passage = self.snapshot.open_passage(position)
        s, scored = passage.statement, pool.scored.get(position)
        best = (0, 0) if s else best_span(passage.text, analyse(message.question.query), _QUOTE_WORDS)
        text = s.wording(message.question.language) if s else passage.text[slice(*best)]
        shared = max(scored.alias, scored.coverage) if scored else 0.0
        return Piece(position, passage, text, 1.0 if found_first else shared, () if s else (best,))

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

    def against(self, s: Statement, message: Message, facet: str, value: str) -> bool:
        """Whether one value of a facet that was read contradicts a statement."""
        alone = replace(message.question, facets={facet: (value,)})
        return not self.local.options.fits(s, alone, {})
