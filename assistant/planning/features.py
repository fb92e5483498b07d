"""What a question asks of every candidate alike: its terms with their weights, the figures that it wants, what it names.

Guarantee: pure functions of the question's text; a figure quoted by the question widens nothing that it wants, money
and time are no count, and a company counts only when the question names it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.reading.kinds import QUOTED
from assistant.reading.question import Question
from ingest.corpus.fiches import AnswerType
from ingest.language.lexical import analyse, fold

_WANTED = {
    "montant": re.compile(
        r"\b(?:touch|gagn|salair|remuner|cachet|cout|prix|tarif|montant|somme|amende|argent|euros?|pay|paie|prime|bonus|risqu|budget|much|fine|cost|price|amount)"
    ),
    "taux": re.compile(r"\b(?:pourcent|pour cent|taux|part|percent|rate|share|score)|%"),
    "seuil": re.compile(r"\b(?:seuil|salarie|effectif|a partir de combien|threshold|employees|turnover)"),
    "duree": re.compile(r"\b(?:temps|delai|duree|jours|mois|ans|long)\b"),
    "nombre": re.compile(r"\b(?:tonnes?|co2|emet|emissions?|empreinte|combien de|how many)\b"),
}
_TIME = (
    r"temps|ans?|annees?|mois|jours?|semaines?|heures?|minutes?|secondes?|years?|months?|days?|weeks?|hours?|seconds?"
)
_MEASURE = r"euros?|argent|amende|tonnes?|tons?|t|kg|kilos?|km|kilometres?|metres?|m2|litres?|watts?|money|la|le|l'"
_COUNTED = re.compile(rf"\b(?:combien d(?:e |')|how many )(?!(?:{_TIME}|{_MEASURE})\b)([\w-]+)")
_LASTING = re.compile(rf"\b(?:combien d(?:e |')|how many )(?:{_TIME})\b")
_OFTEN = re.compile(r"\btous les combien\b|\bhow often\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
_COMPANY = re.compile(
    r"\b(?:tf1|france televisions|m6|canal\+|arte|netflix|totalenergies|mediawan|banijay|newen|ubisoft|gaumont|pathe|amazon|disney)"
)
"""Companies whose own practice is told as a fact: beside the point of a question that names none."""
_CRITERION = re.compile(r"\bcriter|\blabel|\becoprod|\bafnor|\bspec 2308|\bgrille\b")
_CRITERIA = re.compile(
    r"\bcriter|\bgrille\b|\bactions?\b|\bexigences?\b|\breferentiel|\bpostes?\b|\bpreuves?\b|\bjustifi|\b(?:label|ecoprod) (?:demande|exige|impose|attend)"
)
"""A question on the label's price or steps is not one on its criteria."""


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
    criterion = bool(question.frameworks or _CRITERION.search(folded))
    numbers = frozenset(t for t in analyse(part) if t.isdigit() and len(t) > 1 and not _YEAR.fullmatch(t))
    return Asked(
        terms,
        own,
        types,
        wanted_figures(part, types),
        numbers,
        companies=named_companies(question.query),
        criterion=criterion,
        criterion_named=criterion and bool(question.references or _CRITERIA.search(folded)),
    )


@lru_cache(maxsize=16384)
def named_companies(text: str) -> frozenset[str]:
    """Companies that a text names; remembered, for the same statements come up question after question."""
    return frozenset(_COMPANY.findall(fold(text)))


def wanted_figures(text: str, types: tuple[AnswerType, ...]) -> frozenset[str]:
    """The kinds of figure that a question is after: « combien touche-t-on » wants an amount, not a count."""
    folded = fold(QUOTED.sub(" ", text))
    if _OFTEN.search(folded):
        return frozenset({"duree"})
    if AnswerType.COMBIEN not in types:
        return frozenset()
    if _LASTING.search(folded):
        return frozenset({"duree"})
    if counted_noun(text):
        return frozenset({"nombre", "seuil"})
    found = {kind for kind, pattern in _WANTED.items() if pattern.search(folded)}
    if found & {"montant", "seuil"}:  # a threshold is an amount as often as a count
        found |= {"montant", "seuil"}
    return frozenset(found)


def counted_noun(text: str) -> str | None:
    """What a question counts, as an index term: « combien de critères » counts criteria; money and time are no count."""
    match = _COUNTED.search(fold(text))
    return next(iter(analyse(match.group(1))), None) if match else None
