"""What the words of a question share with a passage: terms by weight, slips mended, the trade's other words counted.

Guarantee: a term weighs as much as it is rare among our passages; what a question's facets say already counts half; a
figure or a year constrains, and tells no subject. Nothing here ranks: the features of an option are made of it
(`assistant.planning.options`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from assistant.reading.kinds import FILLER
from assistant.reading.question import Question
from assistant.search.hybrid import HybridSearch
from ingest.corpus.fiches import Statement
from ingest.corpus.glossary import Glossary
from ingest.language.lexical import analyse

_SAID_BY_FACET = 0.5


class Terms:
    """The terms of questions and of passages over one snapshot, with their weights."""

    def __init__(self, search: HybridSearch, glossary: Glossary) -> None:
        self.search = search
        self.glossary = glossary
        self._words = search.snapshot.our_words
        self.rarest = math.log(1 + self._words.count)
        self.idf = lru_cache(maxsize=65536)(self._idf)
        self.held = lru_cache(maxsize=16384)(self._held)
        self.asked = lru_cache(maxsize=16384)(self._asked)

    def _idf(self, term: str) -> float:
        """Weight of a term; a term that no passage of ours holds weighs as the rarest one."""
        n = self._words.frequency(term)
        return math.log(1 + self._words.count / n) if n else self.rarest

    def by_weight(self, text: str) -> dict[str, float]:
        """The terms of a text of ours."""
        return {t: self.idf(t) for t in analyse(text)}

    def of_subject(self, part: str) -> dict[str, float]:
        """Terms of a part that tell what it is about, not what kind of answer it wants."""
        return {t: w for t, w in self.of(part).items() if t not in FILLER}

    def of(self, text: str) -> dict[str, float]:
        """Terms of a question that tell something; slips mended against the index."""
        known = self.search.snapshot.lexical
        terms: dict[str, float] = {}
        for term in analyse(text):
            if term.isdigit():
                continue
            mended = next(iter(known.query_terms(term)), None) if term not in known.vocabulary else term
            terms[mended or term] = self.idf(mended or term)
        return terms

    def weighed(self, question: Question, part: str | None = None) -> tuple[dict[str, float], dict[str, float]]:
        """The terms of a question or of a part of it, and those that it brings itself: what the facets say already
        counts half, what a follow-up itself says twice what it leans on."""
        said = self.of_facets(question)
        terms = {t: w * (_SAID_BY_FACET if t in said else 1.0) for t, w in self.of(question.query).items()}
        own = {t: terms.get(t, w) for t, w in self.of(part or question.raw).items()} or terms
        if question.follow_up:
            terms = terms | {t: 2 * w for t, w in own.items()}
        return terms, own

    def of_facets(self, question: Question) -> frozenset[str]:
        """Terms that name the facets of a question (« long métrage », « fiction »): the facets count them already."""
        return frozenset(
            t
            for facet, values in question.facets.items()
            for value in values
            if (entry := self.glossary.facets.get(facet, {}).get(value))
            for word in entry.words
            for t in analyse(word)
        )

    def believed(self, s: Statement, terms: Mapping[str, float]) -> float:
        """Share of a denied belief, by weight, that a question's terms hold: 1 when the question believes it."""
        belief = {t: w for t, w in self.by_weight(s.belief or "").items() if not t.isdigit()}
        return sum(w for t, w in belief.items() if t in terms) / (sum(belief.values()) or 1.0)

    def _held(self, position: int) -> frozenset[str]:
        """Terms of all that a passage is indexed by."""
        p = self.search.snapshot.open_passage(position)
        return frozenset(analyse(f"{p.index_text} {p.lexical_text} {p.locator}"))

    def _asked(self, position: int) -> tuple[dict[str, float], ...]:
        """Terms of each question that a statement answers, of its text and of the belief that it denies."""
        s = self.search.snapshot.open_passage(position).statement
        asked = (*s.questions, s.text, *filter(None, (s.belief,))) if s else ()
        return tuple(self.by_weight(q) for q in asked)


def covered(terms: Mapping[str, float], words: frozenset[str], question: Question) -> float:
    """Share of the terms, by weight, that the words hold or say otherwise."""
    other = question.otherwise
    held = sum(w for t, w in terms.items() if t in words or (t in other and any(o <= words for o in other[t])))
    return held / (sum(terms.values()) or 1.0)


def overlap(own: Mapping[str, float], weight: float, ask: Mapping[str, float]) -> float:
    """Weighted overlap of two questions, each with its whole weight: F1 of the two containments."""
    both = sum(w for t, w in ask.items() if t in own)
    if not both:
        return 0.0
    precision, recall = both / sum(ask.values()), both / weight
    return min(1.0, 2 * precision * recall / (precision + recall))
