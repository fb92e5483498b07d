"""Whether a statement bears the verdict that a model gives of a part.

Guarantee: a duty bears « oui » on « dois-je », an exemption « non »; a right « oui » on « puis-je », a ban « non »; a
denial bears « non » on the belief that it denies; else it is borne when the fitted head of verdicts finds it likely and
the contrary hardly, and is then no more than likely. Nothing bears one that the part's words hardly touch. It is flat
only of a sure statement that nothing is needed beside, whose case is the asker's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from assistant.planning.case import case_of
from assistant.planning.decide import decide, outside
from assistant.planning.local import LocalPlanner
from assistant.planning.plan import Shown
from assistant.planning.verdict_head import shares_of
from assistant.planning.verdicts import direction
from assistant.reading.kinds import question_types
from assistant.reading.message import Message
from ingest.corpus.fiches import AnswerType, Polarity, Role, Statement
from ingest.corpus.register import Regime

_NEAR = 0.3
"""Share of the message's words, or of a question that it answers, that a statement must hold to bear a verdict."""
_LIKELY, _AGAINST, _SURELY = 0.01, 8.0, 0.5
"""Least share of a verdict, and how many times its contrary's: out of fold, 63 % of the verdicts planned by hand pass
by that alone, and 6.5 % of the same turned round. `_SURELY`: the least where the figure that a statement turns on is
not known."""
_YES = {Polarity.OBLIGE: AnswerType.DOIS_JE, Polarity.PERMET: AnswerType.PUIS_JE}
_NO = {Polarity.N_OBLIGE_PAS: AnswerType.DOIS_JE, Polarity.INTERDIT: AnswerType.PUIS_JE}
_LAWS = frozenset({Regime.UE, Regime.FR})


def bears(
    local: LocalPlanner, s: Statement | None, part: str, verdict: Literal["yes", "no"], message: Message,
    nearness: float, evidence: Sequence[Shown], met: bool | None = None, contrary: bool = False,
) -> Literal["firm", "likely"] | None:  # fmt: skip
    """How sure a statement makes a verdict on a part; None when it does not bear it. `met`: whether a sum that is shown
    meets the threshold of the statement; `contrary`: whether the part is said to ask the inverse, which
    is taken only where the part's own words leave it open."""
    if s is None or nearness < _NEAR:
        return None
    case = case_of(s, message.question, local.selector.glossary)
    if case.conflict or case.local:
        return None
    if met is not None:
        return "likely" if _by_figures(s, part, verdict, message, met, contrary) else None
    decided = decide(s, message.case)
    if decided is not None and not any(direction(part)):
        return "likely" if decided.verdict == verdict else None
    said, share = _says(s, part, verdict, message), _share(s, part, verdict)
    if s.bounds and decided is None:
        known = any(b.field in message.case for b in s.bounds)
        return "likely" if not known and share >= _SURELY else None
    if (not said and not share) or outside(s, message.case):
        return None
    laws = {e.passage.regime for e in evidence} & _LAWS
    sure = said and s.confidence == "haute" and case.entailed and not s.needs and not s.bounds and len(laws) < 2
    return "firm" if sure else "likely"


def _share(s: Statement, part: str, verdict: Literal["yes", "no"]) -> float:
    """How likely the head of verdicts finds a verdict; 0 where it does not find the contrary far less so."""
    shares = shares_of(part, s)
    least = max(_LIKELY, _AGAINST * shares["no" if verdict == "yes" else "yes"])
    return shares[verdict] if shares[verdict] >= least else 0.0


def _by_figures(
    s: Statement, part: str, verdict: Literal["yes", "no"], message: Message, met: bool, contrary: bool
) -> bool:
    """Whether a statement whose threshold is met, or not, gives a verdict: a duty or a right that is not reached is
    none, and what an exemption or a ban does not reach is due, or allowed."""
    if s.polarity is Polarity.FAIT:
        return False
    kinds = {AnswerType.DOIS_JE, AnswerType.PUIS_JE}
    asked = set(question_types(part)) & kinds or set(question_types(message.text)) & kinds
    of = AnswerType.PUIS_JE if s.polarity in (Polarity.PERMET, Polarity.INTERDIT) else AnswerType.DOIS_JE
    banned, negated, _ = direction(part)
    if asked and of not in asked and not contrary:
        return False
    turned = contrary if not asked or of not in asked else banned or negated
    return (verdict == "yes") == (((s.polarity in _YES) == met) != turned)


def _says(s: Statement, part: str, verdict: Literal["yes", "no"], message: Message) -> bool:
    """Whether the force of a statement is a verdict on what a part asks."""
    banned, negated, _ = direction(part)
    if s.role is Role.DEMENT:
        return verdict == "no" and not negated
    asked = set(question_types(part)) & {AnswerType.DOIS_JE, AnswerType.PUIS_JE}
    asked = asked or set(question_types(message.text)) & {AnswerType.DOIS_JE, AnswerType.PUIS_JE}
    yes, no = _YES.get(s.polarity) in asked, _NO.get(s.polarity) in asked
    if banned:  # « est-ce interdit ? » asks the reverse of « puis-je ? »
        yes, no = s.polarity is Polarity.INTERDIT, s.polarity is Polarity.PERMET
    if negated:
        yes, no = no, yes
    return yes if verdict == "yes" else no
