"""The dates that a text says, whatever they are of: days, months, years, spans; the one grammar of dates.

Guarantee: each is read once, in both languages, with the days that it covers; a day that never was is none, nor is a
number with a unit. What a date is of is told elsewhere (`date_head`).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from assistant.reading.days_from_today import SHORT_MONTH, Days, Said, nearest, said_from
from assistant.reading.direction_head import gone_by
from assistant.reading.folding import Aligned

_MONTH = "|".join(sorted(SHORT_MONTH, key=len, reverse=True))
_RELATIVE = {
    "l'an dernier": -1, "l'annee derniere": -1, "annee derniere": -1, "l'an passe": -1, "l'annee passee": -1,
    "last year": -1, "l'an prochain": 1, "l'annee prochaine": 1, "next year": 1,
}  # fmt: skip
_DATE = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})\b"
    rf"|(?<![\d/.,-])(?P<sd>\d{{1,2}})(?P<sep>[/.-])(?P<sm>\d{{1,2}})(?P=sep)(?P<sy>(?:19|20)?\d{{2}})\b(?![/.]\d)"
    rf"|(?<![\d/])(?P<mm>\d{{1,2}})/(?P<my>(?:19|20)\d{{2}})\b"
    rf"|\b(?:en|in)\s(?P<mm2>0\d|1[0-2])/(?P<my2>\d{{2}})\b(?![/.]\d)"
    rf"|(?:\b(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?(?:\s(?:au|-|to)\s(?P<dl>\d{{1,2}})(?:er)?)?\s)?\b(?P<mon>{_MONTH})\b\.?"
    rf"(?:\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,?\s(?:en\s|of\s)?(?P<y>(?:19|20)\d{{2}}))?\b"
    rf"|\b(?P<rel>{'|'.join(map(re.escape, _RELATIVE))})\b"
    rf"|(?<![\d.,/-])(?<!\d\s)(?:\bfy\s?)?(?:(?<=fy)|(?<=fy\s)|\b)(?P<year>(?:19|20)\d{{2}})\b(?![-/]\d|[.,\s]\d{{3}}\b|\s?(?:€|eur|salari|personnes|employ|m2|m²))"
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
    return [Day(*line.span_of(d.start, d.end), d.first, d.last, d.form) for d in _joined(line, today)]


def _joined(line: Aligned, today: date) -> Iterator[Day]:
    """Dates, those of one span together."""
    held, folded = None, line.folded
    for now in _dates(line, today):
        if held is not None:
            between = folded[held.end : now.start]
            if _THROUGH.fullmatch(between) and _OPENS.search(folded[: held.start]) and now.first >= held.first:
                held = Day(held.start, now.end, held.first, now.last, "span")
                continue
            yield held
        held = now
    if held is not None:
        yield held


def _dates(line: Aligned, today: date) -> Iterator[Day]:
    """Each date of a text, gone by or to come as the words around it say."""
    for start, end, gone, coming in written(line, today):
        past = gone != coming and gone_by(line.text, *line.span_of(start, end), gone[1], coming[0], today)
        yield Day(start, end, *(gone if past else coming))


def written(line: Aligned, today: date) -> list[Said]:
    """The dates of a text, in its order: those that say their year or their day of a month, then what else is said from
    today."""
    found: list[Said] = []
    for m in _DATE.finditer(line.folded):
        with suppress(ValueError):  # a day that never was, or a month alone
            found.append(Said(*m.span(), _days(m, today, True), _days(m, today, False)))
    for said in said_from(line, today):
        if not any(said.start < d.end and d.start < said.end for d in found):
            found.append(said)
    return sorted(found)


def _days(m: re.Match[str], today: date, past: bool) -> Days:
    if m["iso"]:
        return _day(date.fromisoformat(m["iso"]))
    if m["sy"]:
        return _day(date(_full(m["sy"]), int(m["sm"]), int(m["sd"])))
    if m["my"] or m["my2"]:
        return _month(_full(m["my"] or m["my2"]), int(m["mm"] or m["mm2"]))
    if m["rel"]:
        return _year(today.year + _RELATIVE[m["rel"]], "relative")
    if m["mon"]:
        month, number = SHORT_MONTH[m["mon"]], m["d"] or m["d2"]
        if not m["y"] and not number:
            raise ValueError  # a month alone is read by what leads to it: « mai » may be another word
        year = int(m["y"]) if m["y"] else nearest(month, int(number), today, past).year
        if number is None:
            return _month(year, month)
        first = date(year, month, int(number))
        return (first, date(year, month, int(m["dl"])), "span") if m["dl"] else _day(first)
    return _year(int(m["year"]), "year")


def _full(year: str) -> int:
    """« 27 » is 2027."""
    return int(year) if len(year) == 4 else 2000 + int(year)


def _day(day: date) -> Days:
    return day, day, "day"


def _month(year: int, month: int) -> Days:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month"


def _year(year: int, form: str) -> Days:
    return date(year, 1, 1), date(year, 12, 31), form
