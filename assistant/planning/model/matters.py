"""The rules that a message may turn on, and what they decide on its facts.

Guarantee: a rule is offered because its questions are near the message or one of its parts, or because it shows what
was found; what it decides is `RuleBook`'s, on facts with their words. A model names the rule that settles a part: it
never says what the rule says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.planning.local import LocalPlanner
from assistant.planning.plan import Opening
from assistant.planning.rules import Settled, facts_of
from assistant.reading.message import Message, Part
from ingest.corpus.cards import Kind
from ingest.corpus.deciding import decide
from ingest.corpus.fiches import CaseField
from ingest.corpus.rules import Rule

MOST = 8


@dataclass(frozen=True)
class Matter:
    """One question that rules settle together, one a body of law; `near`: how near the message its questions are."""

    name: str
    rules: tuple[Rule, ...]
    near: float

    def settles(self, english: bool) -> str:
        """What it settles."""
        first = self.rules[0]
        return first.settles_en if english else first.settles


class Matters:
    """The matters of one snapshot."""

    def __init__(self, local: LocalPlanner) -> None:
        self.local, self.book = local, local.rules
        self.index = self.book.index
        self._statements = [frozenset(rule.statements) for rule in self.index.rules]

    def near(self, vectors: Sequence[NDArray[np.float32]], found: Sequence[str]) -> list[Matter]:
        """The matters that a message may turn on, nearest first; `found`: the statements found first."""
        if not self.index.rules or not vectors:
            return []
        scores = self.index.similarities(*vectors)
        shown = set(found)
        named = np.array([not shown.isdisjoint(of_rule) for of_rule in self._statements])
        weighed = scores + np.float32(self.book.config.shown) * named
        out: dict[str, Matter] = {}
        for i in np.argsort(-weighed).tolist():
            name = self.index.rules[i].matter
            if name not in out:
                rules = tuple(self.index.rules[n] for n in self.index.by_matter[name])
                out[name] = Matter(name, rules, float(weighed[i]))
            if len(out) == MOST:
                break
        best = max((m.near for m in out.values()), default=0.0)
        return [m for m in out.values() if m.near >= best - self.book.config.apart]

    def settled(
        self, matter: Matter, message: Message, verdict: bool = True, contrary: bool = False, named: bool = False
    ) -> Settled | None:
        """What a matter's rules say of a message; `verdict`: yes or no is asked, else the day that they set, or what
        they show and the figures that decide; `named`: a model says that the matter is what is asked."""
        if not verdict:
            others = {k for r in matter.rules for k in r.kinds} - {Kind.YES_NO}
            due = self._settle(matter, message, others, contrary, named) if others else None
            if due is not None and due.openings:
                return due
        settled = self._settle(matter, message, {Kind.YES_NO}, contrary, named)
        if settled is None or verdict:
            return settled
        return replace(settled, openings={s: replace(o, asked=False) for s, o in settled.openings.items()})

    def _settle(
        self, matter: Matter, message: Message, asked: AbstractSet[Kind], contrary: bool, named: bool
    ) -> Settled | None:
        part = Part(message.text, {k: float(k in asked) for k in Kind})
        settled = self.book.settle(matter.name, message, message.question, part, contrary, named)
        return None if settled is None else replace(settled, openings=self._with_figures(settled, matter, message))

    def _with_figures(self, settled: Settled, matter: Matter, message: Message) -> dict[str, Opening]:
        """The openings, each with the figures of the case that its rule rests on: « Non (12 salariés) : »."""
        facts, out = facts_of(message, message.question), {}
        used: dict[str, tuple[str, ...]] = {}
        for rule in matter.rules:
            decided = decide(rule, facts, self.book.glossary)
            if decided is not None and decided.outcome is not None:
                known = tuple(i.field for i in rule.inputs if facts.knows(i.field))
                used[decided.outcome.shown[0]] = decided.used or known
        for n, (statement, opening) in enumerate(settled.openings.items()):
            first = self.book.statement(statement)
            bounds = first.bounds if first else ()
            told = {r.quantity.field for r in opening.because if r.bound in bounds}
            figures = [
                (n, message.case[CaseField(n)].said)
                for n in used.get(statement, ())
                if n in set(CaseField) and CaseField(n) in message.case and CaseField(n) not in told
            ]
            out[statement] = replace(opening, said=(*(() if n else figures), *opening.said))
        return out


def statements_of(settled: Iterable[Settled]) -> list[str]:
    """What decided matters show, in order."""
    return list(dict.fromkeys(s for one in settled for s in (*one.heads, *one.needs)))
