"""The page of an evaluation report in a real Chromium, opened from disk and served under its own policy."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from evals.reports.html.page import page as page_of
from evals.reports.html.page import served_csp
from tests.browser.conftest import PHONE
from tests.browser.waits import counted
from tests.evals.small_reports import small_report


@functools.cache
def written() -> str:
    return page_of(small_report())


@pytest.fixture
def on_disk(tmp_path: Path) -> str:
    (tmp_path / "r.html").write_text(written(), encoding="utf-8")
    return (tmp_path / "r.html").as_uri()


@pytest.fixture
def over_http() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == "/"
            self.send_response(200 if known else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", served_csp())
            self.end_headers()
            self.wfile.write(written().encode() if known else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def shown(page: Any) -> list[str]:
    found: list[str] = page.eval_on_selector_all(".q:not([hidden])", "qs => qs.map(q => q.id)")
    return found


def test_filters_and_keys(on_disk: str, page: Any, axe: Callable[..., None]) -> None:
    page.goto(on_disk)
    assert shown(page) == ["q-2"]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.locator("#q-2 .body").is_visible()
    axe(page)
    page.click("text=Tout montrer")
    counted(page, ".q:not([hidden])", 4)
    page.select_option("[name=change]", "lost")
    assert shown(page) == ["q-2"]
    page.select_option("[name=change]", "")
    page.click("h2#questions")
    page.keyboard.press("/")
    page.keyboard.type("FORFAIT est")
    assert "q-1" in shown(page)
    assert "text=FORFAIT" in page.url
    page.fill("[name=text]", "introuvable")
    assert page.locator("#none").is_visible()
    page.click("[data-stage=crash].link")
    counted(page, ".q:not([hidden])", 1)
    assert shown(page) == ["q-3"]


def test_a_link_opens_its_question(on_disk: str, page: Any) -> None:
    page.goto(f"{on_disk}#q-1-c1")
    assert page.locator("#q-1-c1").is_visible()
    page.goto(f"{on_disk}#?domain=cnc&verdict=passed")
    page.reload()
    assert shown(page) == ["q-1", "q-4"]


def test_served_under_its_policy_it_works(over_http: str, page: Any) -> None:
    page.goto(over_http)
    assert shown(page) == ["q-2"]
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius") != "0px"


def test_it_fits_a_phone_and_prints_and_needs_no_script(
    on_disk: str, new_page: Callable[..., Any], axe: Callable[..., None]
) -> None:
    phone = new_page(viewport=PHONE, color_scheme="dark")
    phone.goto(on_disk)
    phone.click("#q-2 > summary")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(phone)
    phone.emulate_media(media="print")
    assert phone.locator("#filters").is_hidden()
    bare = new_page(java_script_enabled=False)
    bare.goto(on_disk)
    assert bare.locator(".q").count() == 4
    assert bare.locator(".q[hidden]").count() == 0
    assert bare.locator("#filters").is_hidden()
