"""The steps of the démarches that a project is in, beside the obligation that they fulfil.

Guarantee: a step is beside a rule because both rest on the same statements, and only when the project is of the case
that the démarche and the step suppose; its day is computed from the project's own, or is not told.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.planning.obligations import Obligation
from assistant.project.ground import Ground
from ingest.corpus.deciding import Facts, due_of
from ingest.corpus.demarches import Demarche, Step
from ingest.corpus.glossary import OPEN_FACETS, Glossary

_PLACED = OPEN_FACETS | {"lieu"}
"""Facets of which a project says what it has: what it does not say, it has not."""
_FIRST = 0.1
"""What resting on the statement shown first is worth, beside the share of statements in common."""


@dataclass(frozen=True)
class Todo:
    """One step of a démarche, and its day where the project's days tell."""

    demarche: Demarche
    step: Step
    due: dt.date | None


def steps_of(o: Obligation, facts: Facts, ground: Ground) -> tuple[Todo, ...]:
    """The steps that fulfil what a rule decided: those of the closest démarche that rest on what it shows, needs or
    says to do now. The closest shares most of its statements with the rule, what is shown first above all."""
    told, about = {*o.shown, *o.needs, *o.next}, set(o.rule.statements)
    best: tuple[float, tuple[Todo, ...]] = (0.0, ())
    for demarche in ground.demarches:
        if not _fits(demarche.supposes, facts, ground.glossary):
            continue
        mine = [
            s
            for s in demarche.steps
            if (about if _ahead(s) else told) & set(s.rests_on) and _fits(s.supposes, facts, ground.glossary)
        ]
        held = set(demarche.statements)
        near = len(held & about) / math.sqrt(len(held) * len(about))
        near += _FIRST * any(o.shown[0] in s.rests_on for s in mine)
        if mine and near > best[0]:
            best = near, tuple(Todo(demarche, s, due_of(s.by, facts) if s.by else None) for s in mine)
    return best[1]


def _ahead(step: Step) -> bool:
    """Whether a step is to be done some time ahead of a day: it is told for all that its rule may say."""
    return step.by is not None and (step.by.months < 0 or step.by.days < 0)


def _fits(supposes: Mapping[str, tuple[str, ...]], facts: Facts, glossary: Glossary) -> bool:
    """Whether a project is of a case: it says its places, situations and roles, and not the contrary of the rest."""
    for facet, values in supposes.items():
        known = {facts.has(facet, v, glossary) for v in values}
        if True in known:
            continue
        if facet in _PLACED or known == {False}:
            return False
    return True
