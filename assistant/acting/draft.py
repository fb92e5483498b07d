"""« Écris un mail au traiteur », « une clause », « un texto » : the last answer, written to someone.

Guarantee: what is written are the sentences shown, with their reserves, references and days; the asker's own words
are no part of it. What we do not write (an advertising line, a clause ready to sign) is said.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.acting.asking import Letter, near, references
from assistant.acting.beside import coming, todo
from assistant.acting.opened import Opened, Row
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling
from assistant.acting.summary import MESSAGE, lines_of, sources_line
from assistant.checking.verifier import Sentence
from ingest.corpus.fiches import Role
from ingest.language.claims import Language
from ingest.language.sentences import upper_first

_POSTED = 3
"""Steps that a notice holds, at most."""


def draft(page: Page, opened: Opened, tell: Retelling, manner: str, letter: Letter, day: str) -> None:
    """Lay out what is written to inform. `day`: of the answer."""
    words = page.words
    if manner == "sentence":
        _caption(page, opened, tell)
        return
    if manner == "message":
        page.say(words["message"])
        page.say(letter.hello)
        page.bullets([line.laid(page) for line in lines_of(page, opened, tell, MESSAGE)])
        page.say(sources_line(page))
        return
    whom = f"**{words['to']}**{page.colon} {', '.join(letter.to)}" if letter.to else ""
    subject = f"**{words['memo'] if manner == 'memo' else words['subject']}**{page.colon} {upper_first(letter.subject)}"
    if manner == "clause":
        page.say(words["clause"])
        page.say(words["clause_body"].format(day=day))
    elif manner == "notice":
        page.say(words["notice"])
    else:
        page.say(f"{whom}\n{subject}" if whom else subject)
        if manner == "memo":
            page.say(words["facts"].format(day=day))
        else:
            page.say(letter.hello)
            page.say(words["letter_intro" if manner == "letter" else "intro"].format(day=day))
    steps = [r for r in opened.rows if r.step]
    if manner == "notice" and len(steps) > _POSTED:  # what is posted is what was asked about
        kept = near(steps, f"{opened.screen.question} {letter.said}")[:_POSTED]
        opened = replace(opened, rows=tuple(r for r in opened.rows if not r.step or r in kept))
    _facts(page, opened, tell, short=manner in ("notice", "mail"), numbered=manner == "clause")
    todo(page, opened, tell.short)
    if manner in ("mail", "letter"):
        page.say(words["formal_bye" if manner == "letter" else "bye"])
        page.say(words["signature"])
    page.say(references(page))
    if manner != "mail":
        page.say(words["disclaimer"])


def subject_of(page: Page, opened: Opened) -> str:
    """What it is about: the title of the notice that answers first; in English, its field."""
    if page.language == "en":
        domains = dict.fromkeys(d for r in opened.rows[:1] for d in r.passage.domains)
        return " ; ".join(page.words[d.value] for d in domains if d.value in page.words)
    titles = list(dict.fromkeys(r.passage.source_title for r in opened.rows if r.place == "head"))
    return " ; ".join(titles[:2]) or " ; ".join(dict.fromkeys(r.passage.source_title for r in opened.rows[:1]))


def ours(text: str, row: Row, language: Language) -> str:
    """A sentence whose verdict was told to the asker, as the asker tells it: « notre effectif », not « votre »."""
    opening = row.worded(language).opening
    said = opening
    for yours, mine in _OURS[language]:
        said = re.sub(rf"\b{yours}\b", mine, said)
    return text.replace(opening, said, 1) if opening else text


_OURS: dict[Language, tuple[tuple[str, str], ...]] = {
    "fr": (("votre", "notre"), ("Votre", "Notre")), "en": (("your", "our"), ("Your", "Our")),
}  # fmt: skip


def _reserves(row: Row) -> bool:
    """True for a sentence that limits another rather than goes on with it."""
    s = row.statement
    return s is None or s.role in (Role.ABSENCE, Role.EXCEPTION, Role.DEMENT) or s.confidence != "haute"


def _caption(page: Page, opened: Opened, tell: Retelling) -> None:
    heads = [r for r in opened.rows if r.place == "head"] or list(opened.rows[:1])
    needed = [r for r in opened.rows if r.place == "needs"]
    told = [s for r in (*heads[:1], *needed) if (s := tell.bare(r))]
    page.say(page.words["caption"])
    page.say(" ".join(page.marked(None, s) for s in told))
    page.say(page.words["caption_note"])
    page.say(sources_line(page))


def _facts(page: Page, opened: Opened, tell: Retelling, short: bool, numbered: bool = False) -> None:
    several = len(opened.parts) > 1
    items: list[str] = []
    reserves: list[tuple[Row | None, Sentence, str]] = []
    for n, part in enumerate(opened.parts):
        rows = [r for r in opened.of_part(n) if r.place != "next"]
        told = [(r, s) for r in rows if (s := tell.short(r) if short else tell.shown(r))]
        first = page.label(part.about) if several and not part.about.startswith("…") else ""
        for r, s in told:
            if r.place == "needs" and _reserves(r):
                reserves.append((r, s, ""))
                continue
            law = page.law(r) if r.place == "head" and opened.of_two_laws(n) else ""
            items.append(f"{first}{law}{ours(page.marked(r, s), r, page.language)}")
            first = ""
        left = page.left(part, opened.contacts)
        if left:
            items.append(left)
    page.bullets(items, "1. " if numbered or all(r.step for r in opened.rows if r.place != "next") else "- ")
    reserves += [(None, s, before) for before, s in coming(page, opened, tell)]
    if reserves:
        page.say(page.words["reserves"])
        page.bullets(f"{before}{page.marked(r, s)}" for r, s, before in reserves)
