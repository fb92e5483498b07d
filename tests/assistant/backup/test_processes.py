"""Nothing that was acknowledged is lost, whatever processes share an installation and however they end.

Each round starts servers and commands on one data folder, has clients talk, and ends a process at a seeded moment by
SIGTERM, Ctrl-C or `kill -9`. What was acknowledged is then there, every file of tables is sound, and a backup that ended
well holds all that was acknowledged before it began. Twenty rounds by day, three hundred by night.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from assistant.backup.archive import reading
from ingest.settings import Settings
from ingest.texts.texts import TextShelf
from tests.assistant.support import BILANS
from tests.conftest import OF_THE_FOLDER
from tests.processes import House, Running
from tests.samples import OFFICIAL_TEXT

pytestmark = OF_THE_FOLDER


_PAUSE = 0.02
"""Seconds between two questions of a client."""


class Acknowledged:
    """What was acknowledged, by whoever did: ids of answers, of label projects, of texts."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.projects: list[str] = []
        self.texts: list[str] = []

    def all_there(self, data_dir: Path) -> None:
        """It is all in the files, which are sound."""
        for path in data_dir.glob("*.db"):
            with closing(sqlite3.connect(path)) as db:
                assert db.execute("pragma integrity_check").fetchall() == [("ok",)], path.name
        assert set(self.answers) <= ids(data_dir / "conversations.db", "message")
        if self.projects:
            assert set(self.projects) <= ids(data_dir / "label.db", "project")
        assert set(self.texts) <= {t.id for t in TextShelf(data_dir / "texts").all()}


def ids(path: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {ident for (ident,) in db.execute(f"select id from {table}")}


@contextmanager
def visited(server: Running, known: Acknowledged, clients: int = 2) -> Iterator[None]:
    """Clients that talk to a server, a conversation each, until the end or until it answers no more."""
    stop = threading.Event()

    def talk() -> None:
        conversation, failed = None, 0
        with httpx.Client(base_url=server.url, timeout=20, trust_env=False) as client:
            while not stop.is_set() and failed < 40:
                body = {"question": "Et quand ?" if conversation else BILANS, "conversation_id": conversation}
                try:
                    answer = client.post("/api/chat", json=body)
                except httpx.HTTPError:
                    failed += 1
                    time.sleep(0.01)
                    continue
                assert answer.is_success, answer.text
                conversation = answer.json()["conversation_id"]
                known.answers.append(answer.json()["message_id"])
                time.sleep(_PAUSE)

    failures: list[BaseException] = []

    def tried() -> None:
        try:
            talk()
        except BaseException as exc:
            failures.append(exc)

    talking = [threading.Thread(target=tried) for _ in range(clients)]
    for thread in talking:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in talking:
            thread.join(30)
    assert failures == []


class Round:
    """One round: a server with clients, and something beside it."""

    def __init__(self, house: House, known: Acknowledged, moments: random.Random, n: int) -> None:
        self.house, self.known, self.moments, self.n = house, known, moments, n

    def play(self, beside: Callable[[Round], None]) -> None:
        server = self.house.serve()
        with visited(server, self.known):
            self.wait(0.15)
            beside(self)
            self.wait(0.15)
            self.end(server)

    def wait(self, longest: float) -> None:
        time.sleep(self.moments.uniform(0.02, longest))

    def end(self, running: Running) -> None:
        running.end(self.moments.choice([signal.SIGTERM, signal.SIGINT, signal.SIGKILL]))

    def server(self) -> None:
        other = self.house.serve()
        with visited(other, self.known):
            self.wait(0.3)
            self.end(other)

    def backup(self) -> None:
        before, to = set(self.known.answers), self.house.settings.data_dir.parent / f"{self.n}.zip"
        taking = self.house.run("backup", to)
        if self.moments.random() < 0.25:
            self.wait(0.3)
            self.end(taking)
        else:
            assert taking.end() == 0, taking.output()
            with reading(to) as kept:
                rows = map(json.loads, kept.lines("stores/conversations.jsonl"))
                assert before <= {row["id"] for table, row in rows if table == "message"}
            to.unlink()

    def ask(self) -> None:
        asked = [self.house.run("ask", "--json", BILANS) for _ in range(3)]
        self._answered(asked)

    def chat(self) -> None:
        talked = self.house.run("chat", said=f"{BILANS}\nEt quand ?\n\n")
        assert talked.end() == 0, talked.output()

    def label(self) -> None:
        made = self.house.run("label", "projects", "--new", f"Film {self.n}", "--json")
        assert made.end() == 0, made.output()
        self.known.projects.append(json.loads(made.output())[0]["id"])

    def added(self) -> None:
        text = self.house.settings.data_dir.parent / f"{self.n}.md"
        text.write_text(f"{OFFICIAL_TEXT}\nAjout {self.n}.\n", "utf-8")
        added = self.house.run("corpus", "add", text, "--id", f"texte-{self.n}", "--domain", "cnc", "--json")
        assert added.end() == 0, added.output()
        self.known.texts += [row["id"] for row in json.loads(added.output())]

    def _answered(self, asked: list[Running]) -> None:
        for one in asked:
            assert one.end() == 0, one.output()
            self.known.answers.append(json.loads(one.output())["message_id"])


BESIDE = (Round.server, Round.backup, Round.ask, Round.chat, Round.label, Round.added)


@pytest.fixture
def house(library: object, settings: Settings, tmp_path: Path) -> Iterator[House]:
    criteria = Settings(_env_file=None).corpus_dir / "criteria"  # type: ignore[call-arg]
    shutil.copytree(criteria, settings.corpus_dir / "criteria", dirs_exist_ok=True)
    (tmp_path / "told").mkdir()
    found = House(settings, tmp_path / "told")
    yield found
    found.close()


def played(house: House, rounds: int, seed: int) -> Acknowledged:
    known, moments = Acknowledged(), random.Random(seed)
    for n in range(rounds):
        Round(house, known, moments, n).play(BESIDE[n % len(BESIDE)])
        known.all_there(house.settings.data_dir)
    return known


def test_twenty_rounds_lose_nothing(house: House) -> None:
    known = played(house, 20, 2026)
    assert len(known.answers) > 60


@pytest.mark.nightly
def test_three_hundred_rounds_lose_nothing(house: House) -> None:
    """By twenties, each on an installation that nobody spoke to yet."""
    answers = 0
    for batch in range(15):
        for path in (*house.settings.data_dir.glob("*.db*"), *house.settings.data_dir.glob("*.told")):
            if not path.name.startswith("passages."):
                path.unlink()
        answers += len(played(house, 20, batch).answers)
        print(f"{20 * (batch + 1)} rounds, {answers} answers acknowledged and kept", flush=True)


@pytest.mark.parametrize("other", ["serve", "ask", "backup"])
@pytest.mark.parametrize("server_first", [True, False])
def test_two_may_come_first_together(house: House, other: str, server_first: bool) -> None:
    """On a folder where nothing but an index was ever kept."""
    to, known = house.settings.data_dir.parent / "first.zip", Acknowledged()

    def start(what: str) -> Running:
        if what == "serve":
            return house.serving()
        return house.run("ask", BILANS) if what == "ask" else house.run("backup", to)

    names = ("serve", other) if server_first else (other, "serve")
    started = [start(name) for name in names]
    for name, running in zip(names, started, strict=True):
        if name == "serve":
            with visited(house.ready(running), known, 1):
                time.sleep(0.2)
        else:
            assert running.end() == 0, running.output()
    for running in started:
        running.end(signal.SIGTERM)
    known.all_there(house.settings.data_dir)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the workers in /proc")
def test_workers_that_are_killed_lose_nothing(house: House) -> None:
    """They come first together, and answer while one is killed, then another, then all are told to stop."""
    moments, known = random.Random(7), Acknowledged()
    server = house.serve("--workers", "2")
    with visited(server, known, 4):
        for _ in range(2):
            time.sleep(moments.uniform(0.3, 0.8))
            os.kill(moments.choice(house.workers(server)), signal.SIGKILL)
        time.sleep(1)
        server.end(signal.SIGTERM)
    assert len(known.answers) > 10
    known.all_there(house.settings.data_dir)
