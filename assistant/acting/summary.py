"""« Résume », « en trois lignes », « en une phrase », « pour le groupe » : the last answer, shorter.

Guarantee: verdicts first, one line a part; each verdict, reserve and unanswered part is kept, with its citations; a
length that would lose one is not kept to, and that is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.acting.beside import coming
from assistant.acting.opened import Opened, Row
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling
from assistant.checking.verifier import Sentence
from assistant.dialogue.screen import ToldPart
from assistant.wording.phrases import lower_first
from ingest.corpus.fiches import Role
from ingest.language.sentences import outside

_RESERVING = frozenset({Role.EXCEPTION, Role.ABSENCE, Role.CONDITION, Role.DEMENT, Role.SANCTION, Role.ECHEANCE})
"""Roles of what limits a verdict, or dates it, among the sentences that only go on."""
MESSAGE = 500
"""Characters that a message holds whole."""
_SHORT = 0.9
_CLAUSE = 24
"""Characters under which what a step says first does not stand alone."""
_LINE = 480
"""Characters of a line that holds several, at most."""
_SHARE = 0.62
"""Of the length of the answer, what a summary takes at most beyond what must be kept."""


@dataclass
class SummaryLine:
    """A line of a summary: its sentences after a few fixed words, and whether it must stay."""

    told: list[tuple[Row | None, Sentence]]
    must: bool
    before: str = ""
    between: str = " "

    def laid(self, page: Page) -> str:
        """The line, its citations numbered."""
        return f"{self.before}{self.between.join(page.marked(r, s) for r, s in self.told)}".strip()

    @property
    def size(self) -> int:
        """Its characters, citations aside."""
        return len(self.before) + sum(len(s.text) for _, s in self.told)


def summary(page: Page, opened: Opened, tell: Retelling, manner: str, count: int | None) -> None:
    """Lay out the summary of the last answer."""
    whole = length_of(opened, tell)
    count = 1 if manner == "sentence" else count if manner == "count" else None
    least = MESSAGE if manner == "message" else 0
    lines = lines_of(page, opened, tell, least, joined=count is not None)
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


def length_of(opened: Opened, tell: Retelling) -> int:
    """Characters of the answer that was shown."""
    return sum(len(s.text) for r in opened.rows if r.place != "next" and (s := tell.shown(r)))


def lines_of(page: Page, opened: Opened, tell: Retelling, least: int = 0, joined: bool = False) -> list[SummaryLine]:
    """The lines of a summary: each part's verdict, then its reserves, then what dates or limits it while it is short.
    `least`: characters under which everything stays; `joined`: the steps of a démarche in one line."""
    whole = length_of(opened, tell)
    room, every = max(least, _SHARE * whole), whole <= least
    out: list[SummaryLine] = []
    several, said = len(opened.parts) > 1, 0
    for n, part in enumerate(opened.parts):
        rows = opened.of_part(n)
        steps = [(r, s) for r in rows if r.step and (s := tell.shown(r))]
        if steps:
            out += _of_steps(page, part, steps, tell.brief([r for r, _ in steps]), several, joined)
            rows = [r for r in rows if not r.step]
            out += [
                SummaryLine([(r, s)], r.place == "needs") for r in rows if r.place != "next" and (s := tell.short(r))
            ]
            continue
        heads = [r for r in rows if r.place == "head"] or rows[:1]
        told: list[tuple[Row | None, Sentence]] = [(r, s) for r in heads if (s := tell.short(r))]
        left = page.left(part, opened.contacts)
        if left and (not told or not part.missing):
            out.append(SummaryLine([], True, left))
        if told and opened.of_two_laws(n):
            out += [SummaryLine([(r, s)], True, page.law(r) if r else "") for r, s in told]
        elif told:
            out.append(SummaryLine(told, True, page.label(part.about) if several else ""))
        said += sum(len(s.text) for _, s in told)
        for r in (r for r in rows if r not in heads and r.place != "next"):
            s = tell.short(r, whole=r.place == "needs")
            role = r.statement.role if r.statement else None
            must = r.place == "needs"
            if s is None or not (must or every or role in _RESERVING or r.step):
                continue
            if not must and said + len(s.text) > room:
                continue
            said += len(s.text)
            out.append(SummaryLine([(r, s)], must))
    return [*out, *(SummaryLine([(None, s)], True, before) for before, s in coming(page, opened, tell))]


def _of_steps(
    page: Page, part: ToldPart, steps: list[tuple[Row, Sentence]], brief: list[Sentence], several: bool, joined: bool
) -> list[SummaryLine]:
    """The steps of a démarche in brief; else each by what it first says to do, or all in one line, in order."""
    if brief:
        label = page.label(part.about) if several else ""
        return [SummaryLine([(None, s)], True, label if n == 0 else "") for n, s in enumerate(brief)]
    title = page.title(part).rstrip("*.") + "**" if part.title else ""
    before = f"{page.label(part.about) if several else ''}{title}{page.colon} " if title else ""
    first: list[tuple[Row | None, Sentence]] = []
    for n, (r, s) in enumerate(steps):
        label = r.worded(page.language).label
        done = _clause(s.text.removeprefix(label).strip())
        if not joined:
            first.append((r, replace(s, text=f"{label} {done}.")))
            continue
        last = "." if n == len(steps) - 1 else ""
        first.append((None, replace(s, text=f"{done[:1].lower() if n or before else done[:1]}{done[1:]}{last}")))
    if joined:
        return [SummaryLine(first, True, before, " ; ")]
    return [SummaryLine([row], True, before if n == 0 else "") for n, row in enumerate(first)]


def _clause(text: str) -> str:
    """What a step first says to do: up to what explains or adds to it."""
    ends = (i for i in outside(text) if i > _CLAUSE and text[i : i + 2] in (": ", "; ", ". "))
    end = next(ends, None)
    return text.rstrip(".") if end is None else text[:end].rstrip()


def _within(lines: list[SummaryLine], count: int) -> list[SummaryLine] | None:
    """As many lines as asked for, those that must stay among them, two or more in one where these are more; None where
    that would make a line too long."""
    spare = count - sum(line.must for line in lines)
    out = []
    for line in lines:
        if line.must or spare > 0:
            out.append(line)
            spare -= not line.must
    if len(out) <= count:
        return [_together([line]) for line in out] if count == 1 else out
    groups = [out[n * len(out) // count : (n + 1) * len(out) // count] for n in range(count)]
    joined = [_together(group) for group in groups]
    return None if any(line.size > _LINE for line in joined) else joined


def _together(lines: list[SummaryLine]) -> SummaryLine:
    """Several lines in one, its sentences apart by semicolons; the words before a line stand before its sentence."""
    if any(not line.told for line in lines):  # what was left unanswered cites nothing
        told = [pair for line in lines for pair in line.told]
        return SummaryLine(told, True, " ".join(line.before for line in lines if line.before))
    pairs = [
        (r, s, line.before if n and not m else "") for n, line in enumerate(lines) for m, (r, s) in enumerate(line.told)
    ]
    out: list[tuple[Row | None, Sentence]] = []
    for n, (r, s, before) in enumerate(pairs):
        text = s.text if n == len(pairs) - 1 else s.text.rstrip(".")
        text = f"{before}{text}" if before or not n else lower_first(text)
        out.append((r if text.startswith(s.text[:12]) else None, replace(s, text=text)))
    return SummaryLine(out, True, lines[0].before, " ; ")
