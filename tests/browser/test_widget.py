"""The widget in a page of another site, whose own policy is strict: works with a key, refused without, policy intact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from assistant.access.access import Access
from assistant.access.caller import Scope
from assistant.app import create_app
from tests.browser.conftest import PATIENCE
from tests.serving import serving_app

QUESTION = "Quels bilans carbone remettre pour une aide du CNC ?"
HOST_PAGE = """<!doctype html><html lang="fr"><title>Intranet</title><h1>Intranet de l'école</h1>
<script src="{clapvert}/static/embed.js" data-key="{key}" data-height="600" defer></script></html>"""


@dataclass
class Sites:
    """Clapvert, closed; the intranet that has a key; another site that copied it."""

    clapvert: str
    intranet: str
    copy: str
    keys: dict[str, str]


@pytest.fixture(scope="module")
def sites(served_service: Any) -> Iterator[Sites]:
    keys: dict[str, str] = {}
    address: dict[str, str] = {}

    def page(request: Request) -> HTMLResponse:
        html = HOST_PAGE.format(clapvert=address["clapvert"], key=keys.get(request.query_params.get("key", ""), ""))
        policy = f"default-src 'none'; script-src {address['clapvert']}; frame-src {address['clapvert']}"
        return HTMLResponse(html, headers={"Content-Security-Policy": policy})

    host = Starlette(routes=[Route("/", page)])
    settings = served_service.settings.model_copy(update={"access": "closed"})
    access = Access(settings)
    with (
        serving_app(host) as intranet,
        serving_app(host) as copy,
        serving_app(create_app(served_service, access)) as clapvert,
    ):
        intranet = intranet.replace("127.0.0.1", "localhost")  # another site, not only another port
        address["clapvert"] = clapvert
        made, keys["page"] = access.keys.create("intranet", [Scope.ASK], [intranet])
        keys["wrong"] = f"clv_{made.id}_{'A' * 43}"
        revoked, keys["revoked"] = access.keys.create("ancien", [Scope.ASK], [intranet])
        access.keys.revoke(revoked.id)
        keys["script"] = access.keys.create("script", [Scope.ASK])[1]
        yield Sites(clapvert, intranet, copy, keys)


def test_with_a_key_it_answers_follows_up_and_opens_its_citations(
    sites: Sites, new_page: Callable[..., Any], tmp_path: Any
) -> None:
    page = new_page(viewport={"width": 900, "height": 760})
    sent: list[str] = []
    page.on("request", lambda r: sent.append(f"{r.method} {r.url}"))
    page.goto(f"{sites.intranet}/?key=page")
    frame = page.frame_locator("iframe[title=Clapvert]")
    frame.get_by_label("Votre question").fill(QUESTION)
    frame.get_by_role("button", name="Demander").click()
    frame.locator(".prose .cite").first.wait_for(timeout=PATIENCE)
    assert "bilan" in frame.locator(".turn .prose").first.inner_text().lower()
    frame.get_by_label("Votre question").fill("et pour un documentaire ?")
    frame.get_by_label("Votre question").press("Enter")
    frame.locator(".turn").nth(1).locator(".prose").wait_for(timeout=PATIENCE)
    page.screenshot(path=str(tmp_path / "widget.png"))
    with page.context.expect_page() as opened:
        frame.locator(".prose .cite").first.click()
    passage = opened.value
    passage.wait_for_load_state()
    assert passage.locator("mark").count() >= 1
    key = sites.keys["page"]
    assert not any(key in line for line in sent), "the key is in no address"
    assert any(line.startswith(f"POST {sites.clapvert}/v1/chat/completions") for line in sent)
    assert not any("/api/" in line for line in sent)


@pytest.mark.parametrize("key", ["none", "revoked", "script"])
def test_without_a_key_for_that_site_there_is_nothing_in_the_frame(sites: Sites, browser: Any, key: str) -> None:
    page = browser.new_context().new_page()
    said: list[str] = []
    page.on("response", lambda r: said.append(f"{r.status} {r.url.split('?')[0]}"))
    page.goto(f"{sites.intranet}/?key={key}")
    page.wait_for_timeout(500)
    assert f"403 {sites.clapvert}/widget" in said
    assert page.frame_locator("iframe").locator("#question").count() == 0
    page.context.close()


def test_a_wrong_key_is_refused_at_its_question(sites: Sites, browser: Any) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{sites.intranet}/?key=wrong")
    frame = page.frame_locator("iframe")
    frame.get_by_label("Votre question").fill(QUESTION)
    frame.get_by_role("button", name="Demander").click()
    frame.get_by_role("alert").wait_for(timeout=PATIENCE)
    assert "clé" in frame.get_by_role("alert").inner_text()
    assert frame.locator(".prose").count() == 0
    page.context.close()


def test_a_site_that_copied_the_key_shows_nothing(sites: Sites, browser: Any) -> None:
    page = browser.new_context().new_page()
    refused: list[str] = []
    page.on("console", lambda m: refused.append(m.text))
    page.goto(f"{sites.copy}/?key=page")
    page.wait_for_timeout(1000)
    assert page.frame_locator("iframe").locator("#question").count() == 0
    assert any("frame-ancestors" in text for text in refused), refused
    page.context.close()


def test_no_other_page_may_be_framed(sites: Sites, browser: Any) -> None:
    page = browser.new_context().new_page()
    for path in ("/", "/signin", "/sources", "/label"):
        response = page.request.get(f"{sites.clapvert}{path}")
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"], path
    page.context.close()
