"""Sums that an answer shows whole: « 12 000 € + 41 000 € = 53 000 €, au-dessus de 50 000 € ».

Guarantee: a sum is taken as said only when each of its figures is written in the question or in what is cited, and when
it comes out right; whoever reads an answer again can tell, with nothing but the answer and its passages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.reading.mentions import mentions
from ingest.language.claims import Language
from ingest.language.lexical import fold

_SUM = re.compile(
    r"(?P<sum>.+?)(?: = (?P<total>\S[^=]*?))?(?:, (?:au-dessous de|au-dessus de|exactement|below|above|exactly)"
    r" (?P<limit>\S.*))?"
)
_SIGN = re.compile(r" (\+|−|×|sur|of) ")
_ROUNDED = 0.051


def sums_of(because: Iterable[str], texts: Iterable[str], language: Language) -> tuple[str, ...]:
    """The reasons that are sums of figures of some texts, and right; each ends as a sentence does."""
    told = _plain(" ".join(texts))
    return tuple(f"{why}." for why in because if _right(why, told, language))


def _right(why: str, told: str, language: Language) -> bool:
    m = _SUM.fullmatch(why)
    if m is None or (m["total"] is None and m["limit"] is None):
        return False
    pieces = _SIGN.split(m["sum"])
    said = [*pieces[::2], *([m["limit"]] if m["limit"] else [])]
    values = [_value(words, language) for words in pieces[::2]]
    if None in values or not all(_plain(words) in told for words in said):
        return False
    if m["total"] is None:
        return True
    total = _value(m["total"], language)
    result = values[0]
    for sign, value in zip(pieces[1::2], values[1:], strict=True):
        if result is None or value is None:
            return False
        if sign in ("sur", "of"):
            result = 100 * result / value if value else None
        else:
            result = {"+": result + value, "−": result - value, "×": result * value}[sign]
    return total is not None and result is not None and abs(result - total) < max(_ROUNDED, 1e-9 * abs(total))


def _plain(text: str) -> str:
    return " ".join(fold(text).split())


def _value(words: str, language: Language) -> float | None:
    """The one figure of some words."""
    found = mentions(words, language)
    return found[0].low if len(found) == 1 and found[0].low == found[0].high else None
