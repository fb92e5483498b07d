"""The words that dates are made of, in both languages, and the days that they cover.

Guarantee: names of the language and of the calendar alone; a date without its year has two readings, the last such days
and the following ones.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from ingest.language.claims import MONTHS_EN, MONTHS_FR
from ingest.language.lexical import fold

Days = tuple[date, date, str]
"""The first day of a date, its last, and how it is written."""


class Said(NamedTuple):
    """Where a date stands in a folded text, and what it is if it is gone by, and if it is to come."""

    start: int
    end: int
    gone: Days
    coming: Days


MONTH_OF = {fold(name): i for names in (MONTHS_FR, MONTHS_EN) for i, name in enumerate(names, 1)}
SHORT_MONTH = {name[:n]: i for name, i in MONTH_OF.items() for n in (3, 4) if len(name) > n} | MONTH_OF
OTHER_WORDS = frozenset({"mars", "march", "may", "mar", "marc", "sept", "sep", "jan", "jun", "jui"})
"""Names of months that may be other words: a month only behind what leads to one."""
_WEEK = (
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "monday tuesday wednesday thursday friday saturday sunday",
)
WEEKDAY = {name: i for names in _WEEK for i, name in enumerate(names.split())}
ORDINAL = {"premier": 1, "premiere": 1, "1er": 1, "1ere": 1, "deuxieme": 2, "2e": 2, "2eme": 2, "second": 2,
           "seconde": 2,            "troisieme": 3, "3e": 3, "3eme": 3, "quatrieme": 4, "4e": 4, "4eme": 4,
           "first": 1, "third": 3, "fourth": 4,
           "dernier": -1, "derniere": -1, "last": -1}  # fmt: skip
SEASON = {"printemps": 3, "ete": 6, "automne": 9, "hiver": 12, "spring": 3, "summer": 6, "autumn": 9, "fall": 9,
          "winter": 12}  # fmt: skip
_COUNTED = (
    "un une a an one|deux two|trois three|quatre four|cinq five|six|sept seven|huit eight|neuf nine|dix ten|onze eleven"
    "|douze twelve|treize thirteen|quatorze fourteen|quinze fifteen|seize sixteen|dix-sept seventeen|dix-huit eighteen"
    "|dix-neuf nineteen|vingt twenty|vingt-et-un twenty-one|vingt-deux twenty-two|vingt-trois twenty-three"
    "|vingt-quatre twenty-four|vingt-cinq twenty-five|vingt-six twenty-six|vingt-sept twenty-seven"
    "|vingt-huit twenty-eight|vingt-neuf twenty-nine|trente thirty|trente-et-un thirty-one"
)
NUMBER = {word: n for n, names in enumerate(_COUNTED.split("|"), 1) for word in names.split()} | {
    "quinzaine": 15, "une quinzaine": 15, "huitaine": 8, "une huitaine": 8, "vingtaine": 20, "une vingtaine": 20,
    "dizaine": 10, "une dizaine": 10, "fortnight": 14, "a fortnight": 14, "a couple of": 2, "a few": 3,
}  # fmt: skip
UNIT = {"jour": "day", "day": "day", "semaine": "week", "week": "week", "mois": "month", "month": "month",
        "an": "year", "annee": "year", "year": "year"}  # fmt: skip
LAST, NEXT = r"dernier|derniere|passe|passee|last|past|ecoule|ecoulee", r"prochain|prochaine|next|coming"
YEAR = r"(?:\s?(?:de\s|d'|of\s|en\s)?(?P<y>(?:19|20)\d\d|(?:2\d|3[0-5])(?![\d\s]?[%€\d/-])))?"
"""A year that may follow, in four figures or two."""


def any_of(names: Iterable[str]) -> str:
    """A pattern of any of these names, the longest first."""
    return "|".join(sorted(names, key=len, reverse=True))


def full_year(year: str) -> int:
    """« 27 » is 2027."""
    return int(year) if len(year) == 4 else 2000 + int(year)


def turned(m: re.Match[str], past: bool) -> bool:
    """Whether a date is gone by: by the word that turns it, else by those around."""
    word = said_turn(m)
    return word in LAST.split("|") if word else past


def said_turn(m: re.Match[str]) -> str | None:
    """The word that turns a date to the past or to what comes."""
    groups = m.groupdict()
    return groups.get("turned") or groups.get("turned2")


def one_day(day: date) -> Days:
    """A day."""
    return day, day, "day"


def week_away(today: date, n: int) -> Days:
    """The week that is so many from this one."""
    first = today + timedelta(days=7 * n - today.weekday())
    return first, first + timedelta(days=6), "span"


def month_away(today: date, n: int) -> Days:
    """The month that is so many from this one."""
    over, month = divmod(today.month - 1 + n, 12)
    return stretch(today.year + over, month + 1, 1)


def stretch(year: int, month: int, count: int) -> Days:
    """So many months from one of a year on."""
    over, last = divmod(month + count - 2, 12)
    end = date(year + over, last + 1, monthrange(year + over, last + 1)[1])
    return date(year, month, 1), end, "month" if count == 1 else "span"


def months(m: re.Match[str], month: int, count: int, today: date, past: bool) -> Days:
    """Some months of the year that is said, or the last or the next such months: whole ones where a word turns them
    (« l'automne dernier »), else also those that run."""
    if said := m.groupdict().get("y"):
        return stretch(full_year(said), month, count)
    word, gone = said_turn(m), turned(m, past)
    held = [stretch(today.year + n, month, count) for n in (-2, -1, 0, 1, 2)]
    if gone:
        return [days for days in held if (days[1] if word else days[0]) <= today][-1]
    runs = timedelta(days=31 * count // 2) if count > 1 else timedelta()  # half of a season must be to come
    return next(days for days in held if days[0] > today or (not word and days[1] >= today + runs))


def nearest(month: int, day: int, today: date, past: bool) -> date:
    """A day said without its year: the last gone by, or the next to come."""
    this = date(today.year, month, day)
    if past:
        return this if this <= today else this.replace(year=today.year - 1)
    return this if this >= today else this.replace(year=today.year + 1)
