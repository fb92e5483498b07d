"""Replies of a language model, kept: written by hand in a folder, packed, replayed without a model or a key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.service import Ask, Service
from evals.running.cassette import Cassette, written_by
from ingest.clock import fixed
from ingest.errors import ClapvertError
from ingest.model.embedding import HashingEncoder
from tests.assistant.conftest import DOUBLE
from tests.assistant.support import BILANS
from tests.peers import faithful
from tests.samples import TODAY


def fresh(tiny: Service) -> Service:
    return Service(tiny.settings, HashingEncoder(), fixed(TODAY), DOUBLE)


def answer_all(folder: Path) -> int:
    """Write the reply to every request that waits for one; how many there were."""
    waiting = [r for r in folder.glob("*.request.json") if not reply_to(r).exists()]
    for request in waiting:
        reply_to(request).write_text(faithful(json.loads(json.loads(request.read_text())["messages"][1]["content"])))
    return len(waiting)


def reply_to(request: Path) -> Path:
    return request.with_name(request.name.replace(".request.json", ".reply.txt"))


def test_requests_are_written_then_answered_then_replayed(tiny: Service, tmp_path: Path) -> None:
    folder = tmp_path / "cassette"
    engines = []
    for waits in (1, 1, 0):  # to write, to read again, nothing left
        service, kept = fresh(tiny), Cassette.open(folder)
        written_by(service.engine, kept)
        engines.append(service.ask(Ask(BILANS)).engine)
        assert (kept.missing, answer_all(folder)) == (waits, waits)
    assert engines == ["extractive", "extractive", "llm:openai:hand"]
    first = service.ask(Ask(BILANS))
    kept.pack(tmp_path / "pack.jsonl")

    replayed, pack = fresh(tiny), Cassette.open(tmp_path / "pack.jsonl")
    written_by(replayed.engine, pack)
    assert replayed.ask(Ask(BILANS)).answer == first.answer
    assert pack.missing == 0


def test_a_reply_that_is_none_is_named(tiny: Service, tmp_path: Path) -> None:
    service, kept = fresh(tiny), Cassette.open(tmp_path)
    written_by(service.engine, kept)
    service.ask(Ask(BILANS))
    (request,) = tmp_path.glob("*.request.json")
    reply_to(request).write_text("Bien sûr !")
    assert service.ask(Ask(BILANS)).engine == "extractive"
    assert len(kept.bad) == 1


def test_a_pack_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pack.jsonl"
    path.write_text("{}")
    with pytest.raises(ClapvertError, match="n'est pas une cassette"):
        Cassette.open(path)
