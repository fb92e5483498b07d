"""The pages under /sources and /evals in a real Chromium: read, filtered, without JavaScript, on a phone, in the dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import PHONE

PAGES = (
    "/sources",
    "/sources/notice.cnc-double-bilan",
    "/sources/rga",
    "/sources/nouveautes",
    "/sources/manques",
    "/evals",
)


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_on_a_phone_and_in_the_dark(
    served: str, new_page: Callable[..., Any], axe: Callable[..., None], path: str
) -> None:
    page = new_page(viewport=PHONE, color_scheme="dark")
    page.goto(served + path)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_filters_work_without_javascript(served: str, new_page: Callable[..., Any]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(served + "/sources")
    page.select_option("#domain", "csrd")
    page.select_option("#rank", "officiel")
    page.fill("#q", "directive")
    page.get_by_role("button", name="Filtrer").click()
    titles = page.locator(".entry h2").all_inner_texts()
    assert titles
    assert page.locator(".entry .rank-officiel").count() == len(titles)
    assert page.locator("#q").input_value() == "directive"
    page.get_by_role("link", name="Ce qui manque").click()
    assert "clapvert corpus" in page.locator(".to-bring").inner_text()


def test_a_statement_leads_to_its_text_and_to_its_passage(served: str, page: Any, axe: Callable[..., None]) -> None:
    page.goto(served + "/sources/notice.cnc-double-bilan")
    axe(page)
    statement = page.locator("article.statement").first
    words = statement.locator(".said").inner_text()
    statement.locator("a[href^='/passages/']").click()
    assert " ".join(words.split()) in " ".join(page.locator(".passage").inner_text().split())
    page.get_by_role("link", name="Lire dans son texte").click()
    assert "/sources/notice.cnc-double-bilan?page=1#" in page.url
    page.locator("article.statement:target a[href^='/sources/']").first.click()
    assert "corpus add" in page.locator("pre").inner_text() or page.locator("article.text").count()
