"""`/api/projects` and `/suivi`: what a caller may do with a project, its files and its links, and what others may not."""

from __future__ import annotations

import io
from typing import Any

import docx
import icalendar
import pytest
from fastapi.testclient import TestClient
from lxml import etree

from assistant.access.access import Access
from assistant.app import create_app
from assistant.service import Service
from tests.assistant.support import problem

ATOM = {"a": "http://www.w3.org/2005/Atom"}
HELD = {"headcount": 1200, "turnover": 4.6e8, "shoot": "2027-03-01"}


def project(client: TestClient, **fields: Any) -> dict[str, Any]:
    response = client.post("/api/projects", json={"title": "Les Embruns", **fields})
    assert response.status_code == 201, response.text
    return dict(response.json())


def test_a_project_lives_is_shared_and_dies(lea: TestClient, marc: TestClient) -> None:
    made = project(lea, picked={"works": "long"}, given=HELD)
    at = f"/api/projects/{made['id']}"
    assert made["facts"] == {"genre": ["long-metrage"], **HELD}
    changed = lea.patch(at, json={"given": {"headcount": 12, "shoot": None}, "revision": 1}).json()
    assert (changed["given"], changed["revision"]) == ({"headcount": 12, "turnover": 4.6e8}, 2)
    clash = lea.patch(at, json={"title": "Autre", "revision": 1})
    assert (clash.status_code, clash.json()["current"]["revision"]) == (409, 2)
    problem(marc.get(at), 404, "project_not_found")
    assert marc.get("/api/projects").json() == {"projects": []}
    token = lea.post(f"{at}/invitation", json={}).json()["token"]
    assert marc.post("/api/projects/join", json={"token": token, "name": "Marc"}).json()["id"] == made["id"]
    assert marc.get(at).status_code == 200
    lea.post(f"{at}/invitation", json={"renew": True})
    problem(marc.post("/api/projects/join", json={"token": token}), 404, "project_not_found")
    assert lea.delete(at).status_code == 204
    problem(marc.get(at), 404, "project_not_found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"picked": {"works": "roman"}}, "bad_request"),
        ({"picked": {"nothing": "x"}}, "bad_request"),
        ({"given": {"headcount": "douze"}}, "fact_invalid"),
        ({"given": {"lieu": ["lune"]}}, "fact_invalid"),
        ({"given": {"shoot": "1200-01-01"}}, "fact_invalid"),
        ({"title": " "}, "bad_request"),
    ],
    ids=str,
)
def test_what_no_case_has_is_refused(lea: TestClient, body: dict[str, Any], code: str) -> None:
    problem(lea.post("/api/projects", json={"title": "Film", **body}), 422, code)


def test_obligations_are_those_of_the_day_with_the_passages_that_say_so(lea: TestClient) -> None:
    at = f"/api/projects/{project(lea, given=HELD)['id']}/obligations"
    found = lea.get(at).json()
    (row,) = [r for s in found["sections"] for r in s["binding"]]
    assert (row["rule"], row["verdict"], row["strength"], row["stage"]) == ("csrd-publier", "yes", "likely", "company")
    assert lea.get(f"/api/passages/{row['shown'][0]['passage_id']}").json()["text"] == row["shown"][0]["text"]
    before = lea.get(f"{at}?as_of=2025-01-01").json()
    assert (before["on"], before["rules"], before["sections"]) == ("2025-01-01", 0, [])
    assert lea.get(f"{at}?language=en").json()["sections"][0]["title"] == "All year, in the company"
    problem(lea.get(f"{at}?as_of=hier"), 422, "bad_request")


def test_what_is_missing_is_asked_and_told(lea: TestClient) -> None:
    at = f"/api/projects/{project(lea, given={'headcount': 1200})['id']}"
    (asked,) = lea.get(f"{at}/obligations").json()["questions"]
    assert (asked["field"], asked["kind"], asked["settles"]) == ("turnover", "figure", ["csrd-publier"])
    lea.patch(at, json={"given": {"turnover": 1e6}})
    found = lea.get(f"{at}/obligations").json()
    assert (found["questions"], [r["rule"] for r in found["outside"]]) == ([], ["csrd-publier"])
    lea.patch(at, json={"aside": ["csrd-publier"]})
    assert lea.get(f"{at}/obligations").json()["outside"] == []


def test_files_say_what_the_page_says(lea: TestClient) -> None:
    at = f"/api/projects/{project(lea, given=HELD)['id']}/obligations"
    word = docx.Document(io.BytesIO(lea.get(f"{at}.docx").content))
    assert any("☐ Rapport CSRD" in p.text for p in word.paragraphs)
    rows = lea.get(f"{at}.csv").content.decode("utf-8-sig").splitlines()
    assert (len(rows), rows[1].split(";")[:3]) == (
        2,
        ["Toute l'année, dans la société", "Rapport CSRD", "Obligatoire, a priori"],
    )
    assert lea.get(f"{at}.pdf").content.startswith(b"%PDF")
    calendar = icalendar.Calendar.from_ical(lea.get(f"{at}.ics").content)
    assert calendar["X-WR-CALNAME"] == "Les Embruns"
    assert lea.get(f"{at}.docx").content == lea.get(f"{at}.docx").content
    assert lea.get(f"{at}.xls").status_code in (404, 422)


def test_a_link_follows_until_it_is_taken_back(lea: TestClient, marc: TestClient, studio: Service) -> None:
    made = project(lea, given=HELD, note="secret de fabrication")
    watch = lea.post("/api/watches", json={"project": made["id"]}).json()
    assert lea.post("/api/watches", json={"project": made["id"]}).json()["token"] == watch["token"]
    feed = marc.get(watch["feed"])
    assert feed.headers["content-type"].startswith("application/atom+xml")
    root = etree.fromstring(feed.content)
    assert root.findtext("a:title", namespaces=ATOM) == "Clapvert : Les Embruns"
    assert watch["token"] not in root.findtext("a:id", namespaces=ATOM)
    for entry in root.findall("a:entry", ATOM):
        assert all(entry.findtext(f"a:{name}", namespaces=ATOM) for name in ("id", "title", "updated", "summary"))
    assert "secret" not in feed.text
    assert marc.get(watch["feed"], headers={"If-None-Match": feed.headers["etag"]}).status_code == 304
    assert icalendar.Calendar.from_ical(marc.get(watch["calendar"]).content)["METHOD"] == "PUBLISH"
    problem(marc.post("/api/watches", json={"project": made["id"]}), 404, "project_not_found")
    marc.delete(f"/api/watches/{watch['token']}")
    assert marc.get(watch["feed"]).status_code == 200, "another's link was taken back"
    lea.delete(f"/api/watches/{watch['token']}")
    problem(marc.get(watch["feed"]), 404, "share_not_found")
    again = lea.post("/api/watches", json={"project": made["id"]}).json()
    lea.delete(f"/api/projects/{made['id']}")
    problem(marc.get(again["feed"]), 404, "share_not_found")


def test_a_domain_is_followed_too(lea: TestClient) -> None:
    watch = lea.post("/api/watches", json={"domain": "csrd"}).json()
    root = etree.fromstring(lea.get(watch["feed"]).content)
    assert root.findtext("a:title", namespaces=ATOM) == "Clapvert : CSRD et durabilité"
    assert [w["domain"] for w in lea.get("/api/watches").json()["watches"]] == ["csrd"]
    problem(lea.post("/api/watches", json={}), 422, "bad_request")
    problem(lea.post("/api/watches", json={"domain": "csrd", "project": "x"}), 422, "bad_request")


def test_the_form_is_told(lea: TestClient) -> None:
    form = lea.get("/api/projects/form").json()
    assert form["choices"]["works"] == [
        {"id": "long", "label": "Long métrage", "label_en": "Feature film", "sets": {"genre": ["long-metrage"]}}
    ]
    assert (form["figures"], form["days"]) == (["headcount", "turnover"], ["filing", "shoot", "delivery"])


def test_a_closed_server_opens_what_follows_a_project_and_nothing_else(studio: Service) -> None:
    owner = studio.projects.create("léa", "Les Embruns")
    token = studio.projects.watches.make("léa", project=owner.id).token
    with TestClient(create_app(studio, access=Access(studio.settings, closed=True))) as outside:
        assert outside.get(f"/suivi/{token}.atom").status_code == 200
        assert outside.get(f"/suivi/{token}.ics").status_code == 200
        assert outside.get(f"/projets/{owner.id}").status_code == 401
        assert outside.get("/api/projects").status_code == 401
        problem(outside.get("/suivi/devine.atom"), 404, "share_not_found")
