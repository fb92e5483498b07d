"""The days of a project on a line: where each one stands, so that no two labels meet.

Guarantee: what the drawing shows stands in the table beside it, in the same order; a day that is not known is not
drawn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

WIDTH = 1000
_MARGIN, _LETTER, _LANE = 24, 6.6, 34
"""Units of the drawing: the margin, the width of a letter, the height of a lane of labels."""
_LONGEST = 34
Kind = Literal["day", "due", "law", "today"]


@dataclass(frozen=True)
class Point:
    """One day: one of the work's own, one by which something is due, one on which the law changes, or today."""

    day: dt.date
    kind: Kind
    label: str
    anchor: str = ""


@dataclass(frozen=True)
class Drawn:
    """A point and its place: `x` on the line, the lane of its label (1 next to the line) and on which side."""

    point: Point
    x: float
    text_x: float
    text_y: float
    stem_y: float
    short: str
    end: bool


@dataclass(frozen=True)
class Timeline:
    """The points in order, each placed; the months marked on the line; the height of the drawing and of its line."""

    points: tuple[Point, ...]
    drawn: tuple[Drawn, ...]
    months: tuple[tuple[float, str], ...]
    height: float
    axis: float

    @property
    def worth(self) -> bool:
        """Whether there is anything to look at: two days beside today."""
        return sum(p.kind != "today" for p in self.points) >= 2


def timeline(points: Iterable[Point], today: dt.date) -> Timeline:
    """The line of some days, today among them."""
    found = sorted([*points, Point(today, "today", "")], key=lambda p: (p.day, p.kind != "today", p.label))
    first, last = found[0].day, found[-1].day
    span = max((last - first).days, 1)

    def place(day: dt.date) -> float:
        return _MARGIN + (WIDTH - 2 * _MARGIN) * (day - first).days / span

    lanes: dict[bool, list[float]] = {True: [], False: []}
    placed: list[tuple[Point, float, float, int, str, bool]] = []
    for p in found:
        if p.kind == "today":
            continue
        x, short = place(p.day), p.label if len(p.label) <= _LONGEST else f"{p.label[: _LONGEST - 1].rstrip()}…"
        wide = max(len(short), 12) * _LETTER
        end = x + wide > WIDTH
        left = x - wide if end else x
        above = p.kind == "day"
        row = lanes[above]
        lane = next((i for i, edge in enumerate(row) if edge + 8 <= left), len(row))
        if lane == len(row):
            row.append(0.0)
        row[lane] = left + wide
        placed.append((p, x, x, lane + 1, short, end))
    axis = len(lanes[True]) * _LANE + 26
    drawn = []
    for p, x, text_x, lane, short, end in placed:
        above = p.kind == "day"
        y = axis - lane * _LANE + 4 if above else axis + lane * _LANE + 2
        drawn.append(
            Drawn(p, round(x, 1), round(text_x, 1), round(y, 1), round(y + (4 if above else -12), 1), short, end)
        )
    months = []
    month = first.replace(day=1)
    step = max(1, round(span / 30.4 / 10))
    while month <= last:
        if month >= first:
            months.append((round(place(month), 1), f"{month.month:02d}/{month.year % 100:02d}"))
        total = month.year * 12 + month.month - 1 + step
        month = dt.date(total // 12, total % 12 + 1, 1)
    height = axis + max(1, len(lanes[False])) * _LANE + 24
    today_x = place(today)
    drawn.append(Drawn(Point(today, "today", ""), round(today_x, 1), round(today_x, 1), 0, 0, "", today_x > WIDTH - 90))
    return Timeline(tuple(found), tuple(drawn), tuple(months), round(height, 1), round(axis, 1))
