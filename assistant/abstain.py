"""Abstention: is the question ours, and do the texts answer it? (DESIGN §4)

Three stages, because similarity alone cannot tell. (1) Scope: how much of the question's own vocabulary the best
candidates share, and how far they stand above the background. (2) Slot: the chosen statement must fill the kind of
answer asked for, under facets that do not contradict, and cover the terms that constrain the question (a number, a
year, a name). (3) Denials and known unknowns (`dement`, `absence`) compete like the others; when they win, they are the
answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.answer import Reason
from assistant.select import Scored, Selection, Selector
from assistant.understand import Question
from ingest.fiches import AnswerType, Role
from ingest.lexical import fold

_INJECTION = re.compile(
    r"\b(?:ignore[zrs]?|oublie[zrs]?|disregard|forget|override)\b.{0,40}\b(?:instruction|consigne|regle|prompt|rules?|above|precedent|previous)"
    r"|\b(?:system prompt|prompt systeme|jailbreak|developer mode|mode developpeur|dan mode)\b"
    r"|\btu es (?:maintenant|desormais)\b|\byou are now\b|\bact as\b|\bfais comme si\b|\bpretend (?:to be|that|you)\b"
    r"|<\/?(?:system|assistant|tool|instructions?)\b|\b(?:repete|affiche|revele|montre|print|reveal|show)\b.{0,30}\b(?:prompt|instructions?|consignes?)\b"
)
_FIRST_PERSON = re.compile(
    r"\b(?:je|j'|on|nous|mon|ma|mes|notre|nos|ma boite|i|we|my|our)\b|\b(?:suis|sommes|dois|devons)\b"
)
_YESNO = {AnswerType.DOIS_JE, AnswerType.PUIS_JE}


@dataclass(frozen=True, slots=True)
class AbstainConfig:
    """Thresholds: a statement answers above `answer`; a question is out of scope below `scope`."""

    answer: float = 6.0
    weak: float = 5.0
    scope_coverage: float = 0.34
    scope_similarity: float = 0.45
    term_coverage: float = 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with one part of a question."""

    kind: Literal["answer", "abstain"]
    reason: Reason | None
    chosen: Scored | None = None


class Gate:
    """Decides, for each part, whether its best candidate answers."""

    def __init__(self, selector: Selector, config: AbstainConfig | None = None) -> None:
        self.selector = selector
        self.config = config or AbstainConfig()

    def judge(self, question: Question, selection: Selection) -> Verdict:
        """A verdict on one part."""
        if is_injection(question.raw):
            return Verdict("abstain", "out_of_scope")
        best = selection.best
        if best is None:
            return Verdict("abstain", "not_found")
        if self._out_of_scope(selection):
            return Verdict("abstain", "out_of_scope")
        if self._answers(question, best):
            reason: Reason | None = "false_premise" if denies(self.selector, question, selection, best) else None
            return Verdict("answer", reason, best)
        return Verdict("abstain", "not_found")

    def _out_of_scope(self, selection: Selection) -> bool:
        c = self.config
        top = selection.scored[:8]
        return all(s.coverage < c.scope_coverage and s.alias < c.scope_coverage and not s.hit.exact for s in top)

    def _answers(self, question: Question, best: Scored) -> bool:
        c = self.config
        if best.hit.exact:
            return True
        if best.score < c.weak:
            return False
        uncovered = constraining_terms(self.selector, question, best)
        if best.score < c.answer and not best.type_match:
            return False
        return best.score >= c.answer + (0.8 if uncovered else 0.0)


def depends_on(question: Question, selection: Selection, best: Scored) -> str | None:
    """The facet that a yes/no answer hangs on and that the question leaves open; None when it can be answered.

    « Suis-je soumis ? » hangs on the size when the rule is a threshold of employees or turnover and the question gives
    neither a size nor a figure.
    """
    s = best.statement
    if s is None or not selection.types or not set(selection.types) <= _YESNO:
        return None
    if "taille" in question.facets or re.search(r"\d", question.query) or not _FIRST_PERSON.search(fold(question.raw)):
        return None
    sized = any(v.kind == "seuil" and re.search(r"salari|employ|€|eur", str(v.unit).lower()) for v in s.values)
    return "taille" if sized else None


def constraining_terms(selector: Selector, question: Question, best: Scored) -> list[str]:
    """Rare or unknown terms of the question that the candidate's text, questions and headings do not hold."""
    body, _, _ = selector.terms_of(best.hit.position)
    terms = selector.question_terms(question.raw)
    return [t for t, w in terms.items() if t not in body and w >= 0.75 * selector.rarest]


def is_injection(text: str) -> bool:
    """True for a question that tries to instruct rather than ask."""
    return bool(_INJECTION.search(fold(text)))


def _asserts(text: str) -> bool:
    """True when a yes/no question takes something for granted (« puisque », « vu que », « étant donné »)."""
    return bool(
        re.search(
            r"\b(?:puisque|vu que|etant donne|comme (?:le|la|les|l'|on)|since|given that|as the)\b",
            fold(text),
        )
    )


def denies(selector: Selector, question: Question, selection: Selection, best: Scored) -> bool:
    """True when the statement denies something that the question takes for granted."""
    s = best.statement
    if s is None or s.role is not Role.DEMENT:
        return False
    if selector.belief_overlap(s, selector.question_terms(question.query)) < 0.4 and best.alias < 0.6:
        return False
    return not set(selection.types) & _YESNO or _asserts(question.raw)
