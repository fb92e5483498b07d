"""Counts of an installation for Prometheus, of all its processes together.

Guarantee: no question, no answer, no name of a person or of a project is in them: a series is named by a route as the
documentation writes it, an outcome, a code of error, a snapshot. With several workers each writes its counts in a
folder of `shared_counts`, and whichever is asked tells the sum; the memory of a worker that died is no longer told.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.answer import Answer

CONTENT_TYPE = CONTENT_TYPE_LATEST
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_STEPS = (0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Seconds; the budgets of docs/design.md are among them."""
_NOWHERE = "(aucune)"
"""The route of what no route has."""

disable_created_metrics()
_REGISTRY = CollectorRegistry()
REQUESTS = Counter("clapvert_requests", "Requests answered.", ["method", "route", "status"], registry=_REGISTRY)
SECONDS = Histogram("clapvert_request_seconds", "Seconds of a request.", ["route"], buckets=_STEPS, registry=_REGISTRY)
ANSWERS = Counter("clapvert_answers", "Questions answered.", ["outcome", "reason", "engine"], registry=_REGISTRY)
STEP_SECONDS = Histogram(
    "clapvert_answer_step_seconds", "Seconds of a step of an answer.", ["step"], buckets=_STEPS, registry=_REGISTRY
)
ERRORS = Counter("clapvert_errors", "Refusals and errors, by their code.", ["code"], registry=_REGISTRY)
SNAPSHOT = Gauge(
    "clapvert_snapshot_passages",
    "Passages of the snapshot that serves; 0 for one that did.",
    ["snapshot"],
    multiprocess_mode="mostrecent",
    registry=_REGISTRY,
)
MEMORY = Gauge(
    "clapvert_memory_bytes", "Resident memory of a process.", multiprocess_mode="liveall", registry=_REGISTRY
)

_serving: str | None = None


def answered(answer: Answer) -> None:
    """Count an answer, and the seconds of its steps."""
    ANSWERS.labels(answer.outcome, answer.reason or "", answer.engine).inc()
    for step, milliseconds in answer.receipt.timings_ms.model_dump().items():
        STEP_SECONDS.labels(step).observe(milliseconds / 1000)


def serving(snapshot: str, passages: int) -> None:
    """Tell which snapshot serves, and no longer the one before."""
    global _serving
    if _serving not in (None, snapshot):
        SNAPSHOT.labels(_serving).set(0)
    SNAPSHOT.labels(snapshot).set(passages)
    _serving = snapshot


class Counting:
    """Counts each request by the route that took it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 500, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = route_of(scope)
            REQUESTS.labels(_method(scope["method"]), route, str(status)).inc()
            SECONDS.labels(route).observe(time.perf_counter() - started)


def route_of(scope: Scope) -> str:
    """The route that took a request, as the documentation writes it; never its address."""
    return getattr(scope.get("route"), "path", None) or _NOWHERE


def exposition() -> bytes:
    """The counts, as Prometheus reads them."""
    MEMORY.set(_resident())
    folder = os.environ.get(_FOLDER)
    if folder is None:
        return bytes(generate_latest(_REGISTRY))
    for path in Path(folder).glob("gauge_live*_*.db"):
        pid = path.stem.rpartition("_")[2]
        if pid.isdecimal() and not _lives(int(pid)):
            mark_process_dead(int(pid), folder)
    everyone = CollectorRegistry()
    MultiProcessCollector(everyone, folder)
    return bytes(generate_latest(everyone))


@contextmanager
def shared_counts() -> Iterator[None]:
    """A folder of this server in which its workers write their counts, gone with it."""
    with tempfile.TemporaryDirectory(prefix="clapvert-counts-") as folder:
        os.environ[_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[_FOLDER]


def _method(said: str) -> str:
    return said if said in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "?"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _resident() -> int:
    """Bytes of this process in memory, where the system tells them (Linux)."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
