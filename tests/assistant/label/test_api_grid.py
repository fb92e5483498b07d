"""The official grid over HTTP: planned, imported, scored as by hand, exported."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.assistant.label.workbooks import test_grid as grid_of_80
from tests.assistant.support import problem


@pytest.fixture
def at(lea: TestClient) -> str:
    return f"/api/label/projects/{lea.post('/api/label/projects', json={'title': 'Essai'}).json()['id']}"


def send(client: TestClient, at: str, content: bytes = b"", name: str = "grille.xlsx", **fields: str) -> Any:
    return client.post(f"{at}/grid", files={"file": (name, content or grid_of_80())}, data=fields)


def test_without_a_grid_there_is_no_score_and_it_says_why(lea: TestClient, at: str) -> None:
    assert "pas public" in problem(lea.get(f"{at}/score"), 409, "grid_missing")["detail"]


def test_a_grid_is_planned_imported_and_scored_as_by_hand(lea: TestClient, at: str) -> None:
    planned = send(lea, at, plan="1").json()
    assert (planned["imported"], planned["plan"]["rows"]) == (False, 80)
    assert not lea.get(at).json()["has_grid"]
    done = send(lea, at).json()
    assert (done["imported"], done["criteria"], done["points"], done["mandatory"]) == (True, 80, 200.0, 8)
    lea.put(f"{at}/criteria/A9", json={"status": "fait"})  # 5 points
    lea.put(f"{at}/criteria/B10", json={"status": "fait"})  # 4
    lea.put(f"{at}/criteria/C7", json={"status": "fait"})  # 0,75
    lea.put(f"{at}/criteria/D9", json={"status": "sans_objet", "not_applicable_reason": "Pas de repas."})  # 5
    score = lea.get(f"{at}/score").json()
    assert (score["obtained"], score["possible"], score["not_applicable"]) == (9.75, 200.0, 5.0)
    assert (score["percent"], score["percent_if_excluded"]) == (4.87, 5.0)
    assert (score["ratio"], score["ratio_if_excluded"]) == ("39/800", "1/20")
    assert [t["reached"] for t in score["thresholds"]] == ["non", "non"]
    assert len(score["mandatory"]["missing"]) == 8
    plan = lea.get(f"{at}/plan?target=5&effort=A10:9").json()
    assert plan["reachable"]
    for kind in ("csv", "xlsx", "docx", "pdf", "md"):
        got = lea.get(f"{at}/export?format={kind}")
        assert got.status_code == 200
        assert got.headers["content-disposition"].startswith("attachment;")
    problem(lea.get(f"{at}/export?format=exe"), 422, "bad_request")


def test_a_corrected_mapping_is_remembered(lea: TestClient, at: str) -> None:
    plan = send(lea, at, plan="1").json()["plan"]
    mapping = {k: v for k, v in plan["mapping"].items() if v is not None} | {"mandatory": None}
    assert send(lea, at, mapping=json.dumps(mapping)).json()["mandatory"] is None
    again = send(lea, at, plan="1").json()["plan"]
    assert again["remembered"]
    assert again["mapping"]["mandatory"] is None
    problem(send(lea, at, mapping="{"), 422, "bad_request")


def test_a_file_that_is_no_grid_is_refused_and_another_owner_sees_none(
    lea: TestClient, marc: TestClient, at: str
) -> None:
    assert send(lea, at, b"%PDF-1.7", "grille.xlsx").status_code in (400, 422)
    problem(send(marc, at), 404, "project_not_found")
    problem(marc.get(f"{at}/score"), 404, "project_not_found")
    problem(marc.get(f"{at}/export"), 404, "project_not_found")


def test_a_framework_without_a_score_never_has_one_whatever_its_grid_says(lea: TestClient) -> None:
    made = lea.post("/api/label/projects", json={"title": "Essai", "framework": "afnor-spec-2308"}).json()
    at = f"/api/label/projects/{made['id']}"
    assert send(lea, at).json()["points"] == 200.0
    lea.put(f"{at}/criteria/A9", json={"status": "fait"})
    for path in ("/score", "/plan?target=65"):
        told = problem(lea.get(at + path), 409, "grid_missing")["detail"]
        assert "n'a pas de score" in told
    page = lea.get(f"/label/projets/{made['id']}/score").text
    assert "ses critères sont remplis ou ne le sont pas" in page
    assert 'id="score"' not in page
