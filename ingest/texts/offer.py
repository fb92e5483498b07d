"""Official texts are offered once, when a network answers: never twice, and never in the way when none does.

Guarantee: three seconds at most are spent, once in the life of a data folder; after that nothing is asked of the
network nor of the reader, who still has `corpus fetch --starter`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import httpx

from ingest.texts.fetch import CELLAR

WAIT = 3.0
"""Seconds after which no network is there."""


def answers(url: str = CELLAR, seconds: float = WAIT) -> bool:
    """Whether an address answers in time: whatever its answer, and whatever a resolver or a proxy waits for."""
    heard, done = threading.Event(), threading.Event()

    def ask() -> None:
        try:
            httpx.head(url, timeout=seconds, follow_redirects=False)
            heard.set()
        except httpx.HTTPError:
            pass  # no network
        finally:
            done.set()

    threading.Thread(target=ask, daemon=True).start()
    done.wait(seconds)
    return heard.is_set()


def due(folder: Path, reachable: Callable[[], bool] = answers) -> bool:
    """Whether the texts are to be offered now; `folder`: where fetched texts are locked. True once at most."""
    mark = folder / "offered"
    if mark.exists():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()
    return reachable()
