"""« Oui » or « Non »: whether two questions have one answer.

Guarantee: the verdict of a card or of a rule goes to a part that asks what it answers, turned round when the part asks
the contrary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.planning.features import WORDS
from assistant.reading.kinds import asks_risk, question_types
from ingest.corpus.fiches import AnswerType
from ingest.language.lexical import analyse, fold

_SENTENCE = re.compile(r"[^.!?\n]*(?:\.(?=\d)[^.!?\n]*)*[.!?]?")
_MARKS = '.,;:?!()«»"'


def nearest_ask(part: str, asks: Sequence[str]) -> str:
    """The question that shares most of its terms with a part."""
    mine = set(analyse(part))
    return max(asks, key=lambda ask: len(mine & set(analyse(ask))) / (len(mine | set(analyse(ask))) or 1))


def turned(part: str, ask: str) -> bool | None:
    """Whether a part asks the contrary of a question that a rule settles (a ban for a right, an exemption for a duty):
    « oui » is then « non ». None when the one does not settle the other. What is excepted is a fact of the case."""
    part = _asking(part)
    asked, answered = _modality(part), _modality(ask)
    if asked and answered and not asked & answered:
        return None
    mine, theirs = fold(part), fold(ask)
    if asks_risk(part) != asks_risk(ask) or _negated(mine) != _negated(theirs):
        return None
    banned = WORDS.has(mine, "banned") != WORDS.has(theirs, "banned")
    spared = WORDS.has(mine, "spared") != WORDS.has(theirs, "spared")
    return banned != spared


def _asking(part: str) -> str:
    """The sentences of a part that ask, which alone tell what a verdict is of: what is told before them (« my adviser
    says that we are exempt ») is of the case. The whole of it where none has a question mark."""
    asking = [s for s in _SENTENCE.findall(part) if s.rstrip().endswith("?")]
    return " ".join(asking) or part


def _modality(text: str) -> set[AnswerType]:
    return set(question_types(text)) & {AnswerType.DOIS_JE, AnswerType.PUIS_JE}


def _negated(folded: str) -> bool:
    """Whether « ne … pas » stands in a question, one plain word apart at most: « n'est-ce pas » asks what it would
    without."""
    words = [w.strip(_MARKS) for w in folded.split()]
    return any(
        (w == "ne" or w.startswith("n'")) and "pas" in words[i + 1 : i + 3]
        and "".join([w.removeprefix("n'"), *words[i + 1 : words.index("pas", i + 1)]]).isalnum()
        for i, w in enumerate(words)
    )  # fmt: skip
