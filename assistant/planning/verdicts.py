"""« Oui » or « Non »: whether a statement bears a verdict on what is asked.

Guarantee: only a statement that is recorded as a duty, a right, a ban or an exemption bears one, on a question that
asks for just that; a question that adds a figure or an exception of its own gets none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.planning.options import Option
from assistant.planning.plan import Verdict
from assistant.reading.kinds import RISK, question_types
from ingest.corpus.cards import Kind
from ingest.corpus.fiches import AnswerType, Polarity, Statement
from ingest.language.lexical import analyse, fold

_YES = {Polarity.OBLIGE: AnswerType.DOIS_JE, Polarity.PERMET: AnswerType.PUIS_JE}
_NO = {Polarity.N_OBLIGE_PAS: AnswerType.DOIS_JE, Polarity.INTERDIT: AnswerType.PUIS_JE}
_PROHIBITED = re.compile(r"\b(?:interdit|banni|prohib|illegal|forbidden|banned|hors la loi)")
_EXCEPTED = re.compile(r"\b(?:sans|hors|sauf|without|except|unless)\b")
_SPARED = r"\b(?:dispens|exempt|echapp|evit)"
_NOT = r"\b(?:n'\w+|ne) (?:\w+ )?pas\b"
_NEGATED = re.compile(rf"{_NOT}|{_SPARED}")
_TELLING = 100
"""Figures from which a question asks of another case than a card's: « 52 minutes » is a format."""
_SURE = 0.5
"""Overlap with a question that the statement or its card is known to answer."""


def borne(s: Statement, part: str, option: Option, entailed: bool) -> Verdict | None:
    """The verdict that a statement bears on a part; None when it bears none, or when that is not sure."""
    asked = set(question_types(part)) & {AnswerType.DOIS_JE, AnswerType.PUIS_JE}
    kinds = option.card.kinds if option.card else (Kind.YES_NO,)
    known = option.features["alias" if option.card else "known"]
    if not asked or Kind.YES_NO not in kinds or not entailed or known < _SURE:
        return None
    folded = fold(part)
    figures = {t for t in analyse(part) if t.isdigit()}
    if _EXCEPTED.search(folded) or not figures <= set(analyse(f"{s.text} {s.en}")):
        return None
    if re.match(r"(?:Oui|Non|Yes|No)\b", s.lead or s.text):
        return None
    yes, no = _YES.get(s.polarity) in asked, _NO.get(s.polarity) in asked
    if yes == no:
        return None
    if _PROHIBITED.search(folded):  # « est-ce interdit ? » asks the reverse of « puis-je ? »
        yes, no = no, yes
    if _NEGATED.search(folded):
        return None
    return "yes" if yes else "no"


def same_direction(part: str, asks: Sequence[str], head: str) -> bool:
    """True when a part asks what the nearest of some questions asks, and not its contrary: a duty is no ban and no
    right, a negation turns a question round, and a figure or an exception of one's own is another question."""
    nearest = nearest_ask(part, asks)
    known = set(analyse(" ".join((*asks, head))))
    if not {t for t in analyse(part) if t.isdigit() and int(t) >= _TELLING} <= known:
        return False
    return same_turn(part, nearest)


def nearest_ask(part: str, asks: Sequence[str]) -> str:
    """The question that shares most of its terms with a part."""
    mine = set(analyse(part))
    return max(asks, key=lambda ask: len(mine & set(analyse(ask))) / (len(mine | set(analyse(ask))) or 1))


def same_turn(part: str, ask: str) -> bool:
    """True when two questions have one answer, yes or no: both ask of a duty, or of a right; neither turns the other
    round; and a fine is asked of in both or in neither."""
    asked, answered = _modality(part), _modality(ask)
    if asked and answered and not asked & answered:
        return False
    return _direction(part) == _direction(ask)


def turned(part: str, ask: str) -> bool | None:
    """Whether a part asks the contrary of a question that a rule settles (a ban for a right, an exemption for a duty):
    « oui » is then « non ». None when the one does not settle the other. What is excepted is a fact of the case."""
    asked, answered = _modality(part), _modality(ask)
    if asked and answered and not asked & answered:
        return None
    mine, theirs = fold(part), fold(ask)
    if any(bool(re.search(p, mine)) != bool(re.search(p, theirs)) for p in (RISK.pattern, _NOT)):
        return None
    banned = bool(_PROHIBITED.search(mine)) != bool(_PROHIBITED.search(theirs))
    spared = bool(re.search(_SPARED, mine)) != bool(re.search(_SPARED, theirs))
    return banned != spared


def _modality(text: str) -> set[AnswerType]:
    return set(question_types(text)) & {AnswerType.DOIS_JE, AnswerType.PUIS_JE}


def _direction(text: str) -> tuple[bool, bool, bool]:
    folded = fold(text)
    return bool(_PROHIBITED.search(folded)), bool(_NEGATED.search(folded)), bool(_EXCEPTED.search(folded))
