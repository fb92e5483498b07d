"""What a question asks of every candidate alike: its terms with their weights, the figures that it wants, what it names.

Guarantee: pure functions of the question's text; a figure quoted by the question widens nothing that it wants, money
and time are no count, and a company counts only when the question names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.reading.kinds import QUOTED
from assistant.reading.question import Question
from ingest.corpus.fiches import AnswerType
from ingest.language.lexical import analyse, fold
from ingest.language.phrases import Phrases

WORDS = Phrases.load(Path(__file__).resolve().parent / "data" / "words.yaml")
"""The words that tell what is wanted."""
_WANTED = ("montant", "taux", "seuil", "duree", "nombre")
_YEAR = 4
"""Figures of a year, which starts with 19 or 20."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question, or a part of it, asks of every candidate alike: terms with their weights, and figures."""

    terms: dict[str, float]
    own: dict[str, float]
    types: tuple[AnswerType, ...]
    figures: frozenset[str]
    numbers: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()
    criterion: bool = False
    criterion_named: bool = False


def read_asked(
    question: Question, types: tuple[AnswerType, ...], part: str, terms: dict[str, float], own: dict[str, float]
) -> Asked:
    """What a part of a question asks; `terms` are the question's by weight, `own` the part's."""
    folded = fold(question.query)
    criterion = bool(question.frameworks or WORDS.has(folded, "criterion"))
    numbers = frozenset(t for t in analyse(part) if t.isdigit() and len(t) > 1 and not _is_year(t))
    return Asked(
        terms,
        own,
        types,
        wanted_figures(part, types),
        numbers,
        companies=named_companies(question.query),
        criterion=criterion,
        criterion_named=criterion and bool(question.references or _asks_criteria(folded)),
    )


def _asks_criteria(folded: str) -> bool:
    """Whether a question is after criteria: one on the label's price or steps is not."""
    return WORDS.has(folded, "criteria") or bool(WORDS.followed(folded, "label said", "requires"))


def _is_year(term: str) -> bool:
    return len(term) == _YEAR and term.startswith(("19", "20"))


@lru_cache(maxsize=16384)
def named_companies(text: str) -> frozenset[str]:
    """Companies that a text names; remembered, for the same statements come up question after question."""
    folded = fold(text)
    return frozenset(folded[slice(*span)] for span in WORDS.find(folded, "company"))


def wanted_figures(text: str, types: tuple[AnswerType, ...]) -> frozenset[str]:
    """The kinds of figure that a question is after: « combien touche-t-on » wants an amount, not a count."""
    folded = fold(QUOTED.sub(" ", text))
    if WORDS.has(folded, "how often"):
        return frozenset({"duree"})
    if AnswerType.COMBIEN not in types:
        return frozenset()
    if WORDS.followed(folded, "how many", "time"):
        return frozenset({"duree"})
    if counted_noun(text):
        return frozenset({"nombre", "seuil"})
    found = {kind for kind in _WANTED if WORDS.has(folded, kind)}
    if found & {"montant", "seuil"}:  # a threshold is an amount as often as a count
        found |= {"montant", "seuil"}
    return frozenset(found)


def counted_noun(text: str) -> str | None:
    """What a question counts, as an index term: « combien de critères » counts criteria; money and time are no count."""
    folded = fold(text)
    for _, end in WORDS.find(folded, "how many"):
        start = end + len(folded[end:]) - len(folded[end:].lstrip())
        if WORDS.at(folded, "time", start) is None and WORDS.at(folded, "measure", start) is None:
            return next(iter(analyse(folded[start:].partition(" ")[0])), None)
    return None
