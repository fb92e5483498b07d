"""What a sentence works out: sums that it shows, done again on figures that are borne; days counted from others.

Guarantee: a figure or a date is explained only by a sum or a count whose every term stands in what is cited or in the
words of the case, or is a conversion that everybody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import product

from dateutil.relativedelta import relativedelta

from ingest.language.claims import Claim, Language, PartialDate, numbers

_SPAN = re.compile(r"\s?(ans?|années?|years?|mois|months?|semaines?|weeks?|jours?|days?)\b", re.IGNORECASE)
_UNITS = {"a": "years", "y": "years", "m": "months", "s": "weeks", "w": "weeks", "j": "days", "d": "days"}
_SUM = re.compile(
    r"(?P<terms>\d[\d\s.,]*(?:\s?[^\W\d_%€²³]{1,12}[.€]?|\s?[%€])?(?:\s?[+\-−–×x*/÷]\s?\d[\d\s.,]*(?:\s?[^\W\d_%€²³]{1,12}[.€]?|\s?[%€])?)+)"
    r"\s?(?:=|≈|soit|donne|is)\s?(?P<total>\d[\d\s.,]*)"
)
_OPERATOR = re.compile(r"[+\-−–×x*/÷](?=\s?\d)")
_TOLERANCE = Decimal("0.006")
_CONVERTED = frozenset(map(Decimal, (7, 12, 24, 52, 60)))
"""What a sum may multiply or divide by without its being said: days of a week, months and weeks of a year, hours."""
_THOUSANDS = re.compile(r"\s?k\b", re.IGNORECASE)
_SCALE = re.compile(r"\s?(?:(k|mille\b)|(m(?=€)|M\b|millions?\b))(?:\s?€|\b)", re.IGNORECASE)


def unexplained(
    faults: list[str], claim: Claim, support: Claim, text: str, language: Language, told: Sequence[str], today: date
) -> list[str]:
    """The faults that no sum shown, and no date counted from another, explains."""
    known = {figure for figures in _sums(text, language, support) for figure in figures}
    known |= set(_thousands(told, language))
    worked = {str(f) for f in claim.figures if f.value in known}
    days = set(_days(support.dates)) | {today}
    spans = {span for t in told for span, *_ in _spans(t, language)}
    counted = {a + sign * span for a, span, sign in product(days, spans, (1, -1))}
    out = []
    for fault in faults:
        kind, _, value = fault.partition(" ")
        if kind == "chiffre" and (value in worked or _elapsed(value, text, language, days)):
            continue
        if kind == "date" and any(
            str(d) == value and (_falls(d, counted) or _next(d, support.dates, today)) for d in claim.dates
        ):
            continue
        out.append(fault)
    return out


def _sums(text: str, language: Language, support: Claim) -> Iterator[list[Decimal]]:
    """The figures of the sums that a text shows, each done again on figures that are borne, or thousands of them."""
    held = {v for f in support.figures for v in (f.value, *(f.value.scaleb(-k).normalize() for k in (3, 6)))}
    for m in _SUM.finditer(text):
        figures = list(_scaled(m.group("terms"), language))
        operators = _OPERATOR.findall(m.group("terms"))
        total = next((v for _, _, v in numbers(m.group("total"), m.group("total"), language)), None)
        if total is None or len(figures) != len(operators) + 1:
            continue
        factors = {n for n, o in enumerate(operators) if o in "×x*/÷"}
        if not all(f.normalize() in held or (f in _CONVERTED and {n, n - 1} & factors) for n, f in enumerate(figures)):
            continue
        value = _worked_out(figures, operators)
        if total and min(abs(value / k - total) for k in (1, 100, Decimal("0.01"))) <= abs(total) * _TOLERANCE:
            yield [f.normalize() for f in (*figures, total, total.scaleb(3), total.scaleb(6))]


def _scaled(text: str, language: Language) -> Iterator[Decimal]:
    """The numbers of a text, in units where it says thousands or millions of another that it counts in units."""
    found = [(v, _SCALE.match(text, end)) for _, end, v in numbers(text, text, language)]
    if all(m for _, m in found):  # all alike: the sum is in thousands, or in millions
        yield from (v for v, _ in found)
        return
    yield from (v.scaleb(0 if m is None else 3 if m[1] else 6) for v, m in found)


def _days(dates: Iterable[PartialDate]) -> Iterator[date]:
    for d in dates:
        if d.year and d.month:
            try:
                yield date(d.year, d.month, d.day or 1)
            except ValueError:
                continue


def _spans(text: str, language: Language) -> Iterator[tuple[relativedelta, str, int]]:
    """The lengths of time that a text says, in figures or in words, with their unit and their number."""
    for _, end, value in numbers(text, text, language):
        if (m := _SPAN.match(text, end)) and value == int(value):
            unit = _UNITS[m.group(1)[0].lower()]
            yield relativedelta(**{unit: int(value)}), unit, int(value)  # type: ignore[arg-type]


def _worked_out(figures: Sequence[Decimal], operators: Sequence[str]) -> Decimal:
    """What a sum makes, products first."""
    terms = [figures[0]]
    for operator, figure in zip(operators, figures[1:], strict=True):
        if operator in "×x*":
            terms[-1] *= figure
        elif operator in "/÷":
            terms[-1] /= figure or 1
        else:
            terms.append(figure if operator == "+" else -figure)
    return sum(terms, Decimal(0))


def _thousands(told: Iterable[str], language: Language) -> Iterator[Decimal]:
    """What « 27 k » says, unit or not: 27 000."""
    for t in told:
        yield from (
            value.scaleb(3).normalize() for _, end, value in numbers(t, t, language) if _THOUSANDS.match(t, end)
        )


def _falls(d: PartialDate, counted: Iterable[date]) -> bool:
    """Whether a date is one that was counted."""
    return any(d.within(PartialDate(c.year, c.month, c.day)) for c in counted)


def _next(d: PartialDate, borne: Iterable[PartialDate], today: date) -> bool:
    """Whether a date is the next time that a day of each year comes: « avant le 31 mars » is so in March 2027."""
    if d.year is None or d.month is None or PartialDate(None, d.month, d.day) not in borne:
        return False
    try:
        come = date(d.year, d.month, d.day or 1)
    except ValueError:
        return False
    return today <= come < today + relativedelta(years=1)


def _elapsed(value: str, text: str, language: Language, days: Iterable[date]) -> bool:
    """Whether a figure is the time between two days that are known: « il vous reste 3 mois »."""
    if not re.search(rf"\b{re.escape(value)}\s", text):
        return False
    known = list(days)
    return any(
        a < b and abs((a + span - b).days) <= {"days": 1, "weeks": 4}.get(unit, 31)
        for span, unit, n in _spans(text, language)
        if str(n) == value
        for a, b in product(known, known)
    )
