"""`/api/label`: its contract, and what callers may not do to each other."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.app import create_app
from assistant.label.evidence.store import MAX_BYTES, harmless_name
from assistant.service import Service
from ingest.clock import Clock, fixed
from ingest.model.embedding import HashingEncoder
from tests.assistant.support import problem

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def project(client: TestClient, **fields: Any) -> dict[str, Any]:
    response = client.post("/api/label/projects", json={"title": "Film d'essai", **fields})
    assert response.status_code == 201, response.text
    return dict(response.json())


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def attach(client: TestClient, at: str, name: str, content: bytes, code: str = "A1") -> Any:
    return client.post(f"{at}/criteria/{code}/evidence", files={"file": (name, content, "text/html")})


def test_frameworks_say_what_is_known_and_never_a_point(lea: TestClient) -> None:
    found = lea.get("/api/label/frameworks").json()["frameworks"]
    assert [f["id"] for f in found] == ["label-ecoprod", "afnor-spec-2308"]
    assert (found[0]["announced_criteria"], found[0]["mandatory_criteria"]) == (80, None)
    assert {t["scheme"]: t["minimum_percent"] for t in found[0]["thresholds"]} == {"performance": 65, "engagement": 70}
    criteria = lea.get("/api/label/frameworks/label-ecoprod/criteria").json()["criteria"]
    assert {c["points"] for c in criteria} == {None}
    regie = lea.get("/api/label/frameworks/label-ecoprod/criteria?department=Régie&q=eau").json()["criteria"]
    assert regie
    assert all({"regie", "tous"} & set(c["departments"]) for c in regie)
    problem(lea.get("/api/label/frameworks/albert/criteria"), 404, "framework_not_found")
    problem(lea.get("/api/label/frameworks/label-ecoprod/criteria?department=x"), 422, "bad_request")
    problem(lea.get("/api/label/frameworks/afnor-spec-2308/criteria/D3"), 404, "criterion_not_found")


def test_a_project_lives_and_dies(lea: TestClient, desk: Service) -> None:
    made = project(lea, scheme="performance", note="Tournage en mars")
    at = f"/api/label/projects/{made['id']}"
    shown = lea.get(at).json()
    assert shown["coverage_only"]
    assert shown["progress"]["whole"]["total"] == len(shown["rows"]) > 40
    state = lea.put(f"{at}/criteria/a1", json={"status": "en_cours", "person": "Léa", "due": "2026-11-01"}).json()
    assert (state["code"], state["status"], state["revision"]) == ("A1", "en_cours", 1)
    kept = lea.put(f"{at}/criteria/A1", json={"note": "ok"}).json()
    assert (kept["status"], kept["person"], kept["due"], kept["note"]) == ("en_cours", "Léa", "2026-11-01", "ok")
    assert lea.get(at).json()["progress"]["whole"]["late"] == 1
    assert lea.put(f"{at}/criteria/A1", json={"due": None}).json()["due"] is None
    edited = lea.patch(at, json={"title": "Autre titre", "revision": made["revision"]})
    assert edited.json()["title"] == "Autre titre"
    stale = lea.patch(at, json={"title": "Perdu", "revision": made["revision"]})
    assert (stale.status_code, stale.json()["current"]["title"]) == (409, "Autre titre")
    assert [c["kind"] for c in lea.get(f"{at}/history").json()["changes"]] == ["project", *["state"] * 3, "project"]
    assert lea.delete(at).status_code == 204
    problem(lea.get(at), 404, "project_not_found")
    assert lea.get("/api/label/projects").json() == {"projects": []}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"status": "sans_objet"}, "reason_missing"),
        ({"status": "peut-être"}, "bad_request"),
        ({"due": "12/03/2027"}, "bad_request"),
        ({"points": 3}, "bad_request"),
        ({"person": "x" * 121}, "bad_request"),
    ],
)
def test_a_state_that_does_not_hold_is_refused(lea: TestClient, body: dict[str, Any], code: str) -> None:
    at = f"/api/label/projects/{project(lea)['id']}"
    problem(lea.put(f"{at}/criteria/A1", json=body), 422, code)
    assert lea.get(at).json()["rows"][0]["state"]["revision"] == 0


def test_unknown_frameworks_criteria_and_schemes_are_refused(lea: TestClient) -> None:
    at = f"/api/label/projects/{project(lea)['id']}"
    problem(lea.put(f"{at}/criteria/2.3", json={"status": "fait"}), 404, "criterion_not_found")
    problem(lea.post("/api/label/projects", json={"title": "x", "framework": "albert"}), 404, "framework_not_found")
    spec = {"title": "x", "framework": "afnor-spec-2308", "scheme": "performance"}
    problem(lea.post("/api/label/projects", json=spec), 422, "bad_request")
    problem(lea.post("/api/label/projects", json={"title": "  "}), 422, "bad_request")


def test_nobody_reads_or_writes_the_project_of_another(lea: TestClient, marc: TestClient) -> None:
    at = f"/api/label/projects/{project(lea)['id']}"
    evidence = attach(lea, at, "devis.pdf", PDF).json()["evidence"][0]["id"]
    mine = project(marc)["id"]
    for response in (
        marc.get(at),
        marc.patch(at, json={"title": "x"}),
        marc.delete(at),
        marc.put(f"{at}/criteria/A1", json={"status": "fait"}),
        attach(marc, at, "x.pdf", PDF),
        marc.get(f"{at}/evidence/{evidence}"),
        marc.delete(f"{at}/evidence/{evidence}"),
        marc.get(f"{at}/history"),
        marc.post(f"{at}/duplicate", json={"title": "x"}),
        marc.post(f"{at}/invitation", json={}),
        marc.get(f"{at}/compare/{mine}"),
        marc.get(f"/api/label/projects/{mine}/compare/{at.rsplit('/', 1)[1]}"),
    ):
        problem(response, 404, "project_not_found")
    problem(marc.get(f"/api/label/projects/{mine}/evidence/{evidence}"), 404, "evidence_not_found")


def test_an_invited_colleague_edits_and_a_stale_write_carries_the_current_value(
    lea: TestClient, marc: TestClient
) -> None:
    at = f"/api/label/projects/{project(lea)['id']}"
    token = lea.post(f"{at}/invitation", json={}).json()["token"]
    assert marc.post("/api/label/join", json={"token": token, "name": "Marc"}).status_code == 200
    first = lea.put(f"{at}/criteria/A1", json={"note": "de Léa", "revision": 0})
    assert first.status_code == 200
    late = marc.put(f"{at}/criteria/A1", json={"status": "fait", "revision": 0})
    assert (late.status_code, late.json()["code"]) == (409, "edit_conflict")
    assert late.json()["current"]["note"] == "de Léa"
    again = marc.put(f"{at}/criteria/A1", json={"status": "fait", "revision": late.json()["current"]["revision"]})
    assert (again.json()["note"], again.json()["status"], again.json()["updated_by"]) == ("de Léa", "fait", "Marc")
    problem(marc.post("/api/label/join", json={"token": "x" * 32}), 404, "project_not_found")


def test_evidence_goes_out_as_an_attachment_and_leaves_the_disk(lea: TestClient, desk: Service) -> None:
    at = f"/api/label/projects/{project(lea)['id']}"
    one = attach(lea, at, "../../Devis « éco » <b>.PDF", PDF).json()["evidence"][0]
    two = attach(lea, at, "copie.pdf", PDF, "A2").json()["evidence"][0]
    assert one["sha256"] == two["sha256"]
    assert "/" not in one["name"]
    assert "<" not in one["name"]
    got = lea.get(f"{at}/evidence/{one['id']}")
    assert got.content == PDF
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert got.headers["x-content-type-options"] == "nosniff"
    kept = [p for p in (desk.settings.data_dir / "label-evidence").rglob("*") if p.is_file()]
    assert len(kept) == 1
    assert lea.delete(f"{at}/evidence/{one['id']}").status_code == 204
    assert kept[0].is_file()
    assert lea.delete(at).status_code == 204
    assert not kept[0].exists()


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("page.html", b"<script>", 400, "document_refused"),
        ("macro.docm", b"PK", 400, "document_refused"),
        ("vide.pdf", b"", 400, "document_refused"),
        ("image.png", PDF, 400, "document_disguised"),
        ("notes.txt", b"<html><script>", 400, "document_disguised"),
        ("binaire.csv", b"a;b\0c", 400, "document_disguised"),
        ("grille.xlsx", b"PK\x03\x04rien", 400, "document_disguised"),
        ("macros.xlsx", office("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), 400, "document_disguised"),
        ("texte.xlsx", office("[Content_Types].xml", "word/document.xml"), 400, "document_disguised"),
        ("gros.pdf", PDF + b"0" * MAX_BYTES, 413, "document_too_big"),
        ("enorme.pdf", PDF + b"0" * (MAX_BYTES + 100_000), 413, "document_too_big"),
    ],
)  # fmt: skip
def test_hostile_evidence_is_refused(lea: TestClient, name: str, content: bytes, status: int, code: str) -> None:
    at = f"/api/label/projects/{project(lea)['id']}"
    problem(attach(lea, at, name, content), status, code)
    assert lea.get(at).json()["rows"][0]["state"]["evidence"] == []


def test_office_documents_text_and_images_are_taken(lea: TestClient) -> None:
    at = f"/api/label/projects/{project(lea)['id']}"
    for name, content in (
        ("grille.xlsx", office("[Content_Types].xml", "xl/workbook.xml")),
        ("photo.jpg", b"\xff\xd8\xff\xe0rest"),
        ("liste.csv", "a;b\né;2".encode()),
    ):
        assert attach(lea, at, name, content).status_code == 201


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("..\\..\\con.pdf", "_con.pdf"),
        ("/etc/passwd", "passwd"),
        ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
        ("  .  ", "preuve"),
        ("x" * 300 + ".PDF", "x" * 96 + ".pdf"),
    ],
)
def test_names_are_made_harmless(name: str, kept: str) -> None:
    assert harmless_name(name) == kept
    assert Path(harmless_name(name)).name == kept


def test_two_projects_are_compared_and_two_frameworks_are_not(lea: TestClient) -> None:
    one, two = (f"/api/label/projects/{project(lea, title=t)['id']}" for t in ("Un", "Deux"))
    lea.put(f"{one}/criteria/A1", json={"status": "fait"})
    compared = lea.get(f"{one}/compare/{two.rsplit('/', 1)[1]}").json()
    assert [c["key"] for c in compared["criteria"] if c["different"]] == ["A1"]
    spec = project(lea, framework="afnor-spec-2308")["id"]
    problem(lea.get(f"{one}/compare/{spec}"), 422, "bad_request")


def test_a_caller_with_a_project_is_known_longer_than_a_conversation_is_kept(
    lea: TestClient, desk: Service, clock: Clock
) -> None:
    made = lea.post("/api/label/projects", json={"title": "Film d'essai"})
    assert f"max-age={399 * 86400}" in made.headers["set-cookie"].lower()
    later = desk.clock() + timedelta(days=200)
    app = create_app(Service(desk.settings, HashingEncoder(), fixed(later)))
    with TestClient(app, cookies=lea.cookies) as client:
        assert len(client.get("/api/label/projects").json()["projects"]) == 1
