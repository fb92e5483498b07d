"""Selection: which candidates answer the question, part by part.

A small linear model over named features, each with a fixed sign, so that a change of weight can be reasoned about: no
weight may make a better match count against a statement. Weights are settings (`SelectionConfig`), fitted by
`clapvert eval calibrate` on the development split, never on the test split.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from operator import mul

from assistant.planning.case import case_of
from assistant.planning.features import Asked, named_companies, read_asked
from assistant.planning.naming import (
    asked_by_number,
    beside_the_criterion,
    codes_compared,
    label_unasked,
    of_another_framework,
)
from assistant.reading.kinds import FILLER, question_types
from assistant.reading.question import Question
from assistant.search.hybrid import Candidates, Hit, HybridSearch
from ingest.corpus.fiches import AnswerType, Role, Statement
from ingest.corpus.glossary import Glossary
from ingest.corpus.register import Regime
from ingest.language.lexical import analyse
from ingest.passages.passages import Passage

_LAW = frozenset({Regime.UE, Regime.FR})
_DOUBT = {"haute": 0.0, "moyenne": 1.0, "basse": 3.0}
_SAID_BY_FACET = 0.5


@dataclass(frozen=True, slots=True)
class SelectionConfig:
    """Weights of the features; the sign of each is fixed."""

    similarity: float = 3.5
    coverage: float = 3.8
    own_coverage: float = 1.2
    lexical: float = 1.8
    alias: float = 2.0
    type_match: float = 0.9
    figure_wanted: float = 1.0
    facet_match: float = 0.7
    facet_conflict: float = -2.1
    facet_unasked: float = -0.1
    case_moved: float = 1.5
    place_unasked: float = -1.0
    label_unasked: float = -0.8
    topic_context: float = 0.6
    source_context: float = 0.6
    regime_other: float = -0.8
    exercise: float = 0.8
    exact: float = 2.5
    article_asked: float = 6.0
    of_its_time: float = 1.6
    exception_unasked: float = -0.5
    figure_said: float = 1.2
    company_unasked: float = -0.7
    criterion_asked: float = 1.0
    criterion_unasked: float = -1.2
    sanction_asked: float = 1.6
    not_believed: float = -1.1
    doubt: float = -0.35
    rank: float = -0.15
    vouched: float = 0.55


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its features and its score."""

    hit: Hit
    score: float
    features: dict[str, float]
    entailed: bool

    @property
    def passage(self) -> Passage:
        """The candidate's passage."""
        return self.hit.passage

    @property
    def statement(self) -> Statement | None:
        """The candidate's statement; None for an official text."""
        return self.hit.passage.statement

    @property
    def coverage(self) -> float:
        """Share of the question's terms, by weight, that the candidate's text, questions and headings hold."""
        return self.features["coverage"]

    @property
    def alias(self) -> float:
        """Overlap with the nearest of the candidate's own questions, 0–1."""
        return self.features["alias"]

    @property
    def conflict(self) -> bool:
        """True when a facet of the question contradicts the candidate's."""
        return self.features["facet_conflict"] > 0

    @property
    def type_match(self) -> bool:
        """True when the candidate answers the kind of question asked."""
        return self.features["type_match"] > 0


@dataclass(frozen=True)
class Selection:
    """The candidates of one question or of one of its parts, best first."""

    text: str
    types: tuple[AnswerType, ...]
    scored: list[Scored] = field(default_factory=list)

    @property
    def best(self) -> Scored | None:
        """The best candidate that nothing contradicts."""
        return next((s for s in self.scored if not s.conflict), None)


class Selector:
    """Scores candidates against a question."""

    def __init__(self, search: HybridSearch, glossary: Glossary, config: SelectionConfig | None = None) -> None:
        self.search = search
        self.glossary = glossary
        self.config = config or SelectionConfig()
        self.weights: dict[str, float] = asdict(self.config)
        self._words = search.snapshot.our_words
        self.rarest = math.log(1 + self._words.count)
        self.idf = lru_cache(maxsize=65536)(self._idf)
        self.terms_of = lru_cache(maxsize=16384)(self._passage_terms)

    def _idf(self, term: str) -> float:
        """Weight of a term; a term that no passage of ours holds weighs as the rarest one."""
        n = self._words.frequency(term)
        return math.log(1 + self._words.count / n) if n else self.rarest

    def select(self, question: Question, candidates: Candidates, part: str | None = None) -> Selection:
        """The candidates scored for a question, or for one of its parts."""
        types = question.types if part is None else question_types(part)
        asked = self._asked(question, types, part or question.raw)
        scored = self._with_topics([self._score(hit, question, candidates, asked) for hit in candidates.hits])
        scored.sort(key=lambda s: (-s.score, s.hit.position))
        return Selection(part or question.raw, types, scored)

    def subject_terms(self, part: str) -> dict[str, float]:
        """Terms of a part that tell what it is about, not what kind of answer it wants, with their weights."""
        return {t: w for t, w in self.question_terms(part).items() if t not in FILLER}

    def question_terms(self, text: str) -> dict[str, float]:
        """Terms of a text that tell something, with their weights; slips mended against the index."""
        known = self.search.snapshot.lexical
        terms: dict[str, float] = {}
        for term in analyse(text):
            if term.isdigit():  # a figure or a year constrains, it does not tell the subject
                continue
            mended = next(iter(known.query_terms(term)), None) if term not in known.vocabulary else term
            terms[mended or term] = self.idf(mended or term)
        return terms

    def _with_topics(self, scored: list[Scored]) -> list[Scored]:
        """Adds to each statement a share of how well the rest of its topic does: siblings vouch for one another."""
        by_topic: dict[str, list[float]] = {}
        for s in scored:
            if s.statement:
                by_topic.setdefault(s.statement.topic, []).append(s.score)
        best = {topic: sorted(scores, reverse=True)[:2] for topic, scores in by_topic.items()}
        floor = min((s.score for s in scored), default=0.0)
        out = []
        for s in scored:
            vouched = 0.0
            if s.statement is not None:
                others = best[s.statement.topic]
                if s.passage.kind == "criterion":  # alone in its topic by nature: it vouches for itself
                    others = others * 2
                vouched = (sum(others) + (2 - len(others)) * floor) / 2 - floor
            features = s.features | {"vouched": vouched}
            out.append(Scored(s.hit, s.score + self.config.vouched * vouched, features, s.entailed))
        return out

    def weighed(self, question: Question, part: str | None = None) -> tuple[dict[str, float], dict[str, float]]:
        """The terms of a question or of a part of it, by weight, and those that it brings itself: what the facets say
        already counts half, what a follow-up itself says twice what it leans on."""
        asked = self._asked(question, question.types, part or question.raw)
        return asked.terms, asked.own

    def _asked(self, question: Question, types: tuple[AnswerType, ...], part: str) -> Asked:
        said = self.facet_terms(question)
        terms = {t: w * (_SAID_BY_FACET if t in said else 1.0) for t, w in self.question_terms(question.query).items()}
        own = {t: terms.get(t, w) for t, w in self.question_terms(part).items()} or terms
        if question.follow_up:  # what a follow-up itself says counts twice what it leans on
            terms = terms | {t: 2 * w for t, w in own.items()}
        return read_asked(question, types, part, terms, own)

    def facet_terms(self, question: Question) -> frozenset[str]:
        """Terms that name the facets of a question (« long métrage », « fiction »): the facets count them already."""
        return frozenset(
            t
            for facet, values in question.facets.items()
            for value in values
            if (entry := self.glossary.facets.get(facet, {}).get(value))
            for word in entry.words
            for t in analyse(word)
        )

    def _score(self, hit: Hit, question: Question, candidates: Candidates, asked: Asked) -> Scored:
        s = hit.passage.statement
        terms, types = asked.terms, asked.types
        body, own_words, aliases = self.terms_of(hit.position)
        own_weight = sum(asked.own.values())
        alias = max((_overlap(asked.own, own_weight, *a) for a in aliases), default=0.0)
        case = case_of(s, question, self.glossary)
        conflict = case.conflict + (not hit.exact and of_another_framework(hit.passage, question))
        features = {
            "similarity": min((hit.similarity - candidates.background) / (4 * candidates.similarity_std), 1.5),
            "coverage": covered(terms, body, question),
            "own_coverage": covered(terms, own_words, question),
            "lexical": hit.lexical / candidates.best_lexical if candidates.best_lexical else 0.0,
            "alias": alias,
            "type_match": float(s is None or not types or any(t in s.answers for t in types)),
            "figure_wanted": float(
                s is not None and bool(asked.figures) and any(v.kind in asked.figures for v in s.values)
            ),
            "facet_match": float(case.matched),
            "facet_conflict": float(conflict),
            "facet_unasked": float(case.unasked),
            "case_moved": float(case.moved),
            "place_unasked": float(case.local),
            "label_unasked": float(s is not None and hit.passage.kind != "criterion" and label_unasked(s, question)),
            "topic_context": 0.0,
            "source_context": float(hit.passage.source_id in question.context_sources),
            "regime_other": float(bool(question.regimes & _LAW) and hit.passage.regime in _LAW - question.regimes),
            "exercise": 0.0,
            "exact": float(
                hit.exact and not beside_the_criterion(hit.passage, question) and not codes_compared(question)
            ),
            "article_asked": float(
                hit.exact and asked_by_number(hit.passage, question) and not codes_compared(question)
            ),
            "of_its_time": (1.0 + case.same_genre) * (question.dated and hit.passage.valid_until is not None),
            "exception_unasked": float(
                s is not None and s.role is Role.EXCEPTION and bool(s.facets) and not case.matched
            ),
            "figure_said": float(bool(asked.numbers & own_words)),
            "company_unasked": float(s is not None and bool(named_companies(s.text) - asked.companies)),
            "criterion_asked": float(
                hit.passage.kind == "criterion"
                and asked.criterion_named
                and not beside_the_criterion(hit.passage, question)
            ),
            "criterion_unasked": float(hit.passage.kind == "criterion" and not asked.criterion),
            "sanction_asked": float(s is not None and question.asks_sanction and s.role is Role.SANCTION),
            "not_believed": 0.0,
            "doubt": 0.0,
            "rank": 0.0,
        }
        if s is not None:
            basis = hit.passage.based_on
            features["topic_context"] = (3.0 if question.shift else 1.0) * (s.topic in question.context_topics)
            features["exercise"] = _exercise_match(s, question.as_of.exercise)
            features["not_believed"] = 1 - self.belief_overlap(s, terms) if s.role is Role.DEMENT else 0.0
            features["doubt"] = _DOUBT[hit.passage.confidence or s.confidence]
            features["rank"] = float(basis.rank.order if basis else 0)
        score = sum(map(mul, map(self.weights.__getitem__, features), features.values()))
        return Scored(hit, score, features, case.entailed)

    def belief_overlap(self, s: Statement, terms: dict[str, float]) -> float:
        """Share of a denied belief, by weight, that a question's terms hold: 1 when the question believes it."""
        belief = {t: self.idf(t) for t in analyse(s.belief or "") if not t.isdigit()}
        return sum(w for t, w in belief.items() if t in terms) / (sum(belief.values()) or 1.0)

    def _passage_terms(
        self, position: int
    ) -> tuple[frozenset[str], frozenset[str], tuple[tuple[dict[str, float], float], ...]]:
        """Terms of all that a passage is indexed by; of its own text; and, weighed, of each question it answers."""
        p = self.search.snapshot.open_passage(position)
        body = frozenset(analyse(f"{p.index_text} {p.lexical_text} {p.locator}"))
        own = frozenset(analyse(f"{p.text} {p.statement.en if p.statement else ''}"))
        asked: tuple[str, ...] = ()
        if p.statement:
            asked = (*p.statement.questions, p.statement.text, *filter(None, (p.statement.belief,)))
        aliases = [{t: self.idf(t) for t in analyse(q)} for q in asked]
        return body, own, tuple((a, sum(a.values())) for a in aliases)


def _overlap(question: dict[str, float], weight: float, alias: dict[str, float], alias_weight: float) -> float:
    """Weighted overlap of two questions, each with its whole weight: F1 of the two containments."""
    if alias.keys().isdisjoint(question):
        return 0.0
    both = sum(w for t, w in question.items() if t in alias)
    precision, recall = both / alias_weight, both / weight
    return 2 * precision * recall / (precision + recall)


def covered(terms: dict[str, float], words: frozenset[str], question: Question) -> float:
    """Share of the terms, by weight, that the words hold or say otherwise."""
    other = question.otherwise
    held = sum(w for t, w in terms.items() if t in words or (t in other and any(o <= words for o in other[t])))
    return held / (sum(terms.values()) or 1.0)


def _exercise_match(s: Statement, exercise: int | None) -> float:
    if exercise is None or s.applies_to is None:
        return 0.0
    return 1.0 if s.applies_to.overlaps(date(exercise, 1, 1), date(exercise, 12, 31)) else -1.0
