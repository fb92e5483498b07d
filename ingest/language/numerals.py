"""Numbers written in words, in French and in English: « trois cent cinquante », "two hundred and fifty".

Guarantee: one pass over the text; « un », « une » and « neuf » are numbers only inside a compound (« vingt et un ») or,
for « neuf », before what is counted (« neuf mois », but « un film neuf »). Millions and milliards are scales, read by
`ingest.language.claims` with the unit that follows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

_VALUES: dict[str, dict[str, int]] = {
    "fr": {
        "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
        "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20,
        "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "cent": 100, "cents": 100,
        "mille": 1000, "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30,
        "quarantaine": 40, "cinquantaine": 50, "soixantaine": 60, "centaine": 100,
    },
    "en": {
        "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
        "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
        "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
        "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000,
    },
}  # fmt: skip
_ALONE_IS_NONE = {"fr": {"un", "une", "vingts", "cents", "mille"}, "en": {"one", "hundred", "thousand"}}
_COUNTED = re.compile(
    r"\s(?:ans?|années|mois|jours|semaines|heures|exercices|critères|postes|genres|points|salariés|personnes|membres|"
    r"pour cent|techniciens|figurants|collaborateurs|permanents|nuits|couverts|kilowatts|kw|kva|[kmg]wh|etp|"
    r"euros|millions|milliards|mètres|litres|sociétés|départements|régions|pages|articles)\b",
    re.IGNORECASE,
)
_RUN = {
    lang: re.compile(
        rf"(?<![\w-])(?:{(words := '|'.join(sorted(values, key=len, reverse=True)))})"
        rf"(?:(?:-et-|\set\s|-|\s|\sand\s)(?:{words}))*(?!\w)",
        re.IGNORECASE,
    )
    for lang, values in _VALUES.items()
}
_ORDINALS = {
    "deuxième": 2, "troisième": 3, "quatrième": 4, "cinquième": 5, "sixième": 6, "septième": 7, "huitième": 8,
    "neuvième": 9, "dixième": 10, "second": 2, "seconde": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_ORDINAL_WORD = re.compile(rf"(?<!\w)({'|'.join(_ORDINALS)})s?(?!\w)", re.IGNORECASE)
_WORD, _JOINS = re.compile(r"[^\W\d_]+"), frozenset({"et", "and"})
_BEFORE_ONE = frozenset({20, 30, 40, 50, 60, 70, 80, 90, 100, 1000})
_BEFORE_CENT = re.compile(r"(?:pour|per)\s$", re.IGNORECASE)


def spelled(text: str, language: str) -> Iterator[tuple[int, int, Decimal]]:
    """`(start, end, value)` of each number written in words, left to right."""
    values = _VALUES[language]
    for m in _RUN[language].finditer(text):
        words = re.split(r"-et-|\set\s|\sand\s|-|\s", m.group(0).lower())
        end = m.end()
        if len(words) > 1 and words[-1] in {"cent", "cents"} and _BEFORE_CENT.search(text[: end - len(words[-1])]):
            continue
        if len(words) == 1 and not _counts(words[0], text, m.start(), end, language):
            continue
        yield from _numbers(m, values)


def _counts(word: str, text: str, start: int, end: int, language: str) -> bool:
    if word in {"neuf", "nine"}:
        return language == "en" or bool(_COUNTED.match(text, end))
    if word == "cent":
        return not _BEFORE_CENT.search(text[max(0, start - 5) : start])
    return word not in _ALONE_IS_NONE[language]


def _numbers(m: re.Match[str], values: dict[str, int]) -> Iterator[tuple[int, int, Decimal]]:
    """A run is one number, or several that do not make one (« deux et trois », « trente et trente-cinq »), each where
    it stands."""
    total = current = 0
    previous, start, end = 0, m.start(), m.end()
    for word in _WORD.finditer(m.group(0)):
        if word.group().lower() in _JOINS:
            continue
        value = values[word.group().lower()]
        at, stop = m.start() + word.start(), m.start() + word.end()
        if value == 1 and previous not in _BEFORE_ONE:  # « une quinzaine », « deux et un autre »
            continue
        if value == 1000:
            total, current = total + max(current, 1) * 1000, 0
        elif value == 100:
            current = max(current, 1) * 100
        elif value == 20 and current % 100 == 4:
            current += 76  # quatre-vingts
        elif previous and value >= previous:
            yield start, end, Decimal(total + current)
            total, current, start = 0, value, at
        else:
            current += value
        previous, end = value, stop
    if previous:
        yield start, end, Decimal(total + current)


def ordinal_words(text: str) -> frozenset[Decimal]:
    """Ordinals in words, from the second on (« cinquième », "fifth"); « premier » orders more often than it counts."""
    return frozenset(Decimal(_ORDINALS[m.group(1).lower()]) for m in _ORDINAL_WORD.finditer(text))
