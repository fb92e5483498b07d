"""What a question asks of whatever answers it: the figures that it wants, what it counts, the companies that it names.

Guarantee: pure functions of the question's text; a figure quoted by the question widens nothing that it wants, and money
and time are no count.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from assistant.reading.kinds import QUOTED
from ingest.corpus.fiches import AnswerType
from ingest.language.lexical import analyse, fold
from ingest.language.phrases import Phrases

WORDS = Phrases.load(Path(__file__).resolve().parent / "data" / "words.yaml")
"""The words that tell what is wanted."""
_WANTED = ("montant", "taux", "seuil", "duree", "nombre")


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
