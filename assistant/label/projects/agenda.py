"""The due days of a project: a list by day, and a calendar file (iCalendar, RFC 5545).

Guarantee: a day is one that the production wrote; an event keeps its identifier, so that importing twice makes one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from icalendar import Calendar, Event

from assistant.label.projects.projects import Project, Row


def due_rows(rows: Sequence[Row]) -> list[tuple[dt.date, list[Row]]]:
    """The open criteria that have a day, by day, the soonest first."""
    days: dict[dt.date, list[Row]] = {}
    for row in rows:
        if row.state.due is not None and row.state.open:
            days.setdefault(row.state.due, []).append(row)
    return sorted(days.items())


def agenda_bytes(project: Project, rows: Sequence[Row], made: dt.date, address: str) -> bytes:
    """The file of all-day events, one a criterion; `address`: where the project's pages are."""
    calendar = Calendar()
    calendar.add("prodid", "-//Clapvert//Clapvert//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Label : {project.title}")
    for day, due in due_rows(rows):
        for row in due:
            event = Event()
            event.add("uid", f"{hashlib.sha256(f'{project.id} {row.key}'.encode()).hexdigest()[:32]}@clapvert")
            event.add("dtstamp", dt.datetime.combine(made, dt.time(12), dt.UTC))
            event.add("dtstart", day)
            event.add("dtend", day + dt.timedelta(days=1))
            event.add("summary", " ".join(t for t in (row.code, row.title) if t))
            who = f"{row.state.person}, " if row.state.person else ""
            event.add("description", f"{who}{', '.join(row.departments)}\n{project.title}")
            event.add("transp", "TRANSPARENT")
            event.add("url", f"{address}/criteres/{row.key}")
            calendar.add_component(event)
    return bytes(calendar.to_ical())
