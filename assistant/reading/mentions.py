"""The figures of a text, with their units, whoever's they are: « 1 200 salariés », « 3,5 M€ », « 40 à 50 personnes ».

Guarantee: values in base units (EUR, persons, kWh, m², kW, days, metres); a range is one mention; a date, a year or an
article's number is none. What a figure is of is told elsewhere (`figure_head`): here is only what its unit allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ingest.corpus.fiches import CaseField
from ingest.language.claims import Language
from ingest.language.numerals import spelled
from ingest.language.phrases import tokens

_NUMBER: dict[Language, str] = {
    "fr": r"\d{1,3}(?:,\d{3}){2,}(?!\d)|\d{1,3}(?:[\s\u00a0\u202f.]\d{3})+(?!\d)|\d+(?:[.,]\d+)?",
    "en": r"\d{1,3}(?:[\s\u00a0\u202f,]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?",
}
_SCALES = {"k": 1e3, "m": 1e6, "mio": 1e6, "md": 1e9, "million": 1e6, "milliard": 1e9, "billion": 1e9, "bn": 1e9,
           "mille": 1e3, "thousand": 1e3}  # fmt: skip
_SCALE = r"(?P<scale>mds?|mio|bn|millions?|milliards?|billions?|mille|thousand|k|m)"
_MONEY = re.compile(
    rf"\s?(?:{_SCALE}\s?(?:et\sdemie?|and\sa\shalf)?)?\s?(?:d['’]\s?)?(?:€|euros?\b|eur\b|balles\b)"
    rf"|\s?{_SCALE.replace('scale', 'amount')}\b(?!²|2|/|è)(?:\set\sdemie?\b|\sand\sa\shalf\b)?",
    re.IGNORECASE,
)
_HALF = re.compile(r"\s(?:et\sdemie?|and\sa\shalf)\b", re.IGNORECASE)
_FIRST = re.compile(r"(?:€|\beur)\s?$", re.IGNORECASE)
_UNITS: tuple[tuple[str, str, float], ...] = (
    ("staff", r"(?:salari[ée]e?s?|employ[ée]{1,2}s?|employees?|permanents?|staff)\b", 1),
    ("staff", r"(?:etp|équivalents? temps plein|ftes?|cdi)\b", 1),
    ("persons", r"(?:personnes?|pers\b\.?|people|gens|persons?|collaborat\w+|têtes?|guests?)", 1),
    ("persons", r"(?:techniciens?|couverts|crew|figurants?|extras|repas)", 1),
    ("gwh", r"gwh\b|giga-?watt-?he?u?res?", 1e6), ("gwh", r"mwh\b|m[ée]ga-?watt-?he?u?res?", 1e3),
    ("gwh", r"kwh\b|kilo-?watt-?he?u?res?|kilowatt[\s-]hours?", 1),
    ("kw", r"kva\b|kw\b(?!h)|kilo-?watts?\b", 1), ("kw", r"mw\b(?!h)|m[ée]ga-?watts?\b", 1e3),
    ("litres", r"m³|m3\b|mètres? cubes?|metres? cubes?|cubic met(?:re|er)s?", 1e3),
    ("m2", r"m²|m2\b|mètres? carrés?|metres? carres?|square met(?:re|er)s?|sq\.?\s?m(?:et(?:re|er)s?)?\b|sqm\b", 1),
    ("days", r"(?:shoot(?:ing)?[\s-])?(?:jours?|journ[ée]es?|j|days?|jrs?|nuits?|nights?)\b", 1),
    ("days", r"(?:semaines?|weeks?)\b", 7),
    ("g/km", r"g(?:rammes)?\s?(?:de\s)?(?:co2|co₂)?\s?/\s?km\b|g/km\b", 1),
    ("metres", r"(?:(?-i:m)|m[èe]tres?|met(?:re|er)s?)\b(?!²|2|\s?€|\s?eur)", 1), ("metres", r"km\b(?!/)", 1e3),
    ("kg", r"kg\b|kilos?\b", 1), ("litres", r"(?:l|litres?|liters?)\b(?!['’])", 1),
    ("points", r"points?\b|pts\b", 1), ("percent", r"%|pour\s?cent|percent", 1),
    ("db", r"db(?:\(a\)|a)?\b|décibels?", 1), ("years", r"ans\b|years?\b|mois\b|months?\b|heures?\b|hours?\b", 1),
)  # fmt: skip
"""Nouns and symbols of units: of the language, not of any question."""
_ONE = re.compile(
    r"\b(?:(?P<half>une?\sdemi[-\s]|half\san?\s)|(?:une?|one|an?)\s(?:petite?\s|grosse?\s|bon(?:ne)?\s|seule?\s|single\s|full\s)?)"
    r"(?=(?:millions?|milliards?|billion|journ[ée]e|jour|semaine|nuit|day|week|night)\b)|\b(?P<thousand>mille|a\sthousand|one\sthousand)\b",
    re.IGNORECASE,
)
"""« Un million », « une demi-journée », « mille »: one, half or a thousand of what follows."""
_OF = re.compile(r"\s?-?\s?(?:de\s|d['’]\s?)?")
_CHANGED = re.compile(
    r"\b(?:pass\w+|mont\w+|baiss\w+|descend\w+|augment\w+|rédui\w+|évolu\w+|went|gone|grew|grown|up|down|moved)\s(?:de|from)\s$",
    re.IGNORECASE,
)
"""What leads from one figure to the one that took its place."""
_OPENS = len("between") + 2
"""Characters before a figure that tell whether a word opens a range."""
_YEAR, _YEARS = 4, range(1900, 2101)
"""A bare figure of four digits between these is a year."""
_THOUSAND = 3
"""Digits of a group of thousands."""
_LARGEST = 1e13
"""No figure of a case is larger."""
FIELDS: dict[str, tuple[CaseField, ...]] = {
    "money": (CaseField.TURNOVER, CaseField.BALANCE_SHEET, CaseField.BUDGET, CaseField.AD_SPEND),
    "staff": (CaseField.HEADCOUNT, CaseField.PEOPLE),
    "persons": (CaseField.PEOPLE, CaseField.HEADCOUNT),
    "gwh": (CaseField.CONSUMPTION,),
    "kw": (CaseField.POWER,),
    "m2": (CaseField.SURFACE,),
    "days": (CaseField.DURATION,),
    "g/km": (CaseField.EMISSIONS,),
    "metres": (CaseField.DISTANCE, CaseField.HEIGHT),
    "kg": (CaseField.WEIGHT,),
    "litres": (CaseField.VOLUME,),
    "points": (CaseField.SCORE,),
    "percent": (CaseField.SCORE, CaseField.SHARE),
    "db": (CaseField.NOISE,),
    "years": (),
    "figure": (
        CaseField.HEADCOUNT, CaseField.PEOPLE, CaseField.BUDGET, CaseField.TURNOVER, CaseField.BALANCE_SHEET,
        CaseField.AD_SPEND, CaseField.SCORE,
    ),
}  # fmt: skip
"""What the unit of a figure allows it to be."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A figure where it stands (unit included), its value or range in base units, and its unit."""

    start: int
    end: int
    low: float
    high: float
    unit: str


def mentions(text: str, language: Language = "fr") -> list[Mention]:
    """The figures of a text, in order."""
    out: list[Mention] = []
    for start, end, low, high in _ranges(text, list(_numbers(text, language))):
        unit, scale, taken = _unit(text, start, end)
        first = _FIRST.search(text[:start])
        begin = first.start() if first and unit == "money" else start
        if high * scale > _LARGEST:
            continue
        if unit == "figure" and text[start:end].isdecimal() and end - start == _YEAR and low in _YEARS:
            continue
        if unit == "days" and (m := _HALF.match(text, end + taken)):
            taken += len(m.group())
        half = 0.5 * scale if _HALF.search(text[end : end + taken]) else 0.0
        now = Mention(begin, end + taken, _round(low * scale + half), _round(high * scale + half), unit)
        if out and out[-1].unit == unit and _one_range(text[: out[-1].start], text[out[-1].end : begin]):
            last = out.pop()  # « entre 900 k€ et 1,1 M€ »: the ends of one range, each with its unit
            now = Mention(last.start, now.end, min(last.low, now.low), max(last.high, now.high), unit)
        out.append(now)
    return out


def _unit(text: str, start: int, end: int) -> tuple[str, float, int]:
    """The unit of a figure, its scale, and how many characters it takes after the figure."""
    after = text[end:]
    money = _MONEY.match(after)
    amount = ("money", _scale(money["scale"] or money["amount"] or ""), money.end()) if money else None
    if _FIRST.search(text[:start]):
        return amount or ("money", 1.0, 0)
    return next(_units(after), None) or amount or ("figure", 1.0, 0)


def _units(after: str) -> Iterator[tuple[str, float, int]]:
    """The units that what follows a figure may begin with, the first that counts first."""
    gap = _OF.match(after)
    taken = gap.end() if gap else 0
    for unit, words, scale in _UNITS:
        if m := re.match(words, after[taken:], re.IGNORECASE):
            yield unit, scale, taken + m.end()


def _scale(word: str) -> float:
    bare = word.lower()
    return _SCALES.get(bare, _SCALES.get(bare.rstrip("s"), 1.0))


def _numbers(text: str, language: Language) -> Iterator[tuple[int, int, float]]:
    found: list[tuple[int, int, float]] = []
    for m in re.finditer(rf"(?<![\w,./])(?<!\D-)(?:{_NUMBER[language]})(?![\d/])", text):
        found.append((m.start(), m.end(), _value(m.group(), language, _scaled(text[m.end() :]))))
    taken = [(a, b) for a, b, _ in found]
    for start, end, written in spelled(text, language):
        if not any(a < end and start < b for a, b in taken):
            found.append((start, end, float(written)))
    for m in _ONE.finditer(text):
        if not any(a < m.end() and m.start() < b for a, b, _ in found):
            found.append(
                (
                    m.start(),
                    m.end() if m["thousand"] else len(text[: m.end()].rstrip(" -")),
                    0.5 if m["half"] else 1e3 if m["thousand"] else 1.0,
                )
            )
    yield from sorted(found)


def _ranges(text: str, found: list[tuple[int, int, float]]) -> Iterator[tuple[int, int, float, float]]:
    i = 0
    while i < len(found):
        start, end, value = found[i]
        if i + 1 < len(found) and _one_range(text[:start], text[end : found[i + 1][0]]):
            last = found[i + 1]
            if _CHANGED.search(text[:start]):
                yield last[0], last[1], last[2], last[2]
            else:
                yield start, last[1], min(value, last[2]), max(value, last[2])
            i += 2
            continue
        yield start, end, value, value
        i += 1


def _one_range(before: str, between: str) -> bool:
    """Whether two figures are the ends of one range: « 40 à 50 », « entre 40 et 50 »."""
    opened = tokens(before[-_OPENS:].lower())[-1:] in (["entre"], ["between"])
    return between.strip().lower() in (("et", "and") if opened else ("à", "a", "-", "–", "ou", "to"))


def _scaled(after: str) -> bool:
    """Whether what follows a figure counts it in thousands or more (« M€ », « GWh »), so that it may have decimals."""
    money = _MONEY.match(after)
    return bool(money and (money["scale"] or money["amount"])) or any(
        scale > 1 and unit != "days" for unit, scale, _ in _units(after)
    )


def _value(raw: str, language: Language, scaled: bool) -> float:
    plain = "".join(raw.split())
    if (language == "en" or not scaled) and plain[0] != "0" and _grouped(plain.partition(".")[0], ","):
        return float(Decimal(plain.replace(",", "")))
    if _grouped(plain, "."):
        plain = plain.replace(".", "")
    return float(Decimal(plain.replace(",", ".")))


def _grouped(figure: str, mark: str) -> bool:
    """Whether a mark parts the thousands of a figure: « 1.200.000 »."""
    first, *others = figure.split(mark)
    return bool(others) and len(first) <= _THOUSAND and all(len(g) == _THOUSAND for g in others)


def _round(value: float) -> float:
    """A value without what binary fractions add to it (2,05 × 1 000 000)."""
    return round(value, 6)
