"""The one clock. Everything that depends on today receives it, so that no test depends on today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

FACT_BASE_DATE = date(2026, 11, 24)
"""Day the fact base behind the fiches was last checked, shown on every page and every answer: what ended before it is
an old rule, what begins after it is to come."""

Clock = Callable[[], date]
"""A callable that returns today's date, in France."""


def paris_today() -> date:
    """Today in Paris: rules of French law start and end at midnight there."""
    return datetime.now(ZoneInfo("Europe/Paris")).date()


def fixed(day: date) -> Clock:
    """A clock that always says `day` (tests, evals, reproducible runs)."""
    return lambda: day
