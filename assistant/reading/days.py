"""The dates that a text says, whatever they are of: days, months, years, spans; the one grammar of dates.

Guarantee: each is read once, in both languages, with the days that it covers; a day that never was is none, nor is a
number with a unit. What a date is of is told elsewhere (`date_head`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from assistant.reading import days_from_today, days_of_year
from assistant.reading.day_words import (
    NUMBER,
    ORDINAL,
    SHORT_MONTH,
    UNIT,
    WEEKDAY,
    Days,
    Said,
    any_of,
    full_year,
    nearest,
    one_day,
    stretch,
)  # fmt: skip
from assistant.reading.direction_head import gone_by
from assistant.reading.folding import Aligned
from assistant.reading.kinds import detect_language
from ingest.language.phrases import tokens

_MONTH = "|".join(sorted(SHORT_MONTH, key=len, reverse=True))
_RELATIVE = {
    "l'an dernier": -1, "l'annee derniere": -1, "annee derniere": -1, "l'an passe": -1, "l'annee passee": -1,
    "last year": -1, "l'an prochain": 1, "l'annee prochaine": 1, "next year": 1,
}  # fmt: skip
_DAY_WORD = {
    word.replace("-", r"[\s-]"): word
    for word, n in NUMBER.items()
    if n <= 31 and "une " not in word and "a " not in word
}
_YEAR_WORDS = rf"deux mille (?P<yw>{any_of(NUMBER)})"
_DATE = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})\b"
    rf"|(?<![\d/.,-])(?P<sd>\d{{1,2}})(?P<sep>[/.-])(?P<sm>\d{{1,2}})(?P=sep)(?P<sy>(?:19|20)?\d{{2}})\b(?![/.]\d)"
    rf"|(?<![\d/])(?P<mm>\d{{1,2}})[/.](?P<my>(?:19|20)\d{{2}})\b(?![/.-]\d)"
    rf"|(?<![\d/.,-])(?P<mm2>0?[1-9]|1[0-2])/(?P<my2>2[4-9]|3[0-5])(?![/.]?\d)"
    rf"|\b(?:en|in)\s(?P<mm3>0\d|1[0-2])/(?P<my3>\d{{2}})\b(?![/.]\d)"
    rf"|(?:\b(?:(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?|(?:(?<=le\s)|(?<=du\s)|(?<=au\s)|(?<=the\s))(?P<dw>{any_of(_DAY_WORD)}|premier))"
    rf"(?:\s(?:au|-|to)\s(?P<dl>\d{{1,2}})(?:er)?)?\s(?:of\s)?)?\b(?P<mon>{_MONTH})\b\.?"
    rf"(?:\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|\s?(?:jours|days|h\b)))?"
    rf"(?:,?\s(?:en\s|of\s)?(?:(?P<y>(?:19|20)\d{{2}})|{_YEAR_WORDS}))?\b"
    rf"|\b(?P<rel>{'|'.join(map(re.escape, _RELATIVE))})\b"
    rf"|(?<![\d.,/-])(?P<fy>(?:19|20)\d{{2}})\s?[-/–]\s?(?P<fy2>(?:20)?\d{{2}})(?![-/]?\d)"
    rf"|(?<![\d/.,-])(?P<fa>2\d|3[0-4])[-/](?P<fb>2\d|3[0-5])(?![-/.]?\d)|\bfy\s?(?P<fc>2\d|3[0-5])\b"
    rf"|(?:(?<=mi-)|(?<=mid-)|(?<=fin-)|(?<=debut-)|(?<=early-)|(?<=late-)|(?<![\d.,/-]))(?<!\d\s)(?:\bfy\s?)?(?:(?<=fy)|(?<=fy\s)|\b)"
    rf"(?P<year>(?:19|20)\d{{2}})\b(?![-/]\d|[.,\s]\d{{3}}\b|\s?(?:€|eur|salari|personnes|employ|m2|m²))"
)
_FROM_ANOTHER = re.compile(
    rf"\b(?P<day>lendemain|next day|day after)\b|\b(?P<eve>veille|day before)\b"
    rf"|\b(?P<n>\d{{1,3}}|{any_of(NUMBER)})\s(?:de\s|d')?(?P<unit>{any_of(UNIT)})s?"
    rf"\s(?:plus tard|apres|later|after)\b(?!\s(?:l[ea]|the)\b)"
    rf"|\ble\s(?P<same>\d{{1,2}})\s(?:du meme mois|of the same month)"
)
"""A day said from another one of the message."""
_NEAR_YEARS = range(20, 36)
_THROUGH = frozenset({"au", "a", "-", "–", "to", "until", "through", "et", "and"})
_OPENS, _LONGEST = frozenset({"de", "du", "entre", "from", "between"}), 16
_ARTICLES: tuple[list[str], ...] = ([], ["le"], ["la"])


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
            if _leads_on(between.split()) and _opens(folded[: held.start]) and now.first >= held.first:
                held = Day(held.start, now.end, held.first, now.last, "span")
                continue
            yield held
        held = now
    if held is not None:
        yield held


def _leads_on(between: list[str]) -> bool:
    """Whether words lead from the first day of a span to its last."""
    return bool(between) and between[0] in _THROUGH and between[1:] in _ARTICLES


def _opens(before: str) -> bool:
    """Whether words end on what opens a span: « de », « entre le »."""
    words = tokens(before[-_LONGEST:])
    if words[-1:] in _ARTICLES:
        words = words[:-1]
    return bool(words) and words[-1] in _OPENS


def _dates(line: Aligned, today: date) -> Iterator[Day]:
    """Each date of a text, gone by or to come as the words around it say; then those said from one of them."""
    found: list[Day] = []
    for start, end, gone, coming in written(line, today):
        past = gone != coming and gone_by(line.text, *line.span_of(start, end), gone[1], coming[0], today)
        found.append(Day(start, end, *(gone if past else coming)))
    yield from sorted([*found, *_from_others(line.folded, found)], key=lambda day: day.start)


def _from_others(folded: str, found: list[Day]) -> Iterator[Day]:
    for m in _FROM_ANOTHER.finditer(folded):
        if any(d.start < m.end() and m.start() < d.end for d in found):
            continue
        with suppress(ValueError, StopIteration):  # no date before it, or a day that never was
            base = next(d for d in reversed(found) if d.end <= m.start())
            if m["same"]:
                yield _at(m, one_day(base.first.replace(day=int(m["same"]))))
            elif m["n"]:
                yield _at(m, days_from_today.moved(base.last, m["n"], UNIT[m["unit"]], 1))
            else:
                beside = base.last + timedelta(days=1) if m["day"] else base.first - timedelta(days=1)
                yield _at(m, one_day(beside))


def _at(m: re.Match[str], days: Days) -> Day:
    return Day(m.start(), m.end(), *days)


def written(line: Aligned, today: date) -> list[Said]:
    """The dates of a text, in its order: those that say their year or their day of a month, then what else is said from
    today or named by the calendar."""
    found: list[Said] = []
    short = None
    for m in _DATE.finditer(line.folded):
        with suppress(ValueError):  # a day that never was, or a month alone
            if m["mon"] and m["d2"] and not m["d"] and short is None:
                short = detect_language(line.text) == "fr"
            found.append(Said(*m.span(), *(_days(m, today, past, bool(short)) for past in (True, False))))
    for pattern, days in (*days_of_year.FORMS, *days_from_today.FORMS):
        for m in pattern.finditer(line.folded):
            start, end = m.span("said")
            over = [d for d in found if start < d.end and d.start < end]
            if any(d.gone[2] != "year" or d.start < start or end < d.end for d in over):
                continue  # what it stands in is read already, unless that is its year alone
            with suppress(ValueError, OverflowError, LookupError, StopIteration):  # a day that never was
                now = Said(start, end, days(m, today, True), days(m, today, False))
                found = [*(d for d in found if d not in over), now]
    found.sort()
    return [
        one
        for one, following in zip_longest(found, found[1:])
        if following is None or not _names_further(tokens(line.folded[one.start : following.start]))
    ]


def _names_further(words: list[str]) -> bool:
    """Whether words are a weekday that the date after them names further: one date, not two."""
    return words[0] in WEEKDAY and [w for w in words[1:] if w != ","] in (*_ARTICLES, ["the"])


def _days(m: re.Match[str], today: date, past: bool, french: bool) -> Days:
    if m["iso"]:
        return one_day(date.fromisoformat(m["iso"]))
    if m["sy"]:
        return one_day(date(full_year(m["sy"]), int(m["sm"]), int(m["sd"])))
    if m["my"] or m["my2"] or m["my3"]:
        return stretch(full_year(m["my"] or m["my2"] or m["my3"]), int(m["mm"] or m["mm2"] or m["mm3"]), 1)
    if m["rel"]:
        return _year(today.year + _RELATIVE[m["rel"]], "relative")
    if m["fy"] or m["fa"]:
        return _two_years(full_year(m["fy"] or m["fa"]), (m["fy2"] or m["fb"])[-2:])
    if m["fc"]:
        return _year(full_year(m["fc"]), "year")
    if m["mon"]:
        return _of_month(m, today, past, french)
    return _year(int(m["year"]), "year")


def _of_month(m: re.Match[str], today: date, past: bool, french: bool) -> Days:
    month, number, said = SHORT_MONTH[m["mon"]], m["d"] or m["d2"], m["y"]
    if m["dw"]:
        word = "-".join(m["dw"].split())
        number = str(ORDINAL.get(word) or NUMBER[word])
    if m["yw"]:
        said = str(2000 + NUMBER[m["yw"]])
    if french and m["d2"] and not m["d"] and not m["dw"] and not said and int(m["d2"]) in _NEAR_YEARS:
        return stretch(full_year(m["d2"]), month, 1)  # « sept. 27 »: in French a day goes before its month
    if not said and not number:
        raise ValueError  # a month alone is read by what leads to it: « mai » may be another word
    year = int(said) if said else nearest(month, int(number), today, past).year
    if number is None:
        return stretch(year, month, 1)
    first = date(year, month, int(number))
    return (first, date(year, month, int(m["dl"])), "span") if m["dl"] else one_day(first)


def _two_years(first: int, short: str) -> Days:
    """« L'exercice 2026-27 »: a year and the next one."""
    if first % 100 + 1 != int(short):
        raise ValueError
    return date(first, 1, 1), date(first + 1, 12, 31), "span"


def _year(year: int, form: str) -> Days:
    return date(year, 1, 1), date(year, 12, 31), form
