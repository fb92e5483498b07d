"""The files that a project's sheet is taken away as."""

from __future__ import annotations

import datetime as dt
from typing import Literal, get_args

from assistant.export.formats import Format, write
from assistant.project.calendar import calendar_bytes, entries
from assistant.project.changes import coming
from assistant.project.ground import Ground
from assistant.project.papers import checklist, table
from assistant.project.sheet import Sheet
from assistant.project.words import Speaker

Kind = Literal["docx", "pdf", "md", "csv", "ics"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_MEDIA = {"csv": "text/csv; charset=utf-8", "ics": "text/calendar; charset=utf-8"}


def media_type(kind: Kind) -> str:
    """The media type of a file."""
    return _MEDIA.get(kind) or Format(kind).media_type


def file_bytes(found: Sheet, ground: Ground, kind: Kind, say: Speaker, base: str, made: dt.date) -> bytes:
    """A sheet as a file; `base`: the address that the server's pages start with; `made`: the day that it is made."""
    if kind == "csv":
        return table(found, say)
    if kind == "ics":
        told = coming(found.project, ground, found.on)
        events = entries(found, told, say, f"{base.rstrip('/')}/projets/{found.project.id}")
        return calendar_bytes(found.project.title, found.project.id, events, made)
    return write(checklist(found, say), Format(kind))
