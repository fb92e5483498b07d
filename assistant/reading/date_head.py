"""What each date of a message is: that of the law asked about, a day or year of the asker's case, or something else.

Guarantee: told by a head fitted on messages kept as data (`data/dates.yaml`) and composed of phrases
(`data/date_phrases.yaml`, `eval calibrate --dates`); no list of
words. A date that is likely of nothing (the year of a text, of a figure, an aim) moves nothing.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

from assistant.reading.days import Day
from assistant.reading.mention_head import NONE, MentionHead, words
from assistant.reading.mentions import mentions
from ingest.language.lexical import fold

WEIGHTS = Path(__file__).resolve().parent / "data" / "dates.npz"
LAW = "law"
"""The class of the day whose law is asked about."""
_SURE = 0.3
_BESIDE, _BEYOND = 40, 65
_CLAUSE = re.compile(r"[,;:.!?()/]|\s[-–]\s|\b(?:et|puis|mais|alors que|ensuite|and|then|but|while)\b")
"""What parts the words of a date from those of the next one."""
_HEAD = MentionHead(WEIGHTS)


def marks(text: str, day: Day, others: list[Day], today: date) -> list[str]:
    """What the head reads of a date: how it is written, whether it is past or to come, its place among the dates of the
    message, the unit of a figure said just before it (« 40 M€ de CA en 2025 »), and words: those of its own clause, those
    of the clauses about it that no other date is nearer to, and, apart, those beyond its neighbours."""
    at = others.index(day)
    when = "now" if day.first <= today <= day.last else "past" if day.last < today else "coming"
    out = [f"form={day.form}", f"when={when}", f"far={min(9, abs(day.first.year - today.year))}", f"{day.form}:{when}"]
    out += [f"dates={min(4, len(others))}", f"nth={at}", f"last={day is others[-1]}"]
    out += [f"alone={len(text) - (day.end - day.start) < 14}", f"ask={text.rstrip().endswith('?')}"]
    out += [
        f"figure={m.unit}" for m in mentions(text[max(0, day.start - _BESIDE) : day.start])[-1:] if m.unit != "figure"
    ]
    before = others[at - 1].end if at else 0
    after = others[at + 1].start if at + 1 < len(others) else len(text)
    left, right = _clauses(text[before : day.start]), _clauses(text[day.end : after])
    own, own_after = left[-1][::-1], right[0]
    out += [f"bare={not own}", f"closes={not own_after}", *_side("L", own), *_side("R", own_after)]
    out += [f"L{i}={w}" for i, w in enumerate(own[:3])] + [f"R{i}={w}" for i, w in enumerate(own_after[:2])]
    out += [f"own={w}" for w in {*own, *own_after}] + [f"{when}:{w}" for w in (*own[:4], *own_after[:3])]
    last, following = [w for c in left[:-1][-2:] for w in c][::-1], [w for c in right[1:3] for w in c]
    if len(own) < 2 or all(len(w) < 4 for w in own):
        out += _side("Lbare", last)
    out += [*_side("L+", last, 6), *_side("R+", following, 6)]
    beyond = words(fold(text[max(0, before - _BEYOND) : before]))[::-1][:8]
    return [*out, *(f"far={w}" for w in (*beyond, *words(fold(text[after : after + _BEYOND]))[:6]))]


def _clauses(text: str) -> list[list[str]]:
    """The words of a stretch, clause by clause."""
    return [words(fold(clause)) for clause in _CLAUSE.split(text)]


def _side(side: str, said: list[str], most: int = 8) -> list[str]:
    """The words of one side of a date, their beginnings and their pairs."""
    said = said[:most]
    out = [f"{side}={w}" for w in said] + [f"{side}~{w[:n]}" for w in said for n in (4, 6) if len(w) > n]
    return [*out, *(f"{side}{a}+{b}" for a, b in pairwise(said))]


def kinds_of(text: str, found: list[Day], today: date) -> list[str]:
    """What each date of a text is: the name of a day or year of the case, `LAW`, or `NONE`."""
    out: list[str] = []
    for day in found:
        name, share = max(_HEAD.shares(marks(text, day, found, today)).items(), key=lambda row: row[1])
        out.append(name if share >= _SURE else NONE)
    return out
