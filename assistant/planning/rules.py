"""Rules as code on the case of a message: which matter a part is about, and what its rules decide.

Guarantee: a verdict is what the rules in force say of facts that the asker gave, one decision a body of law; it is firm
only when every rule that speaks decides, agrees and is firm itself. A rule that the case leaves open asks for the fact
that would settle it, and only of whoever gave some of its facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as dataclass_replace
from functools import cache
from typing import Literal

from assistant.planning.decide import reasons_of
from assistant.planning.plan import Opening, Reason, Verdict
from assistant.reading.case import Case, Quantity, wanted
from assistant.reading.kinds import question_types
from assistant.reading.message import Message, Part
from assistant.reading.question import Question
from ingest.corpus.cards import DependsOn, Kind
from ingest.corpus.deciding import Decided, Facts, decide, due_of, whether
from ingest.corpus.demarches import Words
from ingest.corpus.expressions import facets_of
from ingest.corpus.fiches import FACETS, AnswerType, CaseField, Polarity, Statement
from ingest.corpus.glossary import OPEN_FACETS, Glossary
from ingest.corpus.rules import DATES, DECISIONS, DateName, Outcome, Rule
from ingest.index.rules import RuleIndex

StatementOf = Callable[[str], Statement | None]


@dataclass(frozen=True, slots=True)
class RulesConfig:
    """`shown`: added, where a language model plans, to a rule that shows what was found; `apart`: how far below the
    nearest rule another one may then still be told; `obligations`: how near one of the form's own questions a question
    is, in cosine, that asks for all the obligations at once."""

    shown: float = 0.04
    apart: float = 0.07
    obligations: float = 0.9


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
    case: Mapping[CaseField, Quantity] = field(default_factory=dict)
    """Figures of the message that were read for it."""

    def likely(self) -> Settled:
        """The same, said as no more than likely."""
        openings = {sid: dataclass_replace(o, strength="likely") for sid, o in self.openings.items()}
        return dataclass_replace(self, strength="likely", openings=openings)


_CONTRARY: dict[Literal["yes", "no"], Literal["yes", "no"]] = {"yes": "no", "no": "yes"}


class RuleBook:
    """The rules of one snapshot."""

    def __init__(
        self,
        index: RuleIndex,
        glossary: Glossary,
        statement: StatementOf,
        facets: Callable[[str], Mapping[str, tuple[str, ...]]],
        config: RulesConfig | None = None,
    ) -> None:
        self.index, self.glossary, self.statement, self.config = index, glossary, statement, config or RulesConfig()
        settles = {rule.id: f"{rule.settles} {rule.settles_en}" for rule in index.rules}
        self._subject = cache(lambda rule: {f: frozenset(v) for f, v in facets(settles[rule]).items()})

    def settled(
        self, rule: str, message: Message, question: Question, part: Part, contrary: bool = False
    ) -> Settled | None:
        """What a rule, and those of other laws on the same matter, say; a figure that they turn on is looked for once
        more in the message. None for what is not asked of a rule."""
        matter = self.index.matter_of.get(rule)
        if matter is None or not asks_of(part, self.index.by_id[rule]):
            return None
        first = self.settle(matter, message, question, part, contrary)
        read: dict[CaseField, Quantity] = {}
        for field_ in {i.field for n in self.index.by_matter[matter] for i in self.index.rules[n].inputs}:
            if field_ in set(CaseField) and CaseField(field_) not in message.case:
                found = wanted(message.text, CaseField(field_), question.language)
                if found is not None:
                    read[found.field] = found
        if not read or (first is not None and first.verdict != "depends"):
            return first
        again = self.settle(matter, dataclass_replace(message, case={**message.case, **read}), question, part, contrary)
        if again is None or again.verdict == "depends":
            return first
        return dataclass_replace(again.likely(), case=read)

    def settle(
        self, matter: str, message: Message, question: Question, part: Part, contrary: bool = False,
        named: bool = False,
    ) -> Settled | None:  # fmt: skip
        """What the rules of a matter say; None when none speaks, or when the message gives none of their facts beyond
        the words of their subject, unless the matter was `named` as what the part asks. What is asked is the `contrary`
        of what they settle: « oui » is « non »."""
        facts = facts_of(message, question)
        rules = [self.index.rules[i] for i in self.index.by_matter[matter]]
        if not named and not any(self._concerns(rule, facts) for rule in rules):
            return None
        if message.known and not any(whether(rule.concerns, facts, self.glossary) for rule in rules):
            return None  # asked from a project that it does not concern
        found = [d for rule in rules if (d := decide(rule, facts, self.glossary)) is not None]
        decided = [d for d in found if d.outcome is not None]
        open_ = [d for d in found if d.outcome is None]
        if not decided:
            return self._open(open_) if open_ else None
        verdict_asked = wants_verdict(part, decided[0].rule)
        outcomes = [d.outcome for d in decided if d.outcome]
        if not verdict_asked and not any(o.due and due_of(o.due, facts) for o in outcomes):
            return None
        verdict, strength = _together(decided, open_)
        openings = {
            d.outcome.shown[0]: dataclass_replace(o, verdict=_CONTRARY[o.verdict]) if contrary else o
            for d in decided
            if d.outcome and (o := self._opening(d, facts, message, question, verdict_asked))
        }
        heads = _heads(outcomes, open_)
        return Settled(
            decided[0].rule,
            _CONTRARY[verdict] if contrary and verdict != "depends" else verdict,
            strength,
            heads,
            tuple(dict.fromkeys(s for o in outcomes for s in (*o.shown, *o.needs) if s not in heads)),
            tuple(dict.fromkeys(s for o in outcomes for s in o.next)),
            openings,
            self._asked((*open_, *decided)),
        )

    def _concerns(self, rule: Rule, facts: Facts) -> bool:
        """Whether a message gives a fact of a rule beyond the words of its subject: « les ZFE » says of nobody that
        they drive in one."""
        own = self._subject(rule.id)
        for wanted_ in rule.inputs:
            if wanted_.field not in FACETS:
                if facts.knows(wanted_.field):
                    return True
            elif set(facts.facets.get(wanted_.field, ())) - own.get(wanted_.field, frozenset()):
                return True
        return False

    def _open(self, open_: list[Decided]) -> Settled | None:
        """What may follow, and what to ask."""
        ask = self._asked(open_)
        if ask is None:
            return None
        heads = tuple(dict.fromkeys(o.shown[0] for d in open_ for o in d.possible))[:2]
        needs = tuple(dict.fromkeys(n for d in open_ for o in d.possible for n in o.needs))
        return Settled(open_[0].rule, "depends", "likely", heads, needs, depends_on=ask)

    def _asked(self, decisions: Iterable[Decided]) -> DependsOn | None:
        """The question to ask of whoever left a rule open, and the values of a facet among which he chooses: those
        against the one in question, or those that the rule tells apart."""
        found = next(((d.rule, d.missing) for d in decisions if d.missing), None)
        if found is None:
            return None
        rule, missing = found
        named = dict.fromkeys(v for o in rule.outcomes for f, v in facets_of(o.when) if f == missing.field)
        values = self.glossary.choices(missing.field, missing.value) if missing.value else tuple(named)
        return DependsOn(field=missing.field, ask=missing.ask, ask_en=missing.ask_en, values=values)

    def _opening(
        self, decided: Decided, facts: Facts, message: Message, question: Question, verdict_asked: bool
    ) -> Opening | None:
        """What the first statement of an outcome opens with; nothing for a verdict that depends."""
        outcome = decided.outcome
        if outcome is None or outcome.verdict == "depends":
            return None
        first = self.statement(outcome.shown[0])
        sure = decided.sure and outcome.strength == "firm" and first is not None and first.confidence == "haute"
        sure &= not set(decided.used) <= OPEN_FACETS  # words that may be said of another
        due = due_of(outcome.due, facts) if outcome.due else None
        reasons = self._reasons(decided, outcome.verdict == "yes", message.case)
        said = self._said(decided, message, question)
        matter = Words(fr=decided.rule.name, en=decided.rule.name_en) if decided.rule.name else None
        return Opening(outcome.verdict, "firm" if sure else "likely", reasons, said, due, verdict_asked, matter)

    def _reasons(self, decided: Decided, yes: bool, case: Case) -> tuple[Reason, ...]:
        """Figures of the case against the bounds of what is shown, for the facts that decide. Of a duty, a bound that
        is met gives « yes », and an exemption's « no »: another figure of the case is no reason."""
        duty = AnswerType.DOIS_JE in question_types(decided.rule.settles)
        for s in filter(None, map(self.statement, decided.outcome.shown if decided.outcome else ())):
            mine = [r for r in reasons_of(s, case) if r.quantity.field.value in decided.used]
            for_it = yes != (duty and s.polarity is Polarity.N_OBLIGE_PAS)
            telling = [r for r in mine if r.met == for_it] or ([] if duty else mine)
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


def _together(decided: list[Decided], open_: list[Decided]) -> tuple[Verdict, Literal["firm", "likely"]]:
    """What the decisions of a matter say as one: it depends when they disagree, or when « no » under one law leaves
    another open; firm when all decide, are sure, and rest on more than words that may be said of another."""
    outcomes = [d.outcome for d in decided if d.outcome]
    verdicts = {o.verdict for o in outcomes}
    if len(verdicts) > 1 or (open_ and verdicts == {"no"}) or verdicts == {"depends"}:
        return "depends", "likely"
    sure = not open_ and all(d.sure for d in decided) and all(o.strength == "firm" for o in outcomes)
    sure &= all(not set(d.used) <= OPEN_FACETS for d in decided)
    return outcomes[0].verdict, "firm" if sure else "likely"


def _heads(outcomes: list[Outcome], open_: list[Decided]) -> tuple[str, ...]:
    """What says the outcomes first; a law that is open is told too."""
    said = [s for o in outcomes for s in o.shown[: 2 if len(outcomes) == 1 else 1]]
    return tuple(dict.fromkeys((*said, *(d.possible[0].shown[0] for d in open_))))


def asks_of(part: Part, rule: Rule) -> bool:
    """Whether a part asks what a rule tells, first of all: « qu'encourt-on ? » wants no verdict."""
    return max(part.kinds, key=lambda k: part.kinds[k]) in rule.kinds


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
    if (decided := dates.get(DateName.DECISION.value)) is not None:  # of the decision that is asked about
        dates = {**{name.value: decided for name in DECISIONS}, **dates}
    if question.as_of.exercise:
        quantities["financial_year"] = (float(question.as_of.exercise),) * 2
    known = message.known.facets if message.known else {}
    return Facts(question.as_of.day, quantities, dates, {**known, **question.facets})
