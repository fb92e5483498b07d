"""The case of whoever asks, in figures: employees, turnover, budget… each with the words that say so.

Guarantee: a figure is of the case only when it is said of the asker; what is asked about (« le seuil, c'est 250
salariés ? »), what others have and a date are not: `figure_head` tells them apart, on examples. Values are in base units
(EUR, persons, kWh, m², kW, days).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from assistant.reading.figure_head import SURE, field_of, shares_of
from assistant.reading.kinds import WORDS
from assistant.reading.mention_head import NONE
from assistant.reading.mentions import FIELDS, Mention, mentions
from ingest.corpus.fiches import CaseField
from ingest.language.claims import Language
from ingest.language.lexical import fold

Origin = Literal["message", "earlier", "project"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure of the case: a value, or a range; the words it was read from; where it came from."""

    field: CaseField
    low: float
    high: float
    said: str
    origin: Origin = "message"

    @property
    def value(self) -> float | None:
        """The value, when it is one."""
        return self.low if self.low == self.high else None


Case = Mapping[CaseField, Quantity]
_NEAR, _BESIDE = 34, 25
"""Characters before a figure where what says it over again stands, and how near it ends."""
_MAY = 0.08
"""Share from which a figure may be the quantity that a question turns on."""


def read_case(text: str, language: Language = "fr") -> dict[CaseField, Quantity]:
    """The figures that a message says of its asker; several of one kind make a range, up to their sum."""
    return case_of(text, figures_of(text, language))


def figures_of(text: str, language: Language) -> list[tuple[Mention, dict[str, float]]]:
    """The figures of a text, each with how likely it is of each quantity."""
    found = mentions(text, language)
    return list(zip(found, shares_of(text, found), strict=True))


def case_of(text: str, read: list[tuple[Mention, dict[str, float]]]) -> dict[CaseField, Quantity]:
    """The case that the figures of a text tell."""
    out: dict[CaseField, Quantity] = {}
    for mention, shares in read:
        field = field_of(shares)
        if field is None:
            continue
        now = quantity(text, mention, field)
        again = _said_again(text[max(0, mention.start - _NEAR) : mention.start])
        out[field] = together(out[field], now) if field in out and not again else now
    return {f: _with_others(q, read) for f, q in out.items()}


def _said_again(before: str) -> bool:
    """Whether words end on what says a quantity over again: its total, or its correction."""
    folded = fold(before)
    return any(
        len(folded) - end < _BESIDE and not any(c in ".;?!" or c.isdigit() for c in folded[end:])
        for _, end in WORDS.find(folded, "restates")
    )


def _with_others(quantity: Quantity, read: list[tuple[Mention, dict[str, float]]]) -> Quantity:
    """An amount beside others that may be of the same: anything up to their sum."""
    field = quantity.field
    if field not in FIELDS["money"]:
        return quantity
    more = [
        m.high
        for m, row in read
        if m.unit == "money" and _MAY <= row.get(field.value, 0.0) < SURE and max(row, key=lambda k: row[k]) == NONE
    ]
    return quantity if not more else Quantity(field, quantity.low, quantity.high + sum(more), quantity.said)


def wanted(text: str, field: CaseField, language: Language = "fr") -> Quantity | None:
    """The one figure of a message that may be of a quantity which the question turns on; None when none may, or several
    do."""
    likely = [m for m, row in figures_of(text, language) if row.get(field.value, 0.0) >= _MAY]
    return quantity(text, likely[0], field) if len(likely) == 1 else None


def merged(before: Case, now: Case) -> dict[CaseField, Quantity]:
    """The case of a conversation: what a turn says replaces what was said before it."""
    kept = {f: Quantity(q.field, q.low, q.high, q.said, "earlier") for f, q in before.items()}
    return {**kept, **now}


def quantity(text: str, mention: Mention, field: CaseField) -> Quantity:
    """A figure of a text, as one of a case."""
    return Quantity(field, mention.low, mention.high, text[mention.start : mention.end].strip())


def together(one: Quantity, other: Quantity) -> Quantity:
    """Two figures of one quantity (two sites, two companies): anything from the least of them to their sum."""
    low, high = min(one.low, other.low), one.high + other.high
    return Quantity(one.field, low, high, f"{one.said}, {other.said}")
