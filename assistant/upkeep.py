"""What a server does beside answering: it warms up, reads ahead of questions, takes up new snapshots, and
erases what is past its days."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import suppress

import numpy as np
from fastapi.concurrency import run_in_threadpool

from assistant.access.access import Access
from assistant.dialogue.turns import Asked
from assistant.service import Service
from ingest.errors import ClapvertError

_LOOK = 2.0
"""Seconds between two looks for a new snapshot: every process serves it within five."""
_SWEEP = 3600.0
"""Seconds between two looks for conversations whose retention is over."""
_READ_AHEAD, _PAUSE = 4096, 0.004
"""How many notices are read ahead of questions at most, and the seconds left to others between two."""
_log = logging.getLogger("clapvert")


def warm(service: Service) -> None:
    """Load the model and the index; a server without an index starts, and says so at /readyz."""
    try:
        engine = service.ready()
    except ClapvertError:
        return
    engine.answer(engine.read(Asked("Quels bilans carbone pour une aide du CNC ?"), None), with_model=False)


def read_ahead(service: Service, stopping: threading.Event) -> None:
    """Read what every answer compares questions with, the notices' terms, a little at a time: else the first answers
    about each matter pay for it."""
    with suppress(ClapvertError):
        engine = service.engine
        for position in np.flatnonzero(engine.snapshot.columns.is_statement)[:_READ_AHEAD].tolist():
            if stopping.wait(_PAUSE):
                return
            engine.terms.held(position), engine.terms.asked(position)


async def follow(service: Service) -> None:
    """Take up a new snapshot soon after it is built, whether or not a question comes; a failure waits for the next
    look."""
    while True:
        await asyncio.sleep(_LOOK)
        with suppress(ClapvertError):
            await run_in_threadpool(service.ready)


async def sweep(service: Service, access: Access) -> None:
    """Erase what is past its retention, now and then; a failure waits for the next time."""
    while True:
        try:
            await run_in_threadpool(service.conversations.forget_old)
            await run_in_threadpool(access.trail.forget_old)
        except Exception as exc:
            _log.error("retention", exc_info=exc)
        await asyncio.sleep(_SWEEP)
