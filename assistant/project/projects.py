"""A project as data: what was picked in the form, the other facts given, what is done, the label project beside it.

Guarantee: the facts of a project are those that its choices say and those that were given, nothing else; a fact is
given as tables of cases write it (`headcount: 12`, `filing: "2027-03-15"`, `lieu: ["paris"]`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.planning.facts import facts_given
from ingest.corpus.deciding import Facts
from ingest.corpus.fiches import FACETS
from ingest.corpus.glossary import Glossary
from ingest.corpus.intake import FIELDS, Intake
from ingest.errors import ClapvertError, ErrorCode

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Picked = dict[str, tuple[str, ...]]
Given = dict[str, Any]


class Project(BaseModel):
    """One production."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: Title
    note: Text = ""
    picked: Picked = Field(default_factory=dict, description="field of the form → its choices")
    given: Given = Field(default_factory=dict, max_length=60, description="the other facts, by name")
    done: dict[str, dt.date] = Field(default_factory=dict, max_length=400, description="rule → the day it was done")
    aside: tuple[str, ...] = Field(default=(), max_length=400, description="rules that do not concern it, it says")
    label: str | None = Field(default=None, description="the label project that hangs on it")
    created_at: dt.datetime
    updated_at: dt.datetime
    revision: int = 1


def all_given(project: Project, form: Intake) -> Given:
    """Every fact of a project by name: what its choices say, then what was given; values of a facet add up."""
    out: Given = {facet: list(values) for facet, values in form.said(project.picked).items()}
    for name, value in project.given.items():
        if name in FACETS:
            more = value if isinstance(value, list | tuple) else [value]
            out[name] = list(dict.fromkeys([*out.get(name, []), *more]))
        else:
            out[name] = value
    for facet, values in form.supposed({n: v for n, v in out.items() if n in FACETS}).items():
        out[facet] = list(dict.fromkeys([*values, *out.get(facet, [])]))
    return out


def facts_of(project: Project, form: Intake, glossary: Glossary, day: dt.date) -> Facts:
    """The facts of a project on a day; a value that the corpus no longer has is left out."""
    given = all_given(project, form)
    known = glossary.facets
    kept = {n: [v for v in vs if v in known.get(n, {})] if n in FACETS else vs for n, vs in given.items()}
    facts = facts_given({n: v for n, v in kept.items() if v not in ([], None)}, day, glossary)
    facts = replace(facts, denied=denied(project.aside, glossary))
    more = {
        f: tuple(dict.fromkeys((*facts.facets.get(f, ()), *vs))) for f, vs in form.followed(facts, glossary).items()
    }
    return replace(facts, facets={**facts.facets, **more})


def denied(aside: Iterable[str], glossary: Glossary) -> dict[str, tuple[str, ...]]:
    """The values of facets to which a project said no, among what it put aside: « situation.drone »."""
    out: dict[str, tuple[str, ...]] = {}
    for name in aside:
        facet, _, value = name.partition(".")
        if value in glossary.facets.get(facet, {}):
            out[facet] = (*out.get(facet, ()), value)
    return out


def check_given(given: Mapping[str, Any], glossary: Glossary) -> Given:
    """Given facts, refused by `FACT_INVALID` when no case has them; empty ones are left out."""
    kept = {name: value for name, value in given.items() if value not in (None, "", [], ())}
    facts_given(kept, dt.date(2026, 1, 1), glossary)
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in kept.items()}


def check_picked(picked: Mapping[str, Any], form: Intake) -> Picked:
    """Choices of the form, refused by `BAD_REQUEST` when the form has none such."""
    out: Picked = {}
    for field, ids in picked.items():
        known = {c.id for c in form.choices(field)} if field in FIELDS else set()
        chosen = tuple(dict.fromkeys(str(i) for i in (ids if isinstance(ids, list | tuple) else [ids])))
        if wrong := [i for i in chosen if i not in known]:
            listed = ", ".join(sorted(known)) if known else ", ".join(FIELDS)
            raise ClapvertError(
                ErrorCode.BAD_REQUEST, f"Choix inconnu : {field} = {wrong[0][:60]}.", f"Choix : {listed}."
            )
        if chosen:
            out[field] = chosen
    return out
