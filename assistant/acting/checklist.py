"""« Fais-m'en une checklist », « qui fait quoi », « pas à pas » : what the person has to do after the last answer.

Guarantee: a line is a step of a démarche that rests on what was shown, or a sentence shown that orders, forbids, sets a
day or says whom to ask; in the order of the moments. What is not to be done is no line: reserves stand below. When
nothing is to be done, that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from assistant.acting.beside import coming
from assistant.acting.opened import Opened, Row
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling
from assistant.checking.verifier import Cited, Sentence
from assistant.planning.plan import PlannedStep
from assistant.wording.steps import body_of_step, given_of_step, label_of_step
from ingest.corpus.demarches import Demarche, Step
from ingest.corpus.fiches import Polarity, Role, Statement
from ingest.corpus.glossary import Glossary
from ingest.language.claims import Language
from ingest.language.sentences import upper_first

Planned = Callable[[Step], PlannedStep | None]
"""A step on the case of the conversation; None where the case leaves it out."""
_KNOWN = frozenset({Role.SANCTION, Role.DEFINITION, Role.DEMENT, Role.CONDITION, Role.CHIFFRE})
"""Roles of what is known rather than done, whatever its force."""
_ABOUT = 2
"""How much a démarche that is about what was shown weighs, in steps that rest on it."""


@dataclass
class Item:
    """A thing to do: its sentence; when and by whom, where known; what it is, at its head."""

    sentence: Sentence
    row: Row | None = None
    head: str = ""
    when: str = ""
    who: str = ""
    moment: int = 99
    document: str = ""


@dataclass
class Doing:
    """What there is to do, and what stands beside it."""

    items: list[Item] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    reserves: list[Row] = field(default_factory=list)


class Checklist:
    """Makes lists over the démarches of one snapshot. `moments`: the stages, in their order."""

    def __init__(self, demarches: Sequence[Demarche], moments: Sequence[str], glossary: Glossary) -> None:
        self.demarches, self.glossary = demarches, glossary
        self.moments = {stage: n for n, stage in enumerate(moments)}

    def doing(self, page: Page, opened: Opened, tell: Retelling, planned: Planned) -> Doing:
        """What there is to do after an answer."""
        out = Doing()
        denied = {n for n, p in enumerate(opened.parts) if p.verdict == "no"}
        rows = [r for r in opened.rows if tell.shown(r) is not None]
        told = {r.statement.id for r in rows if r.statement and not (r.told.part in denied and not _orders_anyway(r))}
        heads = {r.statement.id for r in rows if r.statement and r.place == "head"}
        steps = [] if any(r.step for r in rows) else self._steps(told, heads, planned)
        covered = {s.id for p in steps for c in p.cited if (s := c.statement)}
        out.items += [self._of_step(page, p) for p in steps if not tell.verifier.faults(_said(p, page), tell.as_of)]
        for r in rows:
            if r.step:
                out.items.append(self._of_row(page, r, tell.shown(r) or r.shown(page.language)))
                continue
            head = self._head(page, r, r.told.part in denied)
            if head and (sentence := tell.bare(r)):
                if r.statement and r.statement.id in covered:
                    if r.place == "head":  # a step says to do it; the rule stands below
                        out.facts.append(r)
                    continue
                moment = -1 if r.place == "head" else 99
                out.items.append(Item(sentence, r, head, who=self._who(page, r.statement), moment=moment))
            elif r.place == "head" or (r.place == "next" and r.told.part not in denied):
                out.facts.append(r)
            elif r.place == "needs":
                out.reserves.append(r)
        out.items.sort(key=lambda i: i.moment)
        return out

    def _steps(self, told: set[str], heads: set[str], planned: Planned) -> list[PlannedStep]:
        """The steps of the démarche that most rests on what was shown: all of them when it is about what
        heads it and several rest on the rest, else those that do."""

        def weight(d: Demarche) -> int:
            own = sum(bool(told & set(s.rests_on)) for s in d.steps)
            return own + (_ABOUT if told & set(d.about) else 0)

        best = max(self.demarches, key=weight, default=None)
        if best is None or weight(best) == 0:
            return []
        own = sum(bool(told & set(s.rests_on)) for s in best.steps)
        whole = own >= _ABOUT and bool(heads & set(best.about))
        steps = [s for s in best.steps if whole or told & set(s.rests_on)]
        return [p for s in steps if (p := planned(s)) is not None]

    def _of_step(self, page: Page, p: PlannedStep) -> Item:
        document = document_of(p.step, page.language)
        label = label_of_step(p, page.language).rstrip(").")
        when, _, who = label.partition(" (")
        return Item(
            _said(p, page), None, label_of_step(p, page.language), when, who,
            self.moments.get(p.step.stage, 99), document,
        )  # fmt: skip

    def _of_row(self, page: Page, row: Row, sentence: Sentence) -> Item:
        """A step that was shown, with what the démarche says of it."""
        item = Item(sentence, row)
        item.when, _, item.who = row.worded(page.language).label.rstrip(").").partition(" (")
        said = row.worded("fr").text
        for step in (s for d in self.demarches for s in d.steps):
            if row.statement and step.rests_on[0] == row.statement.id and step.do.fr in said:
                item.moment = self.moments.get(step.stage, 99)
                item.document = document_of(step, page.language)
        return item

    def _head(self, page: Page, row: Row, denied: bool) -> str:
        """What kind of thing to do a sentence is; none for one that is only known."""
        s, words = row.statement, page.words
        if s is not None and s.role is Role.ABSENCE:
            return words["inquire"]
        if s is not None and s.role is Role.CONTACT:
            return words["contact"]
        if denied and not _orders_anyway(row):
            return ""
        if s is None:
            return words["do"] if row.place == "next" else ""
        if s.polarity is Polarity.INTERDIT:
            return words["dont"]
        if s.role is Role.CONDITION and s.polarity is Polarity.OBLIGE:
            return words["fulfil"]
        if s.role in _KNOWN:
            return ""
        if s.polarity is Polarity.OBLIGE:
            return words["keep_to"] if s.role is Role.ECHEANCE else words["must"]
        return words["do"] if s.role is Role.DEMARCHE else ""

    def _who(self, page: Page, s: Statement | None) -> str:
        if s is None or page.language == "en":
            return ""
        labels = self.glossary.facets.get("acteur", {})
        return ", ".join(labels[a].label for a in s.acteur[:2] if a in labels)


def document_of(step: Step, language: Language) -> str:
    """The document of a step, and to whom it is handed in."""
    if step.document is None:
        return ""
    to = f", {_HAND_IN[language]} {step.to.of(language)}" if step.to else ""
    return f"{step.document.of(language)}{to}"


_HAND_IN: dict[Language, str] = {"fr": "à remettre", "en": "to hand in"}


def _orders_anyway(row: Row) -> bool:
    """True for a ban under « non »: it is what the verdict says."""
    return row.statement is not None and row.statement.polarity is Polarity.INTERDIT


def _said(p: PlannedStep, page: Page) -> Sentence:
    text = f"{label_of_step(p, page.language)} {body_of_step(p.step, page.language)}"
    cited = tuple(Cited(c, c.text) for c in p.cited)
    return Sentence(text, cited, language=page.language, given=given_of_step(p, page.language), reviewed=True)


def lay(page: Page, opened: Opened, tell: Retelling, doing: Doing, manner: str) -> None:
    """Lay out what there is to do."""
    words = page.words
    asks = [
        f"**{words['decide']}**{page.colon} {p.ask[page.language]}"
        for p in opened.parts
        if p.verdict == "depends" and p.ask
    ]
    missing = [f"**{words['inquire']}**{page.colon} {page.left(p, opened.contacts)}" for p in opened.parts if p.missing]
    items = doing.items
    named = [i for i in items if i.document] if manner == "documents" else []
    if manner == "documents":
        page.say(words["documents" if named else "no_documents"])
    elif items or asks or missing:
        page.say(words["checklist"])
    else:
        page.say(words["nothing"])
    if named:
        page.bullets([_paper(page, i) for i in named], "- [ ] ")
        return
    verdicts = [r for r in doing.facts if r.worded(page.language).opening]
    page.say(" ".join(page.marked(r, s) for r in verdicts if (s := tell.short(r))))
    if manner in ("stages", "people"):
        groups: dict[str, list[Item]] = {}
        none = words["when_none" if manner == "stages" else "who_none"]
        for item in items:
            groups.setdefault((item.when if manner == "stages" else item.who) or none, []).append(item)
        page.bullets([*asks], "- [ ] ")
        for head, own in groups.items():
            page.say(f"**{upper_first(head)}**{page.colon}")
            page.bullets([_line(page, i, i.who if manner == "stages" else i.when) for i in own], "- [ ] ")
        page.bullets(missing, "- [ ] ")
    else:
        mark = "1. " if manner == "numbered" else "- [ ] "
        page.bullets([*asks, *(_line(page, i) for i in items), *missing], mark)
    beside = [r for r in (*doing.facts, *doing.reserves) if r not in verdicts]
    told = [page.marked(r, s) for r in beside if (s := tell.short(r))]
    told += [f"{before}{page.marked(None, s)}" for before, s in coming(page, opened, tell)]
    if told:
        page.say(f"**{words['know']}**{page.colon}")
        page.bullets(told)


def _paper(page: Page, item: Item) -> str:
    """« **la convention** : aux repérages (régie) », and what it rests on."""
    said = f"**{upper_first(item.document)}**{page.colon} {item.when[:1].lower()}{item.when[1:]}"
    sentence = replace(item.sentence, text=f"{said} ({item.who})" if item.who else said)
    return page.marked(None, sentence)


def _line(page: Page, item: Item, head: str | None = None) -> str:
    """A line of the list; under the heading of its moment, or of who does it, only the other (`head`) stands before."""
    label = item.row.worded(page.language).label if item.row else item.head
    if head is not None and label and item.sentence.text.startswith(label):
        done = replace(item.sentence, text=item.sentence.text.removeprefix(label).strip())
        return f"{f'**{upper_first(head)}**{page.colon} ' if head else ''}{page.marked(None, done)}"
    if item.row is not None and item.row.step:
        return page.marked(item.row, item.sentence)
    text = page.marked(None, item.sentence)
    if item.row is None:
        return f"**{item.head}**{text[len(item.head) :]}"
    who = f" ({item.who})" if item.who else ""
    return f"**{item.head}{who}**{page.colon} {text}"
