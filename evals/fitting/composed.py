"""Messages composed of ways of saying (`data/date_phrases.yaml`, `data/figure_phrases.yaml`), for two heads.

Guarantee: drawn by a fixed seed, the same whenever they are asked. They teach which words are said of which date or
figure of a message; what people write is learnt from the messages kept beside.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import yaml

from assistant.reading import date_head, figure_head
from ingest.language.claims import MONTHS_EN, MONTHS_FR, Language

DATE_PHRASES = date_head.WEIGHTS.with_name("date_phrases.yaml")
FIGURE_PHRASES = figure_head.WEIGHTS.with_name("figure_phrases.yaml")
_SEED, _COUNT = 31, 7000
_ENGLISH = 0.2
_SHARES = {1: 0.2, 2: 0.5, 3: 0.3}
_WEIGHTS = {"shoot": 6, "filing": 6, "broadcast": 5, "delivery": 5, "financial_year": 3, "law": 5, "none": 4,
            "shoot_end": 2,             "decision": 2, "publication_year": 1, "visa": 1}  # fmt: skip
_OUT = tuple[str, list[dict[str, str]]]
_FIGURES = {"headcount": 6, "people": 4, "budget": 5, "turnover": 5, "balance_sheet": 3, "ad_spend": 4,
            "consumption": 2,             "surface": 2, "power": 2, "duration": 4}  # fmt: skip
_OTHERS, _MIXED = 0.4, 0.1
"""How many messages tell figures that are of nobody's case, alone, or beside the asker's."""
_SIZES = {"headcount": (2, 12e3), "people": (3, 400), "none": (5, 3e4)}
_AMOUNTS = {
    "budget": (5e3, 3e7),
    "ad_spend": (1e4, 1e7),
    "turnover": (1e5, 2e9),
    "balance_sheet": (1e5, 1e9),
    "none": (1e3, 1e9),
}
_Phrases = Mapping[str, Mapping[str, Sequence[str]]]


def composed_dates(today: date, path: Path = DATE_PHRASES) -> Iterator[_OUT]:
    """Messages, each with the kinds of its dates in their order, as `data/dates.yaml` tells them."""
    phrases: _Phrases = yaml.safe_load(path.read_text(encoding="utf-8"))
    draw = random.Random(_SEED)  # noqa: S311 - a sample, not a secret
    for _ in range(_COUNT):
        language, kinds = "en" if draw.random() < _ENGLISH else "fr", _drawn(_WEIGHTS, draw)
        text, told = draw.choice(phrases["openings"][language]), []
        for i, kind in enumerate(kinds):
            phrase = draw.choice(phrases[kind][language])
            past, coming, phrase = phrase.startswith("<"), phrase.startswith(">"), phrase.lstrip("<>")
            slot = next(s for s in ("{d}", "{y}", "{f}") if s in phrase)
            day, lead, said = _said(slot, past, coming, language, today, draw)
            text += (draw.choice(phrases["joints"][language]) if i else "") + phrase.replace(slot, lead + said)
            told.append({"said": said, "kind": kind} | ({"iso": day.isoformat()} if past or coming else {}))
        yield _closed(text, phrases["closings"][language], draw), told


def composed_figures(path: Path = FIGURE_PHRASES) -> Iterator[_OUT]:
    """Messages, each with what its figures are of, in their order."""
    phrases: _Phrases = yaml.safe_load(path.read_text(encoding="utf-8"))
    draw = random.Random(_SEED)  # noqa: S311 - a sample, not a secret
    for _ in range(_COUNT):
        language, sort = "en" if draw.random() < _ENGLISH else "fr", draw.random()
        kinds = ["none"] * draw.choice((1, 1, 1, 2)) if sort < _OTHERS else _drawn(_FIGURES, draw)
        if _OTHERS <= sort < _OTHERS + _MIXED:
            kinds.insert(draw.randint(0, len(kinds)), "none")
        whose = "none_" if sort < _OTHERS else ""
        text, told = draw.choice(phrases[f"{whose}openings"][language]), []
        for i, kind in enumerate(kinds):
            phrase = draw.choice(phrases[kind][language])
            slot = next(s for s in ("{n}", "{m}", "{e}", "{s}", "{w}", "{j}") if s in phrase)
            said = _figure(slot, kind, language, draw)
            text += (draw.choice(phrases["joints"][language]) if i else "") + phrase.replace(slot, said)
            told.append({"said": said, "kind": kind})
        yield _closed(text, phrases[f"{whose}closings"][language], draw), told


def _drawn(weights: Mapping[str, int], draw: random.Random) -> list[str]:
    """One to three kinds, none twice."""
    count = draw.choices(list(_SHARES), list(_SHARES.values()))[0]
    kinds: list[str] = []
    while len(kinds) < count:
        kind = draw.choices(list(weights), list(weights.values()))[0]
        if kind not in kinds:
            kinds.append(kind)
    return kinds


def _closed(text: str, closings: Sequence[str], draw: random.Random) -> str:
    text += draw.choice(closings)
    return text[:1].upper() + text[1:] if draw.random() < 0.4 else text


def _figure(slot: str, kind: str, language: str, draw: random.Random) -> str:
    """A figure, with its unit where its slot has one."""
    if slot == "{m}":
        return _amount(_between(*_AMOUNTS[kind], draw), language, draw)
    unit = {
        "{e}": ("kWh", "MWh", "GWh"),
        "{s}": ("m²", "m2"),
        "{w}": ("kW", "kVA"),
        "{j}": ("jours", "jours", "j"),
    }.get(slot)
    low, high = {"{e}": (1, 900), "{s}": (20, 9000), "{w}": (3, 400), "{j}": (2, 90)}.get(slot) or _SIZES[kind]
    number = _grouped(_between(low, high, draw), language, draw)
    if slot == "{j}" and language == "en":
        return f"{number} days"
    return number if unit is None else f"{number} {draw.choice(unit)}"


def _amount(value: float, language: str, draw: random.Random) -> str:
    plain, million = _grouped(value, language, draw), f"{value / 1e6:.1f}".removesuffix(".0")
    thousand = f"{value / 1e3:.0f}"
    if language == "en":
        short = f"€{million}m" if value > 1e6 else f"€{thousand}k"
        return draw.choice((short, short, f"{million} million" if value > 1e6 else f"{plain} euros", f"€{plain}"))
    million = million.replace(".", ",")
    if value > 1e6:
        return draw.choice(
            (
                f"{million} M€",
                f"{million} M€",
                f"{million} millions",
                f"{million} millions d'euros",
                f"{plain} €",
                f"{million}M",
            )
        )
    return draw.choice((f"{thousand} k€", f"{plain} €", f"{plain} euros", f"{plain} €", f"{thousand}k"))


def _between(low: float, high: float, draw: random.Random) -> float:
    """A number of any size between two, of two figures that count or three."""
    value = float(low) * (float(high) / low) ** draw.random()
    step: int = 10 ** max(0, len(str(int(value))) - draw.choice((2, 2, 3)))
    return float(max(low, round(value / step) * step))


def _grouped(value: float, language: str, draw: random.Random) -> str:
    if value >= 1e6 or draw.random() < 0.7:
        return f"{value:,.0f}".replace(",", " " if language == "fr" else ",")
    return f"{value:.0f}"


def _said(
    slot: str, past: bool, coming: bool, language: str, today: date, draw: random.Random
) -> tuple[date, str, str]:
    """A day, what leads to it, and how it is said."""
    away = draw.randint(-900, -1) if past else draw.randint(1, 800) if coming else draw.randint(-700, 700)
    if not coming and not past and draw.random() < 0.15:
        away -= 1000
    day = today + timedelta(days=away)
    if slot == "{y}":
        return day, "", str(day.year)
    if slot == "{f}":
        return day, "", _full(day, language)
    return day, *(_english(day, today, draw) if language == "en" else _french(day, today, draw))


def _full(day: date, language: str) -> str:
    number = "1er" if day.day == 1 and language == "fr" else str(day.day)
    return f"{number} {(MONTHS_FR if language == 'fr' else MONTHS_EN)[day.month - 1]} {day.year}"


def _french(day: date, today: date, draw: random.Random) -> tuple[str, str]:
    month, year, near = MONTHS_FR[day.month - 1], day.year, abs((day - today).days) < 330
    number = "1er" if day.day == 1 else str(day.day)
    forms: list[tuple[Sequence[str], str]] = [
        (("le ", "le ", "au ", "avant le ", "pour le ", "dès le ", ""), f"{number} {month} {year}"),
        (("en ", "en ", "fin ", "début ", "mi-", "courant ", "pour ", "avant ", ""), f"{month} {year}"),
        (("le ", "le ", "au ", ""), f"{day:%d/%m/%Y}"),
        (("le ", ""), f"{day.day}/{day.month}/{day:%y}"),
        (("en ", "en ", "fin ", "début ", "courant ", ""), str(year)),
    ]
    if near:
        forms += [
            (("le ", "le ", "au ", "avant le ", ""), f"{number} {month}"),
            (("en ", "en ", "fin ", "début ", "mi-", "courant "), month),
            (("le ",), f"{day.day}/{day.month}"),
            (("à l'", "cet ") if day.month in (6, 7, 8, 9, 10, 11) else ("au ",), _SEASONS_FR[day.month % 12 // 3]),
            (("", "au "), f"{'T' if draw.random() < 0.7 else 'Q'}{(day.month + 2) // 3} {year}"),
            ((("le ", "") if draw.random() < 0.5 else ("",)), _week_fr(day, today)),
            (("",), _around(day, today, "fr")),
        ]
    leads, said = draw.choice(forms)
    return draw.choice(leads), said


def _english(day: date, today: date, draw: random.Random) -> tuple[str, str]:
    month, year, near = MONTHS_EN[day.month - 1].capitalize(), day.year, abs((day - today).days) < 330
    forms: list[tuple[Sequence[str], str]] = [
        (("on ", "on ", "by ", "before ", ""), f"{day.day} {month} {year}"),
        (("on ", "by ", ""), f"{month} {day.day}, {year}"),
        (("in ", "in ", "by ", "late ", "early ", "mid-", ""), f"{month} {year}"),
        (("in ", "in ", "late ", ""), str(year)),
    ]
    if near:
        forms += [
            (("on ", "on ", "by ", ""), f"{day.day} {month}"),
            (("in ", "in ", "by ", "late ", "early "), month),
            (("in the ", "this "), ("winter", "spring", "summer", "autumn")[day.month % 12 // 3]),
            (("in ", ""), f"Q{(day.month + 2) // 3} {year}"),
            (("",), _around(day, today, "en")),
        ]
    leads, said = draw.choice(forms)
    return draw.choice(leads), said


_SEASONS_FR = ("hiver", "printemps", "été", "automne")
_WEEK_FR = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def _week_fr(day: date, today: date) -> str:
    return f"{_WEEK_FR[day.weekday()]} {'dernier' if day < today else 'prochain'}"


_AROUND: dict[Language, tuple[tuple[str, str, str, str], str, str]] = {
    "fr": (("hier", "demain", "la semaine dernière", "la semaine prochaine"), "dans {} mois", "il y a {} mois"),
    "en": (("yesterday", "tomorrow", "last week", "next week"), "in {} months", "{} months ago"),
}
"""Days near today; months to come, and months gone by."""


def _around(day: date, today: date, language: Language) -> str:
    """« Hier », « dans trois mois »."""
    near, coming, gone = _AROUND[language]
    away = (day - today).days
    if abs(away) < 45:
        return near[(away > 0) + 2 * (abs(away) > 10)]
    return (coming if away > 0 else gone).format(abs(away) // 30)
