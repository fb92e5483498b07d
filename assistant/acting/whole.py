"""The last answer whole: in the other language, or to be sent as it is.

Guarantee: part by part, verdict first, in the statements' own reviewed words of that language.
"""

from __future__ import annotations

from assistant.acting.beside import coming, todo
from assistant.acting.opened import Opened
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling


def whole(page: Page, opened: Opened, tell: Retelling) -> None:
    """Lay out the last answer as it was shown."""
    several = len(opened.parts) > 1
    for n, part in enumerate(opened.parts):
        rows = [(r, s) for r in opened.of_part(n) if r.place != "next" and (s := tell.shown(r))]
        label = page.label(part.about) if several else ""
        left = page.left(part, opened.contacts)
        if not rows:
            page.say(left)
            continue
        steps = [page.marked(r, s) for r, s in rows if r.step]
        two, laws = opened.of_two_laws(n), set[str]()
        said = []
        for r, s in (row for row in rows if not row[0].step):
            law = page.law(r) if two and r.place == "head" else ""
            said.append(f"{law if law not in laws else ''}{page.marked(r, s)}")
            laws.add(law)
        opening = f"{left} " if left else ""
        if steps:
            page.say(f"{label}{opening}{page.title(part)}")
            page.bullets(steps, "1. ")
            label = opening = ""
        if said or opening:
            page.say(f"{label}{opening}{' '.join(said)}".strip())
    todo(page, opened, tell.shown)
    page.bullets(f"{before}{page.marked(None, s)}" for before, s in coming(page, opened, tell))


def as_it_is(page: Page, opened: Opened, tell: Retelling) -> None:
    """Lay out what can be sent in the place of what only a model writes: the answer, and where what it cites stands."""
    page.say(page.words["needs_model"])
    whole(page, opened, tell)
    bases = ((p.based_on.title, p.based_on.locator) if p.based_on else (p.source_title, p.locator)
             for p in page.numbering.passages())  # fmt: skip
    told = " ; ".join(dict.fromkeys(f"{title}, {locator}" if locator else title for title, locator in bases))
    page.say(f"{page.words['sources']} {told}." if told else "")
