"""Whether a statement bears the verdict that a model gives of a part.

Guarantee: a duty bears « oui » on « dois-je », an exemption « non »; a right « oui » on « puis-je », a ban « non »; a
denial bears « non » on the belief that it denies; nothing else bears one, and nothing that the part's words hardly
touch. It is flat only of a sure statement that nothing is needed beside, whose case is the asker's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from assistant.planning.case import case_of
from assistant.planning.decide import decide, outside
from assistant.planning.local import LocalPlanner
from assistant.planning.plan import Shown
from assistant.planning.verdicts import direction
from assistant.reading.kinds import question_types
from assistant.reading.message import Message
from ingest.corpus.fiches import AnswerType, Polarity, Role, Statement
from ingest.corpus.register import Regime

_NEAR = 0.3
"""Share of the message's words, or of a question that it answers, that a statement must hold to bear a verdict."""
_YES = {Polarity.OBLIGE: AnswerType.DOIS_JE, Polarity.PERMET: AnswerType.PUIS_JE}
_NO = {Polarity.N_OBLIGE_PAS: AnswerType.DOIS_JE, Polarity.INTERDIT: AnswerType.PUIS_JE}
_LAWS = frozenset({Regime.UE, Regime.FR})


def bears(
    local: LocalPlanner, s: Statement | None, part: str, verdict: Literal["yes", "no"], message: Message,
    nearness: float, evidence: Sequence[Shown],
) -> Literal["firm", "likely"] | None:  # fmt: skip
    """How sure a statement makes a verdict on a part; None when it does not bear it."""
    if s is None or nearness < _NEAR or not _says(s, part, verdict, message):
        return None
    case = case_of(s, message.question, local.selector.glossary)
    if case.conflict or case.local or outside(s, message.case):
        return None
    if s.bounds and ((decided := decide(s, message.case)) is None or decided.verdict != verdict):
        return None
    laws = {e.passage.regime for e in evidence} & _LAWS
    sure = s.confidence == "haute" and case.entailed and not s.needs and len(laws) < 2
    return "firm" if sure else "likely"


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
