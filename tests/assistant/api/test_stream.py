"""Answers as server-sent events: order, verified sentences only, errors, and clients that leave."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant import engine
from assistant.answer import Act, Answer, Understood
from assistant.api import stream
from assistant.app import create_app
from assistant.service import Ask, Service
from ingest.errors import ClapvertError, ErrorCode
from tests.assistant.support import BILANS
from tests.samples import TODAY

QUESTION = "Quel score faut-il pour le Label Ecoprod ?"
Events = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def app(mine: Service) -> FastAPI:
    return create_app(mine)


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


def events(raw: str) -> Events:
    """The events of a stream, comments left out."""
    out = []
    for block in raw.removesuffix("\n\n").split("\n\n"):
        if block.startswith(":"):
            continue
        name, data = block.split("\n")
        out.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return out


def asked(client: TestClient, question: str = QUESTION, **body: Any) -> Events:
    response = client.post("/api/chat/stream", json={"question": question, **body})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    return events(response.text)


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        BILANS,
        "Quel score faut-il pour le Label Ecoprod et quels bilans carbone pour une aide du CNC ?",
        "What score does the Ecoprod Label need?",
        "blorp zzz",
        "En 2010, quel était le seuil de la CSRD ?",
        "Ma boîte de prod est-elle concernée par la CSRD ?",
    ],
)
def test_passages_then_sentences_then_the_answer(client: TestClient, question: str) -> None:
    told = asked(client, question)
    names = [name for name, _ in told]
    assert names[0] == "passages"
    assert names[-2:] == ["answer", "done"]
    assert set(names[1:-2]) == {"token"}
    answer = Answer.model_validate(told[-2][1])
    assert "".join(data["text"] for name, data in told if name == "token") == answer.answer
    assert told[-1][1] == {"conversation_id": answer.conversation_id, "message_id": answer.message_id}
    shown = {p["passage_id"]: p["text"] for p in told[0][1]["passages"]}
    for citation in answer.citations:
        if f"[{citation.n}]" in answer.answer:
            assert citation.quote in shown[citation.passage_id]


@pytest.mark.parametrize("act", ["source", "thanks", "summarise", "help", "draft"])
def test_an_act_tells_what_it_rests_on_first_too(client: TestClient, act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    first = dict(asked(client, BILANS))["answer"]
    monkeypatch.setattr(engine, "act_of", lambda *_: (act, act))
    told = asked(client, "fais-le", conversation_id=first["conversation_id"])
    names = [name for name, _ in told]
    assert (names[0], names[-2:], set(names[1:-2])) == ("passages", ["answer", "done"], {"token"})
    assert told[0][1]["understood"] == told[-2][1]["understood"]
    assert told[-2][1]["understood"]["act"] == act
    shown = {p["passage_id"] for p in told[0][1]["passages"]}
    assert shown == {c["passage_id"] for c in told[-2][1]["citations"]}


def test_an_answer_that_rests_on_nothing_tells_no_passage_first(mine: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question asked back, a choice between projects: whoever answers need not tell that nothing was looked for."""
    made = mine.ask(Ask("merci"))
    monkeypatch.setattr(mine, "ask", lambda *_: made)
    told = asked(TestClient(create_app(mine)))
    assert [name for name, _ in told][:2] == ["passages", "token"]
    assert told[0][1] == {"understood": told[-2][1]["understood"], "passages": []}


@pytest.mark.parametrize(
    "markdown",
    [
        "",
        "Une phrase. [1]",
        "Une. [1][2] Deux ?\n\n**UE** : trois, art. 3. [3]\n\nSans marque.",
        "Ligne\nsuite. [1]\n",
    ],
)
def test_tokens_joined_are_the_markdown(markdown: str) -> None:
    assert "".join(stream.tokens(markdown)) == markdown


def test_it_is_the_answer_of_the_plain_route(client: TestClient) -> None:
    streamed = dict(asked(client, BILANS))["answer"]
    plain = client.post("/api/chat", json={"question": BILANS}).json()
    for name in ("answer", "citations", "outcome", "reason", "as_of", "warnings", "follow_ups"):
        assert streamed[name] == plain[name]


def test_a_conversation_goes_on_in_both(client: TestClient) -> None:
    first = dict(asked(client, BILANS))["answer"]
    ident = {"conversation_id": first["conversation_id"]}
    second = client.post("/api/chat", json={"question": "Et quand ?", **ident}).json()
    third = dict(asked(client, "Et pour un documentaire ?", **ident))["answer"]
    assert second["understood"]["follow_up"]
    assert third["understood"]["follow_up"]


class TestErrors:
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"question": ""}, 422, "bad_request"),
            ({"question": "x" * 4001}, 422, "bad_request"),
            ({"question": "x", "more": 1}, 422, "bad_request"),
            ({"question": "x", "as_of": "hier"}, 422, "bad_request"),
            ({"question": "x", "domains": ["nope"]}, 422, "bad_request"),
            ({"question": "x", "conversation_id": "nope"}, 404, "conversation_not_found"),
        ],
    )
    def test_before_anything_is_sent_as_the_plain_route(
        self, client: TestClient, body: dict[str, Any], status: int, code: str
    ) -> None:
        response = client.post("/api/chat/stream", json=body)
        assert (response.status_code, response.json()["code"]) == (status, code)
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json() == client.post("/api/chat", json=body).json()

    def failing(self, mine: Service, monkeypatch: pytest.MonkeyPatch, exc: Exception) -> None:
        def ask(_: Ask, __: str, on_evidence: Callable[..., None]) -> Answer:
            on_evidence([], Understood(question="?", as_of=TODAY, as_of_reason="today"))
            raise exc

        monkeypatch.setattr(mine, "ask", ask)

    def test_after_the_passages_as_an_event(self, mine: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        self.failing(mine, monkeypatch, ClapvertError(ErrorCode.INDEX_BUSY, "Occupé.", "Réessayez."))
        told = asked(TestClient(create_app(mine)))
        assert [name for name, _ in told] == ["passages", "error"]
        assert told[1][1] == {
            "type": "urn:clapvert:index_busy",
            "title": "Service indisponible",
            "status": 503,
            "detail": "Occupé. Réessayez.",
            "code": "index_busy",
        }

    def test_an_unexpected_one_shows_nothing(self, mine: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        self.failing(mine, monkeypatch, RuntimeError("hunter2"))
        told = asked(TestClient(create_app(mine)))
        assert told[1][1]["code"] == "internal_error"
        assert "hunter2" not in json.dumps(told)


def test_the_owner_is_named_here_too(client: TestClient) -> None:
    response = client.post("/api/chat/stream", json={"question": QUESTION})
    assert "httponly" in response.headers["set-cookie"].lower()
    listed = client.get("/api/conversations").json()["conversations"]
    assert [c["conversation_id"] for c in listed] == [dict(events(response.text))["done"]["conversation_id"]]


def test_a_client_that_leaves_loses_nothing(app: FastAPI, mine: Service) -> None:
    """It leaves after the passages, while the answer is being written: the turn ends and is in the history."""
    waiting, go_on = threading.Event(), threading.Event()
    real = mine.ask

    def slow(ask: Ask, owner: str, on_evidence: Callable[..., None]) -> Answer:
        def told(*found: Any) -> None:
            on_evidence(*found)
            waiting.set()
            assert go_on.wait(10)

        return real(ask, owner, told)

    async def leave() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        gone = asyncio.Event()
        body = json.dumps({"question": BILANS}).encode()
        received = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, Any]:
            if message := next(received, None):
                return message
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(dict(message))
            if message.get("body"):
                gone.set()

        scope = {"type": "http", "method": "POST", "path": "/api/chat/stream", "raw_path": b"", "query_string": b"",
                 "headers": [(b"content-type", b"application/json")], "scheme": "http", "server": ("t", 80),
                 "client": ("t", 1), "http_version": "1.1", "asgi": {"version": "3.0", "spec_version": "2.3"}}  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(mine, "ask", slow)
            await asyncio.wait_for(app(scope, receive, send), 10)
        assert waiting.wait(5)
        go_on.set()
        await asyncio.wait_for(asyncio.gather(*stream._running), 10)
        return sent

    sent = asyncio.run(leave())
    body = b"".join(m.get("body", b"") for m in sent)
    assert b"event: passages" in body
    assert b"event: answer" not in body
    with mine.conversations.database.read() as db:
        assert db.exec_driver_sql("select count(*) from message").scalar() == 1
    assert len(mine.conversations._locks._turnstiles) == 0


def test_how_the_question_was_understood_comes_with_the_passages(client: TestClient) -> None:
    told = dict(asked(client, BILANS, as_of="2024-06-01"))
    assert told["passages"]["understood"] == told["answer"]["understood"]
    dates = {p["passage_id"]: (p["valid_from"], p["valid_until"]) for p in told["passages"]["passages"]}
    for c in told["answer"]["citations"]:
        if c["passage_id"] in dates:
            assert dates[c["passage_id"]] == (c["valid_from"], c["valid_until"])
