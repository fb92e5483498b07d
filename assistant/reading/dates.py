"""Dates and periods in questions, and what was in force when (DESIGN §4, Time).

Guarantee: a year inside the name of a text (« la loi de 2021 ») does not move the date of a question; « en 2024 » means
its last day, or today while the year runs; « avant X » means the day before; an accounting year (« exercice 2027 »)
chooses which rules apply without pretending that the law of that day is known; the year of a figure of the case
(« 480 M€ l'an dernier ») moves nothing.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from assistant.reading.case import gives_amount, read_case
from assistant.reading.folding import Aligned
from assistant.reading.kinds import QUOTED
from ingest.language.claims import MONTHS_EN, MONTHS_FR, Language, french_date
from ingest.language.lexical import fold

_MONTHS = {fold(name): i for names in (MONTHS_FR, MONTHS_EN) for i, name in enumerate(names, 1)}
_MONTH = "|".join(_MONTHS)
_DAY = rf"(?:(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?\s)?(?:(?P<mon>{_MONTH})\s(?:(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s)?)?(?P<y>(?:19|20)\d{{2}})"
_ISO = re.compile(r"\b(?P<y>(?:19|20)\d{2})-(?P<m>\d{2})-(?P<d>\d{2})\b")
_SLASH = re.compile(r"\b(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>(?:19|20)\d{2})\b")
_EXERCISE = re.compile(
    r"\b(?:exercices?|annee fiscale|financial years?|fiscal years?|fy|rapport(?:s)? sur|comptes)\s(?:comptables?\s|ouverts?\s|clos\s|en\s|de\s|sur\s|l'annee\s|the year\s){0,3}(?P<y>20\d{2})\b|\bpour (?:l'annee )?(?P<y2>20\d{2})\b(?!\s*(?:salaries|euros))"
)
_BEFORE = re.compile(rf"\b(?:avant|jusqu'en|before|prior to)\s(?:le\s|l'annee\s)?{_DAY}\b")
_IN = re.compile(
    rf"\b(?:en|au|a la date du|a compter du|le|courant|(?P<part>debut|fin|mi(?=-))|pendant|durant|in|on|as of|as at|during|since|depuis|des|apres(?: le)?|after|a partir du|a partir de|from)[\s-](?:l'an\s|l'annee\s|the year\s)?{_DAY}\b"
)
_RANGE = re.compile(r"\b(?:entre|de|from|between)\s(?P<a>20\d{2})\s(?:et|a|to|and)\s(?P<b>20\d{2})\b")
_NAMED = re.compile(
    r"\b(?:loi|decret|ordonnance|directive|reglement|arrete|deliberation|texte|version|law|act|decree|regulation|recommandation|guide|etude|rapport|label|referentiel|norme|baromètre|barometre)s?\b[^,;?]{0,30}?\b(?:de|du|of|from|dated|(?:adopte|publie|paru|sorti|vote|promulgue|signe|date)e?s? en|(?:adopted|published|passed|signed|issued) in)\s?(?:\d{1,2}(?:er)?\s)?(?:(?:"
    + _MONTH
    + r")\s(?:\d{1,2}(?:st|nd|rd|th)?,?\s)?)?$"
)
_NOW = re.compile(
    r"\b(?:aujourd'hui|ajd|maintenant|actuellement|a ce jour|a l'heure actuelle|today|now|currently|at present)\b"
)
_AIM = re.compile(
    r"\b(?:objectifs?|trajectoires?|horizon|neutral\w+|neutres?|target|goal|net zero)\s(?:\w+\s){0,2}20[3-9]\d\b"
)
"""An aim is no date either (« objectif 2050 »)."""
_SINCE = re.compile(r"\b(?:depuis|since)\s(?:le\s|l'annee\s)?$")
_CLAUSE = re.compile(r"[.;:?!]|,\s")
_RELATIVE = {
    "l'an dernier": -1, "l'annee derniere": -1, "l'an passe": -1, "last year": -1,
    "l'an prochain": 1, "l'annee prochaine": 1, "next year": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AsOf:
    """The days that a question is about. `start` and `end` are equal for a date; `exercise` is an accounting year."""

    start: date
    end: date
    reason: Literal["today", "asked", "sticky"]
    exercise: int | None = None

    @property
    def day(self) -> date:
        """The day that "in force" is judged on (the last one of a period)."""
        return self.end

    @classmethod
    def on(cls, day: date | None, today: date) -> AsOf:
        """The day that a caller picked, or today."""
        return cls(day, day, "asked") if day else cls(today, today, "today")


def read_as_of(question: str, today: date) -> AsOf | None:
    """The date or period that a question names, or None when it names none."""
    text = _AIM.sub(" ", QUOTED.sub(" ", fold(question)))
    exercise = _exercise(text)
    if _NOW.search(text):
        return AsOf(today, today, "today", exercise)
    for relative, shift in _RELATIVE.items():
        if (at := text.find(relative)) >= 0 and not _dates_a_figure(text, at):
            return _year(today.year + shift, today)
    if m := _RANGE.search(text):
        a, b = int(m.group("a")), int(m.group("b"))
        if a <= b:
            return AsOf(date(a, 1, 1), _last(b, today), "asked", exercise)
    for pattern in (_ISO, _SLASH):
        if m := pattern.search(text):
            day = _date(int(m.group("y")), int(m.group("m")), int(m.group("d")))
            if day:
                return AsOf(day, day, "asked", exercise)
    if (m := _BEFORE.search(text)) and not _NAMED.search(text[: m.start("y")]):
        first = _from_match(m, today)
        if first:
            day = first.start - timedelta(days=1)
            return AsOf(day, day, "asked", exercise)
    for m in _IN.finditer(text):
        if _NAMED.search(text[: m.start("y")]) or (exercise and m.group("y") == str(exercise) and not m.group("mon")):
            continue
        found = _from_match(m, today)
        if found and found.start.year == today.year - 1 and _dates_a_figure(text, m.start("y")):
            continue
        if found and found.start <= today and _SINCE.search(text[: _date_start(m)]):
            return AsOf(today, today, "asked", exercise)  # what holds since a day is asked of today
        if found:
            return AsOf(found.start, found.end, "asked", exercise)
    return AsOf(today, today, "asked", exercise) if exercise else None


def _dates_a_figure(text: str, at: int) -> bool:
    """Whether a date is that of a figure of the case (« 480 M€ l'an dernier »), and not of the law that is asked."""
    before, after = _CLAUSE.split(text[:at])[-1], _CLAUSE.split(text[at:])[0]
    asks = text[at + len(after) :].startswith("?")
    return bool(read_case(before + after)) or (not asks and gives_amount(before + after))


def _date_start(m: re.Match[str]) -> int:
    """Where the date of a match begins, after the words that introduce it."""
    return min(m.start(name) for name in ("d", "mon", "y") if m.group(name))


def without_dates(text: str) -> str:
    """A question without the words that date it; the year in the name of a text stays."""
    line = Aligned(text)
    found = [m for p in (_ISO, _SLASH, _RANGE, _NOW) for m in p.finditer(line.folded)]
    found += [
        m for p in (_BEFORE, _IN) for m in p.finditer(line.folded) if not _NAMED.search(line.folded[: m.start("y")])
    ]
    found += [m for words in _RELATIVE for m in re.finditer(re.escape(words), line.folded)]
    return line.without(map(line.span, found))


def _exercise(text: str) -> int | None:
    m = _EXERCISE.search(text)
    return int(m.group("y") or m.group("y2")) if m else None


def _from_match(m: re.Match[str], today: date) -> AsOf | None:
    year, month, day = int(m.group("y")), m.group("mon"), m.group("d") or m.group("d2")
    if month and day:
        exact = _date(year, _MONTHS[month], int(day))
        return AsOf(exact, exact, "asked") if exact else None
    if month:
        number = _MONTHS[month]
        return AsOf(date(year, number, 1), date(year, number, monthrange(year, number)[1]), "asked")
    return _part_of_year(m.groupdict().get("part"), year, today)


def _part_of_year(part: str | None, year: int, today: date) -> AsOf:
    """« Début 2025 » is its first quarter, « fin 2025 » its last, « mi-2025 » the months around July."""
    if part is None:
        return _year(year, today)
    first, last = {"debut": (1, 3), "mi": (5, 8), "fin": (10, 12)}[part]
    end = date(year, last, monthrange(year, last)[1])
    return AsOf(
        date(year, first, 1), min(end, today) if year == today.year and date(year, first, 1) <= today else end, "asked"
    )


def _year(year: int, today: date) -> AsOf:
    return AsOf(date(year, 1, 1), _last(year, today), "asked")


def _last(year: int, today: date) -> date:
    return today if year == today.year else date(year, 12, 31)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def english_date(day: date) -> str:
    """`2026-03-01` → `1 March 2026`."""
    return f"{day.day} {MONTHS_EN[day.month - 1].capitalize()} {day.year}"


def say_date(day: date, language: Language) -> str:
    """A date in the words of a language."""
    return english_date(day) if language == "en" else french_date(day)
