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
from assistant.planning.naming import codes_compared
from assistant.planning.preferences import YESNO, is_absence, is_denial, is_size_threshold, preferred
from assistant.planning.ranking import Scored, Selection, Selector
from assistant.reading.kinds import question_types
from assistant.reading.question import Question
from assistant.reading.scope import is_no_question, is_other_field
from assistant.search.hybrid import Candidates
from ingest.corpus.fiches import Role
from ingest.language.lexical import analyse, fold

_FIRST_PERSON = re.compile(
    r"\b(?:je|j'|on|nous|mon|ma|mes|notre|nos|ma boite|i|we|my|our)\b|\b(?:suis|sommes|dois|devons)\b"
)
_OURS = re.compile(
    r"\b(?:cnc|ecoprod|afnor|csrd|omnibus|esrs|vsme|rse|rga|ademe|arcom|arpp|beges|bilan ges|prime|agrement|loi climat|"
    r"contrats? climat|label|en france|in france|french|francais(?:e|es)?)\b"
)
"""Bodies, texts and schemes that the corpus speaks of."""
_SCHEMES = re.compile(
    r"\b(?:ecoprod|afnor|csrd|omnibus|esrs|vsme|rse\+|beges|contrats? climat|le label|du label|the label|green ?washing|zfe|"
    r"(?:rapport|etat|reporting)s? de durabilite|sustainability (?:report|statement)|double bilan|bilans? carbone)"
)
"""Schemes that only a question of ours names."""
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
_RARE, _TERM = 0.65, 0.45
"""Share of the weight of a word that no passage holds, from which a word, or a glossary term, tells the subject by
itself."""


@dataclass(frozen=True, slots=True)
class AbstainConfig:
    """Scope: a weighted sum of the contrast of the nearest passages, of the best coverage and of the best overlap with a
    known question. Below `out_of_scope` the question is not ours; below `not_found` the texts do not answer it.
    Fitted on the development split, out-of-domain questions against answerable ones."""

    contrast: float = 1.55
    coverage: float = 5.4
    alias: float = 2.8
    bias: float = -8.5
    out_of_scope: float = -0.89
    not_found: float = -0.89
    elsewhen: float = 1.5
    ours: float = 1.5
    named: float = 0.6
    unknown: float = 0.6
    written_for: float = 0.6
    unknown_own: float = 0.25


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
        if is_no_question(question.raw):
            return Verdict("abstain", "out_of_scope")
        best = selection.best
        if best is None:
            return Verdict("abstain", "not_found")
        if best.hit.exact and not codes_compared(question):
            return Verdict("answer", None, best)
        if unknown_criterion(question, selection):
            denial = next((s for s in selection.scored[:8] if is_denial(s) and not s.conflict), None)
            return Verdict("answer", None, denial) if denial else Verdict("abstain", "not_found")
        if is_other_field(question.query) and not question.follow_up and best.alias < self.config.written_for:
            return Verdict("abstain", "out_of_scope")
        scope = self.scope(selection, candidates) + self._claim(question, best)
        if scope < self.config.out_of_scope:
            return Verdict("abstain", "out_of_scope")
        if abroad := set(question.facets.get("lieu", ())) & _ABROAD:
            places = self.selector.glossary.facets.get("lieu", {})
            best = about_place(selection, abroad, tuple(w for p in abroad if p in places for w in places[p].words))
            if best is None:
                return Verdict("abstain", elsewhere(question))
        if (
            scope < self.config.not_found - self.config.unknown * is_absence(best)
            or missing_names(self.selector, question)
            or barely_touches(self.selector, question, best)
        ):
            return Verdict("abstain", "not_found")
        best = preferred(question, selection, best)
        if best is None or self._unknown_elsewhere(question, best):
            return Verdict("abstain", "not_found")
        return Verdict("answer", "false_premise" if denies(self.selector, question, selection, best) else None, best)

    def _claim(self, question: Question, best: Scored) -> float:
        """What the question's own words add to its scope: a framework, its conversation, a figure or a scheme of ours."""
        leans = question.follow_up and bool(question.context_topics)
        if question.frameworks or leans or says_its_figure(question, best):
            return self.config.ours
        return self.config.named if _SCHEMES.search(fold(question.raw)) else 0.0

    def _unknown_elsewhere(self, question: Question, best: Scored) -> bool:
        """True for a known unknown that speaks neither of the town or region named nor of much else that is asked."""
        named = any(self.selector.glossary.local(place) for place in question.facets.get("lieu", ()))
        apart = not best.features["facet_match"] and best.features["own_coverage"] < self.config.unknown_own
        return named and apart and is_absence(best)

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


def about_place(selection: Selection, abroad: set[str], words: tuple[str, ...] = ()) -> Scored | None:
    """The best candidate that speaks of a country named in the question, by its facets or in so many `words`."""
    named = [re.compile(rf"(?<!\w){re.escape(fold(w))}(?!\w)") for w in words]
    for s in selection.scored[:8]:
        if s.conflict or s.statement is None:
            continue
        said = fold(s.statement.text)
        if abroad & set(s.statement.facets.get("lieu", ())) or any(name.search(said) for name in named):
            return s
    return None


def elsewhere(question: Question) -> Reason:
    """Why a question about another country is not answered, when no candidate speaks of that country.

    Out of scope when it asks for that country's rules; not found when it names one of our own bodies or texts (« nos
    jours tournés en Belgique comptent-ils dans le bilan du CNC ? »), which simply do not say.
    """
    ours = question.references or question.frameworks or _OURS.search(fold(question.raw))
    return "not_found" if ours else "out_of_scope"


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


def depends_on(question: Question, selection: Selection, best: Scored) -> str | None:
    """The facet that a yes/no answer hangs on and that the question leaves open; None when it can be answered.

    « Suis-je soumis ? » hangs on the size when the rule is a threshold of employees or turnover and the question gives
    neither a size nor a figure.
    """
    s = best.statement
    if s is None or not selection.types or not set(selection.types) <= YESNO:
        return None
    if "taille" in question.facets or re.search(r"\d", question.query) or not _FIRST_PERSON.search(fold(question.raw)):
        return None
    return "taille" if is_size_threshold(s) else None


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
    return not set(selection.types) & YESNO or _asserts(question.raw)
