"""Two workers over PostgreSQL and a Chroma server, the true model: what a load and a killed worker show, in short."""

from __future__ import annotations

import argparse
import os
import re
import signal
import time
from pathlib import Path

import httpx
import pytest

from evals.benchmarks.load import command, engines, installed, loaded
from evals.benchmarks.server import Server, serving
from evals.benchmarks.services import AbsentError
from ingest.model.embedding import Encoder
from ingest.settings import Settings

pytestmark = pytest.mark.nightly
QUESTION = {"question": "Quels bilans carbone remettre pour une aide du CNC ?"}


def snapshots(port: int, calls: int = 24) -> set[str]:
    """Those that answer, over as many connections."""
    address = f"http://127.0.0.1:{port}/readyz"
    return {httpx.get(address, trust_env=False, timeout=30).json()["snapshot"] for _ in range(calls)}


def answered(client: httpx.Client, conversation: str | None = None) -> str:
    """Ask until it is answered: a call that a killed worker was answering is lost, no other."""
    until = time.monotonic() + 60
    while True:
        try:
            told = client.post("/api/chat", json=QUESTION | ({"conversation_id": conversation} if conversation else {}))
            if told.is_success:
                return str(told.json()["conversation_id"])
        except httpx.TransportError:
            pass
        assert time.monotonic() < until
        time.sleep(0.2)


def test_workers_share_all_and_take_up_a_new_snapshot_within_five_seconds(tmp_path: Path, model: Encoder) -> None:
    corpus = tmp_path / "corpus"
    import shutil

    shutil.copytree(Settings().corpus_dir, corpus)
    try:
        with engines(True) as on:
            environment = on.environment | {"CLAPVERT_CORPUS_DIR": str(corpus), "CLAPVERT_METRICS": "1"}
            installed(tmp_path / "data", environment)
            with serving(tmp_path / "data", 2, environment) as server:
                _survives(server)
                (old,) = snapshots(server.port)
                with (corpus / "sources.yaml").open("a", encoding="utf-8") as register:
                    register.write("\n# une ligne de plus\n")
                command(tmp_path / "data", environment, "ingest", "--force")
                built = time.monotonic()
                while (found := snapshots(server.port)) == {old} or len(found) > 1:
                    assert time.monotonic() - built < 30
                taken_up = time.monotonic() - built
                assert old not in found
                assert taken_up < 8, taken_up  # five, and the time that two dozen calls take to see it
                text = httpx.get(f"http://127.0.0.1:{server.port}/metrics", trust_env=False).text
                counted = re.findall(r'clapvert_requests_total\{.*route="/readyz".*\} (\d+)', text)
                assert sum(map(int, counted)) >= 48  # of both workers
    except AbsentError as error:
        pytest.skip(str(error))


def _survives(server: Server) -> None:
    """A conversation goes on when each of the workers that it began with is killed."""
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60, trust_env=False) as client:
        conversation = answered(client)
        for pid in server.workers():
            os.kill(pid, signal.SIGKILL)
            assert answered(client, conversation) == conversation
        told = client.get(f"/api/conversations/{conversation}").json()
        assert len(told["answers"]) >= 3
        until = time.monotonic() + 60
        while len(server.workers()) < 2:
            assert time.monotonic() < until
            time.sleep(0.2)
        _replaced(server, client, conversation)


def _replaced(server: Server, client: httpx.Client, conversation: str) -> None:
    """`kill -HUP` under load: every worker is another in the end, and the conversation goes on meanwhile."""
    old = set(server.workers())
    os.kill(server.pid, signal.SIGHUP)
    until = time.monotonic() + 240
    while old & set(server.workers()) or len(server.workers()) != 2:
        assert time.monotonic() < until
        assert answered(client, conversation) == conversation


def test_a_short_load_loses_nothing(model: Encoder) -> None:
    how = argparse.Namespace(minutes=0.5, clients=8, workers=2, sqlite=False, kill=False, freeze=False, backup=True)
    try:
        told = loaded(how)
    except AbsentError as error:
        pytest.skip(str(error))
    assert (told["lost"], told["refused"], told["bad"]) == ([], {}, {})
    assert told["restored"]["identical_answers"] == "3/3"
