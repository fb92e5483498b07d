"""The chat in a real Chromium: ask, follow up, open, change the date, abstain, judge, share, find again, erase."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from assistant.service import Ask, Service
from assistant.web.examples import ROLES
from assistant.web.words import english
from tests.browser.conftest import PHONE
from tests.browser.waits import counted

CARBON_NEUTRAL = "Une publicité peut-elle dire « neutre en carbone » ?"
BILANS = "Je tourne un court métrage aidé par le CNC : quels bilans carbone remettre et quand ?"
UNKNOWN = "Combien de figurants par car loge la préfecture de Metz ?"
LAST = "#thread .turn:last-child"


def ask(page: Any, question: str) -> Any:
    """Ask, and wait for the whole answer: the last turn. A link just clicked may still be loading its modules."""
    page.wait_for_load_state("load")
    page.fill("#question", question)
    page.keyboard.press("Enter")
    return settled(page)


def settled(page: Any) -> Any:
    page.wait_for_selector("#thread .turn:last-child:not([aria-busy]) .foot")
    return page.locator(LAST)


def said(locator: Any) -> str:
    """The text of an element, its spaces ordinary."""
    return re.sub(r"\s+", " ", locator.inner_text()).strip()


@pytest.fixture
def asked(served: str, page: Any) -> Any:
    page.goto(served)
    ask(page, CARBON_NEUTRAL)
    return page


def test_acts_on_the_answer_are_shown(asked: Any) -> None:
    for act in ("source ?", "en une phrase stp", "merci"):
        turn = ask(asked, act)
        assert said(turn.locator(".prose")), act
        assert not turn.locator(".trouble").count(), act


def test_a_citation_opens_its_passage_and_copies(served: str, new_page: Callable[..., Any]) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(served)
    turn = ask(page, CARBON_NEUTRAL)
    assert "neutre en carbone" in said(turn.locator(".prose"))
    page.click(f"{LAST} .cite >> nth=0")
    panel = page.locator("#panel")
    panel.locator("mark").wait_for()
    answers = page.request.get(f"{served}/api/conversations/{page.url.split('/c/')[1]}").json()["answers"]
    citation = answers[0]["citations"][0]
    assert panel.locator("mark").inner_text() == citation["quote"]
    assert said(panel.locator(".kind")).startswith("Notice Clapvert d'après")
    assert "seul le texte d'origine fait foi" in said(panel)
    assert "en vigueur depuis le 1er janvier 2023" in said(panel.locator(".facts"))
    assert panel.locator("a.button").get_attribute("href") == citation["based_on"]["url"]
    panel.get_by_role("button", name="Copier la citation").click()
    panel.get_by_text("Copiée.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"« {citation['quote']} » (Notice Clapvert : ")
    assert citation["based_on"]["locator"] in copied
    panel.get_by_role("button", name="Suivant").click()
    panel.get_by_role("button", name="Revenir au passage cité").click()
    panel.locator("mark").wait_for()
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    page.wait_for_selector(".cite:focus")


def test_follow_ups_and_chips_ask_again(asked: Any) -> None:
    asked.click(f"{LAST} .next .ask >> nth=0")
    counted(asked, ".turn", 2)
    turn = settled(asked)
    assert asked.locator(".turn >> nth=0").locator(".understood button").count() == 0, "only the last turn acts"
    turn.locator(".understood .chip >> text=(aujourd'hui)").click()
    turn.locator(".adjust input").fill("2022-06-01")
    turn.locator(".adjust").get_by_role("button", name="Redemander").click()
    counted(asked, ".turn", 3)
    turn = settled(asked)
    assert said(turn.locator(".question")) == "Et au 1er juin 2022 ?"
    assert "1er juin 2022 (date demandée)" in said(turn.locator(".understood"))
    assert asked.input_value("#as-of") == "2022-06-01"


def test_a_wrong_reading_is_one_gesture_away(asked: Any) -> None:
    """The answer says which question it answers; another one answers in its place."""
    turn = settled(asked)
    assert said(turn.locator(".answers-to")).startswith("Répond à :")
    turn.locator(".otherwise summary").click()
    other = turn.locator(".otherwise .ask").first
    wanted = said(other)
    other.click()
    asked.wait_for_function("text => document.querySelector('.answers-to')?.innerText.includes(text)", arg=wanted[:20])
    assert asked.locator("#thread .turn").count() == 1
    assert said(settled(asked).locator(".question")) == CARBON_NEUTRAL


def test_a_case_is_changed(served: str, page: Any) -> None:
    page.goto(served)
    turn = ask(page, BILANS)
    turn.locator(".understood").get_by_role("button", name="court métrage").click()
    turn.locator(".adjust select").select_option(label="documentaire")
    turn.locator(".adjust").get_by_role("button", name="Redemander").click()
    counted(page, ".turn", 2)
    assert "Je tourne un documentaire" in said(settled(page).locator(".understood"))


def test_the_date_the_fields_and_the_project_are_options(served: str, page: Any) -> None:
    page.goto(served)
    page.click("#when summary")
    page.fill("#as-of", "2022-06-01")
    page.click("#domains summary")
    page.check("#domain-climat")
    page.click("#project summary")
    page.select_option("#profile-genre", label="documentaire")
    turn = ask(page, "Peut-on dire « neutre en carbone » ?")
    understood = said(turn.locator(".understood"))
    assert "1er juin 2022 (date demandée)" in understood
    assert "Climat et publicité" in understood
    assert "documentaire" in understood
    turn.locator(".understood").get_by_role("button", name="Climat et publicité").click()
    counted(page, ".turn", 2)
    assert "Climat et publicité" not in said(settled(page).locator(".understood"))
    assert not page.is_checked("#domain-climat")


def test_it_abstains_helpfully(served: str, page: Any, axe: Callable[..., None]) -> None:
    page.goto(served)
    turn = ask(page, UNKNOWN)
    assert "Je n'ai pas trouvé" in said(turn.locator(".abstained"))
    assert "Cherché parmi" in said(turn.locator(".abstained"))
    assert turn.locator(".contacts a").first.get_attribute("href").startswith("https://")
    axe(page)
    turn.locator(".near .ask").first.click()
    page.wait_for_selector("#panel mark")


def test_feedback_is_kept_once_and_shared_links_open(asked: Any, served: str, served_service: Service) -> None:
    from assistant.history.feedback import FeedbackStore

    turn = asked.locator(LAST)
    turn.get_by_role("button", name="Utile").click()
    turn.get_by_text("Merci, c'est noté.").wait_for()
    turn.get_by_role("button", name="À revoir").click()
    turn.locator(".comment textarea").fill("Il manque la date.")
    turn.locator(".comment").get_by_role("button", name="Envoyer").click()
    turn.locator(".comment").wait_for(state="hidden")
    assert turn.get_by_role("button", name="À revoir").get_attribute("aria-pressed") == "true"
    kept = [f for f in FeedbackStore(served_service.conversations).all() if f.message_id == turn.get_attribute("id")]
    assert [(f.rating, f.comment) for f in kept] == [("down", "Il manque la date.")]
    asked.reload()
    asked.locator(f"{LAST} [aria-pressed=true]", has_text="À revoir").wait_for()

    turn.get_by_role("button", name="Partager").click()
    url = asked.input_value("#share-url")
    assert url.startswith(f"{served}/r/")
    opened = asked.request.get(url)
    assert opened.status == 200
    asked.get_by_role("button", name="Retirer le lien").click()
    asked.get_by_text("Lien retiré").wait_for()
    assert asked.request.get(url).status == 404


def test_history_finds_renames_and_erases(asked: Any, served: str) -> None:
    address = asked.url
    assert "/c/" in address
    asked.reload()
    settled(asked)
    asked.click("#history-open")
    row = asked.locator(".conversation", has_text="neutre en carbone").first
    row.get_by_role("button", name="Renommer").click()
    asked.locator(".rename input").fill("Campagne de printemps")
    asked.keyboard.press("Enter")
    asked.locator(".conversation a", has_text="Campagne de printemps").wait_for()
    asked.fill("#history-search", "campagne de PRINTEMPS")
    counted(asked, ".conversation", 1)
    asked.fill("#history-search", "introuvable partout")
    asked.get_by_text("Aucune conversation ne le dit.").wait_for()
    asked.fill("#history-search", "")
    asked.locator(".conversation", has_text="Campagne").get_by_role("button", name="Effacer").click()
    asked.get_by_role("button", name="Effacer pour de bon").click()
    asked.wait_for_url(f"{served}/")
    assert asked.request.get(address.replace("/c/", "/api/conversations/")).status == 404


def test_by_keyboard_alone(served: str, page: Any) -> None:
    page.goto(served)
    assert page.evaluate("document.activeElement.id") == "question"
    page.keyboard.type(CARBON_NEUTRAL)
    page.keyboard.press("Enter")
    settled(page)
    page.keyboard.press("Escape")  # out of the box: single keys are keys again
    page.keyboard.press("2")
    page.wait_for_selector("#panel mark")
    page.keyboard.press("Escape")
    page.wait_for_selector(".source:focus")  # a dialog says that it is closed a moment later
    page.keyboard.press("?")
    page.wait_for_selector("#help[open]")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    assert not page.is_visible("#history")
    page.evaluate("localStorage.clear()")
    page.keyboard.press("h")
    page.wait_for_selector("#history[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "question"
    for _ in range(40):  # Tab goes round the whole page, and comes to the citation, always on something seen
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.cite')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel mark")


def test_nothing_moves_while_an_answer_streams(
    served: str, new_page: Callable[..., Any], served_service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow answer, as a language model's: passages on screen at once, then the answer, and no shift in between."""
    real, go_on = served_service.ask, threading.Event()

    def slow(asked: Any, owner: str, on_evidence: Callable[..., None]) -> Any:
        def told(*found: Any) -> None:
            on_evidence(*found)
            assert go_on.wait(30)

        return real(asked, owner, told)

    monkeypatch.setattr(served_service, "ask", slow)
    for options in ({}, {"viewport": PHONE}, {"viewport": {"width": 1024, "height": 768}}):
        go_on.clear()
        page = new_page(**options)
        page.goto(served)
        page.evaluate(
            "window.shifts = []; new PerformanceObserver((l) => window.shifts.push(...l.getEntries()"
            ".map((e) => [e.startTime, e.value]))).observe({type: 'layout-shift', buffered: true})"
        )
        page.fill("#question", BILANS)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{LAST} .sources li", state="attached")
        assert not page.query_selector(f"{LAST} .foot"), "passages come before the answer"
        before = page.evaluate(f"document.querySelector('{LAST} .prose').getBoundingClientRect().top + scrollY")
        page.wait_for_timeout(600)  # a shift within half a second of a key would be forgiven
        go_on.set()
        settled(page)
        after = page.evaluate(f"document.querySelector('{LAST} .prose').getBoundingClientRect().top + scrollY")
        page.wait_for_timeout(100)
        start = page.evaluate("performance.getEntriesByName('first-passage')[0].startTime")
        shift = sum(value for at, value in page.evaluate("window.shifts") if at > start)
        assert shift <= 0.02, (options, shift)
        assert abs(after - before) < 1, (options, before, after)


def test_the_first_passage_is_soon_on_screen(served: str, page: Any) -> None:
    """The budget is 200 ms on a quiet machine; a busy one may take the engine's own time more, never the page's."""
    page.goto(served)
    best = 1e9
    for question in (BILANS, CARBON_NEUTRAL, "En 2024, quel était le seuil de la CSRD ?"):
        ask(page, question)
        took = page.evaluate("performance.measure('t', 'asked', 'first-passage').duration")
        engine = page.request.get(f"{served}/api/conversations/{page.url.split('/c/')[1]}").json()["answers"][-1][
            "receipt"
        ]["timings_ms"]
        print(f"first passage after {took:.0f} ms, of which the engine {sum(engine.values()):.0f}")
        best = min(best, took - sum(engine.values()))
    assert best < 200, best


@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_stay_light(served: str, page: Any, language: str) -> None:
    sizes: list[int] = []
    page.on("requestfinished", lambda r: sizes.append(r.sizes()["responseBodySize"]))
    page.goto(f"{served}/?lang={language}", wait_until="networkidle")
    assert sum(sizes) < 150_000, sum(sizes)


def test_in_english(served: str, page: Any) -> None:
    page.goto(served)
    page.click("text=English")
    page.wait_for_url("**/?lang=en")
    assert page.get_attribute("html", "lang") == "en"
    turn = ask(page, "May an advertisement say “carbon neutral”?")
    assert "Understood as: " in said(turn.locator(".understood"))
    assert "Clapvert notice" in said(turn.locator(".sources"))
    left = page.evaluate(
        "[...document.querySelectorAll('main button, main summary, header')].map((e) => e.innerText).join(' ')"
    )
    assert not re.search(r"Envoyer|Copier|Partager|Historique|Domaines|aujourd", left), left


def test_from_the_question_to_a_checked_quote_and_a_note_in_four_clicks(served: str, page: Any) -> None:
    page.goto(served)
    page.locator(".examples .ask").first.click()  # 1: the question
    settled(page)
    page.click(f"{LAST} .cite >> nth=0")  # 2: its quote
    page.wait_for_selector("#panel mark")
    page.click(f"{LAST} .export summary")  # 3
    with page.expect_download() as taken:
        page.get_by_role("link", name="Word (.docx)").click()  # 4: the note
    assert taken.value.suggested_filename.endswith(".docx")
    assert taken.value.path().read_bytes().startswith(b"PK")


def test_every_example_is_answered(served_service: Service) -> None:
    for role in ROLES:
        for question in role.questions:
            for said_as in (question, english()[question]):
                answer = served_service.ask(Ask(said_as), "examples")
                assert answer.outcome != "abstained", said_as
                assert answer.understood.language == ("fr" if said_as == question else "en"), said_as
