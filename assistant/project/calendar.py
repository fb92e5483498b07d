"""The calendar of a project (iCalendar, RFC 5545): what is due, and what is to be done before each of its days.

Guarantee: a day is one that a rule computes from the project's days, or one of those days; a month or a year is never
given a day. An event keeps its identifier, so that importing or subscribing twice makes one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Calendar, Event

from assistant.project.changes import Coming
from assistant.project.facts import moment_of
from assistant.project.sheet import Row, Sheet
from assistant.project.words import Speaker
from assistant.reading.dates import say_date
from assistant.wording.phrases import DISCLAIMER
from ingest.clock import FACT_BASE_DATE


@dataclass(frozen=True)
class Entry:
    """One all-day event: `key` names it for ever."""

    key: str
    day: dt.date
    title: str
    text: str
    url: str


def entries(found: Sheet, coming: Iterable[Coming], say: Speaker, address: str) -> list[Entry]:
    """The events of a project; `address`: where its page is."""
    title = found.project.title
    out = []
    for row in (*found.binding, *found.chances):
        if row.due and row.obligation.due:  # else it is a step's day, told below
            at = f"{address}#{row.rule.id}"
            out.append(Entry(row.rule.id, row.due, f"{title} : {say.name(row.rule)}", _told(row, say), at))
    for day, row, todo in found.days:
        head = f"{title} : {todo.demarche.title.of(say.language)}"
        at, key = f"{address}#{row.rule.id}", f"step:{todo.demarche.id}:{todo.step.rests_on[0]}"
        out.append(Entry(key, day, head, todo.step.do.of(say.language), at))
    for section in found.sections:
        moment = moment_of(section.stage, found.facts)
        left = [r for r in (*section.binding, *section.depends) if not r.due and not r.done]
        if moment and left:
            lines = "\n".join(_line(r, say) for r in left)
            head = f"{title} : {say.stage(section.stage).lower()} ({len(left)})"
            out.append(Entry(f"stage:{section.stage}", moment, head, lines, address))
    for change in coming:
        head = f"{title} : la règle change, {say.name(change.rule)}"
        at = f"{address}#{change.rule.id}"
        out.append(Entry(f"law:{change.rule.id}", change.day, head, say.settles(change.rule), at))
    return sorted(out, key=lambda e: (e.day, e.key))


def calendar_bytes(name: str, owner: str, found: Iterable[Entry], made: dt.date) -> bytes:
    """The file; `owner`: what its identifiers are of (a project, a domain)."""
    calendar = Calendar()
    calendar.add("prodid", "-//Clapvert//Clapvert//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", dt.timedelta(days=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "P1D")
    caution = DISCLAIMER["fr"].format(date=say_date(FACT_BASE_DATE, "fr"))
    for e in found:
        event = Event()
        event.add("uid", f"{hashlib.sha256(f'{owner} {e.key} {e.day}'.encode()).hexdigest()[:32]}@clapvert")
        event.add("dtstamp", dt.datetime.combine(made, dt.time(12), dt.UTC))
        event.add("dtstart", e.day)
        event.add("dtend", e.day + dt.timedelta(days=1))
        event.add("summary", e.title)
        event.add("description", f"{e.text}\n\n{caution}")
        event.add("transp", "TRANSPARENT")
        event.add("categories", ["Clapvert"])
        if e.url:
            event.add("url", e.url)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _line(row: Row, say: Speaker) -> str:
    """A row that has no day, under the moment that it is of."""
    delay = f", {say.delay(row.waits)}" if row.waits else ""
    return "\n  ".join(
        (f"- {say.force(row)} : {say.name(row.rule)}{delay}", *(f"Réserve : {n}" for n in say.needs(row)))
    )


def _told(row: Row, say: Speaker) -> str:
    papers = say.papers(row)
    subject = say.subject(row)
    lines = [f"{say.force(row)} ({subject})" if subject else say.force(row), *say.texts(row)]
    lines += [f"Réserve : {need}" for need in say.needs(row)]
    if papers:
        lines.append(f"À remettre : {', '.join(papers)}")
    if row.shown:
        lines.append(f"{row.shown[0].source_title}, {row.shown[0].locator}")
    return "\n".join(line for line in lines if line)
