"""A load on the whole, past one machine: `python -m evals.benchmarks.load`, tables, then one JSON object.

    --minutes 10 --clients 32 --workers 2    PostgreSQL, a Chroma server and workers of our own; questions, edits of one
                                             label project, exports; then everything acknowledged is looked for
    --sqlite                                 over the data folder alone, instead of servers
    --kill                                   in the middle: `kill -9` of a worker, of PostgreSQL, of Chroma, in turn;
                                             over SQLite, of a worker twice
    --freeze                                 then: `kill -STOP` of PostgreSQL and of Chroma, for 15 seconds each; over
                                             SQLite, another process that asks, and one that backs up
    --backup                                 in the middle: a backup, restored at the end into an empty installation,
                                             which is asked the same questions
    --table SECONDS                          instead: answers a second, p50, p95 and memory, by workers and engine

Everything is started here, on free ports of 127.0.0.1, in folders thrown away, and stopped at the end. It fails (exit
1) when something acknowledged is lost, when a call of `--freeze` took more than ten seconds, when memory grew, or when
anything was refused that nothing was killed or frozen for. The thirty minutes that a release is held to:

    python -m evals.benchmarks.load --minutes 30 --clients 16 --kill --freeze [--sqlite]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from evals.benchmarks.server import Server, clients, serving
from evals.benchmarks.services import Chroma, Postgres, chroma, postgres
from evals.benchmarks.serving import NewQuestions
from evals.benchmarks.timing import milliseconds
from evals.benchmarks.visitors import Tally, Visitor
from ingest.settings import Settings

_SAMPLE_SECONDS, _DOWN_SECONDS, _FROZEN_SECONDS = 5.0, 5.0, 15.0
_LONGEST_SECONDS = 10.0
"""What no call may take, whatever is killed or frozen."""
_FLAT = 1.10
"""What the memory of the last quarter may be of that of the second: warm by then, it grows no further."""
_PROBES = (
    "Ma boîte de prod de 12 salariés doit-elle publier un rapport CSRD en 2026 ?",
    "Quels bilans carbone remettre pour une aide du CNC ?",
    "Quel score faut-il pour le label Ecoprod ?",
)


@dataclass(frozen=True)
class Engines:
    """What an installation runs on, beside its data folder."""

    environment: dict[str, str]
    database: Postgres | None = None
    vectors: Chroma | None = None


@contextmanager
def engines(servers: bool) -> Iterator[Engines]:
    """PostgreSQL and a Chroma server; or the data folder alone."""
    with ExitStack() as stack:
        if not servers:
            yield Engines({})
            return
        database, vectors = stack.enter_context(postgres()), stack.enter_context(chroma())
        urls = {"CLAPVERT_DATABASE_URL": database.database(), "CLAPVERT_CHROMA_URL": vectors.url}
        yield Engines(urls, database, vectors)


def command(data_dir: Path, environment: dict[str, str], *arguments: str) -> str:
    """Run `clapvert`; what it printed."""
    run = subprocess.run(
        [sys.executable, "-m", "ingest", *arguments],
        env=os.environ | {"CLAPVERT_DATA_DIR": str(data_dir)} | environment,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise RuntimeError(f"clapvert {' '.join(arguments)} : {run.stderr}")
    return run.stdout


def installed(data_dir: Path, environment: dict[str, str]) -> None:
    """An index of the corpus in a data folder; vectors known to this checkout are not made again."""
    data_dir.mkdir(parents=True)
    if (known := Settings().data_dir / "vectors.db").is_file():
        shutil.copy(known, data_dir)
    command(data_dir, environment, "ingest")


class Watch:
    """Memory of a server through a load, and what happens at moments of it."""

    def __init__(self, server: Server) -> None:
        self._server, self._stop = server, threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.memory: list[float] = []

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(_SAMPLE_SECONDS):
            if len(self._server.workers()) >= 1 and (used := self._server.rss_gb()) is not None:
                self.memory.append(used)

    def told(self) -> dict[str, Any]:
        """Gigabytes in the second and in the last quarter, and whether the latter is no more."""
        quarter = len(self.memory) // 4
        if quarter < 2:
            return {"samples": len(self.memory)}
        second, last = (statistics.median(self.memory[i * quarter : (i + 1) * quarter]) for i in (1, 3))
        return {
            "second_quarter_gb": round(second, 3),
            "last_quarter_gb": round(last, 3),
            "flat": last <= second * _FLAT,
        }


@dataclass(frozen=True)
class Blow:
    """What is done to a server, and undone `lasting` seconds later."""

    name: str
    strike: Callable[[], object]
    undo: Callable[[], object] = lambda: None
    lasting: float = 0.0


def kills(server: Server, on: Engines) -> list[Blow]:
    """`kill -9` of each process that serves."""
    worker = Blow("worker killed", lambda: os.kill(server.workers()[0], signal.SIGKILL))
    if on.database is None or on.vectors is None:
        return [worker, worker]
    return [
        worker,
        Blow("postgresql killed", on.database.kill, on.database.start, _DOWN_SECONDS),
        Blow("chroma killed", on.vectors.kill, on.vectors.start, _DOWN_SECONDS),
    ]


def freezes(data: Path, on: Engines) -> list[Blow]:
    """`kill -STOP` of each server; over the data folder, other processes that open it."""
    if on.database is None or on.vectors is None:
        return [
            Blow("another process asks", lambda: command(data, on.environment, "ask", _PROBES[0])),
            Blow("another process backs up", lambda: command(data, on.environment, "backup", f"{data}.zip")),
        ]
    return [
        Blow("postgresql frozen", on.database.freeze, on.database.thaw, _FROZEN_SECONDS),
        Blow("chroma frozen", on.vectors.freeze, on.vectors.thaw, _FROZEN_SECONDS),
    ]


def struck(blows: list[Blow], tally: Tally, started: float) -> list[dict[str, Any]]:
    """Strike in turn; seconds until questions are answered again, for each."""
    out = []
    for blow in blows:
        struck_at = round(time.monotonic() - started)
        blow.strike()
        time.sleep(blow.lasting)
        blow.undo()
        returned = time.monotonic()
        while not _whole(tally, returned) and time.monotonic() - returned < 120:
            time.sleep(0.2)
        out.append(
            {"done": blow.name, "at_s": struck_at, "answers_again_after_s": round(time.monotonic() - returned, 1)}
        )
        time.sleep(10)
    return out


def _whole(tally: Tally, since: float) -> bool:
    """Whether the last ten questions since a moment were all answered."""
    last = [done for at, done in tally.at[-10:] if at >= since]
    return len(last) == 10 and all(last)


def loaded(arguments: argparse.Namespace) -> dict[str, Any]:
    """The load, and what came of it."""
    with tempfile.TemporaryDirectory() as folder, engines(not arguments.sqlite) as on:
        data = Path(folder) / "data"
        installed(data, on.environment)
        told: dict[str, Any] = {"clients": arguments.clients, "workers": arguments.workers}
        backup = Path(folder) / "backup.zip"
        with serving(data, arguments.workers, on.environment) as server, Watch(server) as watch:
            address = f"http://127.0.0.1:{server.port}"
            visitors, tally = _gathered(address, arguments.clients)
            until = time.monotonic() + arguments.minutes * 60
            with ThreadPoolExecutor(arguments.clients + 1) as pool:
                started = time.monotonic()
                living = [pool.submit(v.live, until) for v in visitors]
                time.sleep(arguments.minutes * 60 * 0.25)
                if arguments.backup:
                    told["backup"] = json.loads(command(data, on.environment, "backup", str(backup), "--json"))
                blows = kills(server, on) if arguments.kill else []
                told["blows"] = struck(blows + (freezes(data, on) if arguments.freeze else []), tally, started)
                for life in living:
                    life.result()
            spent = time.monotonic() - started
            told["lost"] = [lost for v in visitors for lost in v.lost()]
            told |= _told(tally, started, spent) | {"memory": watch.told()}
            probes = _probed(address) if arguments.backup else []
            told["metrics"] = _metrics(address)
        if arguments.backup:
            told["restored"] = _restored(Path(folder), backup, probes)
        return told


def _gathered(address: str, count: int) -> tuple[list[Visitor], Tally]:
    """Visitors who share a project, each with criteria of its own."""
    tally, questions = Tally(), _Shared(NewQuestions())
    visitors = [Visitor(address, n, questions, tally) for n in range(count)]
    project, token = visitors[0].found()
    listed = httpx.get(f"{address}/api/label/frameworks/label-ecoprod/criteria", trust_env=False).json()
    codes = [c["code"] for c in listed["criteria"] if c["code"]]
    for n, visitor in enumerate(visitors):
        visitor.join(project, token, codes[n::count] or [codes[n % len(codes)]])
    return visitors, tally


class _Shared:
    """Questions dealt out to threads."""

    def __init__(self, questions: NewQuestions) -> None:
        self._questions, self._lock = questions, threading.Lock()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        with self._lock:
            return next(self._questions)


def _told(tally: Tally, started: float, spent: float) -> dict[str, Any]:
    return {
        "seconds": round(spent),
        "done": {kind: {"count": len(times), **milliseconds(times)} for kind, times in sorted(tally.seconds.items())},
        "answers_per_s": round(len(tally.seconds.get("chat", [])) / spent, 1),
        "longest_s": round(tally.longest[0], 1),
        "longest": f"{tally.longest[1]}, ended after {tally.longest[2] - started:.0f} s",
        "refused": dict(tally.refused),
        "bad": dict(tally.bad),
    }


def _probed(address: str) -> list[dict[str, Any]]:
    return [
        httpx.post(f"{address}/api/chat", json={"question": q}, timeout=60, trust_env=False).json() for q in _PROBES
    ]


def _metrics(address: str) -> dict[str, Any]:
    """What a scrape needs: its size and seconds; it takes a key here, and is refused without."""
    return {"without_a_key": httpx.get(f"{address}/metrics", trust_env=False).status_code}


def _restored(folder: Path, backup: Path, probes: list[dict[str, Any]]) -> dict[str, Any]:
    """Restore into an empty installation of SQLite and of embedded Chroma, and ask the same."""
    data = folder / "restored"
    told = json.loads(command(data, {}, "restore", str(backup), "--json"))
    with serving(data) as server:
        again = _probed(f"http://127.0.0.1:{server.port}")
    same = [a["answer"] == b["answer"] and a["citations"] == b["citations"] for a, b in zip(probes, again, strict=True)]
    return {"counts": told["counts"], "identical_answers": f"{sum(same)}/{len(same)}"}


def table(seconds: float, how_many: int) -> list[dict[str, Any]]:
    """A row for each engine and number of workers."""
    rows = []
    for servers in (False, True):
        with tempfile.TemporaryDirectory() as folder, engines(servers) as on:
            data = Path(folder) / "data"
            installed(data, on.environment)
            for workers in (1, 2):
                with serving(data, workers, on.environment) as server:
                    questions = NewQuestions()
                    rate = clients(server.port, questions.take(2 * how_many), how_many)
                    wanted = max(how_many, int(seconds * len(rate.times) / rate.seconds))
                    load = clients(server.port, questions.take(wanted), how_many)
                    rows.append(
                        {
                            "engine": "PostgreSQL + Chroma" if servers else "SQLite",
                            "workers": workers,
                            "answers": len(load.times),
                            "answers_per_s": round(len(load.times) / load.seconds, 1),
                            **milliseconds(load.times),
                            "errors": load.errors,
                            "memory_gb": round(server.rss_gb() or 0, 2),
                        }
                    )
                    print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    return rows


def main() -> None:
    """Run, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--freeze", action="store_true")
    parser.add_argument("--backup", action="store_true")
    parser.add_argument("--table", type=float, metavar="SECONDS")
    arguments = parser.parse_args()
    machine = {"cpu": platform.machine(), "cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
    if arguments.table:
        print(json.dumps({"machine": machine, "rows": table(arguments.table, arguments.clients)}, ensure_ascii=False))
        return
    told = loaded(arguments)
    print(json.dumps({"machine": machine, **told}, ensure_ascii=False, indent=1))
    unexpected = bool(told["refused"] or told["bad"]) and not (arguments.kill or arguments.freeze)
    slow = arguments.freeze and told["longest_s"] > _LONGEST_SECONDS
    sys.exit(1 if told["lost"] or unexpected or slow or not told["memory"].get("flat", True) else 0)


if __name__ == "__main__":
    main()
