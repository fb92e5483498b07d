"""A draft that asks something of someone: a document, a confirmation, an agreement, a quote, that a thing be done; or
that declines what was asked of us.

Guarantee: the asking is fixed words, with blanks between brackets for what nobody told us; what is said of the rules
are sentences shown, few, with their citations, reserves and references; figures of the case are the asker's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.acting.beside import coming
from assistant.acting.checklist import Doing, Item
from assistant.acting.opened import Opened, Row
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling
from assistant.wording.phrases import lower_first
from ingest.corpus.fiches import Role
from ingest.language.lexical import analyse
from ingest.language.sentences import upper_first

ASKS = ("document", "confirm", "permit", "quote", "refuse")
"""Purposes of a draft that asks something of who reads it."""
_GROUNDS, _DONE = 3, 5
"""Rules that a request quotes, and things that an instruction gives to do, at most."""
_RESERVING = (Role.ABSENCE, Role.EXCEPTION, Role.DEMENT)


@dataclass(frozen=True)
class Letter:
    """Whom a draft is for and about what. `to`: what they are; `hello`: the greeting; `subject`: what it is about;
    `said`: what the message says; `case`: figures and days of the asker; `short`: a message rather than a mail."""

    to: Sequence[str]
    hello: str
    subject: str
    said: str
    case: Sequence[str] = ()
    short: bool = False

    @property
    def about(self) -> str:
        """Its subject, within a sentence."""
        return lower_first(self.subject)


def ask(page: Page, opened: Opened, tell: Retelling, purpose: str, letter: Letter, doing: Doing) -> None:
    """Lay out a draft that asks."""
    words = page.words
    _head(page, letter, words[f"{purpose}_subject"])
    page.say(words[f"{purpose}_ask"].format(subject=letter.about))
    if purpose == "document":
        named = dict.fromkeys(
            i.document for i in _nearest(doing, f"{opened.screen.question} {letter.said}") if i.document
        )
        page.bullets([*named] or [words["document_blank"]])
    elif not letter.short and purpose != "refuse":
        page.say(words[f"{purpose}_blanks"])
    if letter.case and purpose != "refuse":
        page.say(words["our_case"].format(case=" ; ".join(letter.case)))
    _grounds(page, opened, tell, letter)
    if purpose == "refuse":
        page.say(words["refuse_blanks"])
    page.say(words[f"{purpose}_end"])
    _close(page, letter)


def instruct(page: Page, opened: Opened, tell: Retelling, letter: Letter, doing: Doing) -> None:
    """Lay out a draft that gives something to do."""
    words = page.words
    _head(page, letter, words["instruct_subject"])
    items = _nearest(doing, f"{opened.screen.question} {letter.said}")
    todo = [page.marked(None, replace(i.sentence, text=_act(i.sentence.text, i.head))) for i in items]
    page.say(words["instruct_ask" if todo else "instruct_know"].format(subject=letter.about))
    page.bullets(todo)
    if todo:
        rest = [r for r in (*doing.facts, *doing.reserves) if not r.step]
        told = [page.marked(None, s) for r in rest[:_GROUNDS] if (s := tell.bare(r))]
        told += _open(page, opened, tell)
        if told:
            page.say(words["instruct_note"])
            page.bullets(told)
    else:
        _grounds(page, opened, tell, letter)
    page.say(words["instruct_end"])
    _close(page, letter)


def near(rows: Sequence[Row], text: str) -> list[Row]:
    """Rows that share most words with a text, first; in their order where none does."""
    asked = set(analyse(text))
    return sorted(rows, key=lambda r: -len(asked & set(analyse(r.passage.text))))


def _head(page: Page, letter: Letter, subject: str) -> None:
    words = page.words
    if letter.short:
        page.say(words["message"])
    else:
        whom = f"**{words['to']}**{page.colon} {', '.join(letter.to)}\n" if letter.to else ""
        page.say(f"{whom}**{words['subject']}**{page.colon} {subject.format(subject=letter.about)}")
    page.say(letter.hello)


def _close(page: Page, letter: Letter) -> None:
    if not letter.short:
        page.say(page.words["bye"])
        page.say(page.words["signature"])
    page.say(references(page))


def _grounds(page: Page, opened: Opened, tell: Retelling, letter: Letter) -> None:
    """What the texts say, in a few sentences: what answers, then what limits it; and what they leave open."""
    rows = [r for r in opened.rows if r.place != "next"]
    stated = [_stated(r) for r in rows]
    heads = [r for r in stated if r.place == "head" and r.told.words == {}] or stated
    steps = any(r.step for r in rows)
    first = near(stated, f"{opened.screen.question} {letter.said}")[:_GROUNDS] if steps else heads[:_GROUNDS]
    limits = [r for r in stated if r not in first and (r.place == "needs" or _reserves(r))]
    told = [(r, s) for r in (*first, *(limits if not steps else ())) if (s := tell.bare(r))]
    sure = [page.marked(None, s) for r, s in told if not _reserves(r)]
    left = [page.marked(None, s) for r, s in told if _reserves(r)]
    left += _open(page, opened, tell)
    if sure:
        page.say(page.words["grounds"])
        page.bullets(sure)
    if left:
        page.say(page.words["left_open"])
        page.bullets(left)


def _open(page: Page, opened: Opened, tell: Retelling) -> list[str]:
    """What was left unanswered, and the law to come."""
    missing = [page.left(p) for p in opened.parts if p.missing]
    return [*missing, *(f"{before}{page.marked(None, s)}" for before, s in coming(page, opened, tell))]


def _stated(row: Row) -> Row:
    """The statement that a row rests on, in its own words and citing it alone."""
    if row.statement is None:
        return row
    own = tuple(c for c in row.cited if c.passage.id == row.passage.id) or row.cited
    return replace(row, told=replace(row.told, words={}), cited=own)


def _reserves(row: Row) -> bool:
    s = row.statement
    if s is None:
        return False
    return s.role is Role.ABSENCE or s.confidence == "basse" or (s.role in _RESERVING and row.place != "head")


def _nearest(doing: Doing, said: str) -> list[Item]:
    """The things to do that share most words with what was said, in their order."""
    asked = set(analyse(said))
    shared = [(len(asked & set(analyse(i.sentence.text))), n) for n, i in enumerate(doing.items)]
    best = {n for _, n in sorted(shared, key=lambda row: (-row[0], row[1]))[:_DONE]}
    return [i for n, i in enumerate(doing.items) if n in best]


def _act(text: str, head: str) -> str:
    """A step without when and by whom: who reads the draft does it."""
    return upper_first(text.removeprefix(head).strip()) if head else text


def references(page: Page) -> str:
    """« Sources : [1] RGA, art. 122-18 ; … »: where what is cited stands."""
    rows: dict[str, list[int]] = {}
    for c, p in zip(page.numbering.citations(), page.numbering.passages(), strict=True):
        basis = p.based_on
        title, locator = (basis.title, basis.locator) if basis else (p.source_title, p.locator)
        rows.setdefault(f"{title}, {locator}" if locator else title, []).append(c.n)
    told = " ; ".join(f"{name} {''.join(f'[{n}]' for n in ns)}" for name, ns in rows.items())
    return f"{page.words['sources']} {told}" if told else ""
