"""What stands beside the last answer, whatever is made of it: the law to come that it warned of, what is to be done.

Guarantee: each sentence passes the gate; the law to come is told as what is not yet so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from assistant.acting.opened import Opened, Row
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling
from assistant.checking.verifier import Cited, Sentence
from assistant.reading.dates import AsOf


def coming(page: Page, opened: Opened, tell: Retelling) -> list[tuple[str, Sentence]]:
    """The law to come that the answer warned of, behind « À venir : »."""
    ever = AsOf(date.min, date.max, "today")
    out = []
    for p in opened.coming:
        if p.statement is None:
            continue
        sentence = Sentence(p.statement.wording(page.language), (Cited(p, p.text),), language=page.language)
        if not tell.verifier.faults(sentence, ever):
            out.append((f"{page.words['coming']}{page.colon} ", sentence))
    return out


def todo(page: Page, opened: Opened, told: Callable[[Row], Sentence | None]) -> None:
    """Lay out what comes next, each sentence as `told`."""
    doing = [page.marked(r, s) for r in opened.rows if r.place == "next" and (s := told(r))]
    if doing:
        page.say(page.words["todo"])
        page.bullets(doing)
