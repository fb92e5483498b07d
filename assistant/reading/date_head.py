"""What each date of a message is: that of the law asked about, a day or year of the asker's case, or something else.

Guarantee: told by a head fitted on messages kept as data (`data/dates.yaml`, `eval calibrate --dates`); no list of
words. A date that is likely of nothing (the year of a text, of a figure, an aim) moves nothing.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from assistant.reading.days import Day
from assistant.reading.mention_head import NONE, MentionHead, around, words
from assistant.reading.mentions import mentions
from ingest.language.lexical import fold

WEIGHTS = Path(__file__).resolve().parent / "data" / "dates.npz"
LAW = "law"
"""The class of the day whose law is asked about."""
_SURE = 0.4
_BESIDE, _OWN = 40, 6
_HEAD = MentionHead(WEIGHTS)


def marks(text: str, day: Day, others: list[Day], today: date) -> list[str]:
    """What the head reads of a date: the words around it, how it is written, whether it is past or to come, how many
    dates stand beside it, and the unit of a figure said just before it (« 40 M€ de CA en 2025 »)."""
    when = "now" if day.first <= today <= day.last else "past" if day.last < today else "coming"
    out = [f"form={day.form}", f"when={when}", f"far={min(9, abs(day.first.year - today.year))}", f"{day.form}:{when}"]
    out += [f"dates={min(4, len(others))}", f"nth={others.index(day)}", f"last={day is others[-1]}"]
    out.append(f"alone={len(text) - (day.end - day.start) < 14}")
    out += [
        f"figure={m.unit}" for m in mentions(text[max(0, day.start - _BESIDE) : day.start])[-1:] if m.unit != "figure"
    ]
    return out + around(text, day.start, day.end, day.form) + _own(text, day, others)


def _own(text: str, day: Day, others: list[Day]) -> list[str]:
    """The words that stand between a date and its neighbours: those beyond are said of them."""
    before = max((d.end for d in others if d.end <= day.start), default=0)
    after = min((d.start for d in others if d.start >= day.end), default=len(text))
    left, right = words(fold(text[before : day.start]))[-_OWN:], words(fold(text[day.end : after]))[:_OWN]
    out = [f"{side}own={w}" for side, said in (("L", left), ("R", right)) for w in said]
    return [*out, *(f"own~{w[:5]}" for w in (*left, *right) if len(w) > 5)]


def kinds_of(text: str, found: list[Day], today: date) -> list[str]:
    """What each date of a text is: the name of a day or year of the case, `LAW`, or `NONE`."""
    out: list[str] = []
    for day in found:
        name, share = max(_HEAD.shares(marks(text, day, found, today)).items(), key=lambda row: row[1])
        out.append(name if share >= _SURE else NONE)
    return out
