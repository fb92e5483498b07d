"""What a project does not say by itself, and rules turn on: offices, a canteen, hazardous waste.

Guarantee: what is asked is data (`projet.yaml`), of the projects of a condition alone, and only where a rule would then
concern a project that it does not concern yet, or say something else of it. « Non » is a fact of the case, and puts no
rule aside: another fact may still bring it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.project.ground import Ground, without
from assistant.project.projects import Project
from ingest.corpus.deciding import Facts, decide, whether
from ingest.corpus.expressions import facets_of
from ingest.corpus.glossary import OPEN_FACETS
from ingest.corpus.intake import Probe
from ingest.corpus.rules import Rule


@dataclass(frozen=True)
class Probing:
    """A fact that the form asks of such a project, and the rules that would then concern it."""

    probe: Probe
    rules: tuple[Rule, ...]


def probing(project: Project, ground: Ground, facts: Facts) -> list[Probing]:
    """What the form asks of such a project, and it does not say: with the rules that would then concern it."""
    out = []
    for probe in ground.form.probes:
        said = facts.facets.get(probe.field, ())
        if probe.field in OPEN_FACETS and facts.has(probe.field, probe.value, ground.glossary) is False:
            continue
        if probe.id in project.aside or any(probe.value in ground.glossary.broader(probe.field, v) for v in said):
            continue
        if not whether(probe.when, facts, ground.glossary):
            continue
        told = replace(facts, facets={**facts.facets, probe.field: (*said, probe.value)})
        denying = replace(
            facts, denied={**facts.denied, probe.field: (*facts.denied.get(probe.field, ()), probe.value)}
        )
        met = tuple(
            r
            for r in ground.rules
            if r.on(facts.day)
            and r.id not in project.aside
            and whether(r.concerns, told, ground.glossary)
            and (not whether(r.concerns, facts, ground.glossary) or _settles(r, probe, facts, (told, denying), ground))
        )
        if met:
            out.append(Probing(probe, met))
    return out


def _settles(rule: Rule, probe: Probe, facts: Facts, answers: tuple[Facts, ...], ground: Ground) -> bool:
    """Whether an answer to a question of the form turns what a rule says."""
    if not any((probe.field, probe.value) in facets_of(o.when) for o in rule.outcomes):
        return False
    own = ground.form.own_of(facts.facets)
    now = decide(rule, without(facts, rule, own), ground.glossary)
    if now is None or now.outcome is None:
        return False
    found = (decide(rule, without(told, rule, own), ground.glossary) for told in answers)
    then = [d.outcome for d in found if d is not None]
    return any(o is not None and o.verdict != now.outcome.verdict for o in then)
