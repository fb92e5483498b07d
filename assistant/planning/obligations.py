"""What applies to a case: every rule in force that its facts decide, or that one more fact would decide.

Guarantee: a verdict is `ingest.corpus.deciding`'s, on the facts given and nothing else; a rule of which the case tells
no fact is not told; one matter has one answer under one body of law. What a verdict means for whom it binds comes from
what the rule asks (a duty, a ban, a right, an exemption, a sanction) and from the force of what it shows first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.planning.verdicts import turned
from assistant.reading.kinds import question_types
from ingest.corpus.cards import Kind
from ingest.corpus.deciding import Decided, Facts, decide, due_of, tells
from ingest.corpus.fiches import AnswerType, Polarity, Statement
from ingest.corpus.glossary import Glossary
from ingest.corpus.rules import About, Due, Outcome, Paper, Rule

Group = Literal["applies", "does_not_apply", "depends", "missing", "told"]
"""`told`: settled, and it binds to nothing (a right that one has, a fact). `missing`: one more fact would settle it."""
GROUPS: tuple[Group, ...] = ("applies", "depends", "missing", "does_not_apply", "told")
_BINDS = (Polarity.OBLIGE, Polarity.INTERDIT)


@dataclass(frozen=True)
class Obligation:
    """What one rule says of a case."""

    decided: Decided
    about: About
    group: Group
    strength: Literal["firm", "likely"]
    due: date | None

    @property
    def rule(self) -> Rule:
        """The rule."""
        return self.decided.rule

    @property
    def waits(self) -> Due | None:
        """The delay that runs from a day which the case does not tell yet; None when it tells it, or there is none."""
        if self.due is not None:
            return None
        wanted = self.decided.missing.field if self.group == "missing" and self.decided.missing else None
        told = [o for o in self.decided.outcomes if o.verdict == "yes"]
        delays = [o.due for o in (told if self.decided.outcome else self.decided.possible) if o.due]
        return next((d for d in delays if wanted is None or d.after == wanted), None)

    @property
    def told(self) -> tuple[Outcome, ...]:
        """The outcomes that hold; of a rule that only waits for a day, the one whose delay runs from it."""
        waited = self.waits if self.decided.outcome is None else None
        open_ = sorted(self.decided.possible, key=lambda o: o.verdict != "yes")  # not what follows once it is too late
        return self.decided.outcomes or tuple(o for o in open_ if waited and o.due == waited)[:1]

    @property
    def documents(self) -> tuple[Paper, ...]:
        """What is handed over, or kept at hand."""
        said = [self.rule.documents if o.documents is None else o.documents for o in self.told]
        return tuple(dict.fromkeys(p for papers in said for p in papers)) if said else self.rule.documents

    @property
    def needs(self) -> tuple[str, ...]:
        """The statements without which what is shown misleads: first, that the text is not known to bind yet."""
        waited = (self.rule.awaits,) if self.rule.awaits else ()
        return tuple(dict.fromkeys((*waited, *(s for o in self.told for s in o.needs))))

    @property
    def shown(self) -> tuple[str, ...]:
        """The statements that say it; of a rule that is open, the first of each outcome that remains."""
        told = self.told
        said = (s for o in told for s in o.shown) if told else (o.shown[0] for o in self.decided.possible)
        return tuple(dict.fromkeys(said))

    @property
    def next(self) -> tuple[str, ...]:
        """The statements of what is to be done now."""
        return tuple(dict.fromkeys(s for o in self.told for s in o.next))

    @property
    def denied(self) -> bool:
        """Whether it is a right that one has not."""
        return self.about == "right" and self.decided.outcome is not None and self.decided.outcome.verdict == "no"


def obligations(
    facts: Facts,
    rules: Iterable[Rule],
    glossary: Glossary,
    statement: Callable[[str], Statement | None],
    untold: bool = False,
) -> list[Obligation]:
    """What rules say of a case, one a matter and a body of law: within a group, what is due first, then what is firm,
    then the order of the rules. `untold`: rules of which the case tells no fact, too."""
    kept: dict[tuple[str, str], Decided] = {}
    for rule in rules:
        if not untold and not any(tells(facts, wanted, rule, glossary) for wanted in rule.inputs):
            continue
        found = decide(rule, facts, glossary)
        if found is None or (found.outcome is None and found.missing is None):
            continue
        place = (rule.matter, rule.regime.value)
        if place not in kept or _weight(found) > _weight(kept[place]):
            kept[place] = found
    rows = [_row(found, facts, statement) for found in kept.values()]
    return sorted(rows, key=lambda o: (GROUPS.index(o.group), o.due or date.max, o.strength != "firm"))


def about_of(rule: Rule) -> About:
    """What a rule asks: what it says of itself, else what its question asks."""
    if rule.about:
        return rule.about
    if Kind.SANCTION in rule.kinds:
        return "sanction"
    asked = set(question_types(rule.settles))
    if AnswerType.PUIS_JE in asked:
        return "ban" if turned(rule.settles, _MAY) else "right"
    if turned(rule.settles, _MUST):
        return "exemption"
    return "duty" if AnswerType.DOIS_JE in asked else "fact"


_MAY, _MUST = "Peut-on ?", "Doit-on ?"


def _weight(found: Decided) -> tuple[bool, int]:
    """How much a rule has to say beside another of its matter: a verdict, and the facts that it rests on."""
    return found.outcome is not None, len(found.used)


def _row(found: Decided, facts: Facts, statement: Callable[[str], Statement | None]) -> Obligation:
    outcome, about = found.outcome, about_of(found.rule)
    if outcome is None:
        return Obligation(found, about, "missing", "likely", None)
    days = [day for o in found.outcomes if o.due and (day := due_of(o.due, facts))]
    due = min(days, default=None)
    group = _group(about, outcome, statement(found.outcomes[0].shown[0]))
    if group == "applies" and found.rule.awaits:
        group = "depends"  # a text that is not known to bind yet binds nobody for sure
    firm = found.sure and found.outcomes[0].strength == "firm" and group != "depends"
    return Obligation(found, about, group, "firm" if firm else "likely", due)


def _group(about: About, outcome: Outcome, first: Statement | None) -> Group:
    """Whether a verdict binds. A right that one has not is a ban when a duty or a ban says so; a right that a duty
    gives, or that a day ends (« puis-je encore déposer ? »), is that duty."""
    if outcome.verdict == "depends":
        return "depends"
    yes = outcome.verdict == "yes"
    if about == "check":
        return "depends" if yes else "told"
    force = first.polarity if first else Polarity.FAIT
    if about in ("duty", "ban", "sanction"):
        return "applies" if yes else "does_not_apply"
    if about == "exemption":
        return "does_not_apply" if yes else "applies"
    if outcome.due is not None:
        return "applies"  # what a day ends, whether it has passed or not
    if about == "right":
        return "applies" if force is Polarity.OBLIGE or (not yes and force in _BINDS) else "told"
    if yes and force in _BINDS:
        return "applies"
    return "does_not_apply" if not yes and force is Polarity.N_OBLIGE_PAS else "told"
