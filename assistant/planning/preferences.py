"""Between candidates that come close, the one that a reader would put first.

The scores of the selection rank; a preference may only move up a candidate that comes close behind the best and that
nothing contradicts. Guarantee: each preference is a rule that can be said in a sentence, and leaves the best in its
place when no candidate meets it. They apply in a fixed order (`preferred`).
"""

from __future__ import annotations

from collections.abc import Callable

from assistant.planning.features import counted_noun, wanted_figures
from assistant.planning.ranking import Scored, Selection
from assistant.planning.told import counts
from assistant.reading.question import Question
from ingest.corpus.fiches import AnswerType, Polarity, Role, Statement

YESNO = frozenset({AnswerType.DOIS_JE, AnswerType.PUIS_JE})


def preferred(question: Question, selection: Selection, best: Scored) -> Scored | None:
    """The candidate to answer with; None when what comes close fills nothing of what is asked."""
    best = known_instead(question, selection, believed(selection, best))
    best = written_first(selection, rule_first(selection, threshold_first(selection, best)))
    best = sanction_first(question, selection, then_first(question, selection, best))
    return filling(selection, best)


def close(
    selection: Selection, best: Scored, share: float, depth: int, meets: Callable[[Scored, Statement], bool]
) -> Scored:
    """The first of `depth` candidates that `meets` with at least `share` of the best's score; else the best."""
    for s in selection.scored[:depth]:
        if s.statement is not None and not s.conflict and s.score >= share * best.score and meets(s, s.statement):
            return s
    return best


def is_absence(s: Scored) -> bool:
    """True for a known unknown: being wrong about one costs little, since it says that nothing is known."""
    return s.statement is not None and s.statement.role is Role.ABSENCE


def is_denial(s: Scored) -> bool:
    """True for a statement that denies something believed."""
    return s.statement is not None and s.statement.role is Role.DEMENT


def believed(selection: Selection, best: Scored) -> Scored:
    """The statement close behind a denial, when nobody voiced the belief that it denies."""
    if not is_denial(best) or best.features["not_believed"] <= 0.6:
        return best
    return close(
        selection, best, 0.9, 4, lambda s, its: its.role is not Role.DEMENT and s.type_match >= best.type_match
    )


def known_instead(question: Question, selection: Selection, best: Scored) -> Scored:
    """What is known, when it comes close behind a known unknown and its own questions are nearer to what was asked;
    what is unknown of the very year asked about stays unknown."""
    s = best.statement
    if s is None or s.role is not Role.ABSENCE or (question.dated and str(question.as_of.end.year) in s.text):
        return best
    return close(selection, best, 0.85, 6, lambda s, its: its.role is not Role.ABSENCE and s.alias > best.alias + 0.05)


def is_size_threshold(s: Statement) -> bool:
    """True for a rule whose threshold is a number of employees or a turnover."""
    units = [str(v.unit).lower() for v in s.values if v.kind == "seuil"]
    money = "chiffre d'affaires" in s.text and any("€" in u or "eur" in u for u in units)
    return money or any("salari" in u or "employ" in u for u in units)


def threshold_first(selection: Selection, best: Scored) -> Scored:
    """For a yes/no question, the rule that sets the threshold, when a remark of the same topic comes just before it."""
    s = best.statement
    if s is None or not selection.types or not set(selection.types) <= YESNO:
        return best

    def sets_it(_: Scored, its: Statement) -> bool:
        return its.topic == s.topic and its.role in (Role.REGLE, Role.CONDITION) and is_size_threshold(its)

    return close(selection, best, 0.9, 5, sets_it)


def rule_first(selection: Selection, best: Scored) -> Scored:
    """For a yes/no question, the rule that forbids or obliges, when an exception to it comes just before it without
    having been written for this very question."""
    s = best.statement
    if s is None or s.role is not Role.EXCEPTION or not set(selection.types) <= YESNO:
        return best

    def rules(c: Scored, its: Statement) -> bool:
        bound = its.role is Role.REGLE and its.polarity in (Polarity.INTERDIT, Polarity.OBLIGE)
        return bound and its.topic == s.topic and c.alias >= best.alias - 0.1

    return close(selection, best, 0.82, 5, rules)


def written_first(selection: Selection, best: Scored) -> Scored:
    """The statement close behind that answers the kind of question asked, when one of its own questions nearly is the
    question, and the best answers another kind."""
    if best.type_match or best.alias >= 0.6 or best.hit.exact:
        return best
    near = max(0.65, best.alias + 0.2)
    return close(selection, best, 0.92, 3, lambda s, _: s.type_match and s.alias >= near)


def then_first(question: Question, selection: Selection, best: Scored) -> Scored:
    """For a question about another day, what was in force then for the very genre asked of, close behind a rule that
    says nothing of that genre."""
    if not question.dated or best.features["of_its_time"] or best.statement is None:
        return best
    return close(selection, best, 0.95, 4, lambda s, _: s.features["of_its_time"] > 1)


def sanction_first(question: Question, selection: Selection, best: Scored) -> Scored:
    """For a question about what is risked, the sanction close behind; a denial or a known unknown keeps its place."""
    s = best.statement
    if not question.asks_sanction or s is None or s.role in (Role.SANCTION, Role.DEMENT, Role.ABSENCE):
        return best

    def punishes(c: Scored, its: Statement) -> bool:
        near = its.topic == s.topic or its.topic in question.context_topics
        return its.role is Role.SANCTION and c.score >= (0.75 if near else 0.85) * best.score

    return close(selection, best, 0.75, 12, punishes)


def filling(selection: Selection, best: Scored) -> Scored | None:
    """The best candidate, or one close behind it, that fills what was asked: a figure of the kind wanted, a count of
    what is counted. A denial or a known unknown always fills; so does anything when the question wants no particular
    figure, and a statement that was written for this very question."""
    wanted = wanted_figures(selection.text, selection.types)
    if not wanted or best.passage.kind == "criterion":
        return best
    near = [best, *(s for s in selection.scored[:6] if not s.conflict and s.score >= 0.8 * best.score)]
    noun = counted_noun(selection.text)
    if noun and any(counts(s, noun) for s in selection.scored[:30]):
        return next((s for s in near if _always_fills(s) or counts(s, noun)), None)
    if best.alias >= 0.5 or best.coverage >= 0.6:
        return best
    return next((s for s in near if _always_fills(s) or _figures(s) & wanted), None)


def _always_fills(s: Scored) -> bool:
    return s.statement is None or is_absence(s) or is_denial(s) or s.statement.polarity is Polarity.N_OBLIGE_PAS


def _figures(s: Scored) -> set[str]:
    return {v.kind for v in s.statement.values} if s.statement else set()
