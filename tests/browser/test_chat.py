"""The chat page in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

BILANS = "Je tourne un court métrage aidé par le CNC : quels bilans carbone remettre et quand ?"


def test_asks_and_opens_a_citation(served: str, page: Any, axe: Callable[..., None]) -> None:
    page.goto(served)
    page.fill("#question", BILANS)
    page.keyboard.press("Enter")
    page.click(".turn .cite")
    page.wait_for_selector("#panel mark")
    axe(page)
