"""The pages of a project without a script: form, obligations, answers, visits, sharing, and what a conversation adds."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from fastapi.testclient import TestClient

from assistant.project.store import ProjectStore
from assistant.service import Service


def made(client: TestClient, **fields: str) -> str:
    """The address of a new project, by its form."""
    sent = client.post("/projets/nouveau", data={"title": "Les Embruns", **fields}, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


def test_from_the_form_to_the_obligations(lea: TestClient) -> None:
    assert "Nouveau projet" in lea.get("/projets").text
    at = made(lea, works="long", headcount="1 200", turnover="460 M€", shoot="2027-03-01")
    page = lea.get(at).text
    assert "Rapport CSRD" in page
    assert "Long métrage" in page
    assert "460" in lea.get(f"{at}/fiche").text
    assert "CSRD report" in lea.get(f"{at}?lang=en").text


@pytest.mark.parametrize("field", ["headcount", "shoot"])
def test_what_is_no_figure_or_no_day_is_said_with_the_form(lea: TestClient, field: str) -> None:
    sent = lea.post("/projets/nouveau", data={"title": "Film", field: "beaucoup"}, follow_redirects=False)
    assert sent.status_code == 422
    assert "« beaucoup »" in sent.text.replace("\xa0", " ")
    assert 'value="Film"' in sent.text


def test_a_question_is_answered_on_the_page_or_put_aside(lea: TestClient) -> None:
    at = made(lea, headcount="1200")
    assert "Quel est votre chiffre" in lea.get(at).text
    assert lea.post(f"{at}/reponse", data={"field": "turnover", "value": "500 M€"}).status_code == 200
    assert "Obligatoire" in lea.get(at).text or "Rapport CSRD" in lea.get(at).text
    lea.post(f"{at}/regles/csrd-publier", data={"act": "done"})
    assert "is-done" in lea.get(at).text
    lea.post(f"{at}/regles/csrd-publier", data={"act": "undone"})
    lea.post(f"{at}/regles/csrd-publier", data={"act": "aside"})
    assert "Écarté par vous" in lea.get(at).text
    lea.post(f"{at}/regles/csrd-publier", data={"act": "back"})
    assert "Écarté par vous" not in lea.get(at).text
    assert lea.post(f"{at}/regles/inconnue", data={"act": "done"}).status_code == 404
    assert lea.post(f"{at}/reponse", data={"field": "turnover", "value": ""}).status_code == 422


def test_what_changed_since_the_last_visit(lea: TestClient, studio: Service) -> None:
    at = made(lea, headcount="12")
    clock = [dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)]
    store = ProjectStore(studio.library.storage.database("projects"), lambda: clock[0])
    studio._projects = store
    assert "Ce qui a changé" not in lea.get(at).text
    lea.patch(f"/api{at.replace('projets', 'projects')}", json={"given": {"headcount": 1200, "turnover": 5e8}})
    assert "Ce qui a changé" not in lea.get(at).text, "the same sitting"
    lea.patch(f"/api{at.replace('projets', 'projects')}", json={"given": {"headcount": 12, "turnover": None}})
    lea.get(at)
    clock[0] += dt.timedelta(days=2)
    lea.patch(f"/api{at.replace('projets', 'projects')}", json={"given": {"headcount": 1200, "turnover": 5e8}})
    page = lea.get(at).text
    assert re.search(r"Ce qui a changé depuis votre visite du 24\s+novembre 2026", page)
    assert re.search(r"S(&#39;|')applique désormais", page)


def test_sharing_and_following(lea: TestClient, marc: TestClient) -> None:
    at = made(lea, headcount="12")
    assert marc.get(at).status_code == 404
    page = lea.post(f"{at}/invitation").text
    token = re.search(r"/projets/invitation/([\w-]+)", page)[1]  # type: ignore[index]
    assert "Rejoindre" in marc.get(f"/projets/invitation/{token}").text
    assert marc.post(f"/projets/invitation/{token}", data={"name": "Marc"}).status_code == 200
    page = marc.post(f"{at}/suivi").text
    feed = re.search(r"/suivi/[\w-]+\.atom", page)[0]  # type: ignore[index]
    assert lea.get(feed).status_code == 200
    page = marc.post(f"{at}/suivi", data={"domain": "csrd"}).text
    assert len(re.findall(r"\.atom", page)) == 2
    assert "a rejoint le projet" in page
    assert lea.post(f"{at}/supprimer").status_code == 422
    assert lea.post(f"{at}/supprimer", data={"sure": "1"}).status_code == 200
    assert lea.get(at).status_code == 404


def test_a_conversation_tells_a_project(lea: TestClient, studio: Service) -> None:
    asked = lea.post("/api/chat", json={"question": "Ma société de 1 200 salariés doit-elle publier un rapport CSRD ?"})
    message = asked.json()["message_id"]
    assert "1 200 salariés" in lea.get(f"/projets/ajouter/{message}").text.replace("\u202f", " ").replace("\xa0", " ")
    sent = lea.post(f"/projets/ajouter/{message}", data={"title": "Dit"}, follow_redirects=False)
    project = sent.headers["location"].removeprefix("/projets/")
    assert lea.get(f"/api/projects/{project}").json()["given"]["headcount"] == 1200
    answer = lea.post("/api/chat", json={"question": "Doit-on publier un rapport CSRD ?", "project": project}).json()
    assert answer["understood"]["project"] == {"id": project, "title": "Dit"}
    assert ("headcount", "project") in {(c["field"], c["from"]) for c in answer["understood"]["case"]}
    assert lea.get(f"/projets/ajouter/{answer['message_id']}").status_code == 200
    unknown = lea.post("/api/chat", json={"question": "Doit-on publier ?", "project": "x"})
    assert unknown.status_code == 404


def test_all_the_obligations_are_asked_for_in_three_questions_at_most(lea: TestClient) -> None:
    first = lea.post("/api/chat", json={"question": "c'est quoi mes obligations ?"}).json()
    assert (first["outcome"], first["reason"], first["depends_on"]["field"]) == ("partial", "unclear", "headcount")
    assert len(first["answer"].splitlines()) <= 3
    again = {"question": "nous sommes 1 200 salariés, 500 M€ de chiffre d'affaires",
             "conversation_id": first["conversation_id"]}  # fmt: skip
    second = lea.post("/api/chat", json=again).json()
    assert (second["outcome"], second["project"]["applicable"]) == ("answered", 1)
    assert second["project"]["url"] == f"/projets/ajouter/{second['message_id']}"
    assert [c["n"] for c in second["citations"]] == [1]
    project = lea.post("/api/projects", json={"title": "Embruns", "given": {"headcount": 12}}).json()["id"]
    third = lea.post("/api/chat", json={"question": "c'est quoi mes obligations ?"}).json()
    assert (third["project"]["project_id"], third["understood"]["project"]["title"]) == (project, "Embruns")
    lea.post("/api/projects", json={"title": "Autre"})
    which = lea.post("/api/chat", json={"question": "c'est quoi mes obligations ?"}).json()
    assert which["outcome"] == "partial"
    assert any("Embruns" in f for f in which["follow_ups"])


def test_another_question_is_left_alone(lea: TestClient) -> None:
    assert lea.post("/api/chat", json={"question": "bonjour tout le monde"}).json()["engine"] != "project"
