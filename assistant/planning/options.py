"""What could be said of one part of a message: the cards, and the statements by themselves, each with a score.

Guarantee: a linear score over named features with fixed signs, whose weights are data (`MatchConfig`), fitted out of
fold by `eval calibrate`. What the case contradicts, what is not in force on the day and what is out of the domains
asked is no option. Cards and bare statements are scored by the same features: a card has no privilege but its weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from assistant.planning.case import case_of
from assistant.planning.decide import outside
from assistant.planning.features import named_companies
from assistant.planning.ranking import Scored, Selection, Selector
from assistant.reading.case import Case
from assistant.reading.question import Question
from assistant.search.hybrid import Candidates
from ingest.corpus.cards import Card, Kind
from ingest.corpus.fiches import AnswerType, Polarity, Role, Statement
from ingest.index.cards import CardIndex
from ingest.language.lexical import analyse


@dataclass(frozen=True, slots=True)
class MatchConfig:
    """Weights of an option's features; `considered`: how many options, best first, a plan chooses among."""

    meant: float = 0.9
    support: float = 0.45
    known: float = 1.6
    covered: float = 2.25
    kind: float = 1.2
    supposed: float = 0.35
    of_its_time: float = 1.5
    uncounted: float = -1.0
    is_card: float = -0.9
    context: float = 1.2
    exact: float = 12.0
    considered: int = 8


@dataclass(frozen=True, slots=True)
class Option:
    """A way to answer a part: a card, or one statement; positions of its head that are in force."""

    score: float
    features: dict[str, float]
    head: tuple[int, ...]
    card: Card | None = None
    scored: Scored | None = None


@dataclass(frozen=True)
class Context:
    """What the options of a part are weighed with."""

    question: Question
    candidates: Candidates
    selection: Selection
    kinds: Mapping[Kind, float]
    case: Case
    vector: NDArray[np.float32]
    terms: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, float] = field(default_factory=dict)
    counted: str | None = None


class Options:
    """The options of one snapshot."""

    def __init__(self, selector: Selector, config: MatchConfig | None = None) -> None:
        self.selector = selector
        self.snapshot = selector.search.snapshot
        self.cards: CardIndex = self.snapshot.cards
        self.config = config or MatchConfig()
        self.weights: dict[str, float] = asdict(self.config)
        self.positions = {sid: i for i, sid in enumerate(self.snapshot.columns.statements) if sid is not None}
        self._asks = [
            [{t: selector.idf(t) for t in analyse(q)} for q in (card.subject, *card.asks)] for card in self.cards.cards
        ]
        self._words: dict[int, frozenset[str]] = {}

    def of(self, context: Context) -> list[Option]:
        """Every option of a part, best first; of those that open with the same, cards before the bare statement."""
        found = [*self._of_cards(context), *self._of_statements(context)]
        best: dict[int, float] = {}
        for o in found:
            best[o.head[0]] = max(best.get(o.head[0], o.score), o.score)
        return sorted(found, key=lambda o: (-best[o.head[0]], o.head[0], o.card is None, -o.score, o.head))

    def fits(self, statement: Statement, question: Question, case: Case) -> bool:
        """False for what the case contradicts: another genre, place or aid, or an exemption that it has outgrown."""
        if case_of(statement, question, self.selector.glossary).conflict:
            return False
        return not (statement.polarity is Polarity.N_OBLIGE_PAS and outside(statement, case))

    def _of_cards(self, c: Context) -> Iterable[Option]:
        if not self.cards.cards:
            return
        scored = {s.hit.position: s for s in c.selection.scored if not s.conflict}
        scores = {p: s.score for p, s in scored.items()}
        ranked = np.array(sorted(scores.values(), reverse=True) or [0.0])
        mean, spread = float(ranked[:30].mean()), float(ranked[:30].std()) + 1e-6
        near = self.cards.similarities(c.vector)
        near = (near - near.mean()) / (2 * near.std() + 1e-6)
        called = {
            i for s in c.selection.scored[:24] if s.statement for i in self.cards.by_topic.get(s.statement.topic, ())
        }
        called |= set(np.argsort(-near)[:24].tolist())
        called |= {i for s in c.selection.scored if s.statement for i in self.cards.by_head.get(s.statement.id, ())}
        eligible = self.selector.search.eligible(c.question.as_of, c.question.domains)
        own, weight = c.own, sum(c.own.values()) or 1.0
        whole = sum(c.terms.values()) or 1.0
        for i in sorted(called):
            card = self.cards.cards[i]
            head = tuple(p for sid in card.head if (p := self.positions.get(sid)) is not None and eligible[p])
            if not head:
                continue
            statements = [s for p in head if (s := self.snapshot.open_passage(p).statement)]
            if not all(self.fits(s, c.question, c.case) for s in statements) or _of_another(statements, c.question):
                continue
            supposed = self._supposed(card, c.question)
            if supposed is None:
                continue
            features = {
                "support": (max(scores.get(p, mean - spread) for p in head) - mean) / spread,
                "similarity": float(near[i]),
                "alias": max(overlap(own, weight, a) for a in self._asks[i]),
                "known": max((scored[p].alias for p in head if p in scored), default=0.0),
                "covered": self._covered(c.terms, whole, (*card.head, *card.then), i),
                "context": _context(c.question, set(card.topics), self.snapshot.columns.sources[head[0]]),
                "kind": max(c.kinds.get(k, 0.0) for k in card.kinds),
                "supposed": float(supposed),
                **self._slots(c, statements, card),
                "is_card": 1.0,
                "exact": 0.0,
                "meant": c.candidates.likely(head[0]),
            }
            yield Option(self._score(features), features, head, card)

    def _of_statements(self, c: Context) -> Iterable[Option]:
        scores = [s.score for s in c.selection.scored if not s.conflict] or [0.0]
        ranked = np.array(sorted(scores, reverse=True))
        mean, spread = float(ranked[:30].mean()), float(ranked[:30].std()) + 1e-6
        left = [s for s in c.selection.scored if s.statement and not s.conflict][: self.config.considered]
        for s in left:
            if s.statement is not None and not self.fits(s.statement, c.question, c.case):
                continue
            if s.statement is not None and _of_another([s.statement], c.question):
                continue
            named = s.passage.kind == "criterion" or bool(c.question.frameworks)
            features = {
                "support": (s.score - mean) / spread,
                "similarity": s.features["similarity"],
                "alias": 0.0,
                "known": s.alias,
                "covered": s.coverage,
                "context": _context(c.question, {s.statement.topic} if s.statement else set(), s.passage.source_id),
                "kind": kind_of(s.statement, c.kinds),
                "supposed": s.features["facet_match"],
                **self._slots(c, [s.statement] if s.statement else [], None),
                "is_card": 0.0,
                "exact": float(s.features["exact"] > 0 and named),
                "meant": c.candidates.likely(s.hit.position),
            }
            yield Option(self._score(features), features, (s.hit.position,), None, s)

    def _slots(self, c: Context, head: list[Statement], card: Card | None) -> dict[str, float]:
        """Whether what is shown is of the very time asked about, and counts what is counted."""
        shown = list(head)
        if card:
            then = (self.positions.get(sid) for sid in card.then[:2])
            shown += [s for p in then if p is not None and (s := self.snapshot.open_passage(p).statement)]
        if not shown:
            return {"of_its_time": 0.0, "uncounted": 0.0}
        values = [v for s in shown for v in s.values]
        unknown = any(s.role is Role.ABSENCE for s in head)
        uncounted = False
        if c.counted is not None and not unknown:
            told = [f"{v.unit or ''} {v.of or ''}" for v in values if v.kind in ("nombre", "seuil")]
            uncounted = not any(c.counted in analyse(t) for t in told)
        dated = c.question.dated and any(s.in_force.until is not None for s in head)
        return {"of_its_time": float(dated), "uncounted": float(uncounted)}

    def _covered(self, own: Mapping[str, float], weight: float, ids: tuple[str, ...], card: int) -> float:
        """Share of the terms, by weight, that the statements and the questions of a card hold."""
        words = self._words.get(card)
        if words is None:
            held = [self.selector.terms_of(p)[0] for sid in ids if (p := self.positions.get(sid)) is not None]
            words = self._words[card] = frozenset().union(*held, *self._asks[card])
        return sum(w for t, w in own.items() if t in words) / weight

    def _score(self, features: Mapping[str, float]) -> float:
        return sum(self.weights.get(name, 0.0) * value for name, value in features.items())

    def _supposed(self, card: Card, question: Question) -> int | None:
        """How many facets that a card supposes the question names; None when it contradicts one."""
        named = 0
        glossary = self.selector.glossary
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


def _of_another(statements: list[Statement], question: Question) -> bool:
    """True for what is said of other companies than those that a part names."""
    asked = named_companies(question.raw)
    said = frozenset().union(*(named_companies(s.text) for s in statements))
    return bool(asked) and bool(said) and not asked & said


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


def overlap(own: Mapping[str, float], weight: float, ask: Mapping[str, float]) -> float:
    """Weighted overlap of two questions, each with its whole weight: F1 of the two containments."""
    both = sum(w for t, w in ask.items() if t in own)
    if not both:
        return 0.0
    precision, recall = both / sum(ask.values()), both / weight
    return min(1.0, 2 * precision * recall / (precision + recall))
