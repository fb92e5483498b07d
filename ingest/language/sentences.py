"""Where sentences end in French legal prose: « art. L. 229-67 » is one, « …libre.L'exercice » is two."""

from __future__ import annotations

import re

_BOUNDARY = re.compile(r"[.;!?…](?:\s*[»\"”)])?(?:\s+|\Z|(?=[A-ZÀÂÆÇÉÈÊËÎÏÔŒÙÛÜ«\"]))|\n{2,}")
_ABBREVIATION = re.compile(
    r"(?:\b(?:art|al|cf|ex|etc|n|no|p|M|MM|Mme|St|L|R|D|A|LO|env|com|conso|cons)\.|\d\.|\.[A-Z]\.)$"
)
_INITIAL = re.compile(r"[A-Z]\.")
_ENUMERATOR = re.compile(r"\W*(?:(?:[A-Z]|[IVX]{2,5})(?:\s(?:bis|ter|quater))?\.[\s–-]*)+")
"""« I. », « B. », « I.-A. » at the head of a paragraph: never parted from what they number."""
_OPENS = re.compile(r"[A-ZÀÂÆÇÉÈÊËÎÏÔŒÙÛÜ0-9«\"“–—•-]")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """`(start, end)` of each sentence, spaces trimmed, in order; together they hold every word of the text."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BOUNDARY.finditer(text):
        end = match.end()
        stop = match.start() + 1
        mark = text[match.start()]
        abbreviated = mark == "." and (
            _ABBREVIATION.search(text[max(0, match.start() - 8) : stop])
            or (_INITIAL.match(text, max(0, stop - 2)) and _INITIAL.match(text, stop))  # S.A.R.L.
            or _ENUMERATOR.fullmatch(text, start, min(stop, start + 24))
        )
        runs_on = mark == "." and end < len(text) and not _OPENS.match(text, end)
        if (abbreviated or runs_on) and "\n\n" not in match.group(0):  # a paragraph always ends its sentence
            continue
        _append(spans, text, start, end)
        start = end
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if piece.strip():
        left = start + len(piece) - len(piece.lstrip())
        spans.append((left, left + len(piece.strip())))


def upper_first(text: str) -> str:
    """A text as it opens a sentence."""
    return text[:1].upper() + text[1:]
