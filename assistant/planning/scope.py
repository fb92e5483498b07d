"""Is a message ours, and do the texts answer a part of it?

Guarantee: decided by evidence: how far the nearest passages stand above the background, how much of the message's own
words the best candidates hold, how near a question that the corpus is known to answer. No list of trades, objects or
words of particular questions. The thresholds are data (`ScopeConfig`), fitted by `eval calibrate`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.planning.options import Context, Option
from assistant.planning.ranking import Scored, Selection, Selector
from assistant.reading.kinds import question_types
from assistant.reading.message import Message
from assistant.reading.question import Question
from assistant.reading.scope import is_injection
from assistant.search.hybrid import Candidates
from ingest.corpus.fiches import AnswerType, Role, Statement
from ingest.language.lexical import analyse, fold

_NAME = re.compile(r"(?<![.?!:«\"] )(?<!^)\b[A-ZÀ-Ü][\w'’&-]{2,}(?:\s[A-ZÀ-Ü][\w'’&-]+)*")
_ASSERTS = re.compile(r"\b(?:puisque|vu que|etant donne|comme (?:le|la|les|l'|on)|since|given that|as the)\b")
_YESNO = frozenset({AnswerType.DOIS_JE, AnswerType.PUIS_JE})
_RARE, _TERM = 0.65, 0.45


@dataclass(frozen=True, slots=True)
class ScopeConfig:
    """A weighted sum of the contrast of the nearest passages, of the best coverage and of the best overlap with a known
    question; below `out_of_scope` the message is not ours, below `not_found` the texts do not answer it."""

    contrast: float = 1.55
    coverage: float = 5.4
    alias: float = 2.8
    bias: float = -8.5
    out_of_scope: float = -0.89
    not_found: float = -0.89
    ours: float = 1.5
    unknown: float = 0.6
    floor: float = 0.0


class Scope:
    """Decides what is ours and what is missing."""

    def __init__(self, selector: Selector, config: ScopeConfig | None = None) -> None:
        self.selector = selector
        self.config = config or ScopeConfig()

    def outside(self, message: Message, selection: Selection, candidates: Candidates) -> bool:
        """True for a message that is not ours."""
        if is_injection(message.question.raw):
            return True
        best = selection.best
        if best is None or best.hit.exact:
            return False
        return self.measure(message.question, selection, candidates) < self.config.out_of_scope

    def measure(self, question: Question, selection: Selection, candidates: Candidates) -> float:
        """How much a question is ours: positive when it plainly is."""
        c, top = self.config, selection.scored[:8]
        leans = question.follow_up and bool(question.context_topics)
        best = selection.best
        claimed = c.ours if question.frameworks or leans or (best and says_its_figure(question, best)) else 0.0
        return (
            c.contrast * candidates.contrast
            + c.coverage * max((s.coverage for s in top), default=0.0)
            + c.alias * max((s.alias for s in top), default=0.0)
            + c.bias
            + claimed
        )

    def missing(self, context: Context, best: Option, alone: bool) -> bool:
        """True when nothing answers a part: its best option is too weak, or about what the part does not name."""
        question, selection = context.question, context.selection
        top = selection.best
        if top is not None and top.hit.exact:
            return False
        if best.score < self.config.floor:
            return True
        if not alone or top is None:
            return top is None
        known = best.card is not None and best.features["alias"] >= 0.45
        measured = self.measure(question, selection, context.candidates)
        return measured < self.config.not_found or (
            not known and (bool(missing_names(self.selector, question)) or barely_touches(self.selector, question, top))
        )

    def denies(self, context: Context, s: Statement) -> bool:
        """True when a denial denies something that the message takes for granted."""
        question = context.question
        overlap = self.selector.belief_overlap(s, self.selector.question_terms(question.query))
        return overlap >= 0.4 and (
            not set(question_types(question.raw)) & _YESNO or bool(_ASSERTS.search(fold(question.raw)))
        )


def barely_touches(selector: Selector, question: Question, best: Scored) -> bool:
    """True when one common word is all that the question and the statement share."""
    terms = selector.question_terms(question.raw)
    if len(terms) <= 1 and not question.types and not question.follow_up and not best.hit.exact:
        return True  # « ok », « CNC »: a word is not a question
    if (
        question.follow_up
        or says_its_figure(question, best)
        or best.alias >= 0.45
        or best.coverage >= 0.6
        or best.features["facet_match"]
    ):
        return False
    body, _, _ = selector.terms_of(best.hit.position)
    shared = [t for t in terms if t in body]
    glossed = {t for s in question.synonyms for t in s.said}
    rare = best.type_match and any(  # « Jyros », or a term of the trade such as « VSME », names its subject by itself
        terms[t] >= (_TERM if t in glossed else _RARE) * selector.rarest for t in shared
    )
    return len(terms) > 1 and len(shared) <= 1 and not rare


def says_its_figure(question: Question, best: Scored) -> bool:
    """True when a question says a long figure that stands in the statement (« 314 825 t »): it names its subject."""
    return best.features["figure_said"] > 0 and bool(re.search(r"\d[\d\s]{2,}", question.raw))


def missing_names(selector: Selector, question: Question) -> list[str]:
    """Proper names of the question (a company, a place, a product) that no passage holds: the answer is about another.
    A name before the clause that asks (« il fait 38 à Nîmes, faut-il… ») only sets the scene."""
    known = selector.search.snapshot.lexical
    glossed = {t for s in question.synonyms for t in s.said} | selector.facet_terms(question)
    out = []
    clauses = re.split(r"(?<=[,;.!])\s", question.raw)
    first = next((i for i, clause in enumerate(clauses) if question_types(clause)), 0)
    for match in _NAME.finditer(" , ".join(clauses[first:])):
        terms = [t for t in analyse(match.group(0)) if not t.isdigit()]
        if terms and not glossed.issuperset(terms) and not known.query_terms(match.group(0)):
            out.append(match.group(0))
    return out


def is_unknown(s: Statement | None) -> bool:
    """True for a known unknown."""
    return s is not None and s.role is Role.ABSENCE
