"""From a question to a note in hand, in a real Chromium."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import icalendar
import pypdf

from tests.browser.test_chat import LAST, ask, said

BILANS = "Je tourne un court métrage aidé par le CNC : quels bilans carbone remettre et quand ?"
OMNIBUS = "Quelle est la date limite pour transposer la directive omnibus ?"


def take(page: Any, name: str) -> bytes:
    """Click a file of the open menu; its bytes."""
    with page.expect_download() as waiting:
        page.locator(f"{LAST} .export a", has_text=name).click()
    return Path(waiting.value.path()).read_bytes()


def test_question_to_checked_quote_to_note_in_four_clicks(served: str, page: Any) -> None:
    page.goto(served)
    turn = ask(page, BILANS)
    page.click(f"{LAST} .cite >> nth=0")  # 1
    quote = page.locator("#panel mark").inner_text()
    page.keyboard.press("Escape")
    turn.locator(".export summary").click()  # 2
    read = pypdf.PdfReader(io.BytesIO(take(page, "PDF")))  # 3
    told = " ".join(" ".join(p.extract_text() for p in read.pages).split())
    assert " ".join(quote.split()) in told.replace("\u00a0", " ")
    assert "Note de conformité" in told
    first = docx.Document(io.BytesIO(take(page, "Word")))
    assert first.paragraphs[0].text == "Note de conformité"


def test_a_whole_conversation_is_taken_away_in_one_note(served: str, page: Any, axe: Callable[..., None]) -> None:
    page.goto(served)
    assert page.locator("#take").is_hidden()
    for question in (BILANS, OMNIBUS):
        ask(page, question)
    axe(page)
    with page.expect_download() as waiting:
        page.click("#take a:text-is('Markdown')")
    told = Path(waiting.value.path()).read_text("utf-8")
    assert told.startswith("# Conversation avec Clapvert")
    assert all(question[:30] in told for question in (BILANS, OMNIBUS))
    with page.expect_download() as waiting:
        page.click("#take a:text-is('Word')")
    assert docx.Document(str(waiting.value.path())).paragraphs[0].text == "Conversation avec Clapvert"


def test_deadlines_go_to_the_calendar_when_there_are_some(served: str, page: Any) -> None:
    page.goto(served)
    turn = ask(page, OMNIBUS)
    turn.locator(".export summary").click()
    events = list(icalendar.Calendar.from_ical(take(page, ".ics")).walk("VEVENT"))
    assert next(str(e["DTSTART"].dt) for e in events) == "2027-03-19"
    turn = ask(page, "Quel temps fera-t-il demain à Paris ?")
    turn.locator(".export summary").click()
    page.locator(f"{LAST} .export a", has_text="PDF").wait_for()
    assert ".ics" not in said(turn.locator(".export"))
