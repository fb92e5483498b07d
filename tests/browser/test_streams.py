"""Every kind of stream in a real Chromium: none of passages, in any order, and first messages that say next to nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from assistant.service import Ask, Service
from tests.browser.test_chat import BILANS, LAST, ask, said

FIRST = (
    "Je fais quoi ?", "C'est quoi les règles ?", "C'est obligatoire ?", "c koi mes obligations", "merci", "source ?",
    "résume", "bonjour", "salut", "ok", "?", "oui", "non", "aide", "et alors ?", "pourquoi ?", "et pour un court ?",
    "en anglais stp", "c'est faux", "rédige-moi un mail", "plus court", "12", "Et en 2027 ?", "😀", "what do I have to do?",
)  # fmt: skip
PARTS = ("Une phrase tient. [1]", "\n\n- un\n- deux")
Wire = list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def whole(served_service: Service) -> dict[str, Any]:
    """An answer, as its event carries it."""
    return served_service.ask(Ask(BILANS), "streams").model_dump(mode="json", by_alias=True)


def orders(whole: dict[str, Any]) -> dict[str, Wire]:
    """Streams that the page may meet: those that no server of today sends too."""
    passages = ("passages", {"understood": whole["understood"], "passages": []})
    tokens = [("token", {"text": text}) for text in PARTS]
    draft, other = ("draft", {"text": PARTS[0], "passages": []}), ("draft", {"text": "Autre chose.", "passages": []})
    end = [
        ("answer", whole),
        ("done", {"conversation_id": whole["conversation_id"], "message_id": whole["message_id"]}),
    ]
    return {
        "answer alone": end,
        "tokens": [*tokens, *end],
        "draft": [draft, *end],
        "draft then tokens": [draft, *tokens, *end],
        "draft that does not stand": [other, *tokens, *end],
        "tokens then draft": [*tokens, draft, *end],
        "passages last": [*tokens, passages, *end],
        "passages between": [tokens[0], passages, tokens[1], *end],
        "passages twice": [passages, tokens[0], passages, tokens[1], *end],
        "no conversation said": [*tokens, end[0]],
        "of another version": [("news", {}), *tokens, *end],
    }


ORDERS = tuple(orders(dict.fromkeys(("understood", "conversation_id", "message_id"))))


def play(page: Any, told: Wire) -> None:
    """Answer what the page asks with these events."""
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in told)
    page.route("**/api/chat/stream", lambda route: route.fulfill(body=body, content_type="text/event-stream"))


@pytest.mark.parametrize("order", ORDERS)
def test_an_answer_is_shown_in_whatever_order_it_comes(
    served: str, page: Any, whole: dict[str, Any], order: str
) -> None:
    play(page, orders(whole)[order])
    page.goto(served)
    turn = ask(page, BILANS)
    assert turn.get_attribute("id") == whole["message_id"]
    assert "bilan" in said(turn.locator(".prose"))
    assert page.url == f"{served}/c/{whole['conversation_id']}"


@pytest.mark.parametrize("order", [name for name in ORDERS if name not in ("answer alone", "draft")])
def test_what_comes_is_on_screen_before_an_error_and_retrying_starts_again(
    served: str, page: Any, whole: dict[str, Any], order: str
) -> None:
    """The stream fails at its end: the problem is said; asked again, nothing of the first time is left."""
    told = [event for event in orders(whole)[order] if event[0] not in ("answer", "done")]
    play(page, [*told, ("error", {"title": "Service indisponible", "detail": "Réessayez.", "status": 503})])
    page.goto(served)
    page.evaluate(
        "window.seen = []; new MutationObserver(() => window.seen.push(document.querySelector('.prose')?.innerText))"
        ".observe(document.getElementById('thread'), {childList: true, subtree: true})"
    )
    page.fill("#question", BILANS)
    page.keyboard.press("Enter")
    page.locator(f"{LAST} .problem", has_text="Service indisponible").wait_for()
    page.unroute("**/api/chat/stream")
    play(page, orders(whole)["tokens"])
    page.get_by_role("button", name="Réessayer").click()
    page.wait_for_selector(f"{LAST}:not([aria-busy]) .foot")
    assert not page.locator(".problem").count()
    assert not any("undefined" in (text or "") for text in page.evaluate("window.seen"))


@pytest.mark.parametrize("first", FIRST)
def test_a_first_message_that_says_next_to_nothing(served: str, page: Any, first: str) -> None:
    """It is answered, and what was answered is there again when the page is loaded again."""
    page.goto(served)
    turn = ask(page, first)
    shown = said(turn)
    assert said(turn.locator(".prose"))
    assert not turn.locator(".trouble, .problem").count()
    page.reload()
    page.wait_for_selector(f"{LAST} .foot .copy")
    assert said(page.locator(LAST)) == shown


def test_a_choice_between_projects_is_shown(served: str, new_page: Callable[..., Any]) -> None:
    """Two projects of ours, then two of a label: which one is asked, and nothing is cited."""
    for made, question in (("api/projects", FIRST[0]), ("api/label/projects", "Que me reste-t-il à faire ?")):
        page = new_page()
        page.goto(served)
        for title in ("Marée basse", "Marée haute"):
            answered = page.request.post(f"{served}/{made}", data={"title": title})
            assert answered.ok, answered.text()
        turn = ask(page, question)
        assert not turn.locator(".sources").count()
        assert turn.locator(".next .ask").count() == 2
        shown = said(turn.locator(".prose"))
        page.reload()
        page.wait_for_selector(f"{LAST} .foot .copy")
        assert said(page.locator(f"{LAST} .prose")) == shown
