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
from assistant.retrieve import Candidates
from assistant.select import Scored, Selection, Selector, wanted_figures
from assistant.understand import Question
from ingest.fiches import AnswerType, Role, Statement
from ingest.lexical import analyse, fold

_INJECTION = re.compile(
    r"\b(?:ignore[zrs]?|oublie[zrs]?|disregard|forget|override|bypass)\b.{0,50}\b(?:instruction|consigne|regle|prompt|rules?|above|sources?|conformite|precedent|previous)"
    r"|\b(?:system prompt|prompt systeme|system override|jailbreak|developer mode|mode developpeur|dan mode|unrestricted)\b"
    r"|^\W*(?:system|systeme|assistant|user|admin)\s*:|^\W*(?:repond[sz]?|dis|say|answer) (?:que|juste|only|that)\b|\btu es (?:maintenant|desormais)\b|\byou are now\b|\bact as\b|\bfais comme si\b|\bpretend (?:to be|that|you)\b|\bquitter? (?:ton|votre) role\b"
    r"|<\/?(?:system|assistant|tool|instructions?)\b|\b(?:repete|affiche|revele|montre|print|reveal|show|donne)\b.{0,40}\b(?:prompt|instructions?|consignes?|hidden rules|api keys?|regles cachees)\b"
)
_ERRAND = re.compile(
    r"^(?:\W*(?:salut|bonjour|hello|hi|hey|stp|please|merci d'avance|s'il te plait)\W+)*(?:tu peux |peux-tu |pouvez-vous |can you |could you )?"
    r"(?:m'?)?(?:ecris|ecrire|redige|rediger|raconte|invente|compose|traduis|write|tell me a|compose|draft|translate)(?:-moi|-nous)?\b"
    r"|\b(?:blague|poeme|poem|joke|pitch|recette d(?:e|u|es)|horoscope|slogan)\b|\brecette d'"
    r"|\b(?:pleuvoir|weather forecast|quel(?:le)? (?:est la )?meteo|meteo (?:de |du |pour )?(?:demain|aujourd|ce soir|week))\b"
)
"""Requests for something other than an answer from the texts."""
_FIRST_PERSON = re.compile(
    r"\b(?:je|j'|on|nous|mon|ma|mes|notre|nos|ma boite|i|we|my|our)\b|\b(?:suis|sommes|dois|devons)\b"
)
_ABROAD = frozenset(
    {
        "etranger",
        "hors-ue",
        "etats-unis",
        "royaume-uni",
        "norvege",
        "nordiques",
        "belgique",
        "allemagne",
        "italie",
        "autre-pays",
    }
)
_NAME = re.compile(r"(?<![.?!:«\"] )(?<!^)\b[A-ZÀ-Ü][\w'’&-]{2,}(?:\s[A-ZÀ-Ü][\w'’&-]+)*")
_YESNO = {AnswerType.DOIS_JE, AnswerType.PUIS_JE}


@dataclass(frozen=True, slots=True)
class AbstainConfig:
    """Scope: a weighted sum of the contrast of the nearest passages, of the best coverage and of the best overlap with a
    known question. Below `out_of_scope` the question is not ours; below `not_found` the texts do not answer it.
    Fitted on the development split, out-of-domain questions against answerable ones."""

    contrast: float = 1.55
    coverage: float = 5.4
    alias: float = 2.8
    bias: float = -8.5
    out_of_scope: float = -1.9
    not_found: float = -1.05
    elsewhen: float = 1.5
    follow_up: float = 1.5


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

    def judge(self, question: Question, selection: Selection, candidates: Candidates) -> Verdict:
        """A verdict on one part."""
        if is_injection(question.raw) or is_errand(question.raw):
            return Verdict("abstain", "out_of_scope")
        best = selection.best
        if best is None:
            return Verdict("abstain", "not_found")
        if best.hit.exact:
            return Verdict("answer", None, best)
        if unknown_criterion(question, selection):
            denial = next((s for s in selection.scored[:8] if _is_denial(s) and not s.conflict), None)
            return Verdict("answer", None, denial) if denial else Verdict("abstain", "not_found")
        scope = self.scope(selection, candidates) + self.config.follow_up * (
            question.follow_up and bool(question.context_topics)
        )
        if scope < self.config.out_of_scope or elsewhere(question, selection):
            return Verdict("abstain", "out_of_scope")
        if (
            scope < self.config.not_found
            or missing_names(self.selector, question)
            or barely_touches(self.selector, question, best)
        ):
            return Verdict("abstain", "not_found")
        best = filling(selection, threshold_first(selection, known_instead(selection, best)))
        if best is None:
            return Verdict("abstain", "not_found")
        return Verdict("answer", "false_premise" if denies(self.selector, question, selection, best) else None, best)

    def scope(self, selection: Selection, candidates: Candidates) -> float:
        """How much a question is ours: positive when it plainly is."""
        c, top = self.config, selection.scored[:8]
        return (
            c.contrast * candidates.contrast
            + c.coverage * max((s.coverage for s in top), default=0.0)
            + c.alias * max((s.alias for s in top), default=0.0)
            + c.bias
        )


def unknown_criterion(question: Question, selection: Selection) -> bool:
    """True when a question names a criterion that its framework does not have (« critère 2.3 du Label Ecoprod »)."""
    named = any(r.kind == "criterion" and not r.weak and r.source in question.frameworks for r in question.references)
    return named and not any(s.hit.exact for s in selection.scored)


def _is_denial(s: Scored) -> bool:
    return s.statement is not None and s.statement.role is Role.DEMENT


def elsewhere(question: Question, selection: Selection) -> bool:
    """True when the question is about the rules of a country that none of the best candidates speaks of."""
    abroad = set(question.facets.get("lieu", ())) & _ABROAD
    if not abroad:
        return False
    stated = {v for s in selection.scored[:8] if s.statement for v in s.statement.facets.get("lieu", ())}
    return not abroad & stated


def known_instead(selection: Selection, best: Scored) -> Scored:
    """What is known, when it comes close behind a known unknown and its own questions are nearer to what was asked."""
    if best.statement is None or best.statement.role is not Role.ABSENCE:
        return best
    for s in selection.scored[:6]:
        close = not s.conflict and s.score >= 0.85 * best.score and s.alias > best.alias + 0.05
        if close and s.statement is not None and s.statement.role is not Role.ABSENCE:
            return s
    return best


def filling(selection: Selection, best: Scored) -> Scored | None:
    """The best candidate, or one close behind it, that fills what was asked: a figure of the kind wanted, a time. A denial
    or a known unknown always fills; when the question wants no particular figure, so does anything."""
    wanted = wanted_figures(selection.text, selection.types)
    if not wanted:
        return best
    for s in [best, *(s for s in selection.scored[:6] if not s.conflict and s.score >= 0.8 * best.score)]:
        if s.statement is None or s.statement.role in (Role.ABSENCE, Role.DEMENT):
            return s
        if {v.kind for v in s.statement.values} & wanted:
            return s
    return None


def barely_touches(selector: Selector, question: Question, best: Scored) -> bool:
    """True when one common word is all that the question and the statement share."""
    terms = selector.question_terms(question.raw)
    if len(terms) <= 1 and not question.types and not question.follow_up and not best.hit.exact:
        return True  # « ok », « CNC »: a word is not a question
    if question.follow_up or best.alias >= 0.45 or best.coverage >= 0.6 or best.features["facet_match"]:
        return False
    body, _, _ = selector.terms_of(best.hit.position)
    return len(terms) > 1 and sum(t in body for t in terms) <= 1


def missing_names(selector: Selector, question: Question) -> list[str]:
    """Proper names of the question (a company, a place, a product) that no passage holds: the answer is about another."""
    known = selector.search.snapshot.lexical
    out = []
    for match in _NAME.finditer(question.raw):
        terms = [t for t in analyse(match.group(0)) if not t.isdigit()]
        if terms and not known.query_terms(match.group(0)):
            out.append(match.group(0))
    return out


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
    return "taille" if is_size_threshold(s) else None


def is_size_threshold(s: Statement) -> bool:
    """True for a rule whose threshold is a number of employees or a turnover."""
    return any(v.kind == "seuil" and re.search(r"salari|employ|€|eur", str(v.unit).lower()) for v in s.values)


def threshold_first(selection: Selection, best: Scored) -> Scored:
    """For a yes/no question, the rule that sets the threshold, when a remark of the same topic comes just before it."""
    if best.statement is None or not selection.types or not set(selection.types) <= _YESNO:
        return best
    for s in selection.scored[:5]:
        rule = s.statement
        if rule is None or s.conflict or rule.topic != best.statement.topic or s.score < 0.9 * best.score:
            continue
        if rule.role in (Role.REGLE, Role.CONDITION) and is_size_threshold(rule):
            return s
    return best


def is_injection(text: str) -> bool:
    """True for a question that tries to instruct rather than ask."""
    return bool(_INJECTION.search(fold(text)))


def is_errand(text: str) -> bool:
    """True for a request that no regulatory text can answer (a poem, a joke, the weather)."""
    return bool(_ERRAND.search(fold(text)))


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
