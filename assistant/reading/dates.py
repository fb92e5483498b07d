"""The dates of a message, and what was in force when.

Guarantee: what happens on a date is told by `date_head`: the day whose law is asked about, a day of the case, or nothing
of either (the year in the name of a text, of a figure, an aim). « En 2024 » means its last day, or today while the year
runs; « avant X » means the day before; an accounting year chooses which rules apply without pretending that the law of
that day is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from assistant.reading.date_head import LAW, kinds_of
from assistant.reading.days import Day, days_said
from assistant.reading.folding import Aligned
from assistant.reading.kinds import QUOTED, WORDS
from assistant.reading.mention_head import NONE
from ingest.corpus.rules import DateName, YearName
from ingest.language.claims import MONTHS_EN, Language, french_date
from ingest.language.lexical import fold

_PARTS = {"debut": (1, 3), "mi": (5, 8), "fin": (10, 12)}
"""« Début 2025 » is its first quarter, « fin 2025 » its last, « mi-2025 » the months around July."""
_OF_THE_LAW = frozenset({DateName.FILING, DateName.SHOOT, DateName.BROADCAST, *YearName})
"""What happens on the day whose law is asked about, where no other is: a visa or a delivery says nothing of it."""
_NAMES: dict[str, DateName | YearName] = {n.value: n for n in (*DateName, *YearName)}


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


@dataclass(frozen=True, slots=True)
class CaseDate:
    """A day of the case, or the days between which it lies, and the words that say it."""

    name: DateName | YearName
    start: date
    end: date
    said: str

    @property
    def day(self) -> date | None:
        """The day, when it is one."""
        return self.start if self.start == self.end else None


@dataclass(frozen=True)
class Dated:
    """The dates of a message: those of its case by name, and the days whose law it asks about, if it says any."""

    case: Mapping[DateName | YearName, CaseDate]
    as_of: AsOf | None = None


def read_dates(text: str, today: date) -> Dated:
    """What a message says happens when, and the law of which days it asks about."""
    found, kinds = _told(text, today)
    case: dict[DateName | YearName, CaseDate] = {}
    for day, kind in zip(found, kinds, strict=True):
        if (name := _NAMES.get(kind)) is not None:  # said again: made precise
            case[name] = CaseDate(name, day.first, day.last, text[day.start : day.end])
    return Dated(case, _as_of(text, today, found, kinds, case))


def read_as_of(text: str, today: date) -> AsOf | None:
    """The days whose law a text asks about, or None when it names none."""
    return read_dates(text, today).as_of


def without_dates(text: str, today: date) -> str:
    """A question without the words that date it; the year in the name of a text stays."""
    line = Aligned(text)
    spans = [line.span_of(*now) for now in WORDS.find(line.folded, "now")]
    for day, kind in zip(*_told(text, today), strict=True):
        if kind != NONE:
            before = fold(text[: day.start])
            lead = _led(before, "leads to a date")
            spans.append((day.start if lead is None else day.start - len(before) + lead, day.end))
    return line.without(spans)


def _led(before: str, name: str) -> int | None:
    """Where the words of a list start that lead to a date (« avant », « fin », « jusqu'en l'an »)."""
    for words in (before[: WORDS.closing(before, "the year")].rstrip(" -"), before.rstrip(" -")):
        if (start := WORDS.closing(words, name)) < len(words):
            return start
    return None


def _told(text: str, today: date) -> tuple[list[Day], list[str]]:
    quoted = [m.span() for m in QUOTED.finditer(text)]
    found = [d for d in days_said(text, today) if not any(a <= d.start and d.end <= b for a, b in quoted)]
    return found, kinds_of(text, found, today)


def _as_of(
    text: str, today: date, found: list[Day], kinds: list[str], case: Mapping[DateName | YearName, CaseDate]
) -> AsOf | None:
    year = case.get(YearName.FINANCIAL_YEAR)
    exercise = year.end.year if year else None
    if WORDS.has(fold(text), "now"):
        return AsOf(today, today, "today", exercise)
    asked = next((d for d, kind in zip(found, kinds, strict=True) if kind == LAW), None)
    if asked is None and not exercise:
        asked = next((d for d, kind in zip(found, kinds, strict=True) if _NAMES.get(kind) in _OF_THE_LAW), None)
    if asked is not None:
        return replace(_days_of(asked, fold(text[: asked.start]), today), exercise=exercise)
    return AsOf(today, today, "asked", exercise) if exercise else None


def _days_of(day: Day, before: str, today: date) -> AsOf:
    """The days that a date means, by the words that lead to it."""
    if _led(before, "before") is not None:
        eve = day.first - timedelta(days=1)
        return AsOf(eve, eve, "asked")
    if _led(before, "since") is not None and day.first <= today:
        return AsOf(today, today, "asked")  # what holds since a day is asked of today
    first, last = day.first, day.last
    part = next((part for part in _PARTS if _led(before, part) is not None), None)
    if day.form == "year" and part:
        opens, closes = _PARTS[part]
        first = date(first.year, opens, 1)
        last = (date(last.year, closes + 1, 1) if closes < 12 else date(last.year + 1, 1, 1)) - timedelta(days=1)
    running = day.form in ("year", "span", "relative") and first <= today < last and last.year == today.year
    return AsOf(first, today if running else last, "asked")


def english_date(day: date) -> str:
    """`2026-03-01` → `1 March 2026`."""
    return f"{day.day} {MONTHS_EN[day.month - 1].capitalize()} {day.year}"


def say_date(day: date, language: Language) -> str:
    """A date in the words of a language."""
    return english_date(day) if language == "en" else french_date(day)
