"""What the rules say of a project on a day, in the order of the work: the page, the files and the answers read it.

Guarantee: every row is a rule's decision on the project's own facts, shown with the statements that say so; a row is in
one place only. What binds comes before what depends, the environment before people and the keeping of an aid, the
production before others, what has a day before what has none.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.planning.decide import reasons_of
from assistant.planning.obligations import Obligation
from assistant.planning.plan import Reason
from assistant.planning.sayings import Saying
from assistant.project.facts import case_of, day_of, facet_values, spared_by
from assistant.project.ground import Ground, not_its, without
from assistant.project.order import STAGES
from assistant.project.probing import probing
from assistant.project.projects import Project, facts_of
from assistant.project.questions import Question, questions
from assistant.project.steps import Todo, steps_of
from ingest.corpus.deciding import Facts
from ingest.corpus.expressions import facets_of, named_known, names_of
from ingest.corpus.fiches import FACETS, Polarity
from ingest.corpus.glossary import OPEN_FACETS
from ingest.corpus.rules import Due, Rule, Stage, Subject

_REASONS = 4
"""Figures that are said of one row."""
SUBJECTS: tuple[Subject, ...] = ("environment", "social", "aid")
"""What obligations are about, in the order in which they are told."""


@dataclass(frozen=True)
class Row:
    """One rule's decision. `mine`: it binds the production itself; `force`: what it does to the project; `first` and
    `lead`: what its first statement does, and says in its most direct form; `facts`: the facts that decide, by name,
    with the values of a facet that count; `waits`: the delay that runs from a day which is not told yet;
    `reasons`: figures against the bounds of what is shown; `chance`: of what may be sought, and is not yet."""

    obligation: Obligation
    mine: bool
    force: Polarity
    first: Polarity
    lead: str
    lead_en: str
    facts: tuple[tuple[str, str], ...]
    reasons: tuple[Reason, ...]
    shown: tuple[Saying, ...]
    needs: tuple[Saying, ...]
    waits: Due | None
    next: tuple[Saying, ...]
    done: dt.date | None
    steps: tuple[Todo, ...] = ()
    chance: bool = False

    @property
    def rule(self) -> Rule:
        """The rule."""
        return self.obligation.rule

    @property
    def stage(self) -> Stage:
        """When it is done."""
        return self.rule.stage or Stage.COMPANY

    @property
    def due(self) -> dt.date | None:
        """By when, where the project's days tell: its own day, else the soonest of its steps that rest on what it
        shows."""
        shown = {s.statement for s in self.shown}
        steps = () if self.force is Polarity.INTERDIT else self.steps  # what is banned is not done by a day
        of_steps = (t.due for t in steps if t.due and shown & set(t.step.rests_on))
        return self.obligation.due or min(of_steps, default=None)

    @property
    def open(self) -> bool:
        """Whether its rule settles nothing: it depends, or its text is not known to bind yet."""
        return self.obligation.group == "depends"

    def late(self, on: dt.date) -> bool:
        """Whether its day has passed on another, and it is not done."""
        return self.due is not None and self.due < on and self.done is None

    @property
    def contrary(self) -> bool:
        """Whether what is shown says the rule, and the project is out of it: the verdict is to be said before."""
        if self.obligation.group not in ("does_not_apply", "told"):
            return False
        if self.obligation.denied:
            return self.first in (Polarity.PERMET, Polarity.OBLIGE)
        return self.obligation.about in ("duty", "ban", "right") and self.first in _BINDING

    @property
    def grants(self) -> bool:
        """Whether what is sought can be had: no refusal."""
        return _grants(self.obligation)


@dataclass(frozen=True)
class Section:
    """One moment of the work: what binds, what the rules do not settle, what one more fact would settle."""

    stage: Stage
    binding: tuple[Row, ...]
    depends: tuple[Row, ...]
    open: tuple[Obligation, ...]

    @property
    def whole(self) -> tuple[object, ...]:
        """Everything in it; empty when there is nothing."""
        return (*self.binding, *self.depends, *self.open)


@dataclass(frozen=True)
class Sheet:
    """The whole of a project on a day. `chances`: what it may seek, and does not say that it does; `told`: what is
    settled and binds to nothing; `outside`: what does not apply."""

    on: dt.date
    project: Project
    facts: Facts
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    chances: tuple[Row, ...]
    sanctions: tuple[Row, ...]
    told: tuple[Row, ...]
    outside: tuple[Row, ...]
    rules: int

    @cached_property
    def binding(self) -> tuple[Row, ...]:
        """Everything that binds, in the order of the work."""
        return tuple(row for section in self.sections for row in section.binding)

    @cached_property
    def subjects(self) -> dict[Subject, int]:
        """How many of what binds are of the environment, of people, of the keeping of an aid."""
        found: Counter[Subject] = Counter(row.rule.subject for row in self.binding)
        return {subject: found[subject] for subject in SUBJECTS if found[subject]}

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every row that was decided."""
        depends = (row for section in self.sections for row in section.depends)
        return (*self.binding, *depends, *self.chances, *self.sanctions, *self.told, *self.outside)

    @property
    def days(self) -> tuple[tuple[dt.date, Row, Todo], ...]:
        """The days of the steps of what binds and is not done, the soonest first."""
        found = [(t.due, r, t) for r in self.binding if not r.done for t in r.steps if t.due]
        once = {(day, t.demarche.id, t.step.rests_on[0]): (day, r, t) for day, r, t in reversed(found)}
        return tuple(sorted(once.values(), key=lambda row: (row[0], row[1].rule.id)))

    @property
    def dated(self) -> tuple[tuple[dt.date, Row], ...]:
        """What binds and has a day, the soonest first."""
        return tuple(sorted(((r.due, r) for r in self.binding if r.due), key=lambda pair: (pair[0], pair[1].rule.id)))


def sheet(project: Project, ground: Ground, on: dt.date) -> Sheet:
    """The sheet of a project on a day."""
    facts = facts_of(project, ground.form, ground.glossary, on)
    own = ground.form.own_of(facts.facets)
    met = ground.form.present(facts.facets) | own
    found = [o for o in ground.obligations(facts) if o.rule.id not in project.aside]
    binds = {o.rule.id for o in found if (_grants(o) if o.rule.sought else o.group == "applies")}
    found = [o for o in found if not o.rule.presumes or binds & set(o.rule.presumes)]
    near = [o for o in found if met & set(o.rule.bound)]
    rows = [_row(o, project, facts, own, ground) for o in near if o.group != "missing"]
    sought = {r.rule.id: ground.seeks(r.rule, facts) for r in rows}
    refused = [r for r in rows if not r.grants and r.rule.sought]
    chances = [replace(r, chance=True) for r in rows if not sought[r.rule.id] and r.grants]
    rest = [r for r in rows if r not in refused and (sought[r.rule.id] or not r.grants)]
    asked = [o for o in near if o.group == "missing" and ground.seeks(o.rule, facts)]
    waiting = [o for o in asked if o.waits]
    unsettled = [o for o in asked if not o.waits and o.decided.possible[-1].verdict == "depends"]
    firmer = [o for o in near if o.group == "applies" and o.decided.missing and ground.seeks(o.rule, facts)]
    rest += [_row(_waiting(o), project, facts, own, ground, o.waits) for o in waiting]
    rest += [_row(_unsettled(o), project, facts, own, ground) for o in unsettled]
    bound = [r for r in rest if r.obligation.group == "applies" and r.obligation.about != "sanction"]
    depends = [r for r in rest if r.obligation.group == "depends" and r.obligation.about != "sanction"]
    open_ = [o for o in asked if o not in waiting and o not in unsettled]
    return Sheet(
        on=on,
        project=project,
        facts=facts,
        sections=tuple(s for stage in STAGES if (s := _section(stage, bound, depends, open_)).whole),
        questions=questions([*asked, *firmer], facts, ground.glossary, own, probing(project, ground, facts)),
        chances=tuple(sorted(chances, key=lambda r: (STAGES.index(r.stage), r.due or dt.date.max))),
        sanctions=tuple(
            r for r in rest if r.obligation.about == "sanction" and r.obligation.group in ("applies", "depends")
        ),
        told=tuple(r for r in rest if r.obligation.group == "told" and not _denied(r)),
        outside=(*refused, *(r for r in rest if r.obligation.group == "does_not_apply" or _denied(r))),
        rules=sum(rule.on(on) is not None for rule in ground.rules),
    )


def _grants(o: Obligation) -> bool:
    return o.decided.outcome is not None and o.decided.outcome.verdict != "no"


def _waiting(o: Obligation) -> Obligation:
    """A rule that only waits for a day: it binds, within its delay."""
    return replace(o, group="applies", strength=o.told[0].strength)


def _unsettled(o: Obligation) -> Obligation:
    """An open rule that settles nothing unless a fact is given: it is told as such, beside its question."""
    decided = replace(o.decided, outcome=o.decided.possible[-1], sure=False)
    return replace(o, decided=decided, group="depends", strength="likely")


def _denied(row: Row) -> bool:
    """Whether a fact that was asked about is settled, and is not so."""
    o = row.obligation
    return o.group == "told" and o.about == "fact" and not row.grants


def _section(stage: Stage, bound: list[Row], depends: list[Row], asked: list[Obligation]) -> Section:
    return Section(
        stage,
        _ordered(bound, stage),
        _ordered(depends, stage),
        tuple(o for o in asked if (o.rule.stage or Stage.COMPANY) is stage and o.about != "sanction"),
    )


def _ordered(rows: Iterable[Row], stage: Stage) -> tuple[Row, ...]:
    """The rows of a moment; two that say the same of the same day are one."""
    kept: dict[tuple[object, ...], Row] = {}
    for row in rows:
        if row.stage is stage:
            kept.setdefault((row.shown, row.due, row.waits), row)
    return tuple(sorted(kept.values(), key=_rank))


def _rank(row: Row) -> tuple[int, bool, dt.date, bool, bool]:
    """Of one subject after another, what binds the production first, then what has a day."""
    firm = row.obligation.strength == "firm"
    return (
        SUBJECTS.index(row.rule.subject),
        not row.mine,
        row.due or dt.date.max,
        not firm,
        row.force is Polarity.INTERDIT,
    )


def _force(o: Obligation, first: Polarity) -> Polarity:
    """What a row does. Nothing where it depends; what binds obliges or forbids, and what does not neither, whatever its
    first statement does: that smoking is banned in summer is said of who smokes in winter."""
    asked = o.about if o.about in ("duty", "ban") else None
    yes = o.decided.outcome is not None and o.decided.outcome.verdict == "yes"
    if o.group == "depends":
        return Polarity.FAIT
    if o.group == "applies":
        if o.about in ("fact", "sanction") or first in _BINDING:
            return first
        return Polarity.INTERDIT if asked == "ban" else Polarity.OBLIGE
    if first not in _BINDING and not (o.denied and first is Polarity.N_OBLIGE_PAS):
        return first
    if o.group == "does_not_apply" and asked:
        return Polarity.PERMET if asked == "ban" else Polarity.N_OBLIGE_PAS
    return Polarity.PERMET if o.about == "right" and yes else Polarity.FAIT


_BINDING = (Polarity.OBLIGE, Polarity.INTERDIT)


def _row(
    o: Obligation, project: Project, facts: Facts, own: frozenset[str], ground: Ground, waits: Due | None = None
) -> Row:  # fmt: skip
    said = ground.sayings
    statements = [s for sid in o.shown if (s := said.statement(sid)) is not None]
    case = case_of(facts)
    figures = {*o.decided.used, *(n for p in o.rule.outcomes for n in names_of(p.when))}
    figures -= not_its(o.rule, own)
    reasons = next(
        (r for s in statements if (r := [x for x in reasons_of(s, case) if x.quantity.field in figures])), []
    )
    acted = day_of(o.rule.acted.value, facts) if o.rule.acted else None
    done = project.done.get(o.rule.id) or acted
    figured = {r.quantity.field.value for r in reasons}
    decides: list[tuple[str, str]] = []
    for name in o.decided.used:
        if name in FACETS:
            decides += [(name, value) for value in facet_values(name, o.decided, facts, ground.glossary)]
        elif name not in figured:
            decides.append((name, ""))
    if o.group in ("does_not_apply", "told"):
        its = without(facts, o.rule, own)
        decides += [("situation", v) for v in spared_by("situation", o.decided, its, ground.glossary)]
    for delay in (p.due for p in o.decided.outcomes if o.due and p.due and p.due.after):
        if delay.after and day_of(delay.after.value, facts):
            decides.append((delay.after.value, ""))
    if not decides and not reasons:
        decides = _why_told(o.rule, facts, ground)
    return Row(
        replace(o, due=None) if acted else o,
        bool(own & set(o.rule.bound)),
        _force(o, statements[0].polarity if statements else Polarity.FAIT),
        statements[0].polarity if statements else Polarity.FAIT,
        (statements[0].lead or statements[0].text) if statements else "",
        statements[0].en if statements else "",
        tuple(dict.fromkeys(decides)),
        tuple(reasons[:_REASONS]),
        tuple(said.of(o.shown)),
        tuple(said.of(o.needs)),
        None if done else waits or o.waits,
        tuple(said.of(o.next)),
        done,
        steps_of(o, facts, ground) if o.group in ("applies", "told") and not acted else (),
    )


def _why_told(rule: Rule, facts: Facts, ground: Ground) -> list[tuple[str, str]]:
    """The facts for which a rule is told to a project, where nothing decides it: what its `concerns` names and the
    project says, else the whole of a facet that it only asks to be known."""
    out: list[tuple[str, str]] = []
    for facet, value in facets_of(rule.concerns):
        said = facts.facets.get(facet, ())
        out += [(facet, v) for v in said if value in ground.glossary.broader(facet, v)]
    if not out:
        known = [n for n in named_known(rule.concerns) if facts.knows(n)]
        out += [(n, v) for n in known for v in (facts.facets.get(n, ()) if n in FACETS else ("",))]
    if not out:
        named = [i.field for i in rule.inputs if i.field not in OPEN_FACETS]
        named += [n for n in names_of(rule.concerns) if n in FACETS and n not in OPEN_FACETS]
        first = next((n for n in named if facts.facets.get(n)), "")
        out += [(first, v) for v in facts.facets.get(first, ())]
    return list(dict.fromkeys(out))
