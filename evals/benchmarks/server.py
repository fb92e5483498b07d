"""A server of our own to measure: started on a free port of 127.0.0.1, stopped by its process id, and its clients."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_START_LIMIT = 300.0


@dataclass(frozen=True)
class Server:
    """A server that is ready."""

    port: int
    pid: int
    ready_s: float

    def rss_gb(self) -> float | None:
        """Resident memory of all its processes, where the system tells it (Linux)."""
        told = [_rss_gb(pid) for pid in (self.pid, *self.workers())]
        return sum(v for v in told if v is not None) if told[0] is not None else None

    def workers(self) -> list[int]:
        """The processes that answer, where there are several (Linux)."""
        children = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
                line = path.with_name("cmdline").read_bytes()
            except (OSError, IndexError):
                continue
            if int(parent) == self.pid and b"spawn_main" in line:
                children.append(int(path.parent.name))
        return sorted(children)


def _rss_gb(pid: int) -> float | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found.group(1)) / 1024**2 if found else None


@contextmanager
def serving(data_dir: Path, workers: int = 1, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server over a data folder, stopped at the end whatever happens."""
    port = _free_port()
    command = [sys.executable, "-m", "ingest", "serve", "--port", str(port), "--workers", str(workers)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=os.environ | {"CLAPVERT_DATA_DIR": str(data_dir)} | dict(environment or {}),
        stdout=subprocess.DEVNULL,
    )
    try:
        while not _ready(port):
            if process.poll() is not None or time.perf_counter() - started > _START_LIMIT:
                raise RuntimeError(f"the server did not start (exit code {process.poll()})")
            time.sleep(0.02)
        yield Server(port, process.pid, time.perf_counter() - started)
    finally:
        process.terminate()
        try:
            process.wait(30)  # more than a server leaves to what it is answering
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Load:
    """What clients saw: seconds of each answer, how many failed, seconds in all."""

    times: list[float]
    errors: int
    seconds: float


def clients(port: int, questions: Sequence[str], how_many: int) -> Load:
    """Ask questions over HTTP, dealt out to clients that each keep one connection and wait for their answer."""
    started = time.perf_counter()
    with ThreadPoolExecutor(how_many) as pool:
        done = list(pool.map(lambda i: _client(port, questions[i::how_many]), range(how_many)))
    spent = time.perf_counter() - started
    return Load([t for times, _ in done for t in times], sum(errors for _, errors in done), spent)


def _client(port: int, questions: Sequence[str]) -> tuple[list[float], int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times, errors = [], 0
    for question in questions:
        body = json.dumps({"question": question})
        started = time.perf_counter()
        try:
            connection.request("POST", "/api/chat", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
            errors += response.status != 200 or "outcome" not in answer
        except (OSError, ValueError, http.client.HTTPException):
            errors += 1
            connection.close()
        times.append(time.perf_counter() - started)
    connection.close()
    return times, errors


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
