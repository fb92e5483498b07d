"""Every attempt of `attempts.yaml`: refused as it says, nothing of the victim's shown, nothing of it changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from itsdangerous import Signer

from assistant.api.owner import COOKIE
from tests.assistant.access.conftest import Closed
from tests.assistant.support import BILANS

ATTEMPTS = yaml.safe_load(Path(__file__).with_name("attempts.yaml").read_text(encoding="utf-8"))
SECRET = "zanzibarique"
ASK, LABEL = "ask", "label"


@dataclass
class World:
    closed: Closed
    victim: TestClient
    names: dict[str, str] = field(default_factory=dict)

    def held(self) -> dict[str, Any]:
        """All that the victim keeps, as the victim sees it."""
        n = self.names
        paths = ("/api/conversations/{conversation}", "/api/label/projects/{project}",
                 "/api/label/projects/{project}/history", "/api/label/projects")  # fmt: skip
        seen: dict[str, Any] = {path: self.victim.get(path.format(**n)).json() for path in paths}
        proof = self.victim.get("/api/label/projects/{project}/evidence/{evidence}".format(**n))
        shared = TestClient(self.closed.app).get("/r/{share}".format(**n))
        return seen | {"proof": proof.content, "shared": (shared.status_code, SECRET in shared.text)}


@pytest.fixture
def world(closed: Closed) -> Iterator[World]:
    with TestClient(closed.app, client=("203.0.113.7", 1)) as victim:
        victim.headers.update(closed.key(ASK, LABEL))
        answer = victim.post("/api/chat", json={"question": f"{BILANS} Pour {SECRET}."}).json()
        share = victim.post(f"/api/answers/{answer['message_id']}/share").json()["token"]
        made = victim.post("/api/label/projects", json={"title": SECRET, "framework": framework(victim)}).json()
        at = f"/api/label/projects/{made['id']}"
        criterion = victim.get(at).json()["rows"][0]["key"]
        attached = victim.post(
            f"{at}/criteria/{criterion}/evidence", files={"file": ("preuve.txt", SECRET.encode(), "text/plain")}
        )
        invitation = victim.post(f"{at}/invitation", json={"renew": False}).json()["token"]
        passage = next(iter(closed.service.snapshot.columns.ids))
        yield World(closed, victim, {
            "conversation": answer["conversation_id"], "message": answer["message_id"], "share": share,
            "project": made["id"], "criterion": criterion, "evidence": attached.json()["evidence"][0]["id"],
            "invitation": invitation, "passage": passage,
        })  # fmt: skip


def framework(client: TestClient) -> str:
    return str(client.get("/api/label/frameworks").json()["frameworks"][0]["id"])


def who(world: World, name: str) -> TestClient:
    """Who tries."""
    closed = world.closed
    scopes = {"other": (ASK, LABEL), "questions": (ASK,), "label": (LABEL,), "nothing": (), "admin": ("admin",)}
    if name in scopes:
        return closed.client(*scopes[name])
    if name == "page":
        return closed.client(ASK, origins=["https://intranet.ecole.fr"])
    client = closed.client(keyed=False)
    victim = str(world.victim.headers["authorization"]).split("_")[1]
    if name == "revoked":
        token = closed.token(ASK, LABEL)
        closed.access.keys.revoke(token.split("_")[1])
        client.headers["Authorization"] = f"Bearer {token}"
    if name == "forged":
        client.headers["Authorization"] = f"Bearer clv_{victim}_{'A' * 43}"
    if name == "visitor":
        client.cookies[COOKIE] = signed(closed, "v" * 32)
    if name == "cookie":
        client.cookies[COOKIE] = signed(closed, f"key:{victim}")
    if name == "header":
        client.headers["X-Forwarded-User"] = f"key:{victim}"
    return client


def signed(closed: Closed, name: str) -> str:
    day = closed.service.clock().toordinal()
    return (
        Signer(closed.access.secret, salt="clapvert.owner", digest_method=hashlib.sha256).sign(f"{name}.{day}").decode()
    )


def filled(template: Any, names: dict[str, str]) -> Any:
    if isinstance(template, str):
        for key, value in names.items():
            template = template.replace(f"{{{key}}}", value)
        return template
    if isinstance(template, dict):
        return {k: filled(v, names) for k, v in template.items()}
    return [filled(v, names) for v in template] if isinstance(template, list) else template


def call(client: TestClient, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A tool over HTTP; the result as JSON."""
    pytest.importorskip("mcp", reason="needs the extra mcp")
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
    response = client.post("/mcp", json=message, headers=headers)
    assert response.status_code == 200, response.text
    return dict(response.json()["result"])


def test_there_are_thirty_attempts_and_more() -> None:
    assert len({json.dumps(a, sort_keys=True) for a in ATTEMPTS}) == len(ATTEMPTS) >= 30


def test_every_attempt_is_refused_and_changes_nothing(world: World) -> None:
    before = world.held()
    wrong = []
    for attempt in ATTEMPTS:
        client = who(world, attempt["who"])
        method, path = filled(attempt["does"], world.names).split(" ", 1)
        body = filled(attempt.get("with"), world.names)
        if method == "tool":
            result = call(client, path, body)
            got = (
                "error" if result.get("isError") else "empty" if not result["structuredContent"]["projects"] else "data"
            )
            text = json.dumps(result)
        else:
            response = client.request(method, path, json=body, headers={"Accept": "text/html, application/json"})
            got, text = response.status_code, response.text
        if got != attempt["gets"] or SECRET in text:
            wrong.append((attempt, got, text[:200]))
    assert wrong == []
    assert world.held() == before


def test_the_victim_and_whoever_was_given_a_link_are_served(world: World) -> None:
    """The refusals are of those callers, not of everybody."""
    held = world.held()
    assert held["shared"] == (200, True)
    assert held["proof"] == SECRET.encode()
    assert world.victim.get(f"/passages/{world.names['passage']}").status_code == 200
    answer = world.victim.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": BILANS}]}).json()
    link = answer["choices"][0]["message"]["annotations"][0]["url_citation"]["url"]
    path = link.removeprefix("http://testserver")
    assert world.closed.client(keyed=False).get(path).status_code == 200, "a citation opens for who reads the answer"
    assert world.closed.client(keyed=False).get(path.split("&sig=")[0]).status_code == 401
    assert not call(world.victim, "label_status", {"project_id": world.names["project"]}).get("isError")
    administrator = world.closed.client("admin")
    assert administrator.get("/api/admin/keys").status_code == 200


def test_the_trail_says_who_did_what_and_no_word_of_it(world: World) -> None:
    who(world, "other").get(f"/api/conversations/{world.names['conversation']}")
    trail = world.closed.client("admin").get("/api/admin/trail?limit=500").json()["lines"]
    victim = "key:" + str(world.victim.headers["authorization"]).split("_")[1]
    mine = [(line["did"], line["status"]) for line in trail if line["who"] == victim]
    assert ("POST /api/chat", 200) in mine
    assert any(did.endswith("/criteria/{code:path}/evidence") and status == 201 for did, status in mine)
    assert any(
        line["did"] == "GET /api/conversations/{conversation_id}" and line["status"] == 404 and line["who"] != victim
        for line in trail
    )
    told = json.dumps(trail)
    assert SECRET not in told
    assert not any(name in told for name in world.names.values() if len(name) > 12)
    world.closed.hours.now = world.closed.hours.now.replace(year=2027, month=12)
    world.closed.access.trail.forget_old()
    assert world.closed.access.trail.lines() == []


def test_a_prefix_of_a_proxy_opens_nothing(closed: Closed) -> None:
    """Served under `/clapvert`, a path is judged as its route is matched."""
    key = closed.key(ASK)
    under = TestClient(closed.app, root_path="/clapvert", headers=key)
    for prefix in ("", "/clapvert"):
        assert under.get(f"{prefix}/api/sources").status_code == 200
        assert under.get(f"{prefix}/api/label/projects").status_code == 403
        assert under.get(f"{prefix}/api/admin/keys").status_code == 403
