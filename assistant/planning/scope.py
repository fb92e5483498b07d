"""Is a message ours, and do the texts answer a part of it?

Guarantee: decided by evidence: how far the nearest passages stand above the background, how much of the message's own
words the best candidates hold, how near a question that the corpus is known to answer. No list of trades, objects or
words of particular questions. The thresholds are data (`ScopeConfig`), fitted by `eval calibrate`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.planning.features import WORDS
from assistant.planning.options import Found, Option
from assistant.planning.plan import State
from assistant.planning.terms import Terms
from assistant.reading.kinds import question_types
from assistant.reading.message import Message
from assistant.reading.question import Question
from assistant.reading.text_head import about, features
from ingest.corpus.fiches import AnswerType, Role, Statement
from ingest.language.lexical import analyse, fold
from ingest.language.phrases import Phrases

_NAME = re.compile(r"(?<![.?!:«\"] )(?<!^)\b[A-ZÀ-Ü][\w'’&-]{2,}(?:\s[A-ZÀ-Ü][\w'’&-]+)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_YESNO = frozenset({AnswerType.DOIS_JE, AnswerType.PUIS_JE})
_IN = [f"{lead} {article}" for lead in ("en", "au", "aux", "a", "dans", "in", "at")
       for article in ("", "la", "le", "les", "l'", "the")]  # fmt: skip
_FOREIGN = frozenset({"etranger", "hors-ue"})
"""Places of the glossary under which foreign countries stand."""
_RARE, _TERM = 0.65, 0.45
FIELD_FORM = 4.0
"""How much the n-grams of a message weigh beside its vector and what the search found."""
FIELD_WEIGHTS = Path(__file__).resolve().parents[1] / "reading" / "data" / "field.npz"
"""The head that tells our field from others: fitted on `field.yaml` beside it by `eval calibrate --field`."""


@dataclass(frozen=True, slots=True)
class ScopeConfig:
    """`field`: below this chance a message is not of our field; `known`: overlap with a known question to which that
    yields. `not_found`: below this weighted sum of the contrast of the nearest passages, of the best coverage and of
    the best overlap with a known question, the texts do not answer."""

    field: float = 0.4
    known: float = 0.72
    contrast: float = 1.55
    coverage: float = 5.4
    alias: float = 2.8
    bias: float = -8.5
    not_found: float = -0.89
    ours: float = 1.5
    ours_plainly: float = 0.6
    telling: float = 0.42


class Scope:
    """Decides what is ours and what is missing."""

    def __init__(self, terms: Terms, config: ScopeConfig | None = None) -> None:
        self.terms = terms
        self.config = config or ScopeConfig()

    def outside(self, message: Message, found: Found) -> bool:
        """True for a message that is not ours; what is known to be answered is."""
        question, bare = message.question, found.bare
        if not bare or _named(bare[0]) or question.frameworks or (question.follow_up and question.context_topics):
            return False
        if self.abroad(found):
            return True
        if max(o.features["known"] for o in bare[:8]) >= self.config.known:
            return False
        return self.chance(found) < self.config.field

    def abroad(self, found: Found) -> bool:
        """True when a question is set in a foreign country, and none of the best candidates speaks of it."""
        glossary = self.terms.glossary
        named = set(found.question.facets.get("lieu", ()))
        foreign = {p for p in named if glossary.broader("lieu", p) & _FOREIGN}
        if not foreign or any("france" in {p, *glossary.broader("lieu", p)} for p in named):
            return False
        foreign |= {wide for p in foreign for wide in glossary.broader("lieu", p) & _FOREIGN}
        words = {fold(w) for p in foreign for w in glossary.facets["lieu"][p].words}
        places = Phrases({"place": words, "in a place": [f"{lead} {w}" for lead in _IN for w in words]})
        if not places.has(fold(found.question.raw), "in a place"):
            return False
        for s in (s for o in found.bare[:8] if (s := o.statement)):
            said = fold(s.text)
            if foreign & set(s.facets.get("lieu", ())) or places.has(said, "place"):
                return False
        return True

    def chance(self, found: Found) -> float:
        """How likely a message is of our field, by what the search found, its vector and its character n-grams."""
        fitted = self.terms.search.fitted
        head = fitted.arrays(FIELD_WEIGHTS)
        evidence = (self.evidence(found) - head["mean"]) / head["spread"]
        centred = about(found.context.vector, head["centre"], fitted.own)
        read = features(found.question.raw, centred, FIELD_FORM)
        score = float(np.concatenate([evidence, read]) @ head["weights"] + head["bias"][0])
        return 1.0 / (1.0 + math.exp(-score))

    def evidence(self, found: Found) -> NDArray[np.float64]:
        """What the search found of a message, as the head reads it."""
        context, candidates = found.context, found.context.candidates
        top, terms = [o.features for o in found.bare[:8]], context.terms
        covered = [f["coverage"] for f in top]
        known = sum(w for w in terms.values() if w < self.terms.rarest)
        nearest = max((h.similarity for h in candidates.hits), default=0.0)
        cards = self.terms.search.snapshot.cards.similarities(context.vector)
        std = 4 * candidates.similarity_std
        return np.array(
            [
                candidates.contrast,
                max(covered, default=0.0),
                sum(covered[:3]) / 3,
                max((f["known"] for f in top), default=0.0),
                (float(cards.max()) - candidates.background) / std if len(cards) else 0.0,
                known / (sum(terms.values()) or 1.0),
                nearest,
                float(bool(context.question.frameworks)),
                len(terms) / 10,
            ]
        )

    def measure(self, found: Found) -> float:
        """How much a question is ours: positive when it plainly is."""
        c, question, top = self.config, found.question, found.bare[:8]
        leans = question.follow_up and bool(question.context_topics)
        claimed = c.ours if question.frameworks or leans or (top and says_its_figure(question, top[0])) else 0.0
        return (
            c.contrast * found.context.candidates.contrast
            + c.coverage * max((o.features["coverage"] for o in top), default=0.0)
            + c.alias * max((o.features["known"] for o in top), default=0.0)
            + c.bias
            + claimed
        )

    def missing(self, found: Found, best: Option, alone: bool) -> bool:
        """True when nothing answers a part: its best option is too weak, or about what the part does not name."""
        question, top = found.question, next(iter(found.bare), None)
        if top is not None and _named(top):
            return False
        if not alone or top is None:
            return top is None
        known = best.card is not None and best.features["alias"] >= 0.45
        if known or self.chance(found) >= self.config.ours_plainly:
            return False
        if self.measure(found) < self.config.not_found:
            return True
        return bool(missing_names(self.terms, question)) or barely_touches(self.terms, question, top)

    def vague(self, message: Message) -> bool:
        """True for a message that names nothing to look up, with nothing said before it to lean on."""
        question = message.question
        if question.follow_up or question.context_topics or question.references or question.frameworks:
            return False
        if question.facets or question.synonyms or question.domains or len(message.parts) > 1:
            return False
        terms = self.terms.of_subject(question.raw)
        return len(terms) < 3 and all(w < self.config.telling * self.terms.rarest for w in terms.values())

    def denies(self, question: Question, s: Statement) -> bool:
        """True when a denial denies something that the message takes for granted."""
        return self.terms.believed(s, self.terms.of(question.query)) >= 0.4 and (
            not set(question_types(question.raw)) & _YESNO or WORDS.has(fold(question.raw), "asserts")
        )


def _named(option: Option) -> bool:
    return option.hit is not None and option.hit.exact


def barely_touches(weights: Terms, question: Question, best: Option) -> bool:
    """True when one common word is all that the question and the statement share."""
    terms, shared = weights.of(question.raw), best.features
    if len(terms) <= 1 and not question.types and not question.follow_up and not _named(best):
        return True  # « ok », « CNC »: a word is not a question
    if (
        question.follow_up
        or says_its_figure(question, best)
        or shared["known"] >= 0.45
        or shared["coverage"] >= 0.6
        or shared["supposed"]
    ):
        return False
    held = [t for t in terms if t in weights.held(best.head[0])]
    glossed = {t for s in question.synonyms for t in s.said}
    answers = best.statement is None or not question.types or set(question.types) & set(best.statement.answers)
    rare = bool(answers) and any(  # « Jyros », or a term of the trade such as « VSME », names its subject by itself
        terms[t] >= (_TERM if t in glossed else _RARE) * weights.rarest for t in held
    )
    return len(terms) > 1 and len(held) <= 1 and not rare


def says_its_figure(question: Question, best: Option) -> bool:
    """True when a question says a long figure that stands in the statement (« 314 825 t »): it names its subject."""
    said = {t for t in analyse(question.raw) if t.isdigit() and len(t) > 1 and not _YEAR.fullmatch(t)}
    text = best.statement.text if best.statement else ""
    return bool(re.search(r"\d[\d\s]{2,}", question.raw)) and bool(said & set(analyse(text)))


def missing_names(weights: Terms, question: Question) -> list[str]:
    """Proper names of the question (a company, a place, a product) that no passage holds: the answer is about another.
    A name before the clause that asks (« il fait 38 à Nîmes, faut-il… ») only sets the scene."""
    known = weights.search.snapshot.our_words
    glossed = {t for s in question.synonyms for t in s.said} | weights.of_facets(question)
    out = []
    clauses = re.split(r"(?<=[,;.!])\s", question.raw)
    first = next((i for i, clause in enumerate(clauses) if question_types(clause)), 0)
    for match in _NAME.finditer(" , ".join(clauses[first:])):
        terms = [t for t in analyse(match.group(0)) if not t.isdigit()]
        if terms and not glossed.issuperset(terms) and not known.query_terms(match.group(0)):
            out.append(match.group(0))
    return out


def state_of(s: Statement | None) -> State:
    """The state of a part that a statement answers first."""
    if is_unknown(s):
        return "absent"
    return "denied" if s is not None and s.role is Role.DEMENT else "answered"


def is_unknown(s: Statement | None) -> bool:
    """True for a known unknown."""
    return s is not None and s.role is Role.ABSENCE
