"""The dates that a calendar names: months alone, seasons, quarters, halves, weeks by their number, feasts.

Guarantee: read by their form, in both languages, with their year where they say it; else the last such days and the
following ones. A month whose name may be another word (« mars », « may ») is one only behind what leads to one.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from dateutil.easter import easter

from assistant.reading.day_words import (
    LAST,
    MONTH_OF,
    NEXT,
    ORDINAL,
    OTHER_WORDS,
    SEASON,
    SHORT_MONTH,
    YEAR,
    Days,
    any_of,
    full_year,
    months,
    one_day,
    stretch,
    turned,
)  # fmt: skip
from assistant.reading.days_from_today import Form

_FIXED = {"noel": (12, 25), "christmas": (12, 25), "xmas": (12, 25), "jour de l'an": (1, 1), "nouvel an": (1, 1),
          "new year's day": (1, 1), "saint-sylvestre": (12, 31), "new year's eve": (12, 31),
          "epiphanie": (1, 6), "chandeleur": (2, 2), "saint-valentin": (2, 14), "valentine's day": (2, 14),
          "fete du travail": (5, 1), "may day": (5, 1), "fete de la musique": (6, 21), "saint-jean": (6, 24),
          "fete nationale": (7, 14), "bastille day": (7, 14), "assomption": (8, 15), "halloween": (10, 31),
          "toussaint": (11, 1), "armistice": (11, 11)}  # fmt: skip
_BY_EASTER = {"mardi gras": -47, "vendredi saint": -2, "good friday": -2, "paques": 0, "easter": 0,
              "lundi de paques": 1,               "easter monday": 1, "ascension": 39, "pentecote": 49,
              "lundi de pentecote": 50}  # fmt: skip
_BESIDE = {"veille": -1, "day before": -1, "eve": -1, "lendemain": 1, "day after": 1}
_TURNED, _TURNED2 = rf"(?P<turned>{LAST}|{NEXT})", rf"(?P<turned2>{LAST}|{NEXT})"
_AFTER = rf"(?:\s{_TURNED}|{YEAR})?"
_PART = r"(?:debut|mi|fin|early|mid|late|courant|plein|tout debut|toute fin)"
_LEADS = (
    "en|in|de|by|until|since|depuis|des|avant|apres|jusqu'en|pour|before|after|mois de|end of|start of|middle of|from"
    "|to|a|d'ici|this|ce|cet|courant|et|ou|and|or|puis|through|de la mi|la mi"
)
_PLAIN = any_of(
    name
    for name in {*MONTH_OF, "janv", "fevr", "avr", "juil", "oct", "nov", "dec", "feb", "apr"}
    if name not in OTHER_WORDS
)
_ORDINALS, _WEEKS, _WEEKENDS = any_of(ORDINAL), r"semaine|week", r"week-?\s?end"


def _season(m: re.Match[str], today: date, past: bool) -> Days:
    return months(m, SEASON[m["s"]], 3, today, past)


def _back(m: re.Match[str], today: date, past: bool) -> Days:
    """« La rentrée » is September."""
    return months(m, 9, 1, today, past)


def _parted(m: re.Match[str], today: date, past: bool) -> Days:
    """A quarter or a half of a year, by its number; of those around today where a word turns it."""
    size = 6 if m["unit"][0] in "sh" else 3
    number = ORDINAL[m["o"]] if m.groupdict().get("o") else int(m["q"])
    if not 1 <= number <= 12 // size:
        raise ValueError
    return months(m, size * (number - 1) + 1, size, today, past)


def _turned_part(m: re.Match[str], today: date, past: bool) -> Days:
    size = 6 if m["unit"] in ("semestre", "half") else 3
    first = (today.month - 1) // size * size + 1 + (-size if turned(m, past) else size)
    over, month = divmod(first - 1, 12)
    return stretch(today.year + over, month + 1, size)


def _numbered_week(m: re.Match[str], today: date, past: bool) -> Days:
    """« Semaine 7 »: by the number that the calendar gives it."""
    years = [full_year(m["y"])] if m["y"] else [today.year + n for n in (-1, 0, 1)]
    weeks = [date.fromisocalendar(year, int(m["n"]), 1) for year in years]
    first = weeks[0] if m["y"] else _near(weeks, today, past)
    return first, first + timedelta(days=6), "span"


def _week_of_month(m: re.Match[str], today: date, past: bool) -> Days:
    """« La première semaine de mars », « le dernier week-end de janvier »."""
    first, last, _ = months(m, SHORT_MONTH[m["m"]], 1, today, past)
    number = ORDINAL[m["o"]]
    if m["unit"] in _WEEKS.split("|"):
        start = last - timedelta(days=6) if number < 0 else first + timedelta(days=7 * (number - 1))
        return start, start + timedelta(days=6), "span"
    saturdays = [d for d in (first + timedelta(days=n) for n in range((last - first).days + 1)) if d.weekday() == 5]
    start = saturdays[number if number < 0 else number - 1]
    return start, start + timedelta(days=1), "span"


def _feast(m: re.Match[str], today: date, past: bool) -> Days:
    moved = timedelta(days=_BESIDE[m["beside"]] if m["beside"] else 0)
    if m["y"]:
        return one_day(_feast_of(m["f"], full_year(m["y"])) + moved)
    return one_day(_near([_feast_of(m["f"], today.year + n) + moved for n in (-1, 0, 1)], today, turned(m, past)))


def _feast_of(name: str, year: int) -> date:
    name = name.replace("st-", "saint-").replace("saint ", "saint-")
    return date(year, *_FIXED[name]) if name in _FIXED else easter(year) + timedelta(days=_BY_EASTER[name])


def _near(days: list[date], today: date, past: bool) -> date:
    return [d for d in days if d <= today][-1] if past else next(d for d in days if d >= today)


def _of_the_year(m: re.Match[str], today: date, past: bool) -> Days:
    return months(m, SHORT_MONTH[m["m"]], 1, today, past)


def _two_months(m: re.Match[str], today: date, past: bool) -> Days:
    """« Sept.-oct. 2027 »."""
    first, last = SHORT_MONTH[m["m"]], SHORT_MONTH[m["m2"]]
    return months(m, first, (last - first) % 12 + 1, today, past)


_MONTHS, _SEASONS = any_of(SHORT_MONTH), any_of(SEASON)
FORMS: tuple[Form, ...] = tuple(
    (re.compile(pattern), days)
    for pattern, days in (
        (rf"\b(?P<said>(?:(?P<beside>veille|lendemain|eve|day before|day after)\s(?:de\s|du\s|of\s)?(?:la\s|l')?)?"
         rf"(?:{_TURNED2}\s)?(?P<f>{any_of({*_FIXED, *_BY_EASTER})}){_AFTER})(?!\w)", _feast),
        (rf"\b(?P<said>(?P<o>{_ORDINALS})\s(?P<unit>{_WEEKS}|{_WEEKENDS})\s(?:de\s|d'|of\s|in\s)(?P<m>{_MONTHS}){_AFTER})\b",
         _week_of_month),
        (rf"\b(?P<said>(?:{_WEEKS})\s(?P<n>[1-5]?\d)(?!\s?(?:jours|days|h\b)){YEAR})(?!\w)", _numbered_week),
        (rf"(?:\b(?:cet?|this|au|en|in|the|by|debut|fin|mi|early|late|mid|avant|apres|du|de|before|after|depuis|since|pour|all|throughout|tout|plein)[\s-]|\bl'|\bd'|\bcet\s)"
         rf"(?:l'|the\s)?(?P<said>(?P<s>{_SEASONS}){_AFTER})(?!\w)", _season),
        (rf"\b(?P<said>(?P<s>{_SEASONS})\s(?:{_TURNED}|(?P<y>(?:19|20)\d\d)))\b", _season),
        (rf"\b(?P<said>{_TURNED2}\s(?P<s>{_SEASONS}))\b", _season),
        (rf"\b(?P<said>rentree{_AFTER})(?!\w|\sd)", _back),
        (rf"\b(?P<said>(?P<unit>[tqsh])(?P<q>[1-4]){_AFTER})(?!\w)", _parted),
        (rf"\b(?P<said>(?P<o>{_ORDINALS})\s(?P<unit>trimestre|semestre|quarter|half){_AFTER})\b", _parted),
        (rf"\b(?P<said>(?P<unit>trimestre|semestre)\s{_TURNED})\b", _turned_part),
        (rf"\b(?P<said>{_TURNED2}\s(?P<unit>quarter|half))\b", _turned_part),
        (rf"\b(?P<said>(?P<m>{_MONTHS})\.?\s?[-–/]\s?(?P<m2>{_MONTHS})\b\.?{_AFTER})(?!\w)", _two_months),
        (rf"\b(?:{_PART}[\s-]|(?:{_LEADS})\s|d')(?P<said>(?P<m>{_MONTHS})\b(?:\.(?=\s\w))?(?:\s{_TURNED})?)(?!\w|\s\d)",
         _of_the_year),
        (rf"\b(?P<said>(?P<m>{_MONTHS})\s{_TURNED})\b", _of_the_year),
        (rf"\b(?P<said>{_TURNED2}\s(?P<m>{_MONTHS}))\b", _of_the_year),
        (rf"\b(?P<said>(?P<m>{_PLAIN}))\b(?!\s\d)", _of_the_year),
    )
)  # fmt: skip
