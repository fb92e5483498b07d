"""Selection: which candidates answer the question, part by part.

A small monotone model: every feature can only raise (or only lower) a score, so a change of weight can be
reasoned about. Weights are settings (`SelectionConfig`), fitted by `clapvert eval calibrate` and never against the
test split.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache

from assistant.retrieve import Candidates, Hit, HybridSearch
from assistant.understand import Question, question_types
from ingest.fiches import AnswerType, Polarity, Role, Statement
from ingest.glossary import Glossary
from ingest.lexical import analyse
from ingest.passages import Passage

_HARD = ("genre", "lieu", "aide", "taille", "format")
"""Facets whose mismatch makes a rule beside the point; `acteur` only orders."""


@dataclass(frozen=True, slots=True)
class SelectionConfig:
    """Weights of the features, all with a fixed sign."""

    similarity: float = 2.5
    coverage: float = 3.5
    lexical: float = 1.0
    alias: float = 1.5
    topic: float = 0.4
    type_match: float = 1.0
    value_match: float = 0.4
    facet_match: float = 0.5
    facet_conflict: float = 2.5
    facet_unasked: float = 0.45
    topic_context: float = 0.6
    exercise: float = 0.8
    exact: float = 2.5
    rank: float = 0.15
    confidence: float = 0.25


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its score and the features that abstention and composition look at."""

    hit: Hit
    score: float
    similarity: float
    coverage: float
    alias: float
    type_match: bool
    conflict: bool
    entailed: bool

    @property
    def passage(self) -> Passage:
        """The candidate's passage."""
        return self.hit.passage

    @property
    def statement(self) -> Statement | None:
        """The candidate's statement; None for an official text."""
        return self.hit.passage.statement


@dataclass(frozen=True)
class Selection:
    """The candidates of one question or of one of its parts, best first."""

    text: str
    types: tuple[AnswerType, ...]
    scored: list[Scored] = field(default_factory=list)

    @property
    def best(self) -> Scored | None:
        """The best candidate."""
        return self.scored[0] if self.scored else None


class Selector:
    """Scores candidates against a question."""

    def __init__(self, search: HybridSearch, glossary: Glossary, config: SelectionConfig | None = None) -> None:
        self.search = search
        self.glossary = glossary
        self.config = config or SelectionConfig()
        self.rarest = math.log(1 + len(search.snapshot))
        self.idf = lru_cache(maxsize=65536)(self._idf)
        self.terms_of = lru_cache(maxsize=16384)(self._passage_terms)

    def _idf(self, term: str) -> float:
        """Weight of a term; a term that no passage holds weighs as the rarest one."""
        n = self.search.snapshot.lexical.frequency(term)
        return math.log(1 + len(self.search.snapshot) / n) if n else self.rarest

    def select(self, question: Question, candidates: Candidates) -> list[Selection]:
        """One selection for each part of the question."""
        out = []
        for part in question.parts:
            types = question_types(part) if len(question.parts) > 1 else question.types
            scored = [self._score(hit, question, candidates, types, part) for hit in candidates.hits]
            scored = self._with_topics(scored)
            scored.sort(key=lambda s: (-s.score, s.hit.position))
            out.append(Selection(part, types, scored))
        return out

    def _with_topics(self, scored: list[Scored]) -> list[Scored]:
        """Adds to each statement a share of how well the rest of its topic does: siblings vouch for one another."""
        by_topic: dict[str, list[float]] = {}
        for s in scored:
            if s.statement:
                by_topic.setdefault(s.statement.topic, []).append(s.score)
        floor = min((s.score for s in scored), default=0.0)
        out = []
        for s in scored:
            if s.statement is None:
                out.append(s)
                continue
            others = sorted(by_topic[s.statement.topic], reverse=True)[:2]
            vouch = (sum(others) + (2 - len(others)) * floor) / 2
            out.append(replace(s, score=s.score + self.config.topic * (vouch - floor)))
        return out

    def question_terms(self, text: str) -> dict[str, float]:
        """Terms of a text that tell something, with their weights; slips mended against the index."""
        known = self.search.snapshot.lexical
        terms: dict[str, float] = {}
        for term in analyse(text):
            mended = next(iter(known.query_terms(term)), None) if term not in known.vocabulary else term
            terms[mended or term] = self.idf(mended or term)
        return terms

    def _score(
        self, hit: Hit, question: Question, candidates: Candidates, types: tuple[AnswerType, ...], part: str
    ) -> Scored:
        c, s = self.config, hit.passage.statement
        body, aliases = self.terms_of(hit.position)
        terms = self.question_terms(question.query)
        own = self.question_terms(part) or terms
        total = sum(terms.values()) or 1.0
        coverage = sum(w for t, w in terms.items() if t in body) / total
        alias = max((_containment(own, a) for a in aliases), default=0.0)
        lexical = hit.lexical / candidates.best_lexical if candidates.best_lexical else 0.0
        similarity = (hit.similarity - candidates.background) / (4 * candidates.similarity_std)
        conflict, matched, unasked, entailed = self._facets(s, question)
        type_match = s is None or any(t in s.answers for t in types)
        value = s is not None and _has_value(s, types)
        score = (
            c.similarity * min(similarity, 1.5)
            + c.coverage * coverage
            + c.lexical * lexical
            + c.alias * alias
            + c.type_match * type_match
            + c.value_match * value
            + c.facet_match * matched
            - c.facet_conflict * conflict
            - c.facet_unasked * unasked
            + c.exact * hit.exact
        )
        if s is not None:
            score += c.topic_context * (s.topic in question.context_topics)
            score += c.confidence * (s.confidence == "haute")
            score += c.exercise * _exercise_match(s, question.as_of.exercise)
            basis = hit.passage.based_on
            score -= c.rank * (basis.rank.order if basis else 0)
        return Scored(hit, score, similarity, coverage, alias, type_match, conflict > 0, entailed)

    def _facets(self, s: Statement | None, question: Question) -> tuple[int, int, int, bool]:
        """Facets in conflict, matched, and stated but not asked; and whether the question entails the statement's."""
        if s is None:
            return 0, 0, 0, False
        conflict = matched = unasked = 0
        entailed = True
        for facet, stated in s.facets.items():
            asked = question.facets.get(facet, ())
            hard = facet in _HARD
            if not asked:
                unasked += hard and len(stated) == 1
                entailed &= not hard
            elif any(self.glossary.compatible(facet, a, stated) for a in asked):
                matched += 1
            elif hard:
                conflict += not any(self.glossary.compatible(facet, b, asked) for b in stated)
                entailed = False
        return conflict, matched, unasked, entailed

    def _passage_terms(self, position: int) -> tuple[frozenset[str], tuple[dict[str, float], ...]]:
        p = self.search.snapshot.open_passage(position)
        body = frozenset(analyse(f"{p.index_text} {p.lexical_text} {p.locator}"))
        questions = p.statement.asked_as if p.statement else ()
        belief = (p.statement.belief,) if p.statement and p.statement.belief else ()
        return body, tuple(
            {t: self.idf(t) for t in analyse(q)}
            for q in (*questions, *belief, *((p.statement.text,) if p.statement else ()))
        )


def without_conflicts(selection: Selection) -> Selection:
    """The selection without the candidates whose facets contradict the question's."""
    return replace(selection, scored=[s for s in selection.scored if not s.conflict])


def _containment(question: dict[str, float], alias: dict[str, float]) -> float:
    """Weighted overlap of two questions, F1 of the two containments."""
    both = sum(w for t, w in question.items() if t in alias)
    if not both:
        return 0.0
    precision, recall = both / sum(alias.values()), both / sum(question.values())
    return 2 * precision * recall / (precision + recall)


def _has_value(s: Statement, types: tuple[AnswerType, ...]) -> bool:
    kinds = {v.kind for v in s.values}
    if AnswerType.COMBIEN in types and kinds & {"nombre", "taux", "seuil", "montant", "duree"}:
        return True
    return AnswerType.QUAND in types and bool(kinds & {"date", "duree"} or s.role is Role.ECHEANCE)


def _exercise_match(s: Statement, exercise: int | None) -> float:
    if exercise is None or s.applies_to is None:
        return 0.0
    from datetime import date

    return 1.0 if s.applies_to.overlaps(date(exercise, 1, 1), date(exercise, 12, 31)) else -1.0


YES = {Polarity.OBLIGE: {AnswerType.DOIS_JE}, Polarity.PERMET: {AnswerType.PUIS_JE}}
NO = {Polarity.N_OBLIGE_PAS: {AnswerType.DOIS_JE}, Polarity.INTERDIT: {AnswerType.PUIS_JE}}
