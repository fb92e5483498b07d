"""The dates that a text counts from the day it is written: « hier », « dans deux mois », « lundi en huit », « Friday ».

Guarantee: read by their form, in both languages. What may be gone by or to come has both readings; the words around it
tell (`direction_head`).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from assistant.reading.day_words import (
    LAST,
    NEXT,
    NUMBER,
    UNIT,
    WEEKDAY,
    Days,
    any_of,
    month_away,
    nearest,
    one_day,
    said_turn,
    turned,
    week_away,
)  # fmt: skip

_DAYS = {"avant-hier": -2, "avant hier": -2, "day before yesterday": -2, "hier": -1, "demain": 1, "apres-demain": 2,
         "apres demain": 2, "day after tomorrow": 2, "yesterday": -1, "tomorrow": 1, "tonight": 0, "ce soir": 0,
         "ce matin": 0, "ce midi": 0, "cet apres-midi": 0, "cette nuit": 0, "this morning": 0, "this afternoon": 0,
         "this evening": 0, "aujourd'hui": 0, "ajd": 0, "today": 0, "ce jour": 0}  # fmt: skip
_AHEAD = r"dans|ds|d'ici|sous|within|in"
_COUNT, _UNITS = rf"(?P<n>\d{{1,3}}|{any_of(NUMBER)})", rf"(?:de\s|d')?(?P<unit>{any_of(UNIT)})s?"
_TURNED, _TURNED2 = rf"(?P<turned>{LAST}|{NEXT})", rf"(?P<turned2>{LAST}|{NEXT})"
_WEEKDAYS = any_of(WEEKDAY)
_GOES_ON = r"et|puis|on|nous|je|j'|il|elle|ils|avec|au|aux|en|dans|pour|sur|mais|donc|alors|and|we|with|at|in|then|but"
"""Words before which a number alone that « le » leads to is a day, and not how many of something."""


def _named(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    return one_day(today + timedelta(days=_DAYS[m["said"]]))


def _moved(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    """So many units from today: a day, or the month about it."""
    return moved(today, m["n"], UNIT[m["unit"]], _sign(m["said"]))


def moved(day: date, count: str, unit: str, sign: int) -> Days:
    """So many units from a day: a day, or the month about it."""
    n = (int(count) if count.isdigit() else NUMBER[count]) * sign
    if unit in ("day", "week"):
        return one_day(day + timedelta(days=n * (7 if unit == "week" else 1)))
    return month_away(day, n * (12 if unit == "year" else 1))


def _counted(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    """« Sous huitaine », "in a fortnight": a number of days that names itself."""
    return one_day(today + timedelta(days=NUMBER[m["n"]] * _sign(m["said"])))


def _sign(said: str) -> int:
    """Whether a date that is so far from today is to come (1), or gone by (-1)."""
    return 1 if said.split()[0] in _AHEAD.split("|") else -1


def _weekday(m: re.Match[str], today: date, past: bool) -> Days:
    away = (WEEKDAY[m["w"]] - today.weekday()) % 7
    if m["more"]:
        return one_day(today + timedelta(days=(away or 7) + (7 if m["more"] in ("huit", "week") else 14)))
    if m["this"] and not said_turn(m) and not past:
        return one_day(today + timedelta(days=away))
    return one_day(today + timedelta(days=away - 7 if turned(m, past) else away or 7))


def _weekday_number(m: re.Match[str], today: date, past: bool) -> Days:
    """« Vendredi 18 »: the nearest month whose 18th is a Friday."""
    number, weekday = int(m["d"]), WEEKDAY[m["w"]]
    held = []
    for n in range(-14, 15):
        first = month_away(today, n)[0]
        if 1 <= number <= monthrange(first.year, first.month)[1] and first.replace(day=number).weekday() == weekday:
            held.append(first.replace(day=number))
    gone, coming = [d for d in held if d <= today], [d for d in held if d >= today]
    if not gone or not coming:
        raise ValueError
    return one_day(gone[-1] if past else coming[0])


def _week(m: re.Match[str], today: date, past: bool) -> Days:
    return week_away(today, -1 if turned(m, past) else 1)


def _this_week(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    return week_away(today, 0)


def _month(m: re.Match[str], today: date, past: bool) -> Days:
    return month_away(today, -1 if turned(m, past) else 1)


def _this_month(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    return month_away(today, 0)


def _this_year(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    return date(today.year, 1, 1), date(today.year, 12, 31), "relative"


def _year_end(m: re.Match[str], today: date, past: bool) -> Days:  # noqa: ARG001 - as its neighbours
    return date(today.year, 12, 1), date(today.year, 12, 31), "month"


def _weekend(m: re.Match[str], today: date, past: bool) -> Days:
    first = today + timedelta(days=5 - today.weekday() + (0 if not said_turn(m) else -7 if turned(m, past) else 7))
    return first, first + timedelta(days=1), "span"


def _in_month(m: re.Match[str], today: date, past: bool) -> Days:
    """A day that says its number alone: of this month where it says so, else the nearest."""
    day = int(m["d"])
    if m["this"]:
        return one_day(today.replace(day=day))
    firsts = [month_away(today, n)[0] for n in (0, 1, -1)]
    held = [first.replace(day=day) for first in firsts if day <= monthrange(first.year, first.month)[1]]
    return one_day(max(d for d in held if d <= today) if past else min(d for d in held if d >= today))


def _numeric(m: re.Match[str], today: date, past: bool) -> Days:
    groups = m.groupdict()
    month, day = m["m"] or groups["m2"], m["d"] or groups["d2"]
    return one_day(nearest(int(month), int(day), today, past))


Form = tuple[re.Pattern[str], Callable[[re.Match[str], date, bool], Days]]
FORMS: tuple[Form, ...] = tuple(
    (re.compile(pattern), days)
    for pattern, days in (
        (rf"\b(?P<said>{any_of(_DAYS)})\b", _named),
        (rf"\b(?P<said>(?:(?:il\s)?y\s?a|{_AHEAD})\s{_COUNT}\s{_UNITS})\b", _moved),
        (rf"\b(?P<said>{_COUNT}\s{_UNITS}\sago)\b", _moved),
        (rf"\b(?P<said>(?:(?:il\s)?y\s?a|{_AHEAD})\s"
         rf"(?P<n>(?:(?:une|a)\s)?(?:quinzaine|huitaine|fortnight)))\b", _counted),
        (rf"\b(?P<said>(?P<w>{_WEEKDAYS})\s(?:the\s)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?)\b(?!\s?[/h:.]\d|\s?h\b|\s\w+\s(?:19|20)\d\d)",
         _weekday_number),
        (rf"\b(?P<this>ce\s|this\s)?(?P<said>(?:{_TURNED2}\s)?(?P<w>{_WEEKDAYS})"
         rf"(?:\s{_TURNED}|\s(?:en\s)?(?P<more>huit|quinze|week|fortnight))?)\b", _weekday),
        (rf"\b(?P<said>semaine\s{_TURNED}|{_TURNED2}\sweek)\b", _week),
        (rf"\b(?P<said>mois\s{_TURNED}|{_TURNED2}\smonth)\b", _month),
        (r"\b(?:le|on the|the)\s(?P<said>(?P<d>\d{1,2})(?:th|st|nd|rd)?"
         r"(?P<this>\s(?:de ce mois|courant|of this month)))\b",
         _in_month),
        (r"\b(?P<said>(?:ce|this)\s(?:mois|month)(?:-ci)?)\b", _this_month),
        (r"\b(?P<said>cette semaine|this week|dans la semaine)\b", _this_week),
        (r"\b(?P<said>cette annee|this year|l'annee en cours|exercice en cours|current (?:financial |fiscal )?year)\b",
         _this_year),
        (r"\b(?P<said>fin (?:de l'|d')annee|end of the year)\b(?!\s(?:19|20))", _year_end),
        (r"\b(?P<said>(?:debut|fin|milieu) du mois|(?:end|start|middle) of the month)\b(?!\sd)", _this_month),
        (rf"\b(?P<said>(?:{_TURNED2}\s)?week-?\s?end(?:\s{_TURNED})?)\b", _weekend),
        (rf"\b(?:le|on the|the)\s(?P<said>(?P<d>\d{{1,2}})(?:th|st|nd|rd|er)?(?P<this>))"
         rf"(?=\s?(?:[,;:?!)]|\.(?!\d)|$|(?:{_GOES_ON})\b))",
         _in_month),
        (r"\b(?:le|du|au|avant|apres|depuis|des|pour|jusqu'au|on|by|the|before|after|until|from|since)\s(?:le\s)?"
         r"(?P<said>(?P<d>\d{1,2})[/.](?P<m>\d{1,2}))\b(?![/.]?\d|\s?(?:%|€|m€|k))", _numeric),
        (r"(?<![\d/.,-])(?P<said>(?P<d>\d{1,2})/(?P<m>0[1-9])|(?P<d2>[0-3]\d)/(?P<m2>1[0-2]))(?![/.\d-])", _numeric),
    )
)  # fmt: skip
