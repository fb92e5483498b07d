"""The dated deadlines of an answer, as events for a calendar (iCalendar, RFC 5545).

Guarantee: an event is a day that a cited deadline statement carries as typed data, known to the day, after the day that
the answer is about; a month or a year is never given a day. Its text is the cited statement, word for word, with its
source. Equal answers give equal files, and an event keeps its identifier, so that importing twice makes one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from icalendar import Calendar, Event

from assistant.answer import Answer, Citation
from assistant.export import phrases as say
from assistant.export.document import line
from assistant.wording.prose import sentences
from ingest.corpus.fiches import Role, Statement, Value
from ingest.errors import ClapvertError, ErrorCode
from ingest.passages.passages import Passage

Open = Callable[[str], Passage | None]
"""Opens a passage by its id; None when it is not held."""
_YEARLY = re.compile(r"--(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Deadline:
    """One day, and the citation that gives it."""

    day: dt.date
    summary: str
    citation: Citation


def deadlines(answer: Answer, opened: Open) -> list[Deadline]:
    """The deadlines that the sentences of an answer and its next steps state, soonest first."""
    told = {n for _, numbers in sentences(answer.answer) for n in numbers}
    told |= {n for step in answer.next for n in step.citations}
    found: dict[tuple[dt.date, str], Deadline] = {}
    for c in answer.citations:
        if c.n not in told:
            continue
        passage = opened(c.passage_id)
        s = passage.statement if passage else None
        if s is None or s.role is not Role.ECHEANCE or not s.in_force.contains(answer.as_of):
            continue
        for day in _days(s, answer.as_of):
            found.setdefault((day, c.passage_id), Deadline(day, _summary(s, answer), c))
    return sorted(found.values(), key=lambda d: (d.day, d.citation.n))


def calendar_bytes(answer: Answer, found: list[Deadline], made: dt.date) -> bytes:
    """The file of all-day events."""
    calendar = Calendar()
    calendar.add("prodid", "-//Clapvert//Clapvert//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", line(answer.question))
    for d in found:
        event = Event()
        c = d.citation
        event.add("uid", f"{hashlib.sha256(f'{c.passage_id} {d.day}'.encode()).hexdigest()[:32]}@clapvert")
        event.add("dtstamp", dt.datetime.combine(made, dt.time(12), dt.UTC))
        event.add("dtstart", d.day)
        event.add("dtend", d.day + dt.timedelta(days=1))
        event.add("summary", d.summary)
        event.add("description", f"{c.quote}\n\n{_source(c, answer)}\n\n{answer.disclaimer}")
        event.add("transp", "TRANSPARENT")
        event.add("categories", ["Clapvert"])
        if url := (c.based_on.url if c.based_on else None) or c.url:
            event.add("url", url)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def no_deadline() -> ClapvertError:
    """The refusal of an empty calendar."""
    return ClapvertError(
        ErrorCode.DEADLINE_NOT_FOUND,
        "Cette réponse n'énonce aucune échéance datée au jour près et à venir : il n'y a rien à mettre à l'agenda.",
        "Les autres formats (docx, pdf, md) restent disponibles.",
    )


def _days(s: Statement, after: dt.date) -> Iterator[dt.date]:
    for value in s.values:
        day = _day(value, after)
        if day is not None and day > after:
            yield day


def _day(value: Value, after: dt.date) -> dt.date | None:
    """The day that a value is known to; the next one of a yearly date."""
    if value.kind != "date":
        return None
    text = str(value.value)
    if m := _YEARLY.fullmatch(text):
        month, day = int(m[1]), int(m[2])
        years = (after.year, after.year + 1)
        return next((d for d in (dt.date(y, month, day) for y in years) if d > after), None)
    return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None


def _summary(s: Statement, answer: Answer) -> str:
    """The statement in its most direct form, in the language of the answer."""
    if answer.understood.language == "en":
        return s.en
    return s.lead or s.text


def _source(c: Citation, answer: Answer) -> str:
    lang = answer.understood.language
    where = f"{say.RANKS[lang][c.rank]}{say.COLON[lang]}{c.source_title}, {c.locator}"
    if c.based_on:
        b = c.based_on
        where += f" ({', '.join(x for x in (b.title, b.locator) if x)})"
    return f"{say.SOURCE[lang]}{say.COLON[lang]}{where}"
