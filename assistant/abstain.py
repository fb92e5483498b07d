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
from assistant.asked import counted_noun, wanted_figures
from assistant.intrusion import is_no_question, is_other_field
from assistant.phrasing import question_types
from assistant.retrieve import Candidates
from assistant.select import Scored, Selection, Selector, codes_compared, counts
from assistant.understand import Question
from ingest.fiches import AnswerType, Polarity, Role, Statement
from ingest.lexical import analyse, fold

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
            denial = next((s for s in selection.scored[:8] if _is_denial(s) and not s.conflict), None)
            return Verdict("answer", None, denial) if denial else Verdict("abstain", "not_found")
        if is_other_field(question.query) and not question.follow_up and best.alias < self.config.written_for:
            return Verdict("abstain", "out_of_scope")
        scope = self.scope(selection, candidates) + self._claim(question, best)
        if scope < self.config.out_of_scope:
            return Verdict("abstain", "out_of_scope")
        if abroad := set(question.facets.get("lieu", ())) & _ABROAD:
            best = about_place(selection, abroad)
            if best is None:
                return Verdict("abstain", elsewhere(question))
        if (
            scope < self.config.not_found - self.config.unknown * is_absence(best)
            or missing_names(self.selector, question)
            or barely_touches(self.selector, question, best)
        ):
            return Verdict("abstain", "not_found")
        best = threshold_first(selection, known_instead(question, selection, believed(selection, best)))
        best = then_first(question, selection, written_first(selection, rule_first(selection, best)))
        if question.asks_sanction:
            best = sanction_first(question, selection, best)
        best = filling(selection, best)
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


def is_absence(s: Scored) -> bool:
    """True for a known unknown: being wrong about one costs little, since it says that nothing is known."""
    return s.statement is not None and s.statement.role is Role.ABSENCE


def _is_denial(s: Scored) -> bool:
    return s.statement is not None and s.statement.role is Role.DEMENT


def about_place(selection: Selection, abroad: set[str]) -> Scored | None:
    """The best candidate that speaks of a country named in the question."""
    return next(
        (
            s
            for s in selection.scored[:8]
            if not s.conflict and s.statement and abroad & set(s.statement.facets.get("lieu", ()))
        ),
        None,
    )


def elsewhere(question: Question) -> Reason:
    """Why a question about another country is not answered, when no candidate speaks of that country.

    Out of scope when it asks for that country's rules; not found when it names one of our own bodies or texts (« nos
    jours tournés en Belgique comptent-ils dans le bilan du CNC ? »), which simply do not say.
    """
    ours = question.references or question.frameworks or _OURS.search(fold(question.raw))
    return "not_found" if ours else "out_of_scope"


def known_instead(question: Question, selection: Selection, best: Scored) -> Scored:
    """What is known, when it comes close behind a known unknown and its own questions are nearer to what was asked; what
    is unknown of the very year asked about stays unknown."""
    if best.statement is None or best.statement.role is not Role.ABSENCE:
        return best
    if question.dated and str(question.as_of.end.year) in best.statement.text:
        return best
    for s in selection.scored[:6]:
        close = not s.conflict and s.score >= 0.85 * best.score and s.alias > best.alias + 0.05
        if close and s.statement is not None and s.statement.role is not Role.ABSENCE:
            return s
    return best


def filling(selection: Selection, best: Scored) -> Scored | None:
    """The best candidate, or one close behind it, that fills what was asked: a figure of the kind wanted, a count of
    what is counted. A denial or a known unknown always fills; so does anything when the question wants no particular
    figure, and a statement that was written for this very question."""
    wanted = wanted_figures(selection.text, selection.types)
    if not wanted or best.passage.kind == "criterion":
        return best
    close = [best, *(s for s in selection.scored[:6] if not s.conflict and s.score >= 0.8 * best.score)]
    noun = counted_noun(selection.text)
    if noun and any(counts(s, noun) for s in selection.scored[:30]):
        return next((s for s in close if _always_fills(s) or counts(s, noun)), None)
    if best.alias >= 0.5 or best.coverage >= 0.6:
        return best
    return next((s for s in close if _always_fills(s) or _figures(s) & wanted), None)


def _always_fills(s: Scored) -> bool:
    return s.statement is None or is_absence(s) or _is_denial(s) or s.statement.polarity is Polarity.N_OBLIGE_PAS


def _figures(s: Scored) -> set[str]:
    return {v.kind for v in s.statement.values} if s.statement else set()


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
    if s is None or not selection.types or not set(selection.types) <= _YESNO:
        return None
    if "taille" in question.facets or re.search(r"\d", question.query) or not _FIRST_PERSON.search(fold(question.raw)):
        return None
    return "taille" if is_size_threshold(s) else None


def believed(selection: Selection, best: Scored) -> Scored:
    """The statement close behind a denial, when nobody voiced the belief that it denies."""
    if not _is_denial(best) or best.features["not_believed"] <= 0.6:
        return best
    for s in selection.scored[:4]:
        if s.conflict or s.statement is None or s.statement.role is Role.DEMENT or s.type_match < best.type_match:
            continue
        if s.score >= 0.9 * best.score:
            return s
    return best


def sanction_first(question: Question, selection: Selection, best: Scored) -> Scored:
    """For a question about what is risked, the sanction close behind; a denial or a known unknown keeps its place."""
    if best.statement is None or best.statement.role in (Role.SANCTION, Role.DEMENT, Role.ABSENCE):
        return best
    for s in selection.scored[:12]:
        if s.statement is None or s.conflict or s.statement.role is not Role.SANCTION:
            continue
        near = s.statement.topic == best.statement.topic or s.statement.topic in question.context_topics
        if s.score >= (0.75 if near else 0.85) * best.score:
            return s
    return best


def written_first(selection: Selection, best: Scored) -> Scored:
    """The statement close behind that answers the kind of question asked, when one of its own questions nearly is the
    question, and the best answers another kind."""
    if best.type_match or best.alias >= 0.6 or best.hit.exact:
        return best
    for s in selection.scored[:3]:
        if not s.conflict and s.type_match and s.alias >= max(0.65, best.alias + 0.2) and s.score >= 0.92 * best.score:
            return s
    return best


def then_first(question: Question, selection: Selection, best: Scored) -> Scored:
    """For a question about another day, what was in force then for the very genre asked of, close behind a rule that
    says nothing of that genre."""
    if not question.dated or best.features["of_its_time"] or best.statement is None:
        return best
    for s in selection.scored[:4]:
        if not s.conflict and s.features["of_its_time"] > 1 and s.score >= 0.95 * best.score:
            return s
    return best


def is_size_threshold(s: Statement) -> bool:
    """True for a rule whose threshold is a number of employees or a turnover."""
    units = [str(v.unit).lower() for v in s.values if v.kind == "seuil"]
    money = "chiffre d'affaires" in s.text and any("€" in u or "eur" in u for u in units)
    return money or any("salari" in u or "employ" in u for u in units)


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


def rule_first(selection: Selection, best: Scored) -> Scored:
    """For a yes/no question, the rule that forbids or obliges, when an exception to it comes just
    before it without having been written for this very question."""
    s = best.statement
    if s is None or s.role is not Role.EXCEPTION or not set(selection.types) <= _YESNO:
        return best
    for c in selection.scored[:5]:
        rule = c.statement
        if rule is None or c.conflict or rule.topic != s.topic or c.score < 0.82 * best.score:
            continue
        if (
            rule.role is Role.REGLE
            and rule.polarity in (Polarity.INTERDIT, Polarity.OBLIGE)
            and c.alias >= best.alias - 0.1
        ):
            return c
    return best


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
