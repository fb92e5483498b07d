"""Messages composed of the ways of saying what happens when (`data/date_phrases.yaml`), for the head of dates.

Guarantee: drawn by a fixed seed, the same whenever it is asked. They teach which words are said of which date of a
message; what people write is learnt from the messages kept beside (`data/dates.yaml`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import yaml

from assistant.reading import date_head
from ingest.language.claims import MONTHS_EN, MONTHS_FR

PHRASES = date_head.WEIGHTS.with_name("date_phrases.yaml")
_SEED, _COUNT = 31, 7000
_ENGLISH = 0.2
_SHARES = {1: 0.2, 2: 0.5, 3: 0.3}
_WEIGHTS = {"shoot": 6, "filing": 6, "broadcast": 5, "delivery": 5, "financial_year": 3, "law": 5, "none": 4, "shoot_end": 2,
            "decision": 2, "publication_year": 1, "visa": 1}  # fmt: skip
_OUT = tuple[str, list[dict[str, str]]]
_FRAMES = ("openings", "closings", "joints")


def composed(today: date, path: Path = PHRASES) -> Iterator[_OUT]:
    """Messages, each with the kinds of its dates in their order, as `data/dates.yaml` tells them."""
    phrases: dict[str, dict[str, list[str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    draw = random.Random(_SEED)  # noqa: S311 - a sample, not a secret
    for _ in range(_COUNT):
        yield _message(phrases, "en" if draw.random() < _ENGLISH else "fr", today, draw)


def _message(
    phrases: Mapping[str, Mapping[str, Sequence[str]]], language: str, today: date, draw: random.Random
) -> _OUT:
    openings, closings, joints = (phrases[name][language] for name in _FRAMES)
    count = draw.choices(list(_SHARES), list(_SHARES.values()))[0]
    kinds: list[str] = []
    while len(kinds) < count:
        kind = draw.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        if kind not in kinds:
            kinds.append(kind)
    text, told = draw.choice(openings), []
    for i, kind in enumerate(kinds):
        phrase = draw.choice(phrases[kind][language])
        past, coming, phrase = phrase.startswith("<"), phrase.startswith(">"), phrase.lstrip("<>")
        slot = next(s for s in ("{d}", "{y}", "{f}") if s in phrase)
        lead, said = _said(slot, past, coming, language, today, draw)
        text += (draw.choice(joints) if i else "") + phrase.replace(slot, lead + said)
        told.append({"said": said, "kind": kind})
    text += draw.choice(closings)
    return (text[:1].upper() + text[1:] if draw.random() < 0.4 else text), told


def _said(slot: str, past: bool, coming: bool, language: str, today: date, draw: random.Random) -> tuple[str, str]:
    """A date and what leads to it."""
    away = draw.randint(-900, -1) if past else draw.randint(1, 800) if coming else draw.randint(-700, 700)
    if not coming and not past and draw.random() < 0.15:
        away -= 1000
    day = today + timedelta(days=away)
    if slot == "{y}":
        return "", str(day.year)
    if slot == "{f}":
        return "", _full(day, language)
    return _english(day, today, draw) if language == "en" else _french(day, today, draw)


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
            (("",), _around_fr(day, today)),
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
            (("",), _around_en(day, today)),
        ]
    leads, said = draw.choice(forms)
    return draw.choice(leads), said


_SEASONS_FR = ("hiver", "printemps", "été", "automne")
_WEEK_FR = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def _week_fr(day: date, today: date) -> str:
    return f"{_WEEK_FR[day.weekday()]} {'dernier' if day < today else 'prochain'}"


def _around_fr(day: date, today: date) -> str:
    """« Hier », « dans trois mois »."""
    away = (day - today).days
    if abs(away) < 45:
        return ("hier", "demain", "la semaine dernière", "la semaine prochaine")[(away > 0) + 2 * (abs(away) > 10)]
    count = abs(away) // 30
    return f"dans {count} mois" if away > 0 else f"il y a {count} mois"


def _around_en(day: date, today: date) -> str:
    away = (day - today).days
    if abs(away) < 45:
        return ("yesterday", "tomorrow", "last week", "next week")[(away > 0) + 2 * (abs(away) > 10)]
    count = abs(away) // 30
    return f"in {count} months" if away > 0 else f"{count} months ago"
