"""Replies of a planning model, kept: written by hand in a folder, packed, replayed without a model or a key in common."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import yaml

from assistant.service import Ask, Service
from evals.running.cassette import Folder, Pack, cassette_of, planned_by
from ingest.clock import fixed
from ingest.errors import ClapvertError
from ingest.model.embedding import HashingEncoder
from tests.assistant.conftest import DOUBLE
from tests.assistant.support import BILANS
from tests.peers import Document, part, plan, say, scripted, written_by
from tests.samples import TODAY

KEPT = Path(__file__).resolve().parents[2] / "evals" / "cassettes"


def fresh(tiny: Service) -> Service:
    return Service(tiny.settings, HashingEncoder(), fixed(TODAY), DOUBLE)


def document(request: Path) -> Document:
    found: Document = json.loads(json.loads(request.read_text())["messages"][1]["content"])
    return found


def reply(request: Path, text: str) -> None:
    request.with_name(request.name.replace(".request.json", ".reply.txt")).write_text(text)


def test_requests_are_written_then_answered_then_replayed(tiny: Service, tmp_path: Path) -> None:
    folder = tmp_path / "cassette"
    service, kept = fresh(tiny), Folder(folder)
    planned_by(service.engine, kept)
    assert service.ask(Ask(BILANS)).engine == "extractive"
    (request,) = folder.glob("*.request.json")
    assert kept.missing == 1
    reply(request, plan(part("bilans carbone remettre", document(request)["evidence"][0]["key"])))
    first = service.ask(Ask(BILANS))
    assert first.engine == "llm:openai:hand"
    kept.pack(tmp_path / "pack.jsonl")

    replayed, pack = fresh(tiny), cassette_of(tmp_path / "pack.jsonl")
    assert isinstance(pack, Pack)
    planned_by(replayed.engine, pack)
    assert replayed.ask(Ask(BILANS)).answer == first.answer
    assert pack.missing == 0
    assert document(request)["evidence"][0]["key"] not in (tmp_path / "pack.jsonl").read_text()


def test_a_reply_that_is_no_plan_is_named(tiny: Service, tmp_path: Path) -> None:
    service, kept = fresh(tiny), Folder(tmp_path)
    planned_by(service.engine, kept)
    service.ask(Ask(BILANS))
    (request,) = tmp_path.glob("*.request.json")
    reply(request, "Bien sûr !")
    answer = service.ask(Ask(BILANS))
    assert answer.receipt.model is not None
    assert answer.receipt.model.fallback == "malformed"
    assert kept.bad[0].startswith(request.name.replace(".request.json", ".reply.txt"))


def test_what_is_hashed_is_what_a_server_receives(tiny: Service, tmp_path: Path) -> None:
    """The folder is the one that an endpoint whose replies are written by hand would fill."""
    with scripted([say("{}")]) as peer:
        service = written_by(peer.base_url, tiny.settings, llm="openai:hand", llm_attempts=1)
        service.ask(Ask(BILANS))
        received = {k: peer.requests[0].get(k) for k in ("messages", "response_format", "tools", "model")}
    kept = Folder(tmp_path)
    other = fresh(tiny)
    planned_by(other.engine, kept)
    other.ask(Ask(BILANS))
    (request,) = tmp_path.glob("*.request.json")
    body = json.loads(request.read_text())
    assert {k: v for k, v in received.items() if k != "messages"} == {k: v for k, v in body.items() if k != "messages"}
    assert [sorted(m) for m in received["messages"]] == [sorted(m) for m in body["messages"]]
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]
    assert digest in request.name


def test_a_file_that_is_no_pack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("{}\n")
    with pytest.raises(ClapvertError, match="cassette"):
        cassette_of(tmp_path / "x.jsonl")


@pytest.mark.parametrize("name", sorted(p.stem for p in KEPT.glob("*.jsonl")))
def test_a_kept_cassette_is_of_its_messages(name: str) -> None:
    pack = Pack.load(KEPT / f"{name}.jsonl")
    asked = yaml.safe_load((KEPT / f"{name}.yaml").read_text(encoding="utf-8"))
    messages = {q["question"] for q in asked["questions"]} | {t for d in asked["dialogues"] for t in d["turns"]}
    assert {message for message, _ in pack.rows} <= messages
