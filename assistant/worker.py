"""One of several processes that answer behind one address: `clapvert serve --workers N`.

Guarantee: a worker holds nothing that another needs: who a caller is lies in a signed cookie or a key, and all that is
kept lies in the databases; a worker that dies is replaced by its parent, and loses the call it was answering, no other.
"""

from __future__ import annotations

import os
import sys

from fastapi import FastAPI

from assistant.access.access import Access, closes
from assistant.app import create_app
from assistant.service import Service
from ingest.settings import Settings

SWITCH = 0.0005
"""Seconds that a thread keeps the interpreter when others wait. An embedding takes it back some 150 times: at Python's
5 ms, one beside three busy answers took three times as long."""


def application() -> FastAPI:
    """What a worker serves, from the environment that `handed` made."""
    sys.setswitchinterval(SWITCH)
    settings = Settings()
    return create_app(Service(settings), Access(settings, closed=closes(settings, settings.host)))


def handed(settings: Settings, host: str, workers: int) -> dict[str, str]:
    """What the environment of workers says besides: the address that the command line gave, and a fair share of the
    cores, unless the settings say how many."""
    share = settings.threads or max(1, (os.cpu_count() or 1) // workers)
    return {"CLAPVERT_HOST": host, "CLAPVERT_THREADS": str(share), "CLAPVERT_WORKERS": str(workers)}
