"""A PostgreSQL server for tests: Debian's package, a fresh cluster on a free loopback port, stopped at the end.

    with postgres(folder) as server: …      `server.url` is the address of an empty database; `server.database()` of another
    server.stop() / server.kill() / server.start()

It runs as `postgres` when the tests run as root, which PostgreSQL refuses. Where the package is not installed the tests
that need it skip, and say so; `.ci/run` installs it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_WAYS = "fsync=off", "full_page_writes=off"
"""A cluster that lives for a test need not outlive a power cut; `kill` is of its processes, and loses no commit."""


def binaries() -> Path | None:
    """Where PostgreSQL's programs are, the newest that is whole."""
    found = [Path(p).parent for p in (shutil.which("initdb"),) if p and Path(p).resolve().is_file()]
    found += [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb") if p.is_file()]
    whole = [p for p in found if (p / "postgres").exists()]
    return max(whole, key=lambda p: (p.parent.name.isdecimal(), p.parent.name), default=None)


class Server:
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
                [self._programs / "postgres", *command, *options], stdout=log, stderr=log, **self._as()
            )
        for _ in range(600):
            ready = [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"]
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

    def _end(self, how: int) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run([self._programs / program, *arguments], capture_output=True, text=True, **self._as())
        assert done.returncode == 0, done.stderr

    def _as(self) -> dict[str, int]:
        return {"user": self._user.pw_uid, "group": self._user.pw_gid} if self._user else {}


@contextmanager
def postgres() -> Iterator[Server]:
    """A server, for as long as this lasts."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="clapvert-pg-"))
    server = None
    try:
        server = Server(programs, folder)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
