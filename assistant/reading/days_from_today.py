"""The dates that a text says from the day it is written: « hier », « en mai », « dans deux mois », « Friday ».

Guarantee: read by their form, in both languages. What has no year is the last gone by or the next to come, as the
words around it say (`direction_head`); a name that may be another word (« mai », « may », « mars ») is a month only
behind what leads to one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import NamedTuple

from assistant.reading.folding import Aligned
from ingest.language.claims import MONTHS_EN, MONTHS_FR
from ingest.language.lexical import fold

_MONTH_OF = {fold(name): i for names in (MONTHS_FR, MONTHS_EN) for i, name in enumerate(names, 1)}
SHORT_MONTH = {name[:n]: i for name, i in _MONTH_OF.items() for n in (3, 4) if len(name) > n} | _MONTH_OF
_WEEK = (
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "monday tuesday wednesday thursday friday saturday sunday",
)
_WEEKDAY = {name: i for names in _WEEK for i, name in enumerate(names.split())}
_ORDINAL = {"premier": 1, "1er": 1, "deuxieme": 2, "2e": 2, "second": 2, "troisieme": 3, "3e": 3, "dernier": 4,
            "quatrieme": 4, "4e": 4, "first": 1, "third": 3, "fourth": 4, "last": 4}  # fmt: skip
_SEASON = {"printemps": 3, "ete": 6, "automne": 9, "hiver": 12, "spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_COUNTED = (
    "un une a an one|deux two|trois three|quatre four|cinq five|six|sept seven|huit eight|neuf nine|dix ten|onze eleven"
    "|douze twelve"
)
_NUMBER = {word: n for n, names in enumerate(_COUNTED.split("|"), 1) for word in names.split()} | {
    "quinze": 15, "quinzaine": 15, "vingt": 20, "trente": 30, "fortnight": 14,
}  # fmt: skip
_UNIT = {"jour": "day", "day": "day", "semaine": "week", "week": "week", "mois": "month", "month": "month",
         "an": "year", "annee": "year", "year": "year"}  # fmt: skip
_DAYS = {"avant-hier": -2, "hier": -1, "demain": 1, "apres-demain": 2, "yesterday": -1, "tomorrow": 1, "tonight": 0,
         "ce soir": 0, "ce matin": 0}  # fmt: skip
_AHEAD = ("dans", "d'ici", "in")


def _any(names: Iterable[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_COUNT, _UNITS = rf"(?P<n>\d{{1,3}}|{_any(_NUMBER)})", rf"(?P<unit>{_any(_UNIT)})s?"
_LAST, _NEXT = r"dernier|derniere|passe|passee|last|past", r"prochain|prochaine|next|coming"
_TURNED, _TURNED2 = rf"(?P<turned>{_LAST}|{_NEXT})", rf"(?P<turned2>{_LAST}|{_NEXT})"
_TURNED_BEFORE, _TURNED_AFTER = rf"(?:{_TURNED2}\s)?", rf"(?:\s{_TURNED})?"
_YEAR = r"(?:\s(?P<y>(?:19|20)\d\d))?"
_PART = r"(?:debut|mi|fin|early|mid|late|courant)"
_LEADS = (
    "en|in|de|by|until|since|depuis|des|avant|apres|jusqu'en|pour|before|after|mois de|end of|start of|from|to|a|d'ici"
)
Days = tuple[date, date, str]
"""The first day of a date, its last, and how it is written."""


class Said(NamedTuple):
    """Where a date stands in a folded text, and what it is if it is gone by, and if it is to come."""

    start: int
    end: int
    gone: Days
    coming: Days


def said_from(line: Aligned, today: date) -> Iterator[Said]:
    """Every such date of a text."""
    for pattern, days in _FORMS:
        for m in pattern.finditer(line.folded):
            with suppress(ValueError, OverflowError):  # a day that never was
                yield Said(*m.span("said"), days(m, today, True), days(m, today, False))


def nearest(month: int, day: int, today: date, past: bool) -> date:
    """A day said without its year: the last gone by, or the next to come."""
    this = date(today.year, month, day)
    if past:
        return this if this <= today else this.replace(year=today.year - 1)
    return this if this >= today else this.replace(year=today.year + 1)


def _named(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    return _day(today + timedelta(days=_DAYS[m["said"]]))


def _moved(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    """So many units from today: a day, or the month about it."""
    n = (int(m["n"]) if m["n"].isdigit() else _NUMBER[m["n"]]) * (1 if m["said"].startswith(_AHEAD) else -1)
    unit = _UNIT[m["unit"]]
    if unit in ("day", "week"):
        return _day(today + timedelta(days=n * (7 if unit == "week" else 1)))
    return _month_away(today, n * (12 if unit == "year" else 1))


def _weekday(m: re.Match[str], today: date, past: bool) -> Days:
    away = (_WEEKDAY[m["w"]] - today.weekday()) % 7
    return _day(today + timedelta(days=away - 7 if _turned(m, past) else away or 7))


def _week(m: re.Match[str], today: date, past: bool) -> Days:
    return _week_away(today, -1 if _turned(m, past) else 1)


def _this_week(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    return _week_away(today, 0)


def _month(m: re.Match[str], today: date, past: bool) -> Days:
    return _month_away(today, -1 if _turned(m, past) else 1)


def _season(m: re.Match[str], today: date, past: bool) -> Days:
    return _months(_SEASON[m["s"]], 3, m["y"], today, _turned(m, past))


def _quarter(m: re.Match[str], today: date, past: bool) -> Days:
    return _months(3 * int(m["q"]) - 2, 3, m["y"], today, past)


def _ordinal_quarter(m: re.Match[str], today: date, past: bool) -> Days:
    return _months(3 * _ORDINAL[m["o"]] - 2, 3, m["y"], today, past)


def _year_end(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    return date(today.year, 12, 1), date(today.year, 12, 31), "month"


def _month_end(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    return _month_away(today, 0)


def _weekend(m: re.Match[str], today: date, past: bool) -> Days:
    turned = m["turned"] or m["turned2"]
    first = today + timedelta(days=5 - today.weekday() + (0 if not turned else -7 if _turned(m, past) else 7))
    return first, first + timedelta(days=1), "span"


def _in_month(m: re.Match[str], today: date, past: bool) -> Days:
    """A day that says its number alone: of this month where it says so, else the nearest."""
    day = int(m["d"])
    if m["this"]:
        return _day(today.replace(day=day))
    months = [_month_away(today, n)[0] for n in (0, 1, -1)]
    held = [first.replace(day=day) for first in months if day <= monthrange(first.year, first.month)[1]]
    return _day(max(d for d in held if d <= today) if past else min(d for d in held if d >= today))


def _of_the_year(m: re.Match[str], today: date, past: bool) -> Days:
    return _months(SHORT_MONTH[m["m"]], 1, None, today, _turned(m, past))


def _numeric(m: re.Match[str], today: date, past: bool) -> Days:
    return _day(nearest(int(m["m"]), int(m["d"]), today, past))


_MONTHS = _any(SHORT_MONTH)
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date, bool], Days]], ...] = tuple(
    (re.compile(pattern), days)
    for pattern, days in (
        (rf"\b(?P<said>{_any(_DAYS)})\b", _named),
        (rf"\b(?P<said>(?:il y a|dans|d'ici|in)\s{_COUNT}\s{_UNITS})\b", _moved),
        (rf"\b(?P<said>{_COUNT}\s{_UNITS}\sago)\b", _moved),
        (rf"\b(?P<said>{_TURNED_BEFORE}(?P<w>{_any(_WEEKDAY)}){_TURNED_AFTER})\b", _weekday),
        (rf"\b(?P<said>semaine\s{_TURNED}|{_TURNED2}\sweek)\b", _week),
        (rf"\b(?P<said>mois\s{_TURNED}|{_TURNED2}\smonth)\b", _month),
        (r"\b(?P<said>(?:ce|this)\s(?:mois|month)(?:-ci)?)\b", _month_end),
        (r"\b(?P<said>cette semaine|this week)\b", _this_week),
        (rf"\b(?:cet?|this|l'|au|en|the|early|late|mid)[\s']?\b(?P<said>(?P<s>{_any(_SEASON)}){_TURNED_AFTER}"
         rf"(?P<turned2>){_YEAR})\b", _season),
        (rf"\b(?P<said>{_TURNED2}\s(?P<s>{_any(_SEASON)})(?P<turned>)(?P<y>))\b", _season),
        (rf"\b(?P<said>[tq](?P<q>[1-4]){_YEAR})\b", _quarter),
        (rf"\b(?P<said>(?P<o>{_any(_ORDINAL)})\s(?:trimestre|quarter)(?:\s(?:de|of))?{_YEAR})\b", _ordinal_quarter),
        (r"\b(?P<said>fin (?:de l'|d')annee|end of the year)\b(?!\s(?:19|20))", _year_end),
        (r"\b(?P<said>fin du mois|end of the month)\b", _month_end),
        (rf"\b(?P<said>{_TURNED_BEFORE}week-?end{_TURNED_AFTER})\b", _weekend),
        (rf"\b(?:{_PART}[\s-]|(?:{_LEADS})\s|d')(?P<said>(?P<m>{_MONTHS})\b\.?{_TURNED_AFTER}(?P<turned2>))(?!\w)",
         _of_the_year),
        (rf"\b(?P<said>(?P<m>{_MONTHS})\s{_TURNED}(?P<turned2>))\b", _of_the_year),
        (rf"\b(?P<said>{_TURNED2}\s(?P<m>{_MONTHS})(?P<turned>))\b", _of_the_year),
        (r"\b(?:le|on the)\s(?P<said>(?P<d>\d{1,2})(?:th|nd|rd)?(?P<this>\s(?:de ce mois|courant|of this month))?)"
         r"(?=\s?(?:[,;:?!)]|\.(?!\d)|$|et\b|puis\b))", _in_month),
        (r"\b(?:le|du|au|on|by|the)\s(?P<said>(?P<d>\d{1,2})[/.](?P<m>\d{1,2}))\b(?![/.]?\d)", _numeric),
    )
)  # fmt: skip


def _turned(m: re.Match[str], past: bool) -> bool:
    """Whether a date is gone by: by the word that turns it, else by those around."""
    word = m["turned"] or m["turned2"]
    return re.fullmatch(_LAST, word) is not None if word else past


def _day(day: date) -> Days:
    return day, day, "day"


def _week_away(today: date, n: int) -> Days:
    first = today + timedelta(days=7 * n - today.weekday())
    return first, first + timedelta(days=6), "span"


def _month_away(today: date, n: int) -> Days:
    over, month = divmod(today.month - 1 + n, 12)
    return _months(month + 1, 1, str(today.year + over), today, past=False)


def _months(first: int, count: int, said: str | None, today: date, past: bool) -> Days:
    """Some months of a year, or of the nearest year that fits."""
    last, year = first + count - 1, int(said) if said else today.year
    if not said and past and first > today.month:
        year -= 1
    elif not said and not past and last < today.month:
        year += 1
    over, month = divmod(last - 1, 12)
    end = monthrange(year + over, month + 1)[1]
    return date(year, first, 1), date(year + over, month + 1, end), "month" if count == 1 else "span"
