"""« Plus simple », « en clair » : the last answer in plain words, one short line a sentence.

Guarantee: verdict first; what is said is a reviewed wording, its hard turns replaced and its hard terms explained by
reviewed data; figures, dates, reserves and what was left unanswered stay.
"""

from __future__ import annotations

from assistant.acting.beside import coming, todo
from assistant.acting.opened import Opened
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling, cut_short

_ORDER = {"head": 0, "then": 1, "needs": 2}


def simpler(page: Page, opened: Opened, tell: Retelling, manner: str) -> None:
    """Lay out the last answer in plain words."""
    page.say(page.words["example" if manner == "example" else "simplify"])
    several = len(opened.parts) > 1
    for n, part in enumerate(opened.parts):
        rows = sorted((r for r in opened.of_part(n) if r.place in _ORDER), key=lambda r: _ORDER[r.place])
        if brief := tell.brief([r for r in rows if r.step]):
            page.say(page.title(part) if not several else page.label(part.about).strip())
            page.bullets([page.marked(None, s) for s in brief])
            rows, part_said = [r for r in rows if not r.step], True
        else:
            part_said = False
        told = [(r, s) for r in rows if (s := tell.clear(r))]
        if not told:
            continue
        texts = tell.explained([s.text for _, s in told], frozenset(d for r, _ in told for d in r.passage.domains))
        if several and part.about and not part_said:
            page.say(page.label(part.about).strip())
        texts = [_cut(r.worded(page.language).opening, text) for (r, _), text in zip(told, texts, strict=True)]
        two = opened.of_two_laws(n)
        items = [
            f"{page.law(r) if two and r.place == 'head' else ''}{page.marked(r, s, text)}"
            for (r, s), text in zip(told, texts, strict=True)
        ]
        if part.title and not several and not part_said:
            page.say(page.title(part))
        if not part.missing and (left := page.left(part, opened.contacts)):
            items.insert(0, left)
        if len(items) == 1:
            page.say(items[0])
        else:
            page.bullets(items, "1. " if any(r.step for r, _ in told) else "- ")
    todo(page, opened, tell.clear)
    left_out = [page.left(part, opened.contacts) for part in opened.parts if part.missing]
    page.bullets([*left_out, *(f"{before}{page.marked(None, s)}" for before, s in coming(page, opened, tell))])


def _cut(opening: str, text: str) -> str:
    """A sentence in shorter ones, its verdict left whole."""
    start = len(opening) if text.startswith(opening) else 0
    return f"{text[:start]}{cut_short(text[start:])}"
