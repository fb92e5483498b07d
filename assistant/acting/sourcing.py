"""« Source ? », « tu es sûr ? » : what each sentence of the last answer rests on, and how sure it is.

Guarantee: text, article, version and address are those of the register; what has none is said to have none.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.acting.opened import Opened, Row
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling
from assistant.reading.dates import say_date
from ingest.corpus.fiches import Nature
from ingest.corpus.register import Rank
from ingest.language.lexical import analyse
from ingest.passages.passages import Passage


def sources(page: Page, opened: Opened, tell: Retelling, manner: str) -> None:
    """Lay out what each sentence rests on; by its address, or by its force, where that is asked."""
    page.say(page.words[{"link": "link", "nature": "nature"}.get(manner, "source")])
    items = []
    steps = [r for r in opened.rows if r.step]
    if manner == "list" and len(steps) > 1:
        _of_steps(page, opened, tell, _near(steps, opened.screen.question))
        steps_said = {id(r) for r in steps}
    else:
        steps_said = set()
    for r in (r for r in opened.rows if id(r) not in steps_said):
        sentence = tell.short(r) if manner in ("link", "nature") else tell.shown(r)
        if sentence is None:
            continue
        beside = [where(page, c.passage, link=True) for c in sentence.cited]
        if manner == "nature":
            beside.insert(0, force(page, r.passage))
        items.append(f"{page.marked(r, sentence)} ({' ; '.join(dict.fromkeys(beside))})")
    page.bullets(items)
    page.bullets([left for part in opened.parts if part.missing and (left := page.left(part, opened.contacts))])


def _near(rows: list[Row], text: str) -> list[Row]:
    """Rows that share most words with a text, first; in their order where none does."""
    asked = set(analyse(text))
    return sorted(rows, key=lambda r: -len(asked & set(analyse(r.passage.text))))


def _of_steps(page: Page, opened: Opened, tell: Retelling, steps: list[Row]) -> None:
    """What steps rest on: the step nearest to the question as it was shown, each of its texts apart; then the texts of
    the others, each once, with the steps that rest on them."""
    first, others = steps[0], [r for r in opened.rows if r.step and r is not steps[0]]
    if (sentence := tell.shown(first)) is not None:
        said = page.marked(first, sentence)
        page.bullets(
            [f"{said} ({' ; '.join(dict.fromkeys(where(page, c.passage, link=True) for c in sentence.cited))})"]
        )
    rest: dict[str, list[str]] = {}
    for r in others:
        if (sentence := tell.shown(r)) is None:
            continue
        for c in sentence.cited:
            own = replace(sentence, cited=(c,))
            rest.setdefault(where(page, c.passage, link=True), []).extend(f"[{n}]" for n in page.numbering.cite(own))
    if rest:
        page.say(page.words["other_steps"])
        page.bullets(f"{text} {''.join(dict.fromkeys(marks))}" for text, marks in rest.items())


def doubt(page: Page, opened: Opened, tell: Retelling, day: str) -> None:
    """Lay out what each sentence rests on, how sure it is and since when, and what would change it."""
    words = page.words
    page.say(words["doubt"].format(day=day))
    items = []
    for r in opened.rows:
        if (sentence := tell.shown(r)) is None:
            continue
        p = r.passage
        level = words["sure"] if p.certainty == "haute" else words["less_sure"]
        since = f" ; {words['since']} {say_date(p.valid_from, page.language)}" if p.valid_from else ""
        items.append(f"{page.marked(r, sentence)} ({level}{since} ; {where(page, p)})")
    page.bullets(items)
    page.bullets([left for part in opened.parts if (left := page.left(part, opened.contacts))])
    page.say(words["doubt_end"])


def where(page: Page, p: Passage, link: bool = False) -> str:
    """« notice Clapvert d'après : Code de l'environnement, art. L. 229-25, version 2023-12-03, https://… »."""
    words, basis = page.words, p.based_on
    title, locator, url = (basis.title, basis.locator, basis.url) if basis else (p.source_title, p.locator, p.url)
    version = f", {words['version']} {basis.version}" if basis and basis.version else ""
    told = f"{words['notice_of']} " if basis else ""
    address = f", {url or words['no_link']}" if link else ""
    return f"{told}{title}{f', {locator}' if locator else ''}{version}{address}"


def force(page: Page, p: Passage) -> str:
    """Whether a sentence is law, usage, a bill, or a text that was added."""
    s, words = p.statement, page.words
    if s is None:
        return words["law" if p.rank is Rank.OFFICIEL else "guide"]
    if p.bill or s.nature is Nature.PROJET:
        return words["bill"]
    if s.nature is Nature.PRATIQUE:
        return words["practice"]
    return words["law"] if s.confidence == "haute" else f"{words['law']}, {words['deduced']}"
