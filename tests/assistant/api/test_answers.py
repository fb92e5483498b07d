"""Around an answer: feedback, shared links, titles and search of conversations, and what another site may ask for."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.history.feedback import FeedbackStore
from assistant.service import Service
from tests.assistant.support import BILANS, Days, asked, bytes_of, other, problem

PAGE = {"accept": "text/html"}


def judge(client: TestClient, message_id: str, rating: str = "up", **body: Any) -> Any:
    return client.post("/api/feedback", json={"message_id": message_id, "rating": rating, **body})


class TestFeedback:
    def test_one_verdict_an_answer_the_last_one(self, client: TestClient, apart: Service, days: Days) -> None:
        first, second = asked(client), asked(client, "Et quand ?")
        assert judge(client, first["message_id"]).json() == {
            "message_id": first["message_id"],
            "rating": "up",
            "comment": None,
        }
        judge(client, second["message_id"], "down", comment="  trop court ")
        days.today += timedelta(days=1)
        judge(client, first["message_id"], "down", comment="date fausse")
        kept = FeedbackStore.of(apart.settings, days).all()
        assert [(f.message_id, f.rating, f.comment, f.at) for f in kept] == [
            (second["message_id"], "down", "trop court", days.today - timedelta(days=1)),
            (first["message_id"], "down", "date fausse", days.today),
        ]
        assert kept[1].question == BILANS
        seen = client.get(f"/api/conversations/{first['conversation_id']}").json()["feedback"]
        assert seen == {first["message_id"]: "down"}
        assert kept[1].answer.model_dump(mode="json") == first
        assert (kept[1].as_of, kept[1].outcome, kept[1].reason) == (kept[1].answer.as_of, first["outcome"], None)

    def test_only_of_ones_own(self, client: TestClient, days: Days) -> None:
        answer = asked(client)
        stranger = other(client)
        problem(judge(stranger, answer["message_id"]), 404, "message_not_found")
        asked(stranger)
        problem(judge(stranger, answer["message_id"]), 404, "message_not_found")
        problem(judge(client, "nothing"), 404, "message_not_found")

    @pytest.mark.parametrize("body", [{"rating": "meh"}, {"rating": "up", "more": 1}, {"comment": "x"}])
    def test_of_the_contract(self, client: TestClient, body: dict[str, Any]) -> None:
        response = client.post("/api/feedback", json={"message_id": "x", **body})
        problem(response, 422, "bad_request")

    def test_goes_with_the_conversation(self, client: TestClient, apart: Service, days: Days) -> None:
        answer = asked(client)
        judge(client, answer["message_id"], "down", comment="mon avis reconnaissable")
        client.delete(f"/api/conversations/{answer['conversation_id']}")
        assert FeedbackStore.of(apart.settings, days).all() == []
        assert b"reconnaissable" not in bytes_of(apart.settings.data_dir)


class TestShare:
    def link(self, client: TestClient, answer: dict[str, Any]) -> str:
        response = client.post(f"/api/answers/{answer['message_id']}/share")
        assert response.status_code == 200, response.text
        url: str = response.json()["url"]
        return url

    def test_opens_the_answer_to_a_stranger_and_nothing_else(self, client: TestClient) -> None:
        first = asked(client)
        asked(client, "Et quel score pour le Label Ecoprod ?", conversation_id=first["conversation_id"])
        url = self.link(client, first)
        assert self.link(client, first) == url
        assert len(url) > 30
        response = other(client).get(url)
        assert response.status_code == 200
        assert response.headers["x-robots-tag"] == "noindex"
        assert "set-cookie" not in response.headers
        text = html.unescape(response.text).replace("\u00a0", " ")
        assert BILANS in text
        assert all(c["quote"] in text for c in first["citations"])
        assert "Et quel score" not in text
        assert first["conversation_id"] not in text

    def test_is_ones_own_to_make_and_to_take_back(self, client: TestClient) -> None:
        answer = asked(client)
        url, path = self.link(client, answer), f"/api/answers/{answer['message_id']}/share"
        problem(other(client).post(path), 404, "message_not_found")
        problem(other(client).delete(path), 404, "message_not_found")
        assert client.get(url).status_code == 200
        assert client.delete(path).status_code == 204
        problem(client.get(url), 404, "share_not_found")
        assert self.link(client, answer) != url

    def test_goes_with_the_conversation(self, client: TestClient) -> None:
        answer = asked(client)
        url = self.link(client, answer)
        client.delete(f"/api/conversations/{answer['conversation_id']}")
        page = other(client).get(url, headers=PAGE)
        assert page.status_code == 404
        assert "n'ouvre plus" in html.unescape(page.text)

    def test_closes_at_the_end_of_the_retention(self, client: TestClient, apart: Service, days: Days) -> None:
        url = self.link(client, asked(client))
        days.today += timedelta(days=apart.settings.retention_days + 1)
        problem(other(client).get(url), 404, "share_not_found")

    def test_says_that_a_passage_was_replaced(
        self, client: TestClient, apart: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = self.link(client, asked(client))
        said = "des passages cités ont changé"
        assert said not in html.unescape(client.get(url).text)
        real = apart.passage
        monkeypatch.setattr(apart, "passage", lambda ident: (real(ident)[0], "superseded"))
        page = html.unescape(client.get(url).text)
        assert said in page
        assert "Rédaction remplacée depuis" in page


class TestTitles:
    def test_rename_and_back(self, client: TestClient) -> None:
        ident = asked(client)["conversation_id"]
        path = f"/api/conversations/{ident}"
        assert client.patch(path, json={"title": "  Mon  long métrage "}).json()["title"] == "Mon long métrage"
        assert client.get(path).json()["title"] == "Mon long métrage"
        assert client.get("/api/conversations").json()["conversations"][0]["title"] == "Mon long métrage"
        assert client.patch(path, json={"title": " "}).json()["title"] == BILANS
        problem(other(client).patch(path, json={"title": "à moi"}), 404, "conversation_not_found")
        problem(client.patch(path, json={"titre": "x"}), 422, "bad_request")

    def test_a_title_goes_with_its_conversation(self, client: TestClient, apart: Service) -> None:
        ident = asked(client)["conversation_id"]
        client.patch(f"/api/conversations/{ident}", json={"title": "Titre reconnaissable"})
        client.delete(f"/api/conversations/{ident}")
        assert b"reconnaissable" not in bytes_of(apart.settings.data_dir)

    def test_search_in_titles_questions_and_answers(self, client: TestClient) -> None:
        carbon = asked(client)
        label = asked(client, "Quel score faut-il pour le Label Ecoprod ?")["conversation_id"]
        named = asked(client, "Quel score pour le label ?")["conversation_id"]
        client.patch(f"/api/conversations/{named}", json={"title": "Série d'été"})

        def found(q: str) -> list[str]:
            listed = client.get("/api/conversations", params={"q": q}).json()["conversations"]
            return [c["conversation_id"] for c in listed]

        assert found("serie d’ETE") == [named]
        assert found("bilans CARBONE") == [carbon["conversation_id"]]
        assert label in found("score")
        word = carbon["answer"].split(" [")[0].split()[-1]
        assert carbon["conversation_id"] in found(word)
        assert found("introuvable-partout") == []


class TestForm:
    """The page without a script."""

    def test_asks_and_shows(self, client: TestClient) -> None:
        response = client.post("/", data={"question": BILANS}, follow_redirects=False)
        assert response.status_code == 303
        place, fragment = response.headers["location"].split("#")
        page = html.unescape(client.get(place).text).replace("\u00a0", " ")
        answers = client.get(f"/api/conversations/{place.removeprefix('/c/')}").json()["answers"]
        assert [a["message_id"] for a in answers] == [fragment]
        assert f'id="{fragment}"' in page
        for c in answers[0]["citations"]:
            assert f'href="/passages/{c["passage_id"]}?q=' in page
        assert other(client).get(place, headers=PAGE).status_code == 404

    def test_follows_up_and_keeps_the_date(self, client: TestClient) -> None:
        first = client.post("/", data={"question": BILANS, "as_of": "2024-06-01"}, follow_redirects=False)
        ident = first.headers["location"].split("#")[0].removeprefix("/c/")
        assert 'value="2024-06-01"' in client.get(f"/c/{ident}").text
        more = {"question": "Et quand ?", "conversation_id": ident, "kept": "2024-06-01"}
        client.post("/", data={**more, "as_of": "2024-06-01"})
        client.post("/", data={**more, "as_of": ""})
        answers = client.get(f"/api/conversations/{ident}").json()["answers"]
        assert [a["understood"]["as_of_reason"] for a in answers] == ["asked", "sticky", "today"]

    @pytest.mark.parametrize(
        "data", [{}, {"question": " "}, {"question": "x" * 4001}, {"question": "x", "as_of": "hier"}]
    )
    def test_says_what_is_wrong(self, client: TestClient, data: dict[str, str]) -> None:
        response = client.post("/", data=data, headers=PAGE)
        assert response.status_code == 422
        assert response.headers["content-type"].startswith("text/html")
        assert 'aria-invalid="true"' in response.text

    def test_erases(self, client: TestClient) -> None:
        ident = asked(client)["conversation_id"]
        assert other(client).post(f"/c/{ident}/delete").status_code == 404
        assert client.post(f"/c/{ident}/delete", follow_redirects=False).status_code == 303
        problem(client.get(f"/api/conversations/{ident}"), 404, "conversation_not_found")

    def test_markup_is_text(self, client: TestClient) -> None:
        attack = '<img src=x onerror=alert(1)> "quoted" javascript:alert(1)'
        place = client.post("/", data={"question": attack}, follow_redirects=False).headers["location"].split("#")[0]
        client.patch(f"/api/conversations/{place.removeprefix('/c/')}", json={"title": attack})
        assert "<img src=x" not in client.get(place).text
        assert "<img src=x" not in client.get("/").text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "http://testserver"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"origin": "http://testserver"}, 200),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_another_site_asks_for_nothing(client: TestClient, headers: dict[str, str], status: int) -> None:
    response = client.post("/api/chat", json={"question": BILANS}, headers=headers)
    assert response.status_code == status
    if status == 403:
        problem(response, 403, "foreign_request")
        assert "set-cookie" not in response.headers
        assert client.post("/", data={"question": BILANS}, headers=headers).status_code == 403


class TestPassagePage:
    def test_shows_the_exact_text_and_marks_the_quote(self, client: TestClient) -> None:
        citation = asked(client)["citations"][0]
        text = client.get(f"/api/passages/{citation['passage_id']}").json()["text"]
        page = client.get(f"/passages/{citation['passage_id']}", params={"q": citation["quote"]}).text
        assert html.unescape(page.split("<mark>")[1].split("</mark>")[0]) == citation["quote"].split("\n\n")[0]
        shown = page.split("<blockquote")[1].split(">", 1)[1].split("</blockquote>")[0]
        for tag in ("<p>", "</p>", "<mark>", "</mark>"):
            shown = shown.replace(tag, "")
        assert html.unescape(shown).replace("\n", "") == text.replace("\n", "")

    def test_a_quote_that_is_not_there_is_not_marked(self, client: TestClient) -> None:
        ident = asked(client)["citations"][0]["passage_id"]
        page = client.get(f"/passages/{ident}", params={"q": "<script>alert(1)</script>"})
        assert "<mark>" not in page.text
        assert "<script>alert" not in page.text

    def test_unknown_is_a_page_for_who_reads_pages(self, client: TestClient) -> None:
        page = client.get("/passages/nope", headers=PAGE)
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        problem(client.get("/passages/nope"), 404, "passage_not_found")
        problem(client.get("/api/passages/nope", headers=PAGE), 404, "passage_not_found")


def test_the_switch_to_english_is_kept(client: TestClient) -> None:
    page = client.get("/?lang=en")
    assert '<html lang="en">' in page.text
    assert "What do you want to know?" in page.text.replace("\u00a0", " ")
    assert "lang=en" in page.headers["set-cookie"]
    assert '<html lang="en">' in client.get("/").text
    assert '<html lang="fr">' in client.get("/?lang=fr").text
    assert '<html lang="fr">' in client.get("/?lang=xx").text


def test_today_is_said_on_that_day_alone(client: TestClient, days: Days) -> None:
    place = f"/c/{asked(client)['conversation_id']}"
    assert "(aujourd'hui)" in html.unescape(client.get(place).text)
    days.today += timedelta(days=2)
    page = html.unescape(client.get(place).text)
    assert "(jour de la question)" in page
    assert "(aujourd'hui)" not in page
