"""The pages under /evals: what `evals` wrote, read without importing it, and nothing else of the folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.app import create_app
from assistant.service import Service
from assistant.web.evals import read_index, trends
from tests.assistant.support import problem


def figure(value: float | None, name: str = "passed", better: int = 1) -> dict[str, Any]:
    return {"name": name, "label": "Réponses justes", "better": better, "value": value, "low": 0.5, "high": 1, "n": 10}


def row(ident: str, at: str, value: float | None = 0.9, **more: Any) -> dict[str, Any]:
    return {
        "id": ident, "at": at, "reference": None, "domains": None, "questions": 10,
        "headlines": [figure(value), figure(0.1, "refused", -1)], "latency_ms": {"p50": 1.0, "p95": 2.5},
        "csp": "default-src 'none'", "files": {}, **more,
    }  # fmt: skip


@pytest.fixture
def runs(service: Service) -> Path:
    folder = service.settings.data_dir / "runs"
    folder.mkdir()
    return folder


def write(runs: Path, *rows: Any) -> None:
    (runs / "index.json").write_text(json.dumps({"clapvert_runs": 1, "runs": rows}), encoding="utf-8")


@pytest.fixture
def client(service: Service) -> TestClient:
    return TestClient(create_app(service))


def test_without_runs_the_page_says_how_to_make_one(client: TestClient) -> None:
    html = client.get("/evals").text
    assert "clapvert eval run" in html


def test_runs_trend_and_report(client: TestClient, runs: Path) -> None:
    files = {"report": "b.json", "page": "b.html", "run": "b.jsonl"}
    write(runs, row("b", "2026-11-25T09:00:00+00:00", 0.925, files=files), row("a", "2026-11-24T09:00:00+00:00"))
    question = {
        "id": "q1",
        "question": "<b>Quand ?</b>",
        "verdict": "failed",
        "checks": [{"label": "Fait", "ok": False}],
    }
    report = {"clapvert_report": 1, "metrics": [figure(0.925)], "questions": [question], "gate": None}
    (runs / "b.json").write_text(json.dumps(report), encoding="utf-8")
    (runs / "b.html").write_text("<p>rapport</p>", encoding="utf-8")
    html = client.get("/evals").text
    assert "92,5\u00a0%" in html
    assert "+2,5" in html
    assert "<polyline" in html
    one = client.get("/evals/b").text
    assert "&lt;b&gt;Quand" in one
    served = client.get("/evals/b/rapport")
    assert served.text == "<p>rapport</p>"
    assert served.headers["content-security-policy"] == "default-src 'none'"
    assert "aucune" in client.get("/evals/a").text.lower()
    problem(client.get("/evals/a/rapport"), 404, "not_found")
    problem(client.get("/evals/c"), 404, "not_found")


def test_a_broken_or_hostile_index_shows_nothing_of_the_disk(client: TestClient, runs: Path) -> None:
    (runs.parent / "secret.html").write_text("secret", encoding="utf-8")
    write(
        runs, row("ok", "2026-11-25T09:00:00+00:00", None, latency_ms=None),
        row("x", "2026-11-25", files={"page": "../secret.html"}), row("../y", "2026-11-25"), {"id": 1}, None, "z",
        row("policy", "2026-11-25", csp="default-src *\r\nSet-Cookie: a=b", files={"page": "policy.html"}),
    )  # fmt: skip
    (runs / "policy.html").write_text("rapport", encoding="utf-8")
    assert [r["id"] for r in read_index(runs)] == ["ok", "policy"]
    assert client.get("/evals").status_code == 200
    assert client.get("/evals/ok").status_code == 200
    problem(client.get("/evals/x/rapport"), 404, "not_found")
    problem(client.get("/evals/policy/rapport"), 404, "not_found")
    for bad in ("", "{", "[]", '{"clapvert_runs": 2}', '{"clapvert_runs": 1, "runs": 3}'):
        (runs / "index.json").write_text(bad, encoding="utf-8")
        assert "clapvert eval run" in client.get("/evals").text


def test_a_trend_compares_what_is_comparable() -> None:
    rows = [row("c", "3", 0.9), row("b", "2", 0.2, reference="ailleurs"), row("a", "1", 0.8)]
    found = trends(rows)["passed"]
    assert [d["value"] for d in found["dots"]] == [0.8, 0.9]
    assert found["change"] == pytest.approx(0.1)
    assert trends(rows[:2]) == {}


def test_the_pages_do_not_import_evals() -> None:
    code = "import sys, assistant.app; print(any(m.split('.')[0] == 'evals' for m in sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
