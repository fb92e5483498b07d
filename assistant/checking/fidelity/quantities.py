"""Units and bounds of figures, ordinals and durations.

Guarantee: a figure that the wording gives in another unit (kg for t, months for days), or with the opposite bound (at
most for at least), is a departure; so is an ordinal or a duration that it does not speak of. « ne … pas plus de » is an
upper bound; a bound and the predicate turned round together (« rien en dessous de » for « seulement à partir de »)
cancel out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

from assistant.checking.fidelity.force import denied
from assistant.checking.fidelity.words import CUES, ReadText
from ingest.language.claims import numbers, read_claim
from ingest.language.numerals import ordinal_words

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
_YEAR = 4
_RANK = re.compile(r"(?<![\w,.-])([2-9]|\d{2})(?:e|eme|ème|nd|rd|th)\b")
_DURATIONS = ("second", "minute", "hour", "week", "day", "month", "year")
_NEGATED, _BEARS, _PARTS = 60, 41, frozenset(",;:.")
"""Characters before a figure where a negation of its bound is looked for, how near it ends, what parts them."""
_REACH, _BEHIND = 36, 24
"""Characters within which the words of a bound stand before a figure, or behind it."""


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
    for name in _DURATIONS:
        if _lasts(mine, name) and not theirs.has(name) and not (name == "year" and _of_a_year(theirs)):
            out.append(f"durée : {name}")
    return out


def _quantities(text: ReadText) -> dict[Decimal, tuple[set[str], set[str]]]:
    """Value → the units and bounds (`low`, `high`) that it is given with; an empty unit when one stands bare."""
    out: dict[Decimal, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for start, end, value in numbers(text.folded, text.text, text.language):
        units, bounds = out[value.normalize()]
        unit = _UNIT.match(text.folded, end)
        named = _NAMES[int(unit.lastgroup[1:])] if unit and unit.lastgroup else ""
        units.add(_before(text.folded, start) or named)
        if bound := _bound(text, start, end):
            bounds.add(bound)
    return out


def _before(text: str, start: int) -> str:
    return "money" if text[:start].rstrip().endswith(("€", "eur")) else ""


def _bound(text: ReadText, start: int, end: int) -> str | None:
    for name in ("high", "low"):
        if any(
            first - end <= _BEHIND and _clear(text.folded, end, first) for first, _ in text.find(f"{name} after", end)
        ):
            return name
    found = [
        (last, name, first)
        for name in ("low", "high")
        for first, last in text.find(name, max(0, start - _REACH), start)
        if _clear(text.folded, last, start) and not text.folded[:first].endswith(("au ", "au-", "moins "))
    ]  # « au plus de » is « au plus »
    if not found:
        return None
    last, name, first = max(found)
    if text.has("turns", first, last) and _negated(text, max(0, start - _NEGATED), first):
        return "low" if name == "high" else "high"
    return name


def _negated(text: ReadText, start: int, end: int) -> bool:
    """True when a negation of a span bears on its end: no mark stands between."""
    return any(
        end - last <= _BEARS and _PARTS.isdisjoint(text.folded[last:end])
        for _, last in text.find("negates", start, end)
    )


def _clear(text: str, start: int, end: int) -> bool:
    """True when no mark nor figure stands between two places."""
    return not any(c in ",;:.()" or c.isdigit() for c in text[start:end])


def _lasts(text: ReadText, unit: str) -> bool:
    """Whether a text tells a duration in a unit, or a rate: « 3 jours », « par mois », « annuel »."""
    if f"{unit} rate.{text.language}" in CUES.names and text.has(f"{unit} rate"):
        return True
    counted = {end for _, end in text.find("per")}
    return any(text.folded[: start - 1][-1:].isdigit() or start - 1 in counted for start, _ in text.find(unit))


def _of_a_year(text: ReadText) -> bool:
    return any(len(w.text) == _YEAR and w.text.startswith("20") for w in text.words)


def _ranks(text: ReadText) -> frozenset[Decimal]:
    return frozenset(Decimal(m.group(1)) for m in _RANK.finditer(text.folded)) | ordinal_words(text.text)
