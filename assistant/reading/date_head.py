"""What each date of a message is: that of the law asked about, a day or year of the asker's case, or something else.

Guarantee: told by a head fitted on messages kept as data (`data/dates.yaml`) and composed of phrases
(`data/date_phrases.yaml`, `eval calibrate --dates`); no list of
words. A date that is likely of nothing (the year of a text, of a figure, an aim) moves nothing.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from assistant.reading.days import Day
from assistant.reading.mention_head import NONE, MentionHead, by_clause, own_words
from assistant.reading.mentions import mentions

WEIGHTS = Path(__file__).resolve().parent / "data" / "dates.npz"
LAW = "law"
"""The class of the day whose law is asked about."""
_SURE = 0.3
_BESIDE = 40
_HEAD = MentionHead(WEIGHTS)


def marks(text: str, day: Day, others: list[Day], today: date) -> list[str]:
    """What the head reads of a date: how it is written, whether it is past or to come, its place among the dates of the
    message, the unit of a figure said just before it (« 40 M€ de CA en 2025 »), its words and those about it."""
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
    out += [f"{when}:{w}" for w in own_words(text, before, day.start, day.end, after)]
    return [*out, *by_clause(text, before, day.start, day.end, after)]


def kinds_of(text: str, found: list[Day], today: date) -> list[str]:
    """What each date of a text is: the name of a day or year of the case, `LAW`, or `NONE`."""
    out: list[str] = []
    for day in found:
        name, share = max(_HEAD.shares(marks(text, day, found, today)).items(), key=lambda row: row[1])
        out.append(name if share >= _SURE else NONE)
    return out
