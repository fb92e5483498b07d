"""« Mon projet » in a real Chromium: from nothing to the obligations in clicks, on a desk and on a phone, for everyone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_label import Hand

NewPage = Callable[..., Any]


def described(page: Any, served: str, title: str = "Les Embruns") -> Hand:
    """A feature film, described by hand; the clicks that it took."""
    hand = Hand(page)
    page.goto(f"{served}/projets")
    hand.click("text=Nouveau projet")
    page.fill("#title", title)
    page.select_option("#works", "fiction-cinema")
    hand.clicks += 2  # a list is opened, then a line of it chosen
    for choice in ("aids-automatique", "places-foret-domaniale", "shoots-tournage-de-nuit", "shoots-cantine"):
        field, _, value = choice.partition("-")
        hand.click(f'label:has(input[name="{field}"][value="{value}"])')
    page.fill("#headcount", "12")
    page.fill("#shoot", "2027-03-01")
    page.fill("#delivery", "2027-11-01")
    hand.click("text=Voir mes obligations")
    page.wait_for_selector("h2:has-text('Avant le tournage')")
    return hand


def test_from_nothing_to_the_obligations_in_twelve_clicks(page: Any, served: str) -> None:
    hand = described(page, served)
    assert hand.clicks <= 12, hand.clicks
    assert page.locator("#cnc-double-bilan-devoir").is_visible()
    assert page.locator("#foret-autorisation").is_visible()
    assert "12" in page.locator(".case").inner_text()
    page.click("#cnc-double-bilan-devoir summary")
    assert page.locator("#cnc-double-bilan-devoir .said p").first.is_visible()
    page.click("#cnc-double-bilan-devoir .source >> nth=0")
    page.wait_for_url("**/passages/**")


def test_a_question_is_answered_in_one_click_and_what_is_done_is_ticked(page: Any, served: str) -> None:
    described(page, served)
    asked = page.locator(".decide .questions > li").count()
    page.locator(".decide details").evaluate_all("folds => folds.forEach((fold) => (fold.open = true))")
    page.click(".decide >> text=déchets enlevés par un prestataire privé")
    page.wait_for_selector("#tournage-tri-flux .force")
    assert page.locator(".decide .questions > li").count() <= asked
    page.click("#foret-autorisation summary")
    page.click("#foret-autorisation >> text=C'est fait")
    page.wait_for_selector("#foret-autorisation.is-done")
    page.fill("#date", "2024-06-01")
    page.click(".takeaway form button")
    page.wait_for_selector(".notice")


def test_the_calendar_the_list_and_the_table_come_down(page: Any, served: str) -> None:
    described(page, served)
    for name, suffix in (("Liste à cocher", ".docx"), ("Tableau", ".csv"), ("Agenda", ".ics")):
        page.click("text=Télécharger")
        with page.expect_download() as taken:
            page.click(f".menu a:has-text('{name}')")
        assert taken.value.suggested_filename.endswith(suffix)
        page.click("text=Télécharger")


def test_the_line_of_days_is_drawn_and_told(page: Any, served: str) -> None:
    described(page, served)
    assert page.locator("svg.timeline[role=img] title").count() == 1
    drawn = page.locator("svg.timeline text.day").all_text_contents()
    page.click(".days-table summary")
    told = page.locator(".days-table tbody tr").all_inner_texts()
    assert all(any(label.rstrip("…") in row for row in told) for label in drawn)
    boxes = [b for b in (t.bounding_box() for t in page.locator("svg.timeline text:not(.month, .now)").all()) if b]
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart = one["x"] + one["width"] <= other["x"] + 1 or other["x"] + other["width"] <= one["x"] + 1
            apart |= one["y"] + one["height"] <= other["y"] + 4 or other["y"] + other["height"] <= one["y"] + 4
            assert apart, "two labels of the line meet"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_for_everyone(
    new_page: NewPage, axe: Callable[..., None], served: str, viewport: dict[str, int], scheme: str
) -> None:
    page = new_page(viewport=viewport, color_scheme=scheme)
    described(page, served)
    at = page.url
    for path in ("", "/fiche", "/suivi"):
        page.goto(f"{at}{path}")
        for folded in page.locator("details:not(.menu)").all():
            folded.evaluate("one => one.open = true")
        axe(page)
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), path
    for path in ("/projets", "/projets/nouveau"):
        page.goto(f"{served}{path}")
        axe(page)


def test_all_of_it_works_without_a_script(new_page: NewPage, served: str) -> None:
    page = new_page(java_script_enabled=False)
    described(page, served)
    page.click("text=Suivre et partager")
    page.click("text=Créer le lien de ce projet")
    feed = page.locator("input[id^=feed-]").first.input_value()
    assert page.request.get(feed).ok


def test_the_conversation_starts_from_the_project(page: Any, served: str) -> None:
    described(page, served, "Les Embruns du chat")
    page.click("text=Poser une question")
    page.wait_for_selector("#project-said:has-text('Embruns du chat')")
    page.fill("#question", "c'est quoi mes obligations ?")
    page.click("#send")
    page.wait_for_selector(".project-state")
    assert "Embruns du chat" in page.locator(".project-state").inner_text()
    assert page.locator(".project-state li").count() >= 3
