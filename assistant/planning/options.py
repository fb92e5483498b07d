"""What could be said of one part of a message: the cards, and the statements by themselves, each with a score.

Guarantee: a linear score over named features with fixed signs, whose weights are data (`MatchConfig`), fitted out of
fold by `eval calibrate`; no other score orders anything. What the case contradicts, what is not in force on the day and
what is out of the domains asked is no option. Cards and bare statements are scored by the same features.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from assistant.planning.case import case_of
from assistant.planning.decide import outside
from assistant.planning.features import named_companies
from assistant.planning.naming import asked_by_number, codes_compared, of_another_framework
from assistant.planning.terms import Terms, covered, overlap
from assistant.reading.case import Case
from assistant.reading.question import Question
from assistant.search.hybrid import Candidates, Hit
from ingest.corpus.cards import Card, Kind
from ingest.corpus.fiches import AnswerType, Polarity, Role, Statement
from ingest.index.cards import CardIndex
from ingest.passages.passages import Passage

_NEAR = 24
"""How many cards are options for what they are asked alone, whatever the search found."""


@dataclass(frozen=True, slots=True)
class MatchConfig:
    """Weights of an option's features: how likely the message means it; how near its head stands in words; how much of
    what the part says itself its head holds; how near a question of the head is; whether it is of the kind asked, of
    the time asked about, of what was said before, or named by its number."""

    meant: float = 0.95
    lexical: float = 2.7
    own: float = 1.9
    known: float = 1.9
    kind: float = 1.75
    of_its_time: float = 2.0
    context: float = 1.2
    exact: float = 12.0
    is_card: float = -1.3


@dataclass(frozen=True, slots=True)
class Option:
    """A way to answer a part: a card, or one passage by itself (`hit`); positions of its head that are in force."""

    score: float
    features: dict[str, float]
    head: tuple[int, ...]
    card: Card | None = None
    hit: Hit | None = None

    @property
    def statement(self) -> Statement | None:
        """The statement of a bare passage."""
        return self.hit.passage.statement if self.hit else None


@dataclass(frozen=True)
class Context:
    """What the options of a part are weighed with."""

    question: Question
    candidates: Candidates
    kinds: Mapping[Kind, float]
    case: Case
    vector: NDArray[np.float32]
    terms: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, float] = field(default_factory=dict)
    counted: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a reading of a part: its options, best first."""

    context: Context
    options: list[Option]

    @property
    def question(self) -> Question:
        """The question as it was read."""
        return self.context.question

    @property
    def best(self) -> Option | None:
        """The best option."""
        return self.options[0] if self.options else None

    @property
    def bare(self) -> list[Option]:
        """The passages by themselves, best first."""
        return [o for o in self.options if o.hit is not None]


class Options:
    """The options of one snapshot."""

    def __init__(self, terms: Terms, config: MatchConfig | None = None) -> None:
        self.terms, self.search = terms, terms.search
        self.snapshot = self.search.snapshot
        self.cards: CardIndex = self.snapshot.cards
        self.config = config or MatchConfig()
        self.weights: dict[str, float] = asdict(self.config)
        self.positions = {sid: i for i, sid in enumerate(self.snapshot.columns.statements) if sid is not None}
        self._asks = [[terms.by_weight(q) for q in (card.subject, *card.asks)] for card in self.cards.cards]

    def of(self, context: Context) -> list[Option]:
        """Every option of a part, best first; of those that open with the same, cards before the bare statement."""
        hits = {h.position: h for h in context.candidates.hits}
        found = [*self._of_cards(context, hits), *self._of_hits(context, hits.values())]
        best: dict[int, float] = {}
        for o in found:
            best[o.head[0]] = max(best.get(o.head[0], o.score), o.score)
        return sorted(found, key=lambda o: (-best[o.head[0]], o.head[0], o.card is None, -o.score, o.head))

    def fits(self, statement: Statement, question: Question, case: Case) -> bool:
        """False for what the case contradicts: another genre, place or aid, or an exemption that it has outgrown."""
        if case_of(statement, question, self.terms.glossary).conflict:
            return False
        return not (statement.polarity is Polarity.N_OBLIGE_PAS and outside(statement, case))

    def _of_cards(self, c: Context, hits: Mapping[int, Hit]) -> Iterable[Option]:
        if not self.cards.cards:
            return
        near = self.cards.similarities(c.vector)
        near = (near - near.mean()) / (2 * near.std() + 1e-6)
        called = set(np.argsort(-near)[:_NEAR].tolist())
        for h in hits.values():
            if h.passage.statement:
                called.update(self.cards.by_head.get(h.passage.statement.id, ()))
        eligible = self.search.eligible(c.question.as_of, c.question.domains)
        own, weight = c.own, sum(c.own.values()) or 1.0
        for i in sorted(called):
            card = self.cards.cards[i]
            head = tuple(p for sid in card.head if (p := self.positions.get(sid)) is not None and eligible[p])
            statements = [s for p in head if (s := self.snapshot.open_passage(p).statement)]
            if not statements or not self._answers(statements, c):
                continue
            supposed = self._supposed(card, c.question)
            if supposed is None:
                continue
            features = {
                **self._shared(c, [hits.get(p) or self._unfound(p, c) for p in head]),
                "context": _context(c.question, set(card.topics), self.snapshot.columns.sources[head[0]]),
                "kind": max(c.kinds.get(k, 0.0) for k in card.kinds),
                "of_its_time": self._of_its_time(c, statements),
                "exact": 0.0,
                "is_card": 1.0,
                "asked": float(near[i]),
                "alias": max(overlap(own, weight, a) for a in self._asks[i]),
                "supposed": float(supposed),
            }
            yield Option(self._score(features), features, head, card)

    def _of_hits(self, c: Context, hits: Iterable[Hit]) -> Iterable[Option]:
        for h in hits:
            s = h.passage.statement
            if s is not None and not self._answers([s], c):
                continue
            if not h.exact and of_another_framework(h.passage, c.question):
                continue
            shared = self._shared(c, [h])
            features = {
                **shared,
                "context": _context(c.question, {s.topic} if s else set(), h.passage.source_id),
                "kind": kind_of(s, c.kinds),
                "of_its_time": self._of_its_time(c, [s] if s else []),
                "is_card": 0.0,
                "exact": float(h.exact and _by_name(h.passage, c.question)),
                "asked": shared["similarity"],
                "alias": shared["known"],
                "supposed": float(case_of(s, c.question, self.terms.glossary).matched),
            }
            yield Option(self._score(features), features, (h.position,), None, h)

    def _answers(self, statements: list[Statement], c: Context) -> bool:
        """False for what the case contradicts, or what is said of other companies than those that a part names."""
        asked = named_companies(c.question.raw)
        said = frozenset().union(*(named_companies(s.text) for s in statements))
        return (not asked or not said or bool(asked & said)) and all(
            self.fits(s, c.question, c.case) for s in statements
        )

    def _unfound(self, position: int, c: Context) -> Hit:
        """The head of a card that the search did not find: as far as the background."""
        return Hit(position, self.snapshot.open_passage(position), 0.0, c.candidates.background, 0.0)

    def _shared(self, c: Context, head: list[Hit]) -> dict[str, float]:
        """What the head of an option shares with a part, in meaning and in words."""
        found, weight = c.candidates, sum(c.own.values()) or 1.0
        near = max(h.similarity for h in head) - found.background
        return {
            "meant": found.likely(head[0].position),
            "similarity": min(near / (4 * found.similarity_std), 1.5),
            "lexical": max(h.lexical for h in head) / found.best_lexical if found.best_lexical else 0.0,
            "coverage": max(covered(c.terms, self.terms.held(h.position), c.question) for h in head),
            "own": max(covered(c.own, self.terms.held(h.position), c.question) for h in head),
            "known": max((overlap(c.own, weight, a) for h in head for a in self.terms.asked(h.position)), default=0.0),
        }

    def _of_its_time(self, c: Context, head: list[Statement]) -> float:
        """Whether an option opens with what held at the very time asked about."""
        return float(c.question.dated and any(s.in_force.until is not None for s in head))

    def _score(self, features: Mapping[str, float]) -> float:
        return sum(weight * features[name] for name, weight in self.weights.items())

    def _supposed(self, card: Card, question: Question) -> int | None:
        """How many facets that a card supposes the question names; None when it contradicts one."""
        named = 0
        glossary = self.terms.glossary
        for facet, values in card.supposes.items():
            asked = question.facets.get(facet, ())
            if any(glossary.compatible(facet, a, values) for a in asked) or any(
                glossary.compatible(facet, v, asked) for v in values
            ):
                named += 1
            elif asked and facet != "acteur" and all(glossary.exclude(facet, a, v) for a in asked for v in values):
                return None
        return named


_KINDS = {
    AnswerType.QUAND: (Kind.DATE,),
    AnswerType.COMBIEN: (Kind.AMOUNT, Kind.COST),
    AnswerType.QUI: (Kind.WHO,),
    AnswerType.DOIS_JE: (Kind.YES_NO,),
    AnswerType.PUIS_JE: (Kind.YES_NO,),
    AnswerType.COMMENT: (Kind.HOW,),
    AnswerType.QUOI: (Kind.DEFINITION, Kind.LIST, Kind.COMPARISON),
    AnswerType.POURQUOI: (Kind.WHY,),
    AnswerType.OU: (Kind.WHERE, Kind.WHICH_TEXT),
}
"""The kinds of question that a statement's `answers` name."""


def _by_name(passage: Passage, question: Question) -> bool:
    """Whether a passage that a question names is what it asks for, rather than what it speaks of."""
    if codes_compared(question):
        return False
    return asked_by_number(passage, question) or (passage.kind != "criterion" and bool(question.frameworks))


def _context(question: Question, topics: set[str], source: str) -> float:
    """How near an option is to what was said before: its topic, else its text or notice."""
    if topics & set(question.context_topics):
        return 1.0
    return 0.6 * (source in question.context_sources)


def kind_of(s: Statement | None, kinds: Mapping[Kind, float]) -> float:
    """How likely a question of these kinds is answered by what a statement answers."""
    if s is None:
        return 0.0
    mine = {k for a in s.answers for k in _KINDS[a]}
    if s.role is Role.SANCTION:
        mine.add(Kind.SANCTION)
    return max((kinds.get(k, 0.0) for k in mine), default=0.0)
