"""The servers of an installation past one machine, for measures and tests: PostgreSQL (Debian's package) and Chroma.

    with postgres() as server: …      `server.url`, `server.database()`: addresses of databases
    with chroma() as server: …        `server.url`
    server.kill(); server.start()
    server.freeze(); server.thaw()       as a machine that swaps: its connections stand, and nothing comes

Each has a folder of its own and a free port of 127.0.0.1, and stops by itself at the end. PostgreSQL runs as `postgres`
when root starts it, which it refuses to run as.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

_WAYS = "fsync=off", "full_page_writes=off", "max_connections=800"
"""A cluster that lives for a test need not outlive a power cut; `kill` is of its processes, and loses no commit."""


def family(pid: int) -> list[int]:
    """A process and its children (Linux)."""
    out = [pid]
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError):
            if int(path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]) == pid:
                out.append(int(path.parent.name))
    return out


def signalled(pid: int, how: int) -> None:
    """Send a signal to a process and its children."""
    for each in family(pid):
        with suppress(ProcessLookupError):
            os.kill(each, how)


class AbsentError(RuntimeError):
    """A server that is not installed here."""


def binaries() -> Path | None:
    """Where PostgreSQL's programs are, the newest that is whole."""
    found = [Path(p).parent for p in (shutil.which("initdb"),) if p and Path(p).resolve().is_file()]
    found += [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb") if p.is_file()]
    whole = [p for p in found if (p / "postgres").exists()]
    return max(whole, key=lambda p: (p.parent.name.isdecimal(), p.parent.name), default=None)


class Postgres:
    """A cluster of its own, and the process that serves it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self._run("initdb", "-D", str(folder / "cluster"), "-U", "clapvert", "-A", "trust", "--no-sync", "-E", "UTF8")
        self.start()

    @property
    def url(self) -> str:
        """The address of the first database."""
        return f"postgresql://clapvert@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """The process that serves."""
        assert self._process is not None
        return self._process.pid

    def database(self) -> str:
        """The address of a new, empty database."""
        self._made += 1
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "clapvert", f"test{self._made}")
        return f"postgresql://clapvert@127.0.0.1:{self.port}/test{self._made}"

    def start(self) -> None:
        """Serve, until it answers."""
        options = [x for way in _WAYS for x in ("-c", way)]
        command = [
            "-D",
            str(self._folder / "cluster"),
            "-p",
            str(self.port),
            "-k",
            str(self._folder),
            "-h",
            "127.0.0.1",
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), *command, *options], stdout=log, stderr=log, **self._as()
            )
        for _ in range(600):
            ready = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"]
            if subprocess.run(ready).returncode == 0:
                return
            assert self._process.poll() is None, (self._folder / "log").read_text(errors="replace")[-2000:]
        raise AssertionError("PostgreSQL does not answer")

    def stop(self) -> None:
        """Stop at once, cleanly: clients are cut."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """`kill -9` of the serving process; its children notice, and leave."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop all its processes where they are."""
        signalled(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        signalled(self.pid, signal.SIGCONT)

    def _end(self, how: int) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run([str(self._programs / program), *arguments], capture_output=True, text=True, **self._as())
        assert done.returncode == 0, done.stderr

    def _as(self) -> dict[str, Any]:
        return {"user": self._user.pw_uid, "group": self._user.pw_gid} if self._user else {}


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server, for as long as this lasts."""
    programs = binaries()
    if programs is None:
        raise AbsentError("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="clapvert-pg-"))
    server = None
    try:
        server = Postgres(programs, folder)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Chroma:
    """A server over a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def pid(self) -> int:
        """The process that serves."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Serve, until it answers."""
        program = Path(sys.executable).with_name("chroma")
        where = ["--path", str(self._folder / "data"), "--host", "127.0.0.1", "--port", str(self.port)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([str(program), "run", *where], stdout=log, stderr=log, cwd=self._folder)
        until = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text(errors="replace")[-2000:]
            assert time.monotonic() < until, "Chroma does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat", timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """Ask it to stop."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """`kill -9`."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop all its processes where they are."""
        signalled(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        signalled(self.pid, signal.SIGCONT)

    def _end(self, how: int) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(15)
            self._process = None


@contextmanager
def chroma() -> Iterator[Chroma]:
    """A server, for as long as this lasts."""
    folder = Path(tempfile.mkdtemp(prefix="clapvert-chroma-"))
    server = None
    try:
        server = Chroma(folder)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
