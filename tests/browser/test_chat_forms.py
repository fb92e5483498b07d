"""The chat for everyone: small screens, the dark, assistive technology, no JavaScript; and hostile words, harmless."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.service import Service
from ingest.model.embedding import HashingEncoder
from tests.assistant.conftest import DOUBLE
from tests.assistant.support import add_text
from tests.browser.conftest import PHONE
from tests.browser.test_chat import CARBON_NEUTRAL, LAST, ask, said, settled
from tests.conftest import Build
from tests.samples import OFFICIAL_TEXT
from tests.serving import serving

HOSTILE = '<img src=x onerror="window.hurt=1"> [clic](javascript:window.hurt=2) <script>window.hurt=3</script>'
MARK = '<img src=x onerror="window.hurt=4">'


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_in_every_state(
    served: str, new_page: Callable[..., Any], axe: Callable[..., None], scheme: str
) -> None:
    page = new_page(color_scheme=scheme, reduced_motion="reduce")
    page.goto(served)
    axe(page)
    turn = ask(page, CARBON_NEUTRAL)
    turn.locator(".understood .chip").first.click()
    axe(page)
    page.click(f"{LAST} .cite >> nth=0")
    page.wait_for_selector("#panel mark")
    axe(page)
    page.keyboard.press("Escape")
    for opener, dialog in (
        ("#history-open", "#history"),
        ("#help-open", "#help"),
        (f"{LAST} >> text=Partager", "#share"),
    ):
        page.click(opener)
        page.wait_for_selector(f"{dialog}[open]")
        axe(page)
        if dialog == "#share":
            url = page.input_value("#share-url")
        page.keyboard.press("Escape")
    passage = page.get_attribute(f"{LAST} .cite", "href")
    for address in (url, f"{served}{passage}"):
        page.goto(address)
        axe(page)


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone(served: str, new_page: Callable[..., Any], axe: Callable[..., None], width: int) -> None:
    page = new_page(viewport={**PHONE, "width": width}, has_touch=True, is_mobile=True)
    page.goto(served)
    fits = f"document.documentElement.scrollWidth <= innerWidth && innerWidth === {width}"
    assert page.evaluate(fits)
    page.tap(".examples ul:nth-of-type(1) .ask >> nth=0")
    settled(page)
    assert page.evaluate(fits)
    page.tap(f"{LAST} .cite >> nth=0")
    page.wait_for_selector("#panel mark")
    assert page.locator("#panel").bounding_box()["width"] == width
    assert page.evaluate("document.querySelector('#panel').matches(':modal')")
    axe(page)
    page.tap("#panel .close")
    page.tap("#domains summary")
    box = page.locator("#domains fieldset").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    small = page.evaluate(
        "[...document.querySelectorAll('button, summary, .tools a, .pages a, .cite')].filter((e) => e.checkVisibility())"
        ".map((e) => [e.innerText, e.getBoundingClientRect()]).filter(([, r]) => r.height < 24 || r.width < 24)"
        ".map(([t, r]) => `${t} ${r.width}×${r.height}`)"
    )
    assert not small, small


def test_without_javascript(served: str, new_page: Callable[..., Any]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(served)
    page.fill("#question", CARBON_NEUTRAL)
    page.click("#send")
    assert "/c/" in page.url
    assert "neutre en carbone" in said(page.locator(f"{LAST} .prose"))
    page.locator(f"{LAST} .next .ask").first.click()
    assert page.locator(".turn").count() == 2
    with page.expect_download() as taken:
        page.click("#take a:text-is('PDF')")
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF-")
    page.click("#when summary")
    page.fill("#as-of", "2022-06-01")
    page.fill("#question", CARBON_NEUTRAL)
    page.click("#send")
    assert "1er juin 2022 (date demandée)" in said(page.locator(f"{LAST} .understood"))
    page.locator(".turn >> nth=0 >> .cite >> nth=0").click()
    assert "/passages/" in page.url
    assert page.locator("mark").count() == 1
    assert "Notice Clapvert" in said(page.locator(".kind"))
    page.go_back()
    page.click("#send")  # an empty question
    assert "question" in said(page.locator("#trouble"))
    assert page.troubles.pop().endswith("422 (Unprocessable Entity)")
    page.goto(served)
    page.locator(".past-list a").first.click()
    page.get_by_role("button", name="Effacer cette conversation").click()
    assert page.url == f"{served}/"


@pytest.fixture
def hostile(library: Any, build: Build, tmp_path: Path, encoder: HashingEncoder, clock: Any) -> Iterator[str]:
    """A server whose corpus holds an official text with markup in its title, its headings and its words."""
    text = OFFICIAL_TEXT.replace("soutient la création", f"soutient la création {MARK}").replace(
        "Dispositions générales", f"Dispositions {MARK}"
    )
    text = text.replace("(extrait d'essai)", f"(extrait {MARK})").replace(
        f'title: "Code du cinéma (extrait {MARK})"', f"title: 'Code du cinéma (extrait {MARK})'"
    )
    add_text(library, tmp_path, text, valid_from=date(2023, 2, 1))
    build()
    with serving(Service(library.settings, encoder, clock, DOUBLE)) as address:
        yield address


def test_markup_is_text_everywhere(hostile: str, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto(hostile)
    turn = ask(page, HOSTILE)
    assert HOSTILE in turn.locator(".question").inner_text()
    page.click("#history-open")
    page.wait_for_selector(".conversation")
    page.locator(".conversation").get_by_role("button", name="Renommer").click()
    page.fill(".rename input", MARK)
    page.keyboard.press("Enter")
    page.locator(".conversation a", has_text="<img").wait_for()
    page.keyboard.press("Escape")
    turn = ask(page, "Que soutient le Centre national du cinéma, article L. 111-2 du code du cinéma ?")
    cited = turn.locator(".cite, .near .ask")
    assert cited.count(), said(turn)
    found = page.request.get(f"{hostile}/api/search?q=Centre national du cinéma soutient la création&k=20").json()[
        "hits"
    ]
    held = next(h for h in found if MARK in h["text"])
    cited.first.click()
    page.wait_for_selector("#panel[open] .passage")
    page.keyboard.press("Escape")
    for address in (f"/passages/{held['passage_id']}?q={MARK}", page.url.removeprefix(hostile), "/"):
        page.goto(f"{hostile}{address}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.hurt") is None
        assert page.locator("img[src='x'], a[href^='javascript']").count() == 0
    plain = new_page(java_script_enabled=False)
    plain.goto(hostile)
    plain.fill("#question", HOSTILE)
    plain.click("#send")
    assert plain.locator("img[src='x'], a[href^='javascript']").count() == 0
    assert "<img" in plain.locator(".question").inner_text()
