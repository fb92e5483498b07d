"""Files over HTTP: the caller's own answers, by format; nobody else's."""

from __future__ import annotations

import io

import docx
import pypdf
import pytest
from fastapi.testclient import TestClient

from assistant.app import create_app
from assistant.service import Service
from tests.assistant.support import asked, other, problem


@pytest.fixture
def client(mine: Service) -> TestClient:
    return TestClient(create_app(mine))


def test_each_format_opens(client: TestClient) -> None:
    answer = asked(client)
    address = f"/api/answers/{answer['message_id']}/note"
    for format_, head in (("docx", b"PK"), ("pdf", b"%PDF-"), ("md", "# Note de conformité".encode())):
        response = client.get(address, params={"format": format_})
        assert response.status_code == 200
        assert response.content.startswith(head)
        name = response.headers["content-disposition"]
        assert name.startswith('attachment; filename="clapvert-note-2026-11-25-quels-bilans')
        assert name.endswith(f'.{format_}"')
        assert response.headers["cache-control"] == "private, no-store"
    assert (
        "Note de conformité"
        in docx.Document(io.BytesIO(client.get(address, params={"format": "docx"}).content)).paragraphs[0].text
    )
    assert pypdf.PdfReader(io.BytesIO(client.get(address).content)).pages
    assert client.get(address, params={"format": "json"}).json()["message_id"] == answer["message_id"]
    problem(client.get(address, params={"format": "exe"}), 422, "bad_request")


def test_the_list_says_whether_there_is_a_calendar(client: TestClient) -> None:
    answer = asked(client)
    listed = client.get(f"/api/answers/{answer['message_id']}/exports").json()
    assert [e["format"] for e in listed["exports"]] == ["docx", "pdf", "md", "json"]
    assert listed["deadlines"] == []
    for e in listed["exports"]:
        assert client.get(e["url"]).status_code == 200
    problem(client.get(f"/api/answers/{answer['message_id']}/note?format=ics"), 404, "deadline_not_found")


def test_a_conversation_is_exported_whole(client: TestClient) -> None:
    first = asked(client)
    asked(client, "Et quand ?", conversation_id=first["conversation_id"])
    response = client.get(f"/api/conversations/{first['conversation_id']}/note", params={"format": "md"})
    assert response.text.count("\n## ") == 2
    stranger = other(client)
    problem(stranger.get(f"/api/conversations/{first['conversation_id']}/note"), 404, "conversation_not_found")


def test_only_the_owner_exports(client: TestClient) -> None:
    answer = asked(client)
    stranger = other(client)
    for path in ("note", "note?format=json", "exports"):
        problem(stranger.get(f"/api/answers/{answer['message_id']}/{path}"), 404, "message_not_found")
    asked(stranger)
    problem(stranger.get(f"/api/answers/{answer['message_id']}/note"), 404, "message_not_found")
    problem(client.get("/api/answers/inconnue/note"), 404, "message_not_found")
