"""What a project is read against: rules, statements, glossary and form of one snapshot.

Guarantee: rules and statements are those of the serving snapshot, so that every passage shown opens. A rule is told to
the projects that it concerns and to no other; one that presumes another is told when that one binds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.planning.obligations import Obligation, obligations
from assistant.planning.sayings import Sayings
from ingest.corpus.deciding import Facts, whether
from ingest.corpus.demarches import Demarche, Vocabulary
from ingest.corpus.expressions import facets_of
from ingest.corpus.glossary import Glossary
from ingest.corpus.intake import Intake
from ingest.corpus.rules import Rule
from ingest.index.snapshot import Snapshot


@dataclass(frozen=True)
class Ground:
    """One snapshot, as projects need it."""

    rules: tuple[Rule, ...]
    glossary: Glossary
    form: Intake
    sayings: Sayings
    demarches: tuple[Demarche, ...] = ()
    vocabulary: Vocabulary | None = None

    @classmethod
    def of(
        cls, snapshot: Snapshot, glossary: Glossary, form: Intake, demarches: tuple[Demarche, ...] = (),
        vocabulary: Vocabulary | None = None,
    ) -> Ground:  # fmt: skip
        """The ground of a snapshot; `vocabulary`: how the steps of `demarches` are said."""
        return cls(snapshot.rules.rules, glossary, form, Sayings(snapshot), demarches, vocabulary)

    def obligations(self, facts: Facts, rules: Iterable[Rule] | None = None) -> list[Obligation]:
        """What the rules that concern a project say of it, all of them by default."""
        told = [r for r in (self.rules if rules is None else rules) if whether(r.concerns, facts, self.glossary)]
        own = self.form.own_of(facts.facets)
        plain = [r for r in told if r.concerns == _ANY and not _apart(r)]
        out = obligations(facts, plain, self.glossary, self.sayings.statement)
        for rule in told:
            if rule.concerns == _ANY and not _apart(rule):
                continue
            found = obligations(
                without(facts, rule, own), [rule], self.glossary, self.sayings.statement, untold=rule.concerns != _ANY
            )
            out += [_of_others(o, own) for o in found]
        return _one_a_matter(out)

    def seeks(self, rule: Rule, facts: Facts) -> bool:
        """Whether a project seeks what a rule is about; anyone does when it is nothing that one seeks."""
        return not rule.sought or bool(whether(rule.sought, facts, self.glossary))

    @cached_property
    def set_aside(self) -> frozenset[str]:
        """What a project may put aside: rules, and values of facets to which it says no (`situation.drone`)."""
        said = (f"{facet}.{value}" for facet, values in self.glossary.facets.items() for value in values)
        return frozenset((*(r.id for r in self.rules), *said))

    @cached_property
    def looked_at(self) -> frozenset[tuple[str, str]]:
        """The `(facet, value)` pairs that some rule looks at, or a choice of the form says."""
        named = {p for r in self.rules for w in (*(o.when for o in r.outcomes), r.concerns) for p in facets_of(w)}
        chosen = {(f, v) for c in self.form.every for f, values in c.sets.items() for v in values}
        return frozenset(named | chosen)


_ANY = "true"


def _apart(rule: Rule) -> bool:
    """Whether a rule reads facts that bear the name of a project's own, and are not its."""
    return bool(rule.own_days or rule.own_figures or rule.theirs)


def not_its(rule: Rule, own: frozenset[str]) -> set[str]:
    """The figures that a rule reads under the name of a project's, and are not the project's: its own, and those of
    others, whom it binds."""
    figures = {f.value for f in rule.own_figures}
    return figures | (set() if own & set(rule.bound) else {f.value for f in rule.theirs})


def without(facts: Facts, rule: Rule, own: frozenset[str]) -> Facts:
    """The facts of a project without the days and figures that bear the name of some of the rule's own, nor its figures
    where the rule is about those of others, whom it binds."""
    days = {d.value for d in rule.own_days}
    figures = not_its(rule, own)
    if not days and not figures:
        return facts
    return replace(
        facts,
        dates={n: d for n, d in facts.dates.items() if n not in days},
        quantities={n: q for n, q in facts.quantities.items() if n not in figures},
    )


def _of_others(o: Obligation, own: frozenset[str]) -> Obligation:
    """A rule that turns on the figures of others, whom it binds, depends on them: a project is not asked for those."""
    wanted = o.decided.missing.field if o.group == "missing" and o.decided.missing else None
    of_others = wanted in {f.value for f in o.rule.theirs} and not own & set(o.rule.bound)
    return replace(o, group="depends") if of_others else o


def _one_a_matter(found: list[Obligation]) -> list[Obligation]:
    """One answer a matter and a body of law: a verdict before none, then what rests on more facts."""
    kept: dict[tuple[str, str], Obligation] = {}
    for o in found:
        place = (o.rule.matter, o.rule.regime.value)
        if place not in kept or _weight(o) > _weight(kept[place]):
            kept[place] = o
    return list(kept.values())


def _weight(o: Obligation) -> tuple[bool, int]:
    return o.decided.outcome is not None, len(o.decided.used)
