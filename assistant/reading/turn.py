"""The case of a turn that goes on with a case: what it says of it, and the figures that it says over again.

Guarantee: a figure takes the place of the one that it can be of (its unit, its words, its size); those that the turn
does not say over stay. A bare figure has the unit and the scale of the one whose place it takes; one that is denied is
dropped.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from assistant.answer import Act
from assistant.reading.case import Case, Quantity, case_of, figures_of, quantity
from assistant.reading.figure_head import field_of
from assistant.reading.kinds import WORDS, asks
from assistant.reading.mention_head import NONE
from assistant.reading.mentions import FIELDS, Mention, mentions
from ingest.corpus.fiches import CaseField
from ingest.language.claims import Language
from ingest.language.lexical import fold

TELLS = frozenset({"ask", "correct", "doubt", "out_of_field"})
"""The acts of a turn that may tell figures of the case over again; the others count lines, points, sources."""
ON_THE_ANSWER: frozenset[Act] = frozenset({"summarise", "simplify", "translate", "draft", "checklist", "doubt"})
"""Acts that are made from the answer on screen, and from what stands beside it."""
_NUMBER = re.compile(r"\d(?:[\d\s.,]*\d)?")
_HELD, _UNTOLD = 12.0, 0.05
"""How much likelier a figure of such a turn is of a quantity already said; how likely it is of one that the head does
not read of its unit."""
_NEAREST = 2.0
"""Powers of ten by which a bare figure may differ from the one whose place it takes."""
_SHORT = 8
"""Words of a turn that asks nothing and says little but a figure: it says it over again."""
_COUNTED = re.compile(
    r"\s(?!dans\b|mais\b|plus\b|sans\b|nous\b|vous\b|alors\b|apr[eè]s\b|ans\b|this\b)[a-zéèêîôûç]{3,}[sx]\b",
    re.IGNORECASE,
)
"""What a number counts, in the plural, where it has no unit that a case knows."""


def continued(text: str, before: Case, language: Language = "fr", corrects: bool = False) -> dict[CaseField, Quantity]:
    """What a turn says of a case: what it says of itself and, where it asks nothing or corrects, what it says over
    again of the figures before it."""
    if not before or not (corrects or not asks(text)):
        return _unnamed(text, before, language)
    said = corrected(text, language)
    read = figures_of(said, language) or figures_of(said, "fr" if language == "en" else "en")
    if not read and corrects:
        return _rescaled(text, before, language)
    again = corrects or len(text.split()) <= _SHORT
    options = [_options(said, m, shares, before, again) for m, shares in read if corrects or not _counts(said, m)]
    taken: dict[CaseField, tuple[float, Quantity]] = {}
    for row in options:
        for weight, found in row:
            if found.field not in taken or taken[found.field][0] < weight:
                taken[found.field] = (weight, found)
                break
    return {field: found for field, (_, found) in taken.items()}


def _counts(text: str, mention: Mention) -> bool:
    """Whether a number without a unit counts something that no case holds (« 3 épisodes »)."""
    return mention.unit == "figure" and _COUNTED.match(text[mention.end :]) is not None


def _options(
    text: str, mention: Mention, shares: dict[str, float], before: Case, again: bool
) -> list[tuple[float, Quantity]]:
    """What a figure of the turn may be, the likeliest first; none where it is likelier of no case."""
    bare = mention.unit == "figure"
    weights = {CaseField(name): share for name, share in shares.items() if name != NONE}
    if bare:
        weights = {f: weights.get(f, 0.0) for f in (*weights, *(f for f in before if f not in weights))}
    out: list[tuple[float, Quantity]] = []
    none = shares.get(NONE, 0.0)
    for field, share in weights.items():
        now = quantity(text, mention, field)
        if field in before:
            old = before[field]
            now = _scaled(now, old) if bare or now.high < 1000 <= old.high else now
            away = abs(math.log10(max(now.high, 1e-3) / max(old.high, 1e-3)))
            if bare and away > _NEAREST:
                continue
            share = share / _HELD if _repeats(now, before) else _HELD * max(share, _UNTOLD) * math.exp(-away / 2)
        out.append((share, now))
    if not out:
        return []
    out.sort(key=lambda row: -row[0])
    if again and out[0][1].field in before:
        none /= _HELD
    return out if out[0][0] > none else []


def _repeats(found: Quantity, before: Case) -> bool:
    old = before.get(found.field)
    return old is not None and (old.low, old.high) == (found.low, found.high)


def _scaled(now: Quantity, old: Quantity) -> Quantity:
    """A bare figure in the scale of the one whose place it takes (« 2,7 GWh… pardon, 2,8 »), if so it is nearer."""
    written = _NUMBER.search(old.said)
    number = mentions(written.group()) if written else []
    scale = round(old.high / number[0].high, 6) if number and number[0].high else 1.0
    scaled = replace(now, low=round(now.low * scale, 6), high=round(now.high * scale, 6))
    return min(now, scaled, key=lambda q: abs(math.log10(max(q.high, 1e-3) / max(old.high, 1e-3))))


def _rescaled(text: str, before: Case, language: Language) -> dict[CaseField, Quantity]:
    """A correction of the unit alone (« MWh, pas kWh »): the last figure that it can be of, in that unit."""
    for field in reversed(list(before)):
        old = before[field]
        number = _NUMBER.search(old.said)
        for word in re.finditer(r"[^\W\d_]+[²³€]?", text):
            if number is None or _denied(text[: word.start()], language):
                continue
            told = f"{number.group()} {word.group()}"
            for m in mentions(told, language):
                if m.end == len(told) and field in FIELDS[m.unit] and m.high != old.high and m.unit != "figure":
                    return {field: Quantity(field, m.low, m.high, told)}
    return {}


def _unnamed(text: str, before: Case, language: Language) -> dict[CaseField, Quantity]:
    """The case of a question: what it says, and amounts that it leaves unnamed, of the last amount said."""
    read = figures_of(text, language)
    found = case_of(text, read)
    money = next((f for f in reversed(list(before)) if f in FIELDS["money"] and f not in found), None)
    for mention, shares in read:
        if money and mention.unit == "money" and field_of(shares) is None:
            found[money] = quantity(text, mention, money)
    return found


def _denied(before: str, language: Language) -> bool:
    """Whether words end on what denies the figure that follows; « non » that opens a turn denies the whole turn before
    it."""
    folded = fold(before)
    head = folded[: WORDS.closing(folded, f"article {language}")]
    start = WORDS.closing(head, f"denies {language}")
    return start < len(head) and (start > 0 or not WORDS.has(head, "no"))


def corrected(text: str, language: Language = "fr") -> str:
    """A correction without the figures that it denies (« pas 9 kW mais 19 »: « mais 19 kW »)."""
    found = mentions(text, language)
    denied = [m for m in found if _denied(text[: m.start], language)]
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
