"""The facts that people say in words: which ones rules could use, and those that a model reads, each with its words.

Guarantee: a fact read is words of the message (or of the turn before, when that was shared), verbatim; a figure or a
day is what our own grammar reads in those words, never what the model writes; a value of a facet is one offered.
What a model reads is a fact of the case for rules to decide on, and is shown with its words, for its author to correct.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.reading.case import Quantity, together
from assistant.reading.dates import CaseDate
from assistant.reading.days import days_said
from assistant.reading.folding import Aligned
from assistant.reading.mentions import FIELDS, mentions
from assistant.reading.message import Message
from assistant.writing.reply import SaidFact
from ingest.corpus.expressions import facets_of
from ingest.corpus.fiches import FACETS, CaseField
from ingest.corpus.glossary import Glossary
from ingest.corpus.rules import DATES, DateName, Input, Rule, YearName

WHOLE = frozenset({"genre", "format", "aide", "taille"})
"""Facets short enough to be offered whole; of the others, the values that the rules at hand ask of."""
_BOUND_FIELDS = frozenset(f for fields in FIELDS.values() for f in fields)


@dataclass(frozen=True)
class Wanted:
    """A fact that a rule could use: how it is asked for, and, of a facet, its values with their labels."""

    field: str
    ask: str
    source: Input
    values: Mapping[str, str]

    def with_values(self, values: Mapping[str, str]) -> Wanted:
        """The same, with more values."""
        return replace(self, values={**self.values, **values})

    @property
    def kind(self) -> Literal["number", "day", "year", "choice"]:
        """What its words hold."""
        if self.field in FACETS:
            return "choice"
        if self.field in DATES:
            return "day"
        return "year" if self.field in set(YearName) else "number"


@dataclass(frozen=True)
class Known:
    """A fact that was read already, and the words that say it."""

    field: str
    value: str
    said: str


@dataclass
class Read:
    """What a model read: figures, days, values of facets with their words; and what was refused, with why."""

    case: dict[CaseField, Quantity] = field(default_factory=dict)
    dates: dict[DateName | YearName, CaseDate] = field(default_factory=dict)
    facets: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many facts were read."""
        return len(self.case) + len(self.dates) + sum(map(len, self.facets.values()))


def wanted_by(rules: Iterable[Rule], glossary: Glossary, english: bool) -> list[Wanted]:
    """The facts that some rules take, once each."""
    out: dict[tuple[str, str], Wanted] = {}
    for rule in rules:
        tested = {p for o in rule.outcomes for p in facets_of(o.when)}
        for i in rule.inputs:
            whole = i.field in WHOLE
            ask = i.ask_en if english else i.ask
            key = (i.field, ask if i.field in FACETS and not whole else "")
            values: dict[str, str] = {}
            if i.field in FACETS:
                known = glossary.facets.get(i.field, {})
                asked = set(known) if whole else {v for f, v in tested if f == i.field and i.value in (None, v)}
                asked |= {v for v, e in known.items() if asked & set(e.against)}
                asked |= {a for v in asked if v in known for a in known[v].against}
                values = {v: known[v].label for v in known if v in asked}
            before = out.get(key)
            out[key] = Wanted(i.field, ask, i, values) if before is None else before.with_values(values)
    return list(out.values())


def known_of(message: Message, glossary: Glossary, history: bool) -> list[Known]:
    """What was read of a message already; what was said in earlier turns only when they are shared."""
    out = [Known(f.value, _figure(q), q.said) for f, q in message.case.items() if history or q.origin != "earlier"]
    for name, day in message.dates.items():
        if history or name in message.question.dates:
            out.append(Known(name.value, f"{day.start.isoformat()}/{day.end.isoformat()}", day.said))
    for facet, values in message.question.facets.items():
        labels = glossary.facets.get(facet, {})
        out += [Known(facet, v, labels[v].label if v in labels else v) for v in values]
    return out


def read_facts(said: Sequence[tuple[SaidFact, Wanted]], message: Message, earlier_text: str) -> Read:
    """The facts that a model says are told, as far as their words hold them."""
    out, language = Read(), message.question.language
    for fact, wanted in said:
        words = said_in(fact.words, message.text) or said_in(fact.words, earlier_text)
        earlier = said_in(fact.words, message.text) is None
        if words is None:
            out.refused.append(f"« {fact.words} » n'est pas dans le message ({wanted.field})")
            continue
        if wanted.kind == "choice":
            if fact.value not in wanted.values:
                out.refused.append(f"{wanted.field} n'a pas la valeur « {fact.value} »")
                continue
            out.facets.setdefault(wanted.field, {})[fact.value] = words
        elif wanted.kind == "number":
            quantity = _quantity(words, CaseField(wanted.field), language, "earlier" if earlier else "message")
            if quantity is None:
                out.refused.append(f"« {words} » ne dit pas un chiffre de {wanted.field}")
                continue
            before = out.case.get(quantity.field)
            out.case[quantity.field] = quantity if before is None else together(before, quantity)
        else:
            days = days_said(words, message.question.today)
            if not days:
                out.refused.append(f"« {words} » ne dit pas de date de {wanted.field}")
                continue
            name = YearName(wanted.field) if wanted.kind == "year" else DateName(wanted.field)
            out.dates[name] = CaseDate(name, days[0].first, days[0].last, words[days[0].start : days[0].end])
    return out


def applied(message: Message, read: Read, misread: Iterable[Known]) -> Message:
    """A message with the facts that were read, without those that were not its asker's."""
    case, dates = dict(message.case), dict(message.dates)
    facets = {f: list(v) for f, v in message.question.facets.items()}
    for wrong in misread:
        case = {f: q for f, q in case.items() if f.value != wrong.field}
        dates = {n: d for n, d in dates.items() if n.value != wrong.field}
        if wrong.value in facets.get(wrong.field, ()):
            facets[wrong.field].remove(wrong.value)
    for facet, values in read.facets.items():
        facets[facet] = list(dict.fromkeys((*values, *facets.get(facet, ()))))
    kept = {f: tuple(v) for f, v in facets.items() if v}
    question = replace(message.question, facets=kept, dates={**message.question.dates, **read.dates})
    return replace(message, question=question, case={**case, **read.case}, dates={**dates, **read.dates})


def said_in(words: str, text: str, whole: bool = False) -> str | None:
    """The words as a text has them, spaces and case apart; None when it does not hold them, or they hold nothing.
    `whole`: with the rest of a word that they cut."""
    sought = " ".join(Aligned(words).folded.split())
    if not any(c.isalnum() for c in sought):
        return None
    line = Aligned(text)
    start = line.folded.find(sought)
    if start < 0:
        return None
    first, last = line.span_of(start, start + len(sought))
    while whole and first > 0 and text[first].isalnum() and text[first - 1].isalnum():
        first -= 1
    while whole and last < len(text) and text[last].isalnum() and text[last - 1].isalnum():
        last += 1
    return text[first:last]


def _figure(q: Quantity) -> str:
    return f"{q.low:g}" if q.low == q.high else f"{q.low:g}-{q.high:g}"


def _quantity(words: str, name: CaseField, language: Literal["fr", "en"], origin: Literal["message", "earlier"]) -> (
    Quantity | None
):  # fmt: skip
    """The first figure of some words whose unit may be of a quantity."""
    for m in mentions(words, language):
        if name in FIELDS.get(m.unit, ()) or name not in _BOUND_FIELDS:
            said = words[m.start : m.end].strip()
            unit = re.match(r"\s?[^\W\d_]+", words[m.end :]) if m.unit == "figure" else None
            return Quantity(name, m.low, m.high, f"{said}{unit.group() if unit else ''}", origin)
    return None
