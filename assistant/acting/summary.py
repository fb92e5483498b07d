"""« Résume », « en trois lignes », « en une phrase », « pour le groupe » : the last answer, shorter.

Guarantee: verdicts first, one line a part; each verdict, reserve and unanswered part is kept, with its citations; a length
that would lose one is not kept to, and that is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.acting.opened import Opened, Row
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling
from assistant.checking.verifier import Cited, Sentence
from assistant.reading.dates import AsOf
from ingest.corpus.fiches import Role

_RESERVING = frozenset({Role.EXCEPTION, Role.ABSENCE, Role.CONDITION, Role.DEMENT, Role.SANCTION, Role.ECHEANCE})
"""Roles of what limits a verdict, or dates it, among the sentences that only go on."""
_SHORT = 0.9
_SHARE = 0.62
"""Of the length of the answer, what a summary takes at most beyond what must be kept."""


@dataclass
class _Line:
    """A line of a summary: its sentences after a few fixed words, and whether it must stay."""

    told: list[tuple[Row | None, Sentence]]
    must: bool
    before: str = ""

    def laid(self, page: Page) -> str:
        """The line, its citations numbered."""
        return f"{self.before}{' '.join(page.marked(r, s) for r, s in self.told)}".strip()

    @property
    def size(self) -> int:
        """Its characters, citations aside."""
        return len(self.before) + sum(len(s.text) for _, s in self.told)


def summary(page: Page, opened: Opened, tell: Retelling, manner: str, count: int | None) -> None:
    """Lay out the summary of the last answer."""
    whole = sum(len(s.text) for r in opened.rows if r.place != "next" and (s := tell.shown(r)))
    lines = _lines(page, opened, tell, whole)
    count = 1 if manner == "sentence" else count if manner == "count" else None
    wanted = lines if count is None else _within(lines, count)
    if wanted is None:
        page.say(page.words["too_few"])
        wanted = [line for line in lines if line.must]
    elif manner == "message":
        page.say(page.words["message"])
    elif count is None and sum(line.size for line in wanted) > _SHORT * whole:
        page.say(page.words["short_already"])
    else:
        page.say(page.words["one" if count == 1 else "summarise"])
    if len(wanted) == 1:
        page.say(wanted[0].laid(page))
    else:
        page.bullets([line.laid(page) for line in wanted])
    if manner == "message":
        page.say(sources_line(page))


def recap(page: Page, rows: tuple[Row, ...], tell: Retelling) -> None:
    """Lay out what headed the answers of a conversation."""
    page.say(page.words["whole"])
    page.bullets(page.marked(r, s) for r in rows if (s := tell.short(r)))


def sources_line(page: Page) -> str:
    """« Sources : RGA, art. 122-18 ; … »: where what is cited stands, for who has not the page."""
    names: list[str] = []
    for p in page.numbering.passages():
        basis = p.based_on
        title, locator = (basis.title, basis.locator) if basis else (p.source_title, p.locator)
        names.append(f"{title}, {locator}" if locator else title)
    return f"{page.words['sources']} {' ; '.join(dict.fromkeys(names))}." if names else ""


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


def _lines(page: Page, opened: Opened, tell: Retelling, whole: int) -> list[_Line]:
    out: list[_Line] = []
    several, said = len(opened.parts) > 1, 0
    for n, part in enumerate(opened.parts):
        rows = opened.of_part(n)
        heads = [r for r in rows if r.place == "head"] or rows[:1]
        told: list[tuple[Row | None, Sentence]] = [(r, s) for r in heads if (s := tell.short(r))]
        left = page.left(part)
        if left and (not told or not part.missing):
            out.append(_Line([], True, left))
        if told:
            out.append(_Line(told, True, page.label(part.about) if several else ""))
            said += out[-1].size
        for r in (r for r in rows if r not in heads and r.place != "next"):
            s = tell.short(r)
            role = r.statement.role if r.statement else None
            must = r.place == "needs"
            if s is None or not (must or role in _RESERVING or r.step):
                continue
            if not must and said + len(s.text) > _SHARE * whole:
                continue
            said += len(s.text)
            out.append(_Line([(r, s)], must))
    return [*out, *(_Line([(None, s)], True, before) for before, s in coming(page, opened, tell))]


def _within(lines: list[_Line], count: int) -> list[_Line] | None:
    """As many lines as asked for, those that must stay among them; None when these are more."""
    spare = count - sum(line.must for line in lines)
    if spare < 0:
        return None
    out = []
    for line in lines:
        if line.must or spare > 0:
            out.append(line)
            spare -= not line.must
    return out
