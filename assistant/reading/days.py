"""The dates that a text says, whatever they are of: days, months, years, spans; the one grammar of dates.

Guarantee: each is read once, in both languages, with the days that it covers; a day that never was is none, nor is a
number with a unit. What a date is of is told elsewhere (`date_head`).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assistant.reading.folding import Aligned
from ingest.language.claims import MONTHS_EN, MONTHS_FR
from ingest.language.lexical import fold

_MONTHS = {fold(name): i for names in (MONTHS_FR, MONTHS_EN) for i, name in enumerate(names, 1)}
_SHORT = {name[:n]: i for name, i in _MONTHS.items() for n in (3, 4) if len(name) > n} | _MONTHS
_MONTH = "|".join(sorted(_SHORT, key=len, reverse=True))
_RELATIVE = {
    "l'an dernier": -1, "l'annee derniere": -1, "l'an passe": -1, "last year": -1,
    "l'an prochain": 1, "l'annee prochaine": 1, "next year": 1,
}  # fmt: skip
_DATE = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})\b"
    rf"|\b(?P<sd>\d{{1,2}})/(?P<sm>\d{{1,2}})/(?P<sy>(?:19|20)\d{{2}})\b"
    rf"|(?<![\d/])(?P<mm>\d{{1,2}})/(?P<my>(?:19|20)\d{{2}})\b"
    rf"|(?:\b(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?(?:\s(?:au|-|to)\s(?P<dl>\d{{1,2}})(?:er)?)?\s)?\b(?P<mon>{_MONTH})\b\.?"
    rf"(?:\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,?\s(?:en\s|of\s)?(?P<y>(?:19|20)\d{{2}}))?\b"
    rf"|\b(?P<rel>{'|'.join(map(re.escape, _RELATIVE))})\b"
    rf"|(?<![\d.,/-])(?<!\d\s)\b(?P<year>(?:19|20)\d{{2}})\b(?![-/]\d|[.,\s]\d{{3}}\b|\s?(?:€|eur|salari|personnes|employ|m2|m²))"
)
_THROUGH = re.compile(r"\s(?:au|a|-|–|to|until|through|et|and)\s(?:l[ea]\s)?")
_OPENS = re.compile(r"\b(?:de|du|entre|from|between)\s(?:l[ea]\s)?$")


@dataclass(frozen=True, slots=True)
class Day:
    """A date of a text: where it stands, the days that it covers, how it is written."""

    start: int
    end: int
    first: date
    last: date
    form: str
    """`day`, `month`, `year`, `relative` or `span`."""


def days_said(text: str, today: date) -> list[Day]:
    """Every date of a text, in its order; « de 2023 à 2025 » is one."""
    line = Aligned(text)
    return [Day(*line.span_of(d.start, d.end), d.first, d.last, d.form) for d in _joined(line.folded, today)]


def _joined(folded: str, today: date) -> Iterator[Day]:
    """Dates, those of one span together."""
    held: Day | None = None
    for now in _dates(folded, today):
        if held is not None:
            between = folded[held.end : now.start]
            if _THROUGH.fullmatch(between) and _OPENS.search(folded[: held.start]) and now.first >= held.first:
                held = Day(held.start, now.end, held.first, now.last, "span")
                continue
            yield held
        held = now
    if held is not None:
        yield held


def _dates(folded: str, today: date) -> Iterator[Day]:
    for m in _DATE.finditer(folded):
        found = _days(m, today)
        if found:
            yield Day(m.start(), m.end(), *found)


def _days(m: re.Match[str], today: date) -> tuple[date, date, str] | None:
    try:
        if m["iso"]:
            return _day(date.fromisoformat(m["iso"]))
        if m["sy"]:
            return _day(date(int(m["sy"]), int(m["sm"]), int(m["sd"])))
        if m["my"]:
            return _month(int(m["my"]), int(m["mm"]))
        if m["rel"]:
            return _year(today.year + _RELATIVE[m["rel"]], "relative")
        if m["mon"]:
            month, number = _SHORT[m["mon"]], m["d"] or m["d2"]
            if not m["y"] and not number:
                return None  # a month alone says no year: « mai » may be another word
            year = int(m["y"]) if m["y"] else _coming(month, int(number), today)
            if number is None:
                return _month(year, month)
            first = date(year, month, int(number))
            return (first, date(year, month, int(m["dl"])), "span") if m["dl"] else _day(first)
        return _year(int(m["year"]), "year")
    except ValueError:
        return None


def _coming(month: int, day: int, today: date) -> int:
    """The year of a day said without one: the next to come."""
    return today.year + (date(2000, month, day) < date(2000, today.month, today.day))


def _day(day: date) -> tuple[date, date, str]:
    return day, day, "day"


def _month(year: int, month: int) -> tuple[date, date, str]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month"


def _year(year: int, form: str) -> tuple[date, date, str]:
    return date(year, 1, 1), date(year, 12, 31), form
