"""`/widget` and its policy: the sites of the key, and nobody else; every other page as before."""

from __future__ import annotations

import pytest

from tests.assistant.access.conftest import Closed, closed
from tests.assistant.support import BILANS

__all__ = ["closed"]
SITE = "https://intranet.ecole.fr"


def policy(text: str) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in text.split(";"))


def test_a_key_for_a_site_opens_the_page_to_that_site_alone(closed: Closed) -> None:
    token = closed.token("ask", origins=[SITE, "http://localhost:8080"])
    visitor = closed.client(keyed=False)
    page = visitor.get("/widget", params={"for": token.split("_")[1]})
    assert page.status_code == 200
    told, others = (
        policy(page.headers["content-security-policy"]),
        policy(visitor.get("/r/x").headers["content-security-policy"]),
    )
    assert told.pop("frame-ancestors") == f"{SITE} http://localhost:8080"
    assert others.pop("frame-ancestors") == "'none'"
    assert told == others
    assert told["default-src"] == "'self'"
    assert token not in page.text
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize("made", ["none", "unknown", "no site", "revoked"])
def test_without_one_there_is_no_page_and_nobody_may_frame_the_refusal(closed: Closed, made: str) -> None:
    ident = {"none": "", "unknown": "0123456789"}.get(made)
    if ident is None:
        ident = closed.token("ask", origins=[] if made == "no site" else [SITE]).split("_")[1]
    if made == "revoked":
        closed.access.keys.revoke(ident)
    refused = closed.client(keyed=False).get("/widget", params={"for": ident})
    assert refused.status_code == 403
    assert policy(refused.headers["content-security-policy"])["frame-ancestors"] == "'none'"


def test_the_key_of_a_page_asks_from_its_sites_and_reads_nothing_kept(closed: Closed) -> None:
    page = closed.client("ask", origins=[SITE])
    asked = {"messages": [{"role": "user", "content": BILANS}]}
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert page.post("/v1/chat/completions", json=asked, headers=own).status_code == 200
    assert page.post("/v1/chat/completions", json=asked).status_code == 200
    for origin in (SITE, "https://ailleurs.example"):
        crossed = page.post(
            "/v1/chat/completions", json=asked, headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"}
        )
        assert crossed.status_code == 403, "the frame asks, never the page around it"
        assert "access-control-allow-origin" not in crossed.headers
    assert page.get("/v1/models", headers={"Origin": "https://ailleurs.example"}).status_code == 403
    for path in ("/api/conversations", "/api/sources", "/", "/mcp"):
        assert page.get(path).status_code == 403
