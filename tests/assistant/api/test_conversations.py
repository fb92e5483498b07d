"""The caller's own conversations over HTTP: cookie, list, read, delete, retention."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import stat
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant import upkeep
from assistant.access.access import Access
from assistant.access.secret import secret
from assistant.answer import Answer
from assistant.api.owner import COOKIE
from assistant.app import create_app
from assistant.service import Service
from ingest.model.embedding import HashingEncoder
from tests.assistant.conftest import DOUBLE
from tests.assistant.support import BILANS, Days, asked, bytes_of, holding, other, problem
from tests.conftest import OF_THE_FOLDER, Build
from tests.samples import TODAY


def listed(client: TestClient, **query: Any) -> dict[str, Any]:
    response = client.get("/api/conversations", params=query)
    assert response.status_code == 200, response.text
    data: dict[str, Any] = response.json()
    return data


def not_found(response: Any) -> None:
    problem(response, 404, "conversation_not_found")


def test_list_read_delete(client: TestClient) -> None:
    first = asked(client)
    second = asked(client, "Et quand ?", conversation_id=first["conversation_id"])
    ident = first["conversation_id"]
    assert listed(client) == {
        "conversations": [
            {
                "conversation_id": ident,
                "title": BILANS,
                "started": TODAY.isoformat(),
                "kept_until": (TODAY + timedelta(days=30)).isoformat(),
                "messages": 2,
            }
        ],
        "next": None,
        "retention_days": 30,
    }
    view = client.get(f"/api/conversations/{ident}").json()
    assert view["answers"] == [first, second]
    assert [Answer.model_validate(a).question for a in view["answers"]] == [BILANS, "Et quand ?"]
    assert client.delete(f"/api/conversations/{ident}").status_code == 204
    assert listed(client)["conversations"] == []
    not_found(client.get(f"/api/conversations/{ident}"))
    not_found(client.delete(f"/api/conversations/{ident}"))
    not_found(client.post("/api/chat", json={"question": "Et quand ?", "conversation_id": ident}))


def test_pages(client: TestClient) -> None:
    ids = [asked(client)["conversation_id"] for _ in range(5)][::-1]
    seen, before = [], None
    while True:
        page = listed(client, limit=2, **({"before": before} if before else {}))
        seen.append([c["conversation_id"] for c in page["conversations"]])
        before = page["next"]
        if before is None:
            break
    assert seen == [ids[:2], ids[2:4], ids[4:]]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"before": "x" * 65}])
def test_bad_pages(client: TestClient, query: dict[str, Any]) -> None:
    asked(client)
    assert client.get("/api/conversations", params=query).status_code == 422
    not_found(client.get("/api/conversations", params={"before": "nope"}))


class TestOwners:
    def test_nobody_sees_another_s(self, client: TestClient) -> None:
        ident = asked(client)["conversation_id"]
        stranger, guest = other(client), other(client)
        asked(guest)
        for someone in (stranger, guest):
            assert ident not in json.dumps(listed(someone))
            not_found(someone.get(f"/api/conversations/{ident}"))
            not_found(someone.delete(f"/api/conversations/{ident}"))
            assert someone.delete("/api/conversations").json() == {"deleted": int(someone is guest)}
        assert len(listed(client)["conversations"]) == 1

    def test_a_stranger_lists_nothing_and_gets_no_cookie(self, client: TestClient) -> None:
        response = client.get("/api/conversations")
        assert response.json()["conversations"] == []
        assert "set-cookie" not in response.headers

    def test_a_name_is_believed_when_signed_here(self, client: TestClient) -> None:
        ident = asked(client)["conversation_id"]
        name, day, mac = client.cookies[COOKIE].split(".")
        for forged in (name, f"{name}.{day}", f"{name}.{day}.{'0' * 64}", f"{name}.{int(day) + 1}.{mac}",
                       f"{'a' * 32}.{day}.{mac}", f"{name}.{day}.{mac}x"):  # fmt: skip
            thief = TestClient(client.app, cookies={COOKIE: forged})
            not_found(thief.get(f"/api/conversations/{ident}"))
            assert listed(thief)["conversations"] == []
        same = TestClient(client.app, cookies={COOKIE: client.cookies[COOKIE]})
        assert same.get(f"/api/conversations/{ident}").status_code == 200

    def test_a_cookie_of_before_itsdangerous_still_opens_what_it_opened(
        self, client: TestClient, apart: Service
    ) -> None:
        ident = asked(client)["conversation_id"]
        said = client.cookies[COOKIE].rpartition(".")[0]
        key = Access(apart.settings).secret
        for kind, status in (("owner", 200), ("autre", 404)):
            mac = hmac.new(key, f"{kind}:{said}".encode(), hashlib.sha256).hexdigest()
            former = TestClient(client.app, cookies={COOKIE: f"{said}.{mac}"})
            assert former.get(f"/api/conversations/{ident}").status_code == status

    def test_it_survives_a_restart(self, client: TestClient, apart: Service, days: Days) -> None:
        ident = asked(client)["conversation_id"]
        again = Service(apart.settings, HashingEncoder(), days, DOUBLE)
        back = TestClient(create_app(again), cookies={COOKIE: client.cookies[COOKIE]})
        assert back.get(f"/api/conversations/{ident}").status_code == 200
        assert asked(back, "Et quand ?", conversation_id=ident)["understood"]["follow_up"]

    def test_the_cookie_is_renewed_and_ends_with_what_it_opens(self, client: TestClient, days: Days) -> None:
        first = client.post("/api/chat", json={"question": BILANS})
        assert "max-age=2678400" in first.headers["set-cookie"].lower()
        assert "httponly" in first.headers["set-cookie"].lower()
        assert "samesite=strict" in first.headers["set-cookie"].lower()
        name = client.cookies[COOKIE].split(".")[0]
        days.today += timedelta(days=3)
        asked(client)
        assert client.cookies[COOKIE].split(".")[0] == name
        assert len(listed(client)["conversations"]) == 2
        days.today += timedelta(days=32)
        assert listed(client)["conversations"] == []
        asked(client)
        assert client.cookies[COOKIE].split(".")[0] != name

    @OF_THE_FOLDER
    def test_the_secret_is_made_once_and_its_user_s_alone(self, client: TestClient, apart: Service) -> None:
        asked(client)
        path = apart.settings.data_dir / "secret.key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.read_bytes()) == 32
        assert secret(path) == path.read_bytes()
        assert client.cookies[COOKIE].encode() not in path.read_bytes()


@OF_THE_FOLDER
def test_deletion_leaves_no_byte_in_the_data_folder(client: TestClient, apart: Service) -> None:
    one, two = word(), word()
    ident = asked(client, f"Quels bilans carbone du CNC pour un {one} ?")["conversation_id"]
    asked(client, f"Et pour un {two} ?", conversation_id=ident)
    folder = apart.settings.data_dir
    assert one.encode() in bytes_of(folder)
    client.delete(f"/api/conversations/{ident}")
    assert [holding(folder, w.encode()) for w in (one, two, ident)] == [[], [], []]


@OF_THE_FOLDER
def test_retention_is_enforced_while_the_server_runs(
    apart: Service, days: Days, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The periodic look, on the injected clock; none of these questions is asked again."""
    monkeypatch.setattr(upkeep, "_SWEEP", 0.01)
    folder = apart.settings.data_dir
    with TestClient(create_app(apart)) as client:
        said = word()
        asked(client, f"Quels bilans carbone du CNC pour un {said} ?")
        within(
            120, lambda: said.encode() in bytes_of(folder)
        )  # files are read one by one, while the look empties a log
        days.today += timedelta(days=31)
        within(120, lambda: not holding(folder, said.encode()), lambda: client.get("/healthz"))


def word() -> str:
    """A word that nothing in this process has said before."""
    return f"zanzi{secrets.token_hex(6)}"


def within(seconds: float, true: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None) -> None:
    """Wait for something to be true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        meanwhile()


def test_openapi_tells_them(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths["/api/conversations"]) == {"get", "delete"}
    assert set(paths["/api/conversations/{conversation_id}"]) == {"get", "patch", "delete"}
    assert "post" in paths["/api/chat/stream"]
