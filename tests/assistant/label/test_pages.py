"""The pages of the workbench: what they say in English, and what two people who save at once lose (nothing)."""

from __future__ import annotations

import re
from html import unescape

from fastapi.testclient import TestClient

from tests.assistant.label.published import sixty_colliding
from tests.assistant.label.test_api import project
from tests.assistant.label.workbooks import test_grid as grid_of_80


def read(client: TestClient, path: str) -> str:
    """The words of a page, without its markup."""
    response = client.get(path, params={"lang": "en"})
    assert response.status_code == 200, response.text
    shown = re.sub(r"<[^>]+>", " ", response.text.split("<main", 1)[1])
    return " ".join(unescape(shown).split())


def test_sections_departments_and_titles_are_english_on_english_pages(lea: TestClient) -> None:
    at = f"/label/projets/{project(lea)['id']}"
    for path in ("/label", at, f"{at}/criteres/A1", f"{at}/imprimer", "/label/referentiels/label-ecoprod/A1"):
        shown = read(lea, path)
        assert "roduction and commitment" in shown or path.endswith("/imprimer"), path
        for french in ("Production et engagement", "Régie", "Décoration", "Sans responsable"):
            assert french not in shown, (path, french)
    board = read(lea, at)
    assert "Unit management" in board
    assert "No one in charge" in board
    assert "Production and commitment" not in lea.get(at, params={"lang": "fr"}).text


def test_the_score_is_told_in_english(lea: TestClient) -> None:
    made = project(lea)
    api, at = f"/api/label/projects/{made['id']}", f"/label/projets/{made['id']}/score"
    assert "No score: the points of the Ecoprod label are not public" in read(lea, at)
    lea.post(f"{api}/grid", files={"file": ("grille.xlsx", grid_of_80())})
    lea.put(f"{api}/criteria/A9", json={"status": "fait"})  # 5 points of 200
    lea.put(f"{api}/criteria/D9", json={"status": "sans_objet", "not_applicable_reason": "Pas de repas."})  # 5
    shown = read(lea, at)
    for sentence in (
        "from 2.50% to 2.56%",
        "Threshold of 65% (Performance scheme): not reached, 121.75 to 125 points missing.",
        "5 points out of 200: 2.50%.",
        "65% of 200 points is 130 points; you have 5, 125 missing.",
        "The 5 “not applicable” points count for zero in the total.",
        "First, 8 mandatory criteria to meet",
    ):
        assert sentence in shown, sentence
    for french in ("Seuil", "il en manque", "Sans objet »"):
        assert french not in shown, french


UNTOUCHED = {"revision": "0", "status": "a_faire", "person": "", "due": "", "note": ""}
"""What the form of a criterion of which nothing was said sends as it is."""


def test_two_edits_of_one_field_without_a_script_lose_nothing(lea: TestClient, marc: TestClient) -> None:
    made = project(lea)
    token = lea.post(f"/api/label/projects/{made['id']}/invitation", json={}).json()["token"]
    marc.post("/api/label/join", json={"token": token, "name": "Marc"})
    lea.put(f"/api/label/projects/{made['id']}/me", json={"name": "Léa"})
    at = f"/label/projets/{made['id']}/criteres/A1"
    first = lea.post(at, data={**UNTOUCHED, "status": "en_cours", "note": "de Léa\r\nsur deux lignes"})
    assert first.status_code == 200  # the board, after a redirect
    second = marc.post(at, data={**UNTOUCHED, "note": "de <Marc>", "person": "Marc"})
    assert second.status_code == 409
    shown = unescape(second.text)
    assert "Léa a enregistré ce critère pendant que vous le modifiiez" in shown.replace("\u00a0", " ")
    for kept in ("de Léa\nsur deux lignes", "de <Marc>", "En cours"):
        assert kept in shown, kept
    assert "en_cours</label>" not in shown  # statuses are said, not spelt
    state = lea.get(f"/api/label/projects/{made['id']}").json()["rows"][0]["state"]
    assert (state["note"], state["status"], state["person"]) == ("de Léa\nsur deux lignes", "en_cours", "")
    sent = {n: unescape(v) for n, v in re.findall(r'name="(\w+)" value="([^"]*)" checked', second.text)}
    sent |= {n: unescape(v) for n, v in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', second.text)}
    assert (sent["note"], sent["person"]) == ("de <Marc>", "Marc")
    assert sent["status"] == "en_cours"  # Marc did not touch it: Léa's stands unless he says otherwise
    assert marc.post(at, data=sent).status_code == 200
    state = lea.get(f"/api/label/projects/{made['id']}").json()["rows"][0]["state"]
    assert (state["note"], state["status"], state["person"]) == ("de <Marc>", "en_cours", "Marc")
    past = lea.get(f"/api/label/projects/{made['id']}/history", params={"code": "A1"}).json()["changes"]
    assert past[0]["before"]["note"] == "de Léa\nsur deux lignes"


def test_explanations_are_proposed_with_their_reason_and_accepted_one_by_one_or_all(lea: TestClient) -> None:
    made = project(lea)
    api, at = f"/api/label/projects/{made['id']}", f"/label/projets/{made['id']}"
    lea.post(f"{api}/grid", files={"file": ("g.xlsx", sixty_colliding())})

    def known() -> dict[str, str | None]:
        return {r["key"]: r["known"] for r in lea.get(api).json()["rows"]}

    assert set(known().values()) == {None}  # a code that is one of ours explains nothing
    page = unescape(lea.get(f"{at}/grille").text).replace("\u00a0", " ")
    assert "29 à décider" in page
    assert "mots communs : Covoiturage, l'équipe" in page
    row = unescape(lea.get(f"{at}/criteres/A1").text).replace("\u00a0", " ")
    assert "Clapvert propose « covoiturage et transports en commun »" in row
    assert "C'est ce critère" in row
    accepted = lea.post(f"{at}/grille/rapprocher", data={"row-A1": "H2", "retour": "criteres/A1"})
    assert str(accepted.url).endswith("/criteres/A1")
    assert known()["A1"] == "H2"
    lea.post(f"{at}/grille/rapprocher", data={"row-A2": "-"})
    lea.post(f"{at}/grille/rapprocher", data={"toutes": "1"})
    told = known()
    assert sum(v is not None for v in told.values()) == 28
    assert told["A2"] is None
    assert "Tri des gravats" in page
    kinds = [c["kind"] for c in lea.get(f"{api}/history").json()["changes"]]
    assert kinds[:3] == ["matched", "matched", "matched"]
