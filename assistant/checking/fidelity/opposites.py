"""Words that exclude each other.

Guarantee: a sentence that holds one side of a pair, where the wording holds only the other, is a departure, unless one
of the two is denied (« n'est pas gratuit » for « payant »).
"""

from __future__ import annotations

from assistant.checking.fidelity.force import denied
from assistant.checking.fidelity.words import NAMES, ReadText, phrases_of
from ingest.language.phrases import Span

_PAIRS = [(f"{i} one", f"{i} other") for i in range(len(NAMES["opposites"]))]
_CUES = phrases_of("opposites", "one", "other")
_ORDER = ("before", "after")
"""Only exchanged: « il faut A avant B » is « B après A »."""


def departures(mine: ReadText, theirs: ReadText) -> list[str]:
    """Pairs of which the two texts hold opposite sides."""
    same = bool(denied(mine).count) == bool(denied(theirs).count)
    here, there = _CUES.all(mine.folded), _CUES.all(theirs.folded)
    out = []
    for a, b in _PAIRS:
        for one, other in ((a, b), (b, a)):
            if one in here and other not in here and one not in there and other in there:
                m, n = here[one][0], there[other][0]
                if same or (not _near_denial(mine, m) and not _near_denial(theirs, n)):
                    out.append(f"contraire : {theirs.folded[slice(*n)]} → {mine.folded[slice(*m)]}")
    return out + _exchanged(mine, theirs)


def _exchanged(mine: ReadText, theirs: ReadText) -> list[str]:
    """Pairs of which both texts hold both sides, each with the company of the other."""
    out = []
    for a, b in (*_PAIRS, _ORDER):
        here, there = [_found(mine, side) for side in (a, b)], [_found(theirs, side) for side in (a, b)]
        if not all((*here, *there)):
            continue
        ours, given = [_company(mine, spans) for spans in here], [_company(theirs, spans) for spans in there]
        if ours[0] & given[1] - ours[1] - given[0] and ours[1] & given[0] - ours[0] - given[1]:
            said = [mine.folded[slice(*spans[0])] for spans in here]
            out.append(f"échange : {said[0]}, {said[1]}")
    return out


def _found(text: ReadText, side: str) -> tuple[Span, ...]:
    return text.find(side) if side in _ORDER else _CUES.find(text.folded, side)


def _company(text: ReadText, found: tuple[Span, ...]) -> set[str]:
    """The stems of the segments that some words stand in."""
    starts = {start for start, _ in found}
    return {
        w.stem
        for s in text.segments
        if any(s[0].start <= at < s[-1].end or at == s[0].start for at in starts)
        for w in s
    }


def _near_denial(text: ReadText, said: Span) -> bool:
    return any(start - 4 <= said[0] <= end + 30 for start, end in denied(text).spans)
