"""The case of whoever asks, in figures: employees, turnover, budget… each with the words that say so.

Guarantee: a figure is of the case only when it is said of the asker; what is asked about (« le seuil, c'est 250
salariés ? »), what others have and a date are not: `figure_head` tells them apart, on examples. Values are in base units
(EUR, persons, kWh, m², kW, days).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from assistant.reading.figure_head import SURE, field_of, shares_of
from assistant.reading.mention_head import NONE
from assistant.reading.mentions import FIELDS, Mention, mentions
from ingest.corpus.fiches import CaseField
from ingest.language.claims import Language

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
_RESTATED = re.compile(
    r"\b(?:pardon|sorry|soit|donc|non|en fait|plutôt|total|so|i\.e\.|no|actually|rather)\b[^.;?!\d]{0,24}$",
    re.IGNORECASE,
)
"""What says a quantity over again: its total, or its correction."""
_NEAR = 34
_MAY = 0.08
"""Share from which a figure may be the quantity that a question turns on."""


def read_case(text: str, language: Language = "fr") -> dict[CaseField, Quantity]:
    """The figures that a message says of its asker; several of one kind make a range, up to their sum."""
    return _case(text, _read(text, language))


def _read(text: str, language: Language) -> list[tuple[Mention, dict[str, float]]]:
    """The figures of a text, each with how likely it is of each quantity."""
    found = mentions(text, language)
    return list(zip(found, shares_of(text, found), strict=True))


def _case(text: str, read: list[tuple[Mention, dict[str, float]]]) -> dict[CaseField, Quantity]:
    out: dict[CaseField, Quantity] = {}
    for mention, shares in read:
        field = field_of(shares)
        if field is None:
            continue
        now = _quantity(text, mention, field)
        restated = _RESTATED.search(text[max(0, mention.start - _NEAR) : mention.start])
        out[field] = together(out[field], now) if field in out and not restated else now
    return {f: _with_others(q, read) for f, q in out.items()}


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
    likely = [m for m, row in _read(text, language) if row.get(field.value, 0.0) >= _MAY]
    return _quantity(text, likely[0], field) if len(likely) == 1 else None


def continued(text: str, before: Case, language: Language = "fr") -> dict[CaseField, Quantity]:
    """The case of a turn that goes on with a case: what it says of it, and amounts that it leaves unnamed, of the last
    amount said (« 1 800 salariés mais 410 M€ »)."""
    read = _read(text, language)
    found = _case(text, read)
    money = next((f for f in reversed(list(before)) if f in FIELDS["money"] and f not in found), None)
    for mention, shares in read:
        if money and mention.unit == "money" and field_of(shares) is None:
            found[money] = _quantity(text, mention, money)
    return found


def recounted(text: str, before: Case, language: Language = "fr") -> dict[CaseField, Quantity]:
    """The case of a correction that gives a bare figure (« pardon, 5 400 »): that of the last quantity said; nothing when
    nothing was said before."""
    found = mentions(text, language)
    if not before or len(found) != 1:
        return {}
    field = list(before)[-1]
    return {field: _quantity(text, found[0], field)}


_DENIED: dict[Language, re.Pattern[str]] = {
    "fr": re.compile(r"\b(?:pas|non|au lieu d[eu]|plutôt que)\s(?:l[ea]s?\s|d[eu]s?\s|à\s)?$", re.IGNORECASE),
    "en": re.compile(r"\b(?:not|instead of|rather than|isn't|wasn't)\s(?:the\s|an?\s)?$", re.IGNORECASE),
}
"""What denies the figure that follows."""
_NUMBER = re.compile(r"[\d\s.,\u00a0\u202f]+")


def corrected(text: str, language: Language = "fr") -> str:
    """A correction without the figure that it denies (« pas 9 kW mais 19 »: « mais 19 kW »)."""
    found = mentions(text, language)
    denied = [m for m in found if _DENIED[language].search(text[: m.start])]
    kept = [m for m in found if m not in denied]
    if len(denied) != 1 or len(kept) != 1:
        return text
    old, new = denied[0], kept[0]
    unit = _NUMBER.sub("", text[old.start : old.end], count=1).strip()
    bare = not _NUMBER.sub("", text[new.start : new.end]).strip()
    told = f"{text[new.start : new.end].strip()} {unit}" if bare and unit else text[new.start : new.end]
    if old.start < new.start:
        return f"{text[: old.start]}{text[old.end : new.start]}{told}{text[new.end :]}"
    return f"{text[: new.start]}{told}{text[new.end : old.start]}{text[old.end :]}"


def merged(before: Case, now: Case) -> dict[CaseField, Quantity]:
    """The case of a conversation: what a turn says replaces what was said before it."""
    kept = {f: Quantity(q.field, q.low, q.high, q.said, "earlier") for f, q in before.items()}
    return {**kept, **now}


def _quantity(text: str, mention: Mention, field: CaseField) -> Quantity:
    return Quantity(field, mention.low, mention.high, text[mention.start : mention.end].strip())


def together(one: Quantity, other: Quantity) -> Quantity:
    """Two figures of one quantity (two sites, two companies): anything from the least of them to their sum."""
    low, high = min(one.low, other.low), one.high + other.high
    return Quantity(one.field, low, high, f"{one.said}, {other.said}")
