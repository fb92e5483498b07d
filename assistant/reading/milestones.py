"""The days of a case by what happens on them: filed, shot, delivered, shown; and the years: financial, of publication.

Guarantee: a date is of the case only when words of the message, near it, say what happens then; those words are data
(`glossaire.yaml`, milestones). A date beside the words of law (« la règle en 2023 ») is that of the law asked about.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from assistant.reading.folding import Aligned
from ingest.corpus.rules import DateName, YearName
from ingest.language.claims import MONTHS_EN, MONTHS_FR
from ingest.language.lexical import fold

LAW = "law"
"""The milestone of the law asked about, which is no day of the case."""
_MONTHS = {fold(name): i for names in (MONTHS_FR, MONTHS_EN) for i, name in enumerate(names, 1)}
_SHORT = {name[:n]: i for name, i in _MONTHS.items() for n in (3, 4) if len(name) > n} | _MONTHS
_MONTH = "|".join(sorted(_SHORT, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})\b"
    rf"|\b(?P<sd>\d{{1,2}})/(?P<sm>\d{{1,2}})/(?P<sy>(?:19|20)\d{{2}})\b"
    rf"|(?<![\d/])(?P<mm>\d{{1,2}})/(?P<my>(?:19|20)\d{{2}})\b"
    rf"|(?:\b(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?(?:\s(?:au|-|to)\s\d{{1,2}}(?:er)?)?\s)?\b(?P<mon>{_MONTH})\b\.?"
    rf"(?:\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,?\s(?:en\s|of\s)?(?P<y>(?:19|20)\d{{2}}))?\b"
    rf"|(?<![\d.,/-])\b(?P<year>(?:19|20)\d{{2}})\b(?!\s?(?:€|eur|salari|personnes|employ|m2|m²|/\d))"
)
_THROUGH = re.compile(r"\s(?:au|a|-|–|to|until|through)\s")
_SENTENCE = re.compile(r"[.;?!]\s")


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


Milestones = Mapping[str, tuple[str, ...]]
"""What happens → the beginnings of the words that say so, folded."""


@dataclass(frozen=True)
class Dated:
    """The dates of a message: those of its case by name, and the days of the law that it asks about."""

    case: Mapping[DateName | YearName, CaseDate]
    law: tuple[date, date] | None = None


def read_milestones(text: str, today: date, cues: Milestones) -> Dated:
    """What a message says happens when."""
    line = Aligned(text)
    folded = line.folded
    every = [
        (m.start(), m.end(), kind)
        for kind, words in cues.items()
        for m in re.finditer(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})", folded)
    ]
    named = sorted(c for c in every if not any(o[0] <= c[0] and c[1] <= o[1] and o[:2] != c[:2] for o in every))
    out: dict[DateName | YearName, CaseDate] = {}
    law: tuple[date, date] | None = None
    last, before = 0, ""
    found = list(_dates(folded, today))
    for n, (start, end, first, final) in enumerate(found):
        if before and _THROUGH.fullmatch(folded[last:start]):
            last = end
            continue  # « du 15 février au 26 mars »: the first of its days is kept
        after = found[n + 1][0] if n + 1 < len(found) else len(folded)
        kind = _kind(folded, named, last, start, end, after) or before
        last = end
        if not kind:
            continue
        before = kind
        if kind == LAW:
            law = law or (first, final)
            continue
        name = YearName(kind) if kind in {y.value for y in YearName} else DateName(kind)
        out[name] = CaseDate(name, first, final, text[slice(*line.span_of(start, end))])  # said again: made precise
    return Dated(out, law)


def _kind(folded: str, named: list[tuple[int, int, str]], last: int, start: int, end: int, after: int) -> str:
    """What the nearest words say of a date: those before it since the last date, else those after it, in its sentence
    and before the next date."""
    ahead = [kind for a, b, kind in named if last <= a and b <= start]
    if ahead:
        return ahead[-1]
    stop = _SENTENCE.search(folded, end)
    until = min(after, stop.start() if stop else len(folded))
    behind = [kind for a, b, kind in named if end <= a and b <= until]
    return behind[0] if behind and not folded[end:until].lstrip().startswith(",") else ""


def _dates(folded: str, today: date) -> Iterator[tuple[int, int, date, date]]:
    for m in _DATE.finditer(folded):
        found = _days(m, today)
        if found:
            yield (m.start(), m.end(), *found)


def _days(m: re.Match[str], today: date) -> tuple[date, date] | None:
    try:
        if m["iso"]:
            day = date.fromisoformat(m["iso"])
            return day, day
        if m["sy"]:
            day = date(int(m["sy"]), int(m["sm"]), int(m["sd"]))
            return day, day
        if m["my"]:
            return _month(int(m["my"]), int(m["mm"]))
        if m["mon"]:
            month, number = _SHORT[m["mon"]], m["d"] or m["d2"]
            if not m["y"] and not number:
                return None  # a month alone says no year: « mai » may be another word
            year = int(m["y"]) if m["y"] else _coming(month, int(number), today)
            if number is None:
                return _month(year, month)
            day = date(year, month, int(number))
            return day, day
        year = int(m["year"])
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        return None


def _coming(month: int, day: int, today: date) -> int:
    """The year of a day said without one: the next to come."""
    return today.year + (date(2000, month, day) < date(2000, today.month, today.day))


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])
