"""The case of whoever asks, in figures: employees, turnover, budget… each with the words that say so.

Guarantee: a figure is of the case only when it is said of the asker; what is asked about (« le seuil, c'est 250
salariés ? »), a bound (« plus de 500 ») and a date are not. Values are in base units (EUR, persons, kWh, m², kW, days).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ingest.corpus.fiches import CaseField
from ingest.language.claims import Language
from ingest.language.numerals import spelled

Origin = Literal["message", "earlier", "project"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure of the case: a value, or a range; the words it was read from; where it came from."""

    field: CaseField
    low: float
    high: float
    said: str
    origin: Origin = "message"

    @property
    def value(self) -> float | None:
        """The value, when it is one."""
        return self.low if self.low == self.high else None


Case = Mapping[CaseField, Quantity]

_NUMBER: dict[Language, str] = {
    "fr": r"\d{1,3}(?:[\s\u00a0\u202f.]\d{3})+(?!\d)|\d+(?:[.,]\d+)?",
    "en": r"\d{1,3}(?:[\s\u00a0\u202f,]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?",
}
_SCALE = {"k": 1e3, "m": 1e6, "mio": 1e6, "md": 1e9, "mds": 1e9, "million": 1e6, "milliard": 1e9, "billion": 1e9, "bn": 1e9,
          "mille": 1e3, "thousand": 1e3}  # fmt: skip
_MONEY = r"(?:(?P<scale>k|mds?|mio|bn|m|millions?|milliards?|billion|mille|thousand)?\s?(?:d['’]\s?)?(?:€|euros?|eur\b|balles)|(?P<bare>k|mio|millions?|milliards?|billion)\b)"
_EURO_FIRST = r"(?:€|eur)\s?"
_UNITS: tuple[tuple[CaseField, str, float], ...] = (
    (CaseField.HEADCOUNT, r"(?:salari[ée]e?s?|employ[ée]{1,2}s?|employees?|etp|équivalents? temps plein|collaborat\w+|permanents?|staff|ftes?)\b", 1),
    (CaseField.HEADCOUNT, r"(?:personnes?|people)\s(?:permanente?s?|salariée?s?)", 1),
    (CaseField.PEOPLE, r"(?:personnes?|techniciens?|couverts|gens|people|crew|têtes?|figurants?|repas)\b", 1),
    (CaseField.CONSUMPTION, r"gwh\b", 1e6),
    (CaseField.CONSUMPTION, r"mwh\b", 1e3),
    (CaseField.CONSUMPTION, r"kwh\b", 1),
    (CaseField.POWER, r"kva\b|kw\b(?!h)", 1),
    (CaseField.SURFACE, r"m²|m2\b|mètres? carrés?|square met(?:re|er)s?|sqm\b", 1),
    (CaseField.DURATION, r"(?:jours?|j\b|days?)(?!\s+ouvr)", 1),
    (CaseField.EMISSIONS, r"g(?:rammes)?\s?(?:de\s)?(?:co2|co₂)?\s?/\s?km\b|g/km\b", 1),
    (CaseField.DISTANCE, r"(?:(?-i:m)|m[èe]tres?|metres?)\b(?!²|2|\s?€|\s?eur)", 1),
    (CaseField.WEIGHT, r"kg\b", 1),
)  # fmt: skip
"""Nouns and symbols of units: of the language, not of any question."""
_MONEY_OF: tuple[tuple[CaseField, str], ...] = (
    (CaseField.TURNOVER, r"\bca\b|chiffre[sd]?\s(?:d['’]\s?affaires?)|turnover|revenue|de ca\b"),
    (CaseField.BALANCE_SHEET, r"\bbilan\b(?!\s*(?:carbone|ges|d['’]émission|prévisionnel|définitif))|total (?:de |du )?bilan|balance sheet"),
    (CaseField.AD_SPEND, r"invest\w* (?:pub\w*|en pub\w*|média\w*)|budgets? (?:de |en )?(?:pub\w*|média\w*|com\w*)|(?:de|en) (?:pub(?:licité)?|médias?)\b|achats? (?:d['’]espaces?|médias?)|ad spend|advertising|media budget"),
    (CaseField.BUDGET, r"\bdevis\b|\bbudget|\bcoût\b|\bcout\b"),
)  # fmt: skip
_AMOUNTS = frozenset(field for field, _ in _MONEY_OF)
_NOT_MINE = re.compile(
    r"(?:\b(?:moins|plus|au[- ]?del[àa]|à partir|a partir|jusqu['’][àa]|au-dessus|en dessous|sous|seuil|barre|limite|plafond|amende|"
    r"less|more|over|under|above|below|up to|at least|threshold|limit|fine|cap)\s?(?:de|of|que|than|des|les|du|d['’]|is|c['’]est|à|a|aux)?\s?(?:bien\s)?|"
    r"\b(?:les|des|the|ces|aux)\s|\bseuils?\b[^.;?!]{0,25}|\bthresholds?\b[^.;?!]{0,25}|\bminimum\s|\bart(?:icle)?\.?\s)$",
    re.IGNORECASE,
)
"""What stands before a figure that is asked about, or is a bound."""
_BOUND_OF_MINE = re.compile(
    r"\b(?:on (?:est|a|fait)|nous (?:sommes|avons|faisons)|j['’]ai|je suis|we (?:are|have|employ)|we['’]re|notre|nos|ma|mon|"
    r"our|my|(?:boîte|boite|société|entreprise|groupe|prod\w*|agence|chaîne|studio|équipe|company|group) (?:de|fait|a|of|with|has)|"
    r"avec|pour|chez nous)\b[^.;?!]{0,30}$",
    re.IGNORECASE,
)
"""The asker, said just before a figure: then even « plus de 500 » is said of the asker."""
_COMPANY = re.compile(
    r"\b(?:emplo[iy]\w+|bo[iî]te|soci[ée]t[ée]|entreprise|groupe|agence|effectifs?|studio|cha[iî]ne|structure|start-?up|company|firm|business|prod|production)\b[^.;,?!]{0,16}$",
    re.IGNORECASE,
)
"""What stands before « de 30 personnes » that employs them."""
_WHY = re.compile(r"\b(?:pourquoi|why|how come)\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(
    r"\b(?:je|j['’]|on|nous|nos|notre|mon|ma|mes|moi|we|us|our|my|i|i['’]m|we['’]re)\b", re.IGNORECASE
)
"""A reason asked with nobody speaking of themselves: its figures are those of the law."""
_RESTATED = r"\b(?:pardon|sorry|soit|donc|non|en fait|plutôt|total|so|i\.e\.|no|actually|rather)\b[^.;?!\d]{0,24}$"
"""What says a quantity over again: its total, or its correction."""
_COUNTS = re.compile(
    r"\b(?:(?:effectifs?|headcount)|(?P<crew>équipe|crew|team))\s?(?::|=|de|of|est de|is)?\s?(?:environ\s|about\s)?$",
    re.IGNORECASE,
)
"""What a bare figure counts: whoever is employed, or whoever is on the shoot."""
_NEAR = 34
_DATE_AFTER = re.compile(
    r"\s?(?:janv|févr|fevr|mars|avril|mai|juin|juil|août|aout|sept|octo|nove|déce|dece|h\b|heures?\b|ans?\b|mois\b)",
    re.IGNORECASE,
)


def read_case(text: str, language: Language = "fr") -> dict[CaseField, Quantity]:
    """The figures that a message says of its asker; several of one kind make a range, up to their sum."""
    out: dict[CaseField, Quantity] = {}
    if _WHY.search(text) and not _FIRST_PERSON.search(text):
        return out
    last: tuple[CaseField, float] | None = None
    for start, end, low, high in _numbers(text, language):
        before, after = text[:start], text[end:]
        found = _of_money(before, after) or _of_unit(before, after) or _counted(before, low)
        found = found or _like_the_last(before, after, last)
        if found is None or (_NOT_MINE.search(before[-48:]) and not _BOUND_OF_MINE.search(before)):
            continue
        field, scale, length = found
        if field is CaseField.PEOPLE and _COMPANY.search(before[-_NEAR:]):
            field = CaseField.HEADCOUNT
        last = (field, scale)
        first = re.search(rf"{_EURO_FIRST}$", before, re.IGNORECASE)
        said = text[first.start() if first else start : end + length].strip()
        now = Quantity(field, low * scale, high * scale, said)
        restated = re.search(_RESTATED, before[-_NEAR:], re.IGNORECASE)
        out[field] = _together(out[field], now) if field in out and not restated else now
    return out


def gives_amount(text: str, language: Language = "fr") -> bool:
    """Whether a text states a figure with its unit, whoever's it is."""
    return any(_amount(text[end:]) or _of_unit("", text[end:]) for _, end, _, _ in _numbers(text, language))


def _together(one: Quantity, other: Quantity) -> Quantity:
    """Two figures of one quantity (two sites, two companies): anything from the least of them to their sum."""
    low, high = min(one.low, other.low), one.high + other.high
    return Quantity(one.field, low, high, f"{one.said}, {other.said}")


def continued(text: str, before: Case, language: Language = "fr") -> dict[CaseField, Quantity]:
    """The case of a turn that goes on with a case: what it names, and amounts that it leaves unnamed, of the last amount
    said (« 1 800 salariés mais 410 M€ »)."""
    found = read_case(text, language)
    money = next((f for f in reversed(list(before)) if f in _AMOUNTS and f not in found), None)
    for start, end, low, high in _numbers(text, language) if money else ():
        amount = _amount(text[end:])
        if money and amount and _of_money(text[:start], text[end:]) is None:
            scale, length = amount
            found[money] = Quantity(money, low * scale, high * scale, text[start : end + length].strip())
    return found


def recounted(text: str, before: Case, language: Language = "fr") -> dict[CaseField, Quantity]:
    """The case of a correction that gives a bare figure (« pardon, 5 400 »): that of the last quantity said; nothing when
    nothing was said before, or when the figure is a year."""
    numbers = [row for row in _numbers(text, language) if not (1990 <= row[2] <= 2040)]
    if not before or len(numbers) != 1:
        return {}
    start, end, low, high = numbers[0]
    field = list(before)[-1]
    return {field: Quantity(field, low, high, text[start:end])}


def merged(before: Case, now: Case) -> dict[CaseField, Quantity]:
    """The case of a conversation: what a turn says replaces what was said before it."""
    kept = {f: Quantity(q.field, q.low, q.high, q.said, "earlier") for f, q in before.items()}
    return {**kept, **now}


def _numbers(text: str, language: Language) -> Iterable[tuple[int, int, float, float]]:
    found: list[tuple[int, int, float]] = []
    for m in re.finditer(rf"(?<![\w,./])(?<!\D-)(?:{_NUMBER[language]})(?![\d/])", text):
        found.append((m.start(), m.end(), _value(m.group(), language)))
    taken = [(a, b) for a, b, _ in found]
    for start, end, written in spelled(text, language):
        if not any(a < end and start < b for a, b in taken):
            found.append((start, end, float(written)))
    found.sort()
    i = 0
    while i < len(found):
        start, end, value = found[i]
        if i + 1 < len(found) and _one_range(text[:start], text[end : found[i + 1][0]]):
            yield start, found[i + 1][1], min(value, found[i + 1][2]), max(value, found[i + 1][2])
            i += 2
            continue
        yield start, end, value, value
        i += 1


def _one_range(before: str, between: str) -> bool:
    """Whether two figures are the ends of one range: « 40 à 50 », « entre 40 et 50 »."""
    if re.search(r"\b(?:entre|between)\s$", before, re.IGNORECASE):
        return re.fullmatch(r"\s(?:et|and)\s", between, re.IGNORECASE) is not None
    return re.fullmatch(r"\s?(?:à|a|-|–|ou|to)\s?", between, re.IGNORECASE) is not None


def _value(raw: str, language: Language) -> float:
    plain = re.sub(r"[\s\u00a0\u202f]", "", raw)
    if language == "en" and re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        return float(Decimal(plain.replace(",", "")))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", plain):
        plain = plain.replace(".", "")
    return float(Decimal(plain.replace(",", ".")))


def _like_the_last(
    before: str, after: str, last: tuple[CaseField, float] | None
) -> tuple[CaseField, float, int] | None:
    """« 480 salariés à Paris et 60 à La Réunion »: a bare figure that goes on with the last quantity, elsewhere."""
    goes_on = re.search(r"(?:,|\bet|\bplus|\band|\bou|\bor)\s$", before) and re.match(
        r"\s(?:à|a|en|au|aux|dans|in|at)\s", after
    )
    return (*last, 0) if last and goes_on else None


def _counted(before: str, value: float) -> tuple[CaseField, float, int] | None:
    """A bare figure right after what it counts: « effectif : 1150 », « budget 480 000 », « équipe de 30 »."""
    if m := _COUNTS.search(before):
        return (CaseField.PEOPLE if m["crew"] else CaseField.HEADCOUNT), 1, 0
    named = _named(re.split(r"[.;?!,]|\d", before[-_NEAR:])[-1])
    money = named and value >= 1000 and not 1990 <= value <= 2040 and re.search(r"(?:\w|:)\s*$", before)
    return (_nearest(named), 1, 0) if money else None


def _of_unit(before: str, after: str) -> tuple[CaseField, float, int] | None:
    if re.search(rf"{_EURO_FIRST}$", before, re.IGNORECASE):
        return None
    gap = re.match(r"\s?(?:personnes?\s(?=salari))?", after)
    rest = after[gap.end() :] if gap else after
    for field, unit, scale in _UNITS:
        if m := re.match(unit, rest, re.IGNORECASE):
            return field, scale, (gap.end() if gap else 0) + m.end()
    return None


def _amount(after: str) -> tuple[float, int] | None:
    """The scale of an amount of money and the length of its unit, right after a figure; None when it is none."""
    m = re.match(rf"\s?{_MONEY}", after, re.IGNORECASE)
    return (_scale(m["scale"] or m["bare"] or ""), m.end()) if m else None


def _scale(word: str) -> float:
    bare = word.lower().rstrip("s")
    return _SCALE.get(bare, _SCALE.get(bare + "s", 1.0))


def _of_money(before: str, after: str) -> tuple[CaseField, float, int] | None:
    if _DATE_AFTER.match(after):
        return None
    found = _amount(after)
    if found is None:
        if not re.search(rf"{_EURO_FIRST}$", before, re.IGNORECASE):
            return None
        m = re.match(r"\s?(?P<scale>k|m|bn|millions?|billions?)\b", after, re.IGNORECASE)
        found = (_scale(m["scale"]), m.end()) if m else (1.0, 0)
    scale, taken = found
    here = after[taken : taken + _NEAR]
    here = re.split(r"[.;?!]|,\s|\bet\b|\d", here, maxsplit=1)[0]
    earlier = re.split(r"[.;?!]|\d|\s(?:et|and)\s", before[-_NEAR:])[-1]
    after_it = _named(here)
    if after_it:
        return min(after_it, key=lambda row: row[1])[2], scale, taken
    before_it = _named(earlier)
    return (_nearest(before_it), scale, taken) if before_it else None


def _named(said: str) -> list[tuple[int, int, CaseField]]:
    """The quantities of money that words name, each with where it starts and ends."""
    rows = ((re.search(words, said, re.IGNORECASE), field) for field, words in _MONEY_OF)
    return [(*found.span(), field) for found, field in rows if found]


def _nearest(named: list[tuple[int, int, CaseField]]) -> CaseField:
    """The quantity named last before a figure; of two that end together (« media budget »), the longer name."""
    return max(named, key=lambda row: (row[1], -row[0]))[2]
