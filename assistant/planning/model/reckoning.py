"""What a model asks to be reckoned: figures of the message, put together and held against one of the evidence.

Guarantee: every figure is words of the message or of what is shown, read by our own grammar; the sum is ours and is
shown whole (« 131 000 € − 22 000 € = 109 000 €, au-dessus de 100 000 € »), so that its reader can do it again. What is
put together or compared is of one unit, or counts one thing, read where the figure stands whatever was copied of it; a
figure that says neither takes those of the first (« 750 litres, eux 500 »), never those of a threshold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from assistant.planning.model.facts import said_in
from assistant.planning.model.reply import Reckon
from assistant.reading.mentions import Mention, mentions
from ingest.language.claims import Language
from ingest.language.lexical import fold

_LOOSE = {"persons": "staff", "figure": ""}
_SIGNS = {"sum": " + ", "less": " − ", "times": " × "}
_SHARE = {"fr": " sur ", "en": " of "}
_AGAINST = {
    "fr": ("au-dessous de", "exactement", "au-dessus de"), "en": ("below", "exactly", "above"),
}  # fmt: skip
_FROM = r"au moins|atte\w+|a partir|a compter|des|at least|reach\w*|from|ou plus"
_ABOVE = r"plus de|depass\w*|exced\w*|superieur\w*|au-dela|more than|exceed\w*|over|above"
_UP_TO = r"au plus|jusqu'a|ne depass\w+ pas|n'exced\w+ pas|at most|up to|no more than|does not exceed"
_BELOW = r"moins de|sous|inferieur\w*|en dessous|less than|under|below|fewer than"
_BOUND = re.compile(rf"\b(?:(?P<up_to>{_UP_TO})|(?P<below>{_BELOW})|(?P<from>{_FROM})|(?P<above>{_ABOVE}))\b")
_COUNTED = re.compile(r"[\s\u00a0\u202f]+(?P<noun>[^\W\d_]{1,}(?:-[^\W\d_]+)*)")
"""The word that follows a figure without a unit: what it counts."""
_REACH = 110
"""Characters before a threshold within which the words that make it one stand."""


@dataclass(frozen=True)
class Figure:
    """A figure as it is written: its value in base units, its unit, the words, what one written unit is worth, and the
    noun that it counts, where it has no unit."""

    value: Decimal
    unit: str
    words: str
    scale: Decimal
    tail: str
    noun: str = ""

    @property
    def bare(self) -> bool:
        """Whether nothing says what it is of."""
        return not self.unit and not self.noun


@dataclass(frozen=True)
class Reckoned:
    """A sum, said whole; and whether it meets the threshold that it is held against, where the text says which."""

    said: str
    met: bool | None = None


def reckoned(asked: Reckon, message: str, shown: Sequence[str], language: Language) -> Reckoned | str:
    """What was asked for, or why it cannot be reckoned; `shown`: the words of the evidence, that which bears first."""
    figures: list[Figure] = []
    for words in asked.figures:
        figure = next((f for text in (message, *shown) if (f := _figure(words, text, language)) is not None), None)
        if figure is None:
            return f"« {words} » n'est pas un chiffre du message ni de ce qui est montré"
        figures.append(figure)
    total = _total(figures, asked.op, language)
    if isinstance(total, str):
        return total
    said = total.words if len(figures) == 1 else f"{_whole(figures, asked.op, language)} = {total.words}"
    if not asked.against:
        return Reckoned(said) if len(figures) > 1 else "un chiffre seul demande against"
    text, limit = next(((t, f) for t in shown if (f := _figure(asked.against, t, language)) is not None), ("", None))
    if limit is None:
        return f"« {asked.against} » n'est pas un chiffre de ce qui est montré"
    if not _alike(total, limit):
        return f"« {total.words} » et « {limit.words} » ne sont pas de la même unité"
    sign = (total.value > limit.value) - (total.value < limit.value)
    return Reckoned(f"{said}, {_AGAINST[language][sign + 1]} {limit.words}", _met(sign, limit, text))


def _figure(words: str, text: str, language: Language) -> Figure | None:
    """The one figure of some words of a text, with the unit or the noun that it has there."""
    held = said_in(words, text)
    if held is None or len(mentions(held, language)) != 1:
        return None
    start = text.find(held)
    found = [m for m in mentions(text, language) if m.start < start + len(held) and m.end > start]
    if len(found) != 1 or found[0].low != found[0].high:
        return None
    m: Mention = found[0]
    said = re.sub(r"(?<=\d) (?=\d{3})", "\u202f", " ".join(text[m.start : m.end].split()))
    number = re.match(r"[\d\s\u00a0\u202f.,]*\d", said)
    value, tail = Decimal(str(m.low)), said[number.end() :] if number else ""
    bare = mentions(number.group(), language) if number else []
    scale = value / Decimal(str(bare[0].low)) if bare and bare[0].low else Decimal(1)
    unit = _LOOSE.get(m.unit, m.unit)
    counted = _COUNTED.match(text[m.end :]) if not unit else None
    if counted is None:
        return Figure(value, unit, said, scale, tail)
    return Figure(
        value, unit, said + counted.group(), scale, tail + counted.group(), fold(counted["noun"]).rstrip("sx")
    )


def _total(figures: Sequence[Figure], op: str, language: Language) -> Figure | str:
    if not figures:
        return "reckon sans chiffre"
    first, rest = figures[0], figures[1:]
    if not rest:
        return first
    if op == "times" and len(rest) == 1 and not rest[0].unit:
        return _as(first, first.value * rest[0].value, language)
    if op == "share" and len(rest) == 1 and rest[0].value > 0 and (rest[0].bare or _alike(first, rest[0])):
        share = (100 * first.value / rest[0].value).quantize(Decimal("0.1"))
        return Figure(share, "percent", f"{_number(share, language)} %", Decimal(1), " %")
    if op in ("sum", "less") and not first.bare and all(f.bare or _alike(first, f) for f in rest):
        value = sum((first.scale * f.value if f.bare else f.value for f in rest), Decimal(0))
        total = first.value + value if op == "sum" else first.value - value
        return _as(first, total, language) if total >= 0 else "le reste serait négatif"
    return "ces chiffres ne vont pas ensemble ainsi"


def _as(like: Figure, value: Decimal, language: Language) -> Figure:
    """A value, written as another figure is."""
    written = _number(value / like.scale, language)
    return Figure(value, like.unit, f"{written}{like.tail}", like.scale, like.tail, like.noun)


def _whole(figures: Sequence[Figure], op: str, language: Language) -> str:
    sign = _SHARE[language] if op == "share" else _SIGNS[op]
    return reduce(lambda a, b: f"{a}{sign}{b}", (f.words for f in figures))


def _alike(one: Figure, other: Figure) -> bool:
    """Whether two figures are of one unit, or count one thing; `years` holds months and hours too, which their own
    words tell apart."""
    if one.bare or (one.unit, one.noun) != (other.unit, other.noun):
        return False
    return one.unit != "years" or fold(one.tail).strip()[:3] == fold(other.tail).strip()[:3]


def _met(sign: int, limit: Figure, text: str) -> bool | None:
    """Whether what a text says of its threshold is so."""
    folded = " ".join(fold(text).split())
    at = folded.find(" ".join(fold(limit.words).split()))
    found = list(_BOUND.finditer(folded[max(0, at - _REACH) : at])) if at >= 0 else []
    if not found:
        return None
    kind = found[-1].lastgroup
    return {"up_to": sign <= 0, "below": sign < 0, "from": sign >= 0, "above": sign > 0}[kind or ""]


def _number(value: Decimal, language: Language) -> str:
    whole = f"{value:,.2f}".rstrip("0").rstrip(".")
    return whole if language == "en" else whole.replace(",", "\u202f").replace(".", ",")
