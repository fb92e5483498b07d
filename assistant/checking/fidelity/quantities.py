"""Units and bounds of figures, ordinals and durations.

Guarantee: a figure that the wording gives in another unit (kg for t, months for days), or with the opposite bound (at
most for at least), is a departure; so is an ordinal or a duration that it does not speak of. « ne … pas plus de » is an
upper bound; a bound and the predicate turned round together (« rien en dessous de » for « seulement à partir de »)
cancel out.
"""

from __future__ import annotations

# ruff: noqa: E501 - tables of patterns read best one pattern a line
import re
from collections import defaultdict
from decimal import Decimal

from assistant.checking.fidelity.force import denied
from assistant.checking.fidelity.words import ReadText, words_pattern
from ingest.language.claims import read_claim
from ingest.language.numerals import ordinal_words, spelled

_UNITS = {
    "money": "m€|k€|md€|€|eur|euros?|(?:millions?|milliards?) d'euros",
    "t": "t|tonnes?|tco2e?|tonnes? (?:de )?co2e?", "kg": "kg|kilos?|kilogrammes?|kgco2e?", "g": "g|grammes?|gco2e?",
    "kwh": "kwh", "mwh": "mwh", "gwh": "gwh", "kw": "kw|kilowatts?", "mw": "mw", "w": "watts?",
    "m": "m|metres?", "km": "km|kilometres?", "mm": "mm", "cm": "cm", "m2": "m2|m²|metres? carres?|square metres?",
    "ha": "ha|hectares?", "m3": "m3|m³|metres? cubes?", "l": "litres?|l", "°c": "°c|° c|degres?",
    "people": "salaries?|employes?|employees|personnes?|people|etp|fte",
    "points": "points?", "seats": "places|fauteuils|seats", "share": "%|pour cent|percent|per cent",
    "minute": "minutes?|min", "second": "secondes?|seconds?", "hour": "heures?|hours?|h", "day": "jours?|days?",
    "week": "semaines?|weeks?", "month": "mois|months?", "year": "ans?|annees?|years?",
}  # fmt: skip
_UNIT = re.compile(
    r"\s?(?:(?:milliers?|millions?|milliards?|billion|thousand) ?(?:de |d'|of )?)?(?:"
    + "|".join(f"(?P<u{i}>{pattern})" for i, pattern in enumerate(_UNITS.values()))
    + r")(?![a-z0-9])"
)
_NAMES = tuple(_UNITS)
_NUMBER = {
    "fr": re.compile(r"(?<![\w,.])\d{1,3}(?: \d{3})+(?:,\d+)?(?!\d)|(?<![\w,.])\d+(?:,\d+)?(?!\d)"),
    "en": re.compile(r"(?<![\w,.])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|(?<![\w,.])\d+(?:\.\d+)?(?!\d)"),
}
_LOW = words_pattern(
    ["au moins", "au minimum", "minimum de", "minimal* de", "minimum", "a partir de", "a compter de", "dez", "plus de",
     "superieur* a", "depass*", "excede*", "au-dessus de", "au-dela de", "at least", "more than", "over", "above", "from",
     "minimum of", "exceed*", "or more", "un peu plus de", "inferieure a", "pas inferieur* a"]
)  # fmt: skip
_HIGH = words_pattern(
    ["au plus", "au maximum", "maximum de", "maximal* de", "maximum", "jusqu'a", "moins de", "inferieur* a", "sous",
     "en dessous de", "en-dessous de", "limite* a", "plafonn* a", "at most", "less than", "under", "below", "up to",
     "fewer than", "no more than", "capped at", "limited to", "a maximum of", "or fewer", "or less", "un peu moins de",
     "ne pas depasser", "reste sous"]
)  # fmt: skip
_FLIPPABLE = re.compile(r"plus de|superieur|depass|exced|au-dessus|more than|exceed|moins de|inferieur|less than|fewer")
_NEGATED = re.compile(r"(?:\bsauf |\bunless |\bne |\bn'|\bpas |\bsans |\bnot |\bno |cannot )[^,;:.]{0,40}$")
_AFTER = re.compile(r"^[^,;:.()\d]{0,24}\b(?:au plus|au maximum|maximum|at most|or fewer|or less|a year at most)\b")
_AFTER_LOW = re.compile(r"^[^,;:.()\d]{0,24}\b(?:au moins|au minimum|minimum|at least|or more|et plus)\b")
_RANK = re.compile(r"(?<![\w,.-])([2-9]|\d{2})(?:e|eme|ème|nd|rd|th)\b")
_DURATIONS = {
    "fr": {
        "second": "secondes?", "minute": "minutes?", "hour": "heures?|horaires?", "week": r"semaines?|hebdo\w*",
        "day": r"jours?|journees?|journali\w+|quotidien\w*", "month": r"mois|mensuel\w*",
        "year": r"ans?|annees?|annuel\w*|exercices?",
    },
    "en": {
        "second": "seconds?", "minute": "minutes?", "hour": "hours?|hourly", "week": "weeks?|weekly",
        "day": "days?|daily", "month": "months?|monthly", "year": r"years?|annual\w*|yearly|a year",
    },
}  # fmt: skip
_PER = {
    "fr": r"(?<![a-z])(?:par|chaque|une?|tous les|toutes les|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente) ",
    "en": r"(?<![a-z])(?:per|each|every|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|thirty) ",
}
_RATES = {
    "fr": {"second": "(?!)", "minute": "(?!)", "hour": "horaire", "week": "hebdo", "day": "journali|quotidien",
           "month": "mensuel", "year": "annuel|(?:ans?|annees?|exercices?)(?![a-z])"},
    "en": {"second": "(?!)", "minute": "(?!)", "hour": "hourly", "week": "weekly", "day": "daily", "month": "monthly",
           "year": "annual|yearly|years?(?![a-z])"},
}  # fmt: skip
_DURATION = {
    lang: {
        name: re.compile(rf"(?:(?<=\d )|{_PER[lang]})(?:{pattern})(?![a-z])|(?<![a-z])(?:{_RATES[lang][name]})")
        for name, pattern in rows.items()
    }
    for lang, rows in _DURATIONS.items()
}


def departures(mine: ReadText, theirs: ReadText) -> list[str]:
    """Units, bounds, ordinals and durations of `mine` that `theirs` gives otherwise."""
    out = []
    ours, given = _quantities(mine), _quantities(theirs)
    parity = denied(mine).count % 2 != denied(theirs).count % 2
    for value, (units, bounds) in ours.items():
        if value not in given:
            continue
        their_units, their_bounds = given[value]
        if units - {""} and not units & their_units and "" not in their_units:
            out.append(f"unité de {value:f}")
        if bounds and their_bounds and not bounds & their_bounds and not parity:
            out.append(f"borne de {value:f}")
    known = _ranks(theirs) | given.keys() | {f.value for f in read_claim(theirs.text, theirs.language).figures}
    out += [f"rang {rank}" for rank in sorted(_ranks(mine) - known)]
    for name, pattern in _DURATION[mine.language].items():
        if (
            mine.has(pattern)
            and not re.search(rf"(?<![a-z])(?:{_DURATIONS[mine.language][name]})(?![a-z])", theirs.folded)
            and not (name == "year" and re.search(r"\b20\d\d\b", theirs.folded))
        ):
            out.append(f"durée : {name}")
    return out


def _quantities(text: ReadText) -> dict[Decimal, tuple[set[str], set[str]]]:
    """Value → the units and bounds (`low`, `high`) that it is given with; an empty unit when one stands bare."""
    out: dict[Decimal, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    spans = [
        (m.start(), m.end(), _decimal(m.group(0), text.language)) for m in _NUMBER[text.language].finditer(text.folded)
    ]
    spans += list(spelled(text.text, text.language))
    for start, end, value in spans:
        units, bounds = out[value.normalize()]
        unit = _UNIT.match(text.folded, end)
        named = _NAMES[int(unit.lastgroup[1:])] if unit and unit.lastgroup else ""
        units.add(_before(text.folded, start) or named)
        if bound := _bound(text.folded, start, end):
            bounds.add(bound)
    return out


def _before(text: str, start: int) -> str:
    return "money" if re.search(r"(?:€|eur) ?$", text[max(0, start - 4) : start]) else ""


def _bound(text: str, start: int, end: int) -> str | None:
    tail = text[end : end + 40]
    if _AFTER.search(tail):
        return "high"
    if _AFTER_LOW.search(tail):
        return "low"
    head = re.split(r"[,;:.](?:\s|$)|\d", text[max(0, start - 36) : start])[-1]
    last: tuple[int, str, str] | None = None
    for pattern, name in ((_LOW, "low"), (_HIGH, "high")):
        for m in pattern.finditer(head):
            if head[: m.start()].endswith(("au ", "au-", "moins ")):  # « au plus de » is « au plus »
                continue
            if last is None or m.end() > last[0]:
                last = (m.end(), name, m.group(0))
    if last is None:
        return None
    _, name, words = last
    negated = _FLIPPABLE.search(words) and _NEGATED.search(
        text[max(0, start - 60) : start - len(head) + head.rfind(words)]
    )
    if negated:
        return "low" if name == "high" else "high"
    return name


def _ranks(text: ReadText) -> frozenset[Decimal]:
    return frozenset(Decimal(m.group(1)) for m in _RANK.finditer(text.folded)) | ordinal_words(text.text)


def _decimal(raw: str, language: str) -> Decimal:
    raw = raw.replace(" ", "")
    return Decimal(raw.replace(",", "") if language == "en" else raw.replace(",", "."))
