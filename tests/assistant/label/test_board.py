"""The board over HTTP: many criteria at once, departments by hand, proofs seen, days as a calendar, what others changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.label.projects.visits import SITTING
from assistant.service import Service
from tests.assistant.label.published import eight_sheets
from tests.assistant.label.test_api import project


@pytest.fixture
def film(lea: TestClient) -> str:
    made = project(lea)
    at = f"/api/label/projects/{made['id']}"
    told = lea.post(f"{at}/grid", files={"file": ("g.xlsx", eight_sheets())}, data={"answers": "1"}).json()
    assert (told["criteria"], told["points"], told["answers"], told["account"]["to_clarify"]) == (80, 124.0, 19, 3)
    return at


def rows(client: TestClient, at: str) -> dict[str, Any]:
    return {r["key"]: r for r in client.get(at).json()["rows"]}


def test_many_criteria_are_changed_at_once_and_the_others_are_named(lea: TestClient, film: str) -> None:
    sent = {
        "codes": ["SON-02", "SON-03", "ABSENT"],
        "person": "Léa",
        "due": "2026-12-15",
        "departments": ["Prise de son"],
    }
    told = lea.post(f"{film}/criteria", json={**sent, "codes": sent["codes"][:2]})
    assert (told.status_code, told.json()) == (200, {"saved": 2, "failed": {}})
    partly = lea.post(f"{film}/criteria", json={"codes": ["SON-02", "ABSENT"], "status": "fait"}).json()
    assert (partly["saved"], list(partly["failed"])) == (1, ["ABSENT"])
    reason = lea.post(f"{film}/criteria", json={"codes": ["SON-04"], "status": "sans_objet"}).json()
    assert "demande un motif" in reason["failed"]["SON-04"]
    found = rows(lea, film)
    assert (found["SON-02"]["state"]["status"], found["SON-02"]["state"]["person"]) == ("fait", "Léa")
    assert found["SON-03"]["departments"] == ["Prise de son"]
    assert found["SON-05"]["departments"] == ["Son"]
    renamed = lea.put(f"{film}/departments", json={"department": "Son", "name": "prise de son"})
    assert renamed.status_code == 200
    assert {rows(lea, film)[k]["departments"][0] for k in ("SON-03", "SON-05")} == {"Prise de son"}
    kinds = [c["kind"] for c in lea.get(f"{film}/history").json()["changes"]]
    assert "department" in kinds
    assert "moved" in kinds


def test_a_proof_is_seen_inline_without_running_and_others_are_saved(lea: TestClient, film: str) -> None:
    files = [("file", ("plan.pdf", b"%PDF-1.7")), ("file", ("liste.csv", b"a;b")), ("file", ("note.odt", ODT))]
    kept = lea.post(f"{film}/criteria/SON-02/evidence", files=files).json()["evidence"]
    seen = {f["name"]: lea.get(f"{film}/evidence/{f['id']}/view") for f in kept}
    assert seen["plan.pdf"].headers["content-disposition"].startswith("inline")
    assert "default-src 'none'" in seen["plan.pdf"].headers["content-security-policy"]
    assert seen["plan.pdf"].headers["x-content-type-options"] == "nosniff"
    assert seen["liste.csv"].headers["content-type"].startswith("text/plain")
    assert seen["note.odt"].headers["content-disposition"].startswith("attachment")


def odt() -> bytes:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    return out.getvalue()


ODT = odt()


def test_due_days_are_one_calendar(lea: TestClient, film: str) -> None:
    lea.post(f"{film}/criteria", json={"codes": ["SON-02", "IMG-03"], "due": "2026-12-15"})
    lea.post(f"{film}/criteria", json={"codes": ["LUM-07"], "due": "2026-12-16"})  # done: nothing is due
    text = lea.get(f"{film}/due.ics").text
    assert text.count("BEGIN:VEVENT") == 2
    assert "DTSTART;VALUE=DATE:20261215" in text
    assert text == lea.get(f"{film}/due.ics").text
    page = lea.get(film.replace("/api/label/projects", "/label/projets") + "/calendrier").text
    assert "Décembre 2026" in page
    assert page.count('class="due') == 2


def test_the_standing_follows_the_statuses_in_both_languages(lea: TestClient, film: str) -> None:
    told = lea.get(f"{film}/standing").json()
    assert (told["headline"].replace("\u00a0", " "), told["reached"]) == ("32,25 %", False)
    assert told["needs"].replace("\u00a0", " ") == "Il manque 40,6 points pour 65 %"
    lea.post(f"{film}/criteria", json={"codes": ["LUM-01"], "status": "fait"})
    assert lea.get(f"{film}/standing", params={"language": "en"}).json()["headline"] == "33.06%"


def test_a_visit_shows_what_others_changed_since_the_sitting_before(
    desk: Service, lea: TestClient, marc: TestClient, film: str
) -> None:
    token = lea.post(f"{film}/invitation", json={}).json()["token"]
    marc.post("/api/label/join", json={"token": token, "name": "Marc"})
    page = film.replace("/api/label/projects", "/label/projets")
    visits = desk.workbench.store.visits
    clock = [dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)]
    visits._now = lambda: clock[0]
    assert 'class="since"' not in lea.get(page).text  # a first visit: nothing is new
    marc.put(f"{film}/criteria/IMG-03", json={"status": "fait"})
    lea.put(f"{film}/criteria/IMG-04", json={"status": "fait"})  # her own is no news to her
    clock[0] += SITTING / 2
    assert 'class="since"' in lea.get(page).text  # same sitting: since it began
    clock[0] += SITTING * 2
    shown = lea.get(page, params={"statut": "change"}).text
    assert "1 changement" not in shown  # she saw it in the sitting before
    marc.put(f"{film}/criteria/IMG-05", json={"note": "vu"})
    clock[0] += SITTING * 2
    shown = lea.get(page, params={"statut": "change"}).text
    assert "1 changement" in shown
    assert 'data-key="IMG-05"' in shown
    assert 'data-key="IMG-03"' not in shown
    clock[0] += SITTING / 2
    assert "1 changement" in lea.get(page).text  # the whole sitting shows it
    clock[0] += SITTING * 2
    assert 'class="since"' not in lea.get(page).text
