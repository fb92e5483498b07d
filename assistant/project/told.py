"""From the conversation to a project and back: the facts told in a question, and the case that a project is to one.

Guarantee: only what was said of the asker's case is taken: figures and days with their words, values of facets that the
question named; never what the answer says, nor what came from a project.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from assistant.answer import Understood
from assistant.project.facts import case_of
from assistant.project.ground import Ground
from assistant.project.projects import Project, facts_of
from assistant.reading.dates import CaseDate, say_date
from assistant.reading.known import Known
from ingest.corpus.fiches import FACETS
from ingest.corpus.glossary import Glossary
from ingest.corpus.intake import Intake
from ingest.corpus.rules import DATES, QUANTITIES, DateName, YearName


def facts_told(read: Understood, ground: Ground) -> dict[str, Any]:
    """The facts of a case as a question said it, by name."""
    out: dict[str, Any] = {}
    for item in read.case:
        if item.from_ == "project":
            continue
        value = item.value
        if item.field in QUANTITIES:
            out[item.field] = list(value) if isinstance(value, tuple) else value
        elif item.field in DATES:
            ends = str(value).split("/")
            out[item.field] = ends[0] if len(set(ends)) == 1 else ends
    for name, values in read.facets.items():
        if name in FACETS and (kept := [v for v in values if _matters(name, v, ground)]):
            out[name] = kept
    return out


def _matters(facet: str, value: str, ground: Ground) -> bool:
    """Whether a value says something of a project: a rule looks at it or at a broader one, or the form asks it."""
    return any((facet, v) in ground.looked_at for v in ground.glossary.broader(facet, value))


def known_of(project: Project, form: Intake, glossary: Glossary, today: dt.date) -> Known:
    """The case of a project, as a question asked from it knows it."""
    facts = facts_of(project, form, glossary, today)
    dates: dict[DateName | YearName, CaseDate] = {
        DateName(name): CaseDate(DateName(name), first, last, say_date(first, "fr"))
        for name, (first, last) in facts.dates.items()
    }
    return Known(project.id, project.title, case_of(facts), dates, facts.facets)


def profile_of(known: Known, glossary: Glossary) -> dict[str, str]:
    """The genre and the aid that a question takes for its own when it names none: of several, the closest."""

    def close(facet: str) -> str:
        return max(known.facets[facet], key=lambda value: len(glossary.broader(facet, value)))

    return {facet: close(facet) for facet in ("genre", "aide") if known.facets.get(facet)}
