"""Rules as code on the case of a message: which matter a part is about, and what its rules decide (DESIGN §4 Decide).

Guarantee: a verdict is what the rules in force say of facts that the asker gave, one decision a body of law; it is firm
only when every rule that speaks decides, agrees and is firm itself. A rule that the case leaves open asks for the fact
that would settle it, and only of whoever gave some of its facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.planning.decide import reasons_of
from assistant.planning.plan import Opening, Reason, Verdict
from assistant.planning.verdicts import nearest_ask, turned
from assistant.reading.case import Case
from assistant.reading.message import Message, Part
from assistant.reading.question import Question
from ingest.corpus.cards import DependsOn, Kind
from ingest.corpus.deciding import Decided, Facts, decide, due_of
from ingest.corpus.fiches import FACETS, Statement
from ingest.corpus.glossary import Glossary
from ingest.corpus.rules import DATES, Rule
from ingest.index.rules import RuleIndex

StatementOf = Callable[[str], Statement | None]


@dataclass(frozen=True, slots=True)
class RulesConfig:
    """When a part is a rule's: how near its question is to the rule's own, on top of what it would be answered by."""

    named: float = 0.06
    """Added to the nearness of a matter that names the head of the best option."""
    topic: float = 0.03
    """Added to that of a matter of the same topic."""
    near: float = 0.93
    kind: float = 0.3


@dataclass(frozen=True)
class Settled:
    """What the rules of a matter say of a case together: the statements that say it first, each with what it opens
    with."""

    rule: Rule
    verdict: Verdict
    strength: Literal["firm", "likely"]
    heads: tuple[str, ...]
    needs: tuple[str, ...]
    next: tuple[str, ...] = ()
    openings: Mapping[str, Opening] = field(default_factory=dict)
    depends_on: DependsOn | None = None


_CONTRARY: dict[Literal["yes", "no"], Literal["yes", "no"]] = {"yes": "no", "no": "yes"}


class RuleBook:
    """The rules of one snapshot."""

    def __init__(
        self, index: RuleIndex, glossary: Glossary, statement: StatementOf, config: RulesConfig | None = None
    ) -> None:
        self.index, self.glossary, self.statement, self.config = index, glossary, statement, config or RulesConfig()
        self._topics = cache(lambda i: {s.topic for o in index.rules[i].outcomes for s in map(statement, o.shown) if s})

    def matter(self, part: Part, vector: NDArray[np.float32], heads: list[Statement]) -> tuple[str, bool] | None:
        """The matter that a part is about, given what would answer it otherwise, and whether the part asks its contrary.
        None when no rule settles it."""
        c = self.config
        near = self.index.similarities(vector)
        best: float = c.near
        found: tuple[str, bool] | None = None
        ids, topics = {s.id for s in heads}, {s.topic for s in heads}
        for i, rule in enumerate(self.index.rules):
            score = float(near[i])
            score += c.named if ids & set(rule.statements) else c.topic if topics & self._topics(i) else 0.0
            if score <= best or max(part.kinds.get(k, 0.0) for k in rule.kinds) < c.kind:
                continue
            contrary: bool | None = False
            if wants_verdict(part, rule):
                asks = (rule.settles, rule.settles_en, *rule.asks)
                contrary = turned(part.text, nearest_ask(part.text, asks))
            if contrary is not None:
                best, found = score, (rule.matter, contrary)
        return found

    def settle(
        self, matter: str, message: Message, question: Question, part: Part, contrary: bool = False
    ) -> Settled | None:
        """What the rules of a matter say; None when none speaks, or when the message gives none of their facts. What is
        asked is the `contrary` of what they settle: « oui » is « non »."""
        facts = facts_of(message, question)
        rules = [self.index.rules[i] for i in self.index.by_matter[matter]]
        found = [d for rule in rules if (d := decide(rule, facts, self.glossary)) is not None]
        if not any(facts.knows(i.field) for d in found for i in d.rule.inputs):
            return None
        decided = [d for d in found if d.outcome is not None]
        open_ = [d for d in found if d.outcome is None]
        if not decided:
            return self._open(open_) if open_ else None
        outcomes = [d.outcome for d in decided if d.outcome]
        verdict_asked = wants_verdict(part, decided[0].rule)
        if not verdict_asked and not any(o.due and due_of(o.due, facts) for o in outcomes):
            return None
        verdicts = {o.verdict for o in outcomes}
        sure = not open_ and all(d.sure for d in decided) and all(o.strength == "firm" for o in outcomes)
        split = len(verdicts) > 1 or (open_ and verdicts == {"no"})  # « no » under one law, while another is open
        verdict: Verdict = "depends" if split else outcomes[0].verdict
        heads = tuple(dict.fromkeys(s for o in outcomes for s in o.shown[: 2 if len(outcomes) == 1 else 1]))
        rest = tuple(dict.fromkeys(s for o in outcomes for s in (*o.shown, *o.needs) if s not in heads))
        missing = next((d.missing for d in (*open_, *decided) if d.missing), None)
        openings = {
            d.outcome.shown[0]: replace(o, verdict=_CONTRARY[o.verdict]) if contrary else o
            for d in decided
            if d.outcome and (o := self._opening(d, facts, message, question, verdict_asked))
        }
        return Settled(
            decided[0].rule,
            _CONTRARY[verdict] if contrary and verdict != "depends" else verdict,
            "firm" if sure and verdict != "depends" else "likely",
            heads,
            rest,
            tuple(dict.fromkeys(s for o in outcomes for s in o.next)),
            openings,
            DependsOn(field=missing.field, ask=missing.ask, ask_en=missing.ask_en) if missing else None,
        )

    def _open(self, open_: list[Decided]) -> Settled | None:
        """What may follow, and what to ask."""
        missing = next((d.missing for d in open_ if d.missing), None)
        if missing is None:
            return None
        heads = tuple(dict.fromkeys(o.shown[0] for d in open_ for o in d.possible))[:2]
        needs = tuple(dict.fromkeys(n for d in open_ for o in d.possible for n in o.needs))
        ask = DependsOn(field=missing.field, ask=missing.ask, ask_en=missing.ask_en)
        return Settled(open_[0].rule, "depends", "likely", heads, needs, depends_on=ask)

    def _opening(
        self, decided: Decided, facts: Facts, message: Message, question: Question, verdict_asked: bool
    ) -> Opening | None:
        """What the first statement of an outcome opens with; nothing for a verdict that depends."""
        outcome = decided.outcome
        if outcome is None or outcome.verdict == "depends":
            return None
        first = self.statement(outcome.shown[0])
        sure = decided.sure and outcome.strength == "firm" and first is not None and first.confidence == "haute"
        due = due_of(outcome.due, facts) if outcome.due else None
        reasons = self._reasons(decided, outcome.verdict == "yes", message.case)
        said = self._said(decided, message, question)
        return Opening(outcome.verdict, "firm" if sure else "likely", reasons, said, due, verdict_asked)

    def _reasons(self, decided: Decided, yes: bool, case: Case) -> tuple[Reason, ...]:
        """Figures of the case against the bounds of what is shown, for the facts that decide."""
        for s in filter(None, map(self.statement, decided.outcome.shown if decided.outcome else ())):
            mine = [r for r in reasons_of(s, case) if r.quantity.field.value in decided.used]
            telling = [r for r in mine if r.met == yes] or mine
            if telling:
                return tuple(telling[: 2 if yes else 1])
        return ()

    def _said(self, decided: Decided, message: Message, question: Question) -> tuple[tuple[str, str], ...]:
        """The days that decide, by name, in the words of the message; the values of facets that do, by their label."""
        out: dict[str, str] = {}
        for name in decided.used:
            if name in DATES and (day := next((d for n, d in message.dates.items() if n.value == name), None)):
                out[name] = day.said
            elif name in FACETS and name != "acteur" and question.language == "fr":  # labels are French
                for value in question.facets.get(name, ())[:2]:
                    out[value] = self.glossary.facets[name][value].label
        return tuple(out.items())


def wants_verdict(part: Part, rule: Rule) -> bool:
    """Whether a part asks a rule for a yes or no, and not for the day or the person that it tells too."""
    return max(rule.kinds, key=lambda k: part.kinds.get(k, 0.0)) is Kind.YES_NO


def facts_of(message: Message, question: Question) -> Facts:
    """The facts of a message, as rules see them."""
    quantities = {f.value: (q.low, q.high) for f, q in message.case.items()}
    dates = {}
    for name, day in message.dates.items():
        if name.value in DATES:
            dates[name.value] = (day.start, day.end)
        else:
            quantities[name.value] = (float(day.end.year), float(day.end.year))
    if question.as_of.exercise:
        quantities["financial_year"] = (float(question.as_of.exercise),) * 2
    return Facts(question.as_of.day, quantities, dates, question.facets)
