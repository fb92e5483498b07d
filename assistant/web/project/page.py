"""What the pages of a project show: one sheet, said in the reader's language, with its line of days.

Guarantee: pages say what the sheet says; what comes first is what binds the production and is not done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from assistant.api.owner import Owners
from assistant.label.projects.progress import progress
from assistant.label.projects.projects import rows as label_rows
from assistant.planning.sayings import Saying
from assistant.project.changes import Coming
from assistant.project.facts import day_of, figure_words, moment_of
from assistant.project.ground import Ground
from assistant.project.projects import Project, denied
from assistant.project.sheet import Row, Sheet
from assistant.project.words import DAY_NAMES, Speaker
from assistant.reading.dates import say_date
from assistant.service import Service
from assistant.web.project.timeline import Point, Timeline, timeline
from assistant.web.render import Renderer
from assistant.web.words import Words, french
from ingest.corpus.fiches import FACETS, CaseField
from ingest.corpus.rules import DATES, DateName, Stage
from ingest.errors import ClapvertError

FIRST = 3
"""What to start with: so many rows."""
_FIGURES = {CaseField.BUDGET: french("Budget"), CaseField.TURNOVER: french("Chiffre d'affaires")}
"""Figures that do not say by themselves what they are of."""
ASKED = 3
"""Questions shown open; the others are folded."""


@dataclass(frozen=True)
class Desk:
    """The service, as the pages use it."""

    service: Service
    owners: Owners
    render: Renderer

    def caller(self, request: Request) -> str:
        """The caller's name."""
        return self.owners.caller(request)

    def speaker(self, request: Request) -> Speaker:
        """Who says a sheet, in the reader's language."""
        words = self.render.words(request)
        return Speaker(self.service.glossary, words.language, words)

    def page(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page of the projects."""
        page = self.render.page(request, f"project/{template}", status=status, tell=self.speaker(request), **context)
        if self.owners.known(request):
            self.owners.named(request, page)
        return page

    def label(self, project: Project, owner: str) -> Mapping[str, Any] | None:
        """The label project that hangs on one, and how far it is; None without one, or when it is not the caller's."""
        if project.label is None:
            return None
        bench = self.service.workbench
        try:
            found = bench.store.get(project.label, owner)
        except ClapvertError:
            return None
        whole = progress(label_rows(found, bench.framework(found)), bench.clock()).whole
        return {"id": found.id, "title": found.title, "done": whole.done, "all": whole.applicable}


def said_facts(project: Project, desk: Desk, say: Speaker) -> list[str]:
    """What a project says of itself, in a few words each; its days are told by its line."""
    form, given = desk.service.form, project.given
    words = [c.label if say.language == "fr" else c.en for c in form.chosen(project.picked)]
    for name, value in given.items():
        if name in FACETS:
            words += [say.label(name, v) for v in (value if isinstance(value, list) else [value])]
        elif name in set(CaseField) and isinstance(value, int | float):
            named = _FIGURES.get(CaseField(name))
            figure = figure_words(CaseField(name), value, say.language)
            words.append(f"{Words(say.language)(named)} : {figure}" if named else figure)
    return list(dict.fromkeys(words))


def first_things(found: Sheet) -> list[Row]:
    """What to start with: what the production must do and has not done, the soonest moment to come first."""
    left = [r for r in found.binding if r.mine and not r.done and (r.due is None or r.due >= found.on)]
    return sorted(left, key=lambda r: (_by(r, found), r.obligation.strength != "firm"))[:FIRST]


def milestone(stage: Stage, found: Sheet) -> dt.date | None:
    """The day of the work that a moment leads to."""
    return moment_of(stage, found.facts)


def when(stage: Stage, found: Sheet, say: Speaker) -> str:
    """The day of a moment in words; the days of the shoot from the first to the last."""
    day = milestone(stage, found)
    last = day_of(DateName.SHOOT_END.value, found.facts) if stage is Stage.SHOOT else None
    return say.span((day, last or day)) if day else ""


def days_of(found: Sheet, coming: list[Coming], say: Speaker) -> Timeline:
    """The line of a project's days: its own, what is due, the law that changes."""
    changes = Words(say.language)(french("Règle"))
    points = [
        Point(day, "day", DAY_NAMES[say.language][d.value])
        for d in DateName
        if (day := day_of(d.value, found.facts)) is not None
    ]
    points += [
        Point(r.obligation.due, "due", say.name(r.rule), r.rule.id)
        for r in (*found.binding, *found.chances)
        if r.obligation.due
    ]
    points += [Point(day, "due", t.demarche.title.of(say.language), r.rule.id) for day, r, t in found.days]
    points += [Point(c.day, "law", f"{changes} : {say.name(c.rule)}", c.rule.id) for c in coming]
    return timeline(points, found.on)


def cited(row: Row) -> list[tuple[str, Saying]]:
    """The statements of a row, each with its place: what says it, what it misleads without, what to do."""
    told = [("shown", s) for s in row.shown] + [("needs", s) for s in row.needs] + [("next", s) for s in row.next]
    kept: dict[str, tuple[str, Saying]] = {}
    for place, statement in told:
        kept.setdefault(statement.statement, (place, statement))
    return list(kept.values())


def others_said(project: Project, desk: Desk, say: Speaker) -> list[tuple[str, str, str]]:
    """The facts that the form does not ask: name, value, and how it is said."""
    form = desk.service.form
    asked = {f.value for f in form.figures} | {d.value for d in form.days}
    return told_words({n: v for n, v in project.given.items() if n not in asked}, say)


def put_aside(project: Project, ground: Ground, say: Speaker) -> list[tuple[str, str]]:
    """What a project put aside, each with its words: rules, then the facts to which it said no."""
    rules = [(r.id, say.name(r)) for r in ground.rules if r.id in project.aside]
    facts = denied(project.aside, ground.glossary)
    return [*rules, *((f"{facet}.{v}", say.label(facet, f"!{v}")) for facet, values in facts.items() for v in values)]


def told_words(told: Mapping[str, Any], say: Speaker) -> list[tuple[str, str, str]]:
    """Facts one by one: name, value, and how it is said."""
    out = []
    for name, value in told.items():
        for one in value if isinstance(value, list) and name in FACETS else [value]:
            if name in FACETS:
                said = say.label(name, str(one))
            elif name in DATES:
                said = f"{DAY_NAMES[say.language].get(name, name)} : {_day(one, say)}"
            elif name in set(CaseField):
                ends = one if isinstance(one, list) else [one]
                said = " … ".join(figure_words(CaseField(name), float(e), say.language) for e in ends)
            else:
                said = f"{name} : {one}"
            out.append((name, str(one), said))
    return out


def _by(row: Row, found: Sheet) -> tuple[bool, dt.date]:
    day = row.due or milestone(row.stage, found)
    return (day is None or day < found.on, day or dt.date.max)


def _day(value: Any, say: Speaker) -> str:
    ends = value if isinstance(value, list | tuple) else [value]
    said = [say_date(dt.date.fromisoformat(str(e)), say.language) for e in ends]
    return " – ".join(dict.fromkeys(said))
