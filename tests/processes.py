"""Real processes of an installation, started and ended in some 0.1 s: the command line itself, forked from a server that has the
imports done, on the hashing double.

    house = House(settings, tmp_path)
    server = house.serve()                  `clapvert serve` on a free port, ready; `server.url`
    done = house.run("backup", "b.zip")     any command; `done.process`, `done.output()`
    server.end(signal.SIGKILL)              what the system or a person does to it
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx

from ingest.settings import Settings

_PRELOADED = [
    "tests.processes", "ingest.main", "ingest.commands", "ingest.storage.migrating", "assistant.app",
    "assistant.commands.answers", "assistant.commands.chat", "assistant.commands.label", "assistant.backup.backup",
    "assistant.mcp.desk", "assistant.mcp.mount", "assistant.mcp.server", "alembic.command", "bm25s", "chromadb",
    "chromadb.api.rust", "httpcore", "langchain_core.tracers.langchain", "uvicorn.protocols.http.auto",
    "uvicorn.loops.auto", "uvicorn.lifespan.on",
]  # fmt: skip
_READY_SECONDS = 60


def forking() -> Any:
    """The context that forks them; one server of forks a run of the tests."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


class Running:
    """A command under way."""

    def __init__(self, process: Any, out: Path, url: str = "") -> None:
        self.process, self.url, self._out = process, url, out

    def output(self) -> str:
        """What it said so far, on both streams."""
        return self._out.read_text("utf-8")

    def end(self, how: int | None = None) -> int:
        """Send it, and what it started, a signal; wait for its end; its exit code."""
        if how is not None and self.process.exitcode is None:
            os.killpg(self.process.pid, how) if how == signal.SIGKILL else os.kill(self.process.pid, how)
        self.process.join(60)
        assert self.process.exitcode is not None, f"{self.process} goes on: {self.output()[-2000:]}"
        return int(self.process.exitcode)


class House:
    """The processes of an installation."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self._folder, self._context, self._count = settings, folder, forking(), 0
        names = ("data_dir", "model_dir", "corpus_dir")
        self._environment = {f"CLAPVERT_{n.upper()}": str(getattr(settings, n)) for n in names}
        self._environment |= {"CLAPVERT_OFFLINE": "1", "CLAPVERT_PORT": str(free_port())}
        self.started: list[Running] = []

    def run(self, *argv: str | Path, said: str = "", url: str = "") -> Running:
        """Start a command; `said` comes on its standard input."""
        self._count += 1
        out = self._folder / f"{self._count}.out"
        out.write_text(said, "utf-8")
        process = self._context.Process(
            target=_command, args=([str(a) for a in argv], self._environment, out), name=" ".join(map(str, argv))
        )
        process.start()
        self.started.append(Running(process, out, url))
        return self.started[-1]

    def serve(self, *more: str) -> Running:
        """A server that answers."""
        return self.ready(self.serving(*more))

    def serving(self, *more: str) -> Running:
        """A server that starts."""
        port = free_port()
        return self.run("serve", "--port", str(port), *more, url=f"http://127.0.0.1:{port}")

    def ready(self, running: Running) -> Running:
        """A server, once it answers."""
        until = time.monotonic() + _READY_SECONDS
        while True:
            try:
                if httpx.get(f"{running.url}/readyz", timeout=5, trust_env=False).is_success:
                    return running
            except httpx.HTTPError:
                pass
            assert running.process.is_alive(), running.output()
            assert time.monotonic() < until, running.output()
            time.sleep(0.02)

    def workers(self, server: Running) -> list[int]:
        """The processes that answer for a server: those that its own server of forks made."""
        group: dict[int, int] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                parent, of = map(int, path.read_text().rpartition(")")[2].split()[1:3])
                if of == server.process.pid:
                    group[int(path.parent.name)] = parent
        return [pid for pid, parent in group.items() if parent in group and group[parent] == server.process.pid]

    def close(self) -> None:
        """End whatever still runs."""
        for running in self.started:
            if running.process.exitcode is None:
                running.end(signal.SIGKILL)


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def application() -> Any:
    """What a worker serves, on the double."""
    gc.freeze()
    _doubled()
    from assistant.worker import application as real

    return real()


def _command(argv: list[str], environment: dict[str, str], out: Path) -> None:
    """A command, in a process and a group of its own."""
    gc.freeze()  # what was imported before the fork is not gone through at its end: a second of each process
    os.setsid()
    os.environ.update(environment)
    os.chdir(out.parent)
    said = os.memfd_create("said") if hasattr(os, "memfd_create") else os.open(os.devnull, os.O_RDWR)
    os.write(said, out.read_bytes())
    os.lseek(said, 0, os.SEEK_SET)
    told = os.open(out, os.O_WRONLY | os.O_TRUNC | os.O_APPEND)
    for ours, standard in ((said, 0), (told, 1), (told, 2)):
        os.dup2(ours, standard)
    for name, standard, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        setattr(sys, name, os.fdopen(standard, mode, 1, encoding="utf-8", closefd=False))
    _doubled()
    if "--workers" in argv:
        _workers_doubled()
    from ingest.main import main

    code = 0
    try:
        main(argv)
    except SystemExit as exc:
        code = exc.code if isinstance(exc.code, int) else 1
    ctypes.pythonapi.Py_Exit(code)  # as an interpreter ends, its databases closed; a fork ends without


def _doubled() -> None:
    """The hashing double in the place of the model."""
    import assistant.service
    from ingest.model.embedding import HashingEncoder

    assistant.service.load_encoder = lambda *_: HashingEncoder()  # type: ignore[assignment,return-value]


def _workers_doubled() -> None:
    """Workers, which are new interpreters, serve `application` above; forked too, from a server of theirs."""
    import uvicorn
    import uvicorn._subprocess

    from assistant import worker

    uvicorn._subprocess.spawn = forking()
    worker.uvicorn = SimpleNamespace(  # type: ignore[attr-defined]
        Config=lambda _, **how: uvicorn.Config("tests.processes:application", **how)
    )
