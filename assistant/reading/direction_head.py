"""Whether a date said without its year is gone by or to come (« tourné en juillet », « calé au 9 décembre »).

Guarantee: told by a head fitted on messages kept as data (`data/dates.yaml`, `eval calibrate --directions`), by the
words around it and by how far each of the two days is; no list of words.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from assistant.reading.mention_head import MentionHead, around, words

WEIGHTS = Path(__file__).resolve().parent / "data" / "directions.npz"
GONE, COMING = "gone", "coming"
_HEAD = MentionHead(WEIGHTS)
_FAR = (1, 4, 8, 15, 31, 62, 124, 248)


def marks(text: str, start: int, end: int, last: date, following: date, today: date) -> list[str]:
    """What the head reads: the words, their endings (a participle is told by its accent), and how many days lie between
    today and the last such day, and the following one."""
    out = around(text, start, end, "date")
    said = words(text[max(0, start - 60) : start].lower())[::-1]
    for i, word in enumerate(said[:6]):
        out += [f"ends{n}={word[-n:]}" for n in (1, 2, 3)] + [f"{min(i, 3)}ends={word[-2:]}", f"raw={word}"]
    ago, away = ((today - last).days, (following - today).days)
    near = [f"ago={sum(ago > d for d in _FAR)}", f"away={sum(away > d for d in _FAR)}", f"nearer={ago < away}"]
    return [*out, *near, *(f"{n}|{word[-2:]}" for n in near for word in said[:3])]


def gone_by(text: str, start: int, end: int, last: date, following: date, today: date) -> bool:
    """Whether a date is the last such day rather than the following one."""
    return _HEAD.shares(marks(text, start, end, last, following, today)).get(GONE, 0.0) > 0.5
