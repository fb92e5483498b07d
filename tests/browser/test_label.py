"""The workbench in a real Chromium: a whole journey counted in clicks, two browsers on one criterion, no script at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.assistant.label.workbooks import test_grid as grid_of_80
from tests.browser.conftest import PHONE

NewPage = Callable[..., Any]


class Hand:
    """Clicks, and counts them."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.clicks = 0

    def click(self, selector: str) -> None:
        self.clicks += 1
        there = self.page.locator(selector).first
        there.wait_for()
        self.page.wait_for_load_state("load")  # the page's modules answer the click
        there.click()


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "grille.xlsx"
    path.write_bytes(grid_of_80())
    return path


def new_project(page: Any, served: str, title: str = "Les Embruns") -> str:
    page.goto(f"{served}/label")
    page.fill("#title", title)
    page.click(".new-project button")
    page.wait_for_selector("form.row")
    page.wait_for_load_state("load")
    return str(page.url)


def choose(page: Any, code: str, status: str) -> None:
    """Click a status, and wait until it is saved."""
    row = page.locator(f'form.row[data-key="{code}"]')
    row.locator(f".is-{status}").click()
    row.locator(".row-state", has_text=re.compile("Enregistré")).wait_for()


def test_from_a_new_project_to_the_export_in_25_clicks(
    served: str, page: Any, workbook: Path, axe: Callable[..., None]
) -> None:
    hand = Hand(page)
    page.goto(f"{served}/label")
    axe(page)
    hand.click("#title")
    page.keyboard.type("Les Embruns")
    hand.click(".new-project button")
    hand.click("text=Importer la grille")
    hand.clicks += 2  # the button of the file field, and the file in the system's dialog
    page.set_input_files("#file", workbook)
    hand.click("text=Lire le classeur")
    axe(page)
    hand.click("text=Importer 80 lignes")
    page.wait_for_selector("form.row")
    axe(page)
    for code in [f"A{n}" for n in range(1, 11)]:
        hand.clicks += 1
        choose(page, code, "fait")
    page.locator(".whole .big", has_text=re.compile(r"^\s*10")).wait_for()
    hand.click("text=Score et export")
    assert page.text_content("#score").replace("\u00a0", " ") == "12,50 %"
    axe(page)
    with page.expect_download() as downloaded:
        hand.click("a:text-is('PDF')")
    assert Path(downloaded.value.path()).read_bytes().startswith(b"%PDF-")
    assert hand.clicks <= 25, hand.clicks


def test_two_browsers_on_one_criterion_lose_nothing(served: str, new_page: NewPage) -> None:
    lea, marc = new_page(), new_page()
    url = new_project(lea, served)
    lea.goto(f"{url}/reglages?invitation=1")
    marc.goto(lea.input_value("#invitation"))
    marc.fill("#name", "Marc")
    marc.click("text=Ouvrir le dossier")
    for page in (lea, marc):
        page.goto(url)
    row = 'form.row[data-key="A1"]'
    choose(lea, "A1", "en_cours")
    marc.fill(f"{row} [name=person]", "Marc")
    marc.locator(f"{row} [name=person]").blur()
    marc.locator(f"{row} .row-state", has_text="en même temps").wait_for()
    assert marc.is_checked(f"{row} [value=en_cours]")
    marc.fill(f"{row} [name=note]", "note de Marc")
    marc.locator(f"{row} [name=note]").blur()
    marc.locator(f"{row} .row-state", has_text=re.compile(r"^Enregistré\.")).wait_for()
    lea.fill(f"{row} [name=note]", "note de Léa")
    lea.locator(f"{row} [name=note]").blur()
    lea.locator(f"{row} .conflict").wait_for()
    assert "note de Marc" in lea.text_content(f"{row} .conflict")
    lea.click("text=Garder les deux")
    lea.locator(f"{row} .row-state", has_text=re.compile(r"^Enregistré\.")).wait_for()
    marc.reload()
    assert marc.input_value(f"{row} [name=note]") == "note de Marc\nnote de Léa"
    assert marc.input_value(f"{row} [name=person]") == "Marc"
    assert marc.is_checked(f"{row} [value=en_cours]")
    for page in (lea, marc):  # the browser reports the two refusals themselves
        page.troubles[:] = [t for t in page.troubles if "409" not in t]


def test_without_javascript_a_criterion_is_read_edited_and_settled(served: str, new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{served}/label")
    page.fill("#title", "Sans script")
    page.click(".new-project button")
    row = 'form.row[data-key="A1"]'
    page.check(f"{row} [value=sans_objet]", force=True)
    page.fill(f"{row} [name=not_applicable_reason]", "Tout en studio.")
    page.click(f"{row} button")
    assert page.is_checked(f"{row} [value=sans_objet]")
    page.click(f"{row} h4 a")
    page.set_input_files("#file", {"name": "devis.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    page.click("text=Joindre")
    assert page.text_content(".files a") == "devis.pdf"
    page.click("text=Historique >> nth=0")
    assert "Sans objet" in page.text_content(".changes")


def test_without_javascript_two_edits_of_one_field_are_settled_by_hand(served: str, new_page: NewPage) -> None:
    lea, marc = new_page(java_script_enabled=False), new_page(java_script_enabled=False)
    lea.goto(f"{served}/label")
    lea.fill("#title", "À deux sans script")
    lea.click(".new-project button")
    lea.wait_for_selector("form.row")
    url = lea.url
    lea.goto(f"{url}/reglages?invitation=1")
    marc.goto(lea.input_value("#invitation"))
    marc.fill("#name", "Marc")
    marc.click("text=Ouvrir le dossier")
    marc.wait_for_selector("form.row")
    for page in (lea, marc):
        page.goto(f"{url}/criteres/A1")
    lea.check("[value=en_cours]", force=True)
    lea.fill("#note", "note de Léa")
    lea.click(".state-form button")
    lea.locator("text=Modifié par").wait_for()
    marc.fill("#note", "note de Marc")
    marc.click(".state-form button")
    assert "Rien n'est perdu" in marc.text_content("[role=alert]")
    assert marc.is_checked("[name=note][value='note de Marc']")
    assert marc.is_checked("[name=status][value=en_cours]")  # which Marc did not touch
    marc.check("[name=note][value='note de Léa']")
    marc.click("text=Enregistrer ce choix")
    marc.wait_for_selector("form.row")
    lea.goto(f"{url}/criteres/A1")
    assert lea.input_value("#note") == "note de Léa"
    assert lea.is_checked("[value=en_cours]")
    marc.troubles[:] = [t for t in marc.troubles if "409" not in t]  # the browser reports the refusal itself


def test_the_pages_of_a_project_are_accessible_on_a_phone_in_the_dark(
    served: str, new_page: NewPage, axe: Callable[..., None]
) -> None:
    page = new_page(viewport=PHONE, color_scheme="dark")
    url = new_project(page, served)
    for path in ("", "/grille", "/score", "/historique", "/reglages", "/criteres/A1", "/imprimer"):
        page.goto(url + path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def test_the_chat_answers_from_the_project(served: str, page: Any, axe: Callable[..., None]) -> None:
    new_project(page, served)
    page.goto(served)
    page.fill("#question", "Qu'est-ce qu'il me manque pour la régie ?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".project-state")
    assert "D'après votre dossier" in page.text_content(".project-state")
    assert page.locator(".prose .cite").count() >= 2
    axe(page)


def test_a_criterion_leads_to_a_question_ready_to_be_sent(served: str, page: Any) -> None:
    page.goto(f"{served}/label?poste=I")
    page.locator("text=Poser une question sur ce critère").first.click()
    page.wait_for_url("**/?q=*")
    assert "Label Ecoprod" in page.input_value("#question")
