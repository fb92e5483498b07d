"""What an installation tells of itself: counts and spans, and never a word of a question."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.access.access import Access
from assistant.access.caller import Scope
from assistant.app import create_app
from assistant.observing import counts, spans
from assistant.service import Service
from ingest.errors import ClapvertError, ErrorCode

SECRET = "zanzibarique"


def settings_of(service: Service, **changed: Any) -> Service:
    service.settings = service.settings.model_copy(update=changed)
    return service


def value(text: str, series: str) -> float:
    lines = [line for line in text.splitlines() if line.startswith(series)]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def ask_around(client: TestClient) -> None:
    """A question on every way in, one that fails among them."""
    asked = {"question": f"Quels bilans carbone pour un {SECRET} aidé par le CNC ?"}
    told = client.post("/api/chat", json=asked).json()
    client.post("/api/chat", json=asked | {"conversation_id": told["conversation_id"]})
    client.post("/api/chat/stream", json=asked)
    client.get("/api/search", params={"q": SECRET})
    client.get("/", params={"q": SECRET})
    client.get(f"/{SECRET}/{SECRET}")
    client.post("/api/chat", json=asked | {"conversation_id": SECRET})


def test_counts_for_prometheus(apart: Service) -> None:
    app = create_app(settings_of(apart, metrics=True))
    with TestClient(app) as client:
        before = client.get("/metrics").text
        ask_around(client)
        response = client.get("/metrics")
    text = response.text
    assert response.headers["content-type"].startswith("text/plain")
    assert SECRET not in text
    chats = 'clapvert_requests_total{method="POST",route="/api/chat",status="200"}'
    assert value(text, chats) - value(before, chats) == 2
    assert value(text, "clapvert_answers_total") - value(before, "clapvert_answers_total") == 3
    refused = 'clapvert_errors_total{code="conversation_not_found"}'
    assert value(text, refused) - value(before, refused) == 1
    assert value(text, "clapvert_memory_bytes") > 1e6
    assert value(text, f'clapvert_snapshot_passages{{snapshot="{apart.snapshot.manifest.name}"}}') == 15
    assert 'step="retrieve"' in text


def test_they_are_for_administrators_unless_told(apart: Service) -> None:
    with TestClient(create_app(apart)) as client:
        assert client.get("/metrics").status_code == 401
        _, asking = Access(apart.settings).keys.create("une", [Scope.ASK])
        _, admin = Access(apart.settings).keys.create("autre", [Scope.ADMIN])
        assert client.get("/metrics", headers={"Authorization": f"Bearer {asking}"}).status_code == 403
        assert client.get("/metrics", headers={"Authorization": f"Bearer {admin}"}).status_code == 200


def test_only_one_snapshot_is_told_to_serve() -> None:
    counts.serving("un", 10)
    counts.serving("deux", 20)
    text = counts.exposition().decode()
    assert value(text, 'clapvert_snapshot_passages{snapshot="un"}') == 0
    assert value(text, 'clapvert_snapshot_passages{snapshot="deux"}') == 20


@pytest.fixture
def exported(apart: Service, monkeypatch: pytest.MonkeyPatch) -> Any:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    monkeypatch.setattr(spans, "_tracer", None)
    spans.send_spans(settings_of(apart, otlp_endpoint="http://127.0.0.1:4317").settings, exporter)
    return exporter


def test_spans_without_a_word_of_a_question(apart: Service, exported: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with TestClient(create_app(apart), raise_server_exceptions=False) as client:
        ask_around(client)
        monkeypatch.setattr(apart.engine, "answer", lambda *_, **__: {}[SECRET])
        client.post("/api/chat", json={"question": SECRET})
    spans._provider.force_flush()
    sent = exported.get_finished_spans()
    told = " ".join(span.to_json() for span in sent)
    assert SECRET not in told
    assert {"request", "ask", "read", "answer", "keep"} <= {span.name for span in sent}
    (failed,) = [s for s in sent if s.name == "answer" and not s.status.is_ok]
    assert failed.attributes == {"clapvert.error": "KeyError"}
    asked = next(s for s in sent if s.name == "ask")
    assert asked.parent is not None
    routes = {s.attributes["clapvert.route"] for s in sent if s.name == "request"}
    assert {"/api/chat", "/api/chat/stream", "/api/search"} <= routes


def test_nothing_is_sent_without_a_collector(apart: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "_tracer", None)
    spans.send_spans(apart.settings)
    with spans.span("ask") as under_way:
        under_way.note(outcome="answered")
    assert spans._tracer is None


def test_what_is_not_installed_is_said(apart: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "_tracer", None)
    monkeypatch.setattr(spans, "find_spec", lambda _: None)
    with pytest.raises(ClapvertError) as refused:
        spans.send_spans(settings_of(apart, otlp_endpoint="http://127.0.0.1:4317").settings)
    assert refused.value.code is ErrorCode.EXTRA_MISSING
