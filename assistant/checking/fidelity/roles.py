"""Who or what goes with which figure or name: two of them exchanged are a departure.

Guarantee: nothing is said unless both texts hold both items, each has taken words that went with the other, and more of
their company has changed sides than has stayed. The company of an item is the content words of its segments; an item
that stands alone between commas (« En France, … ») has none and is left out. Days and months count as one with their
year.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from assistant.checking.fidelity.names import named
from assistant.checking.fidelity.words import ReadText, aligned_fold
from ingest.language.claims import MONTHS_EN, MONTHS_FR

_MONTHS = frozenset(aligned_fold(m) for m in (*MONTHS_FR, *MONTHS_EN))
_CLEAR = 2
"""Words that must change sides for a one-sided exchange to be seen."""
_MOST = 12
"""Items compared at most: the pairs of a list of twenty figures say nothing about who goes with whom."""


def departures(mine: ReadText, theirs: ReadText) -> list[str]:
    """Pairs of figures, or of names, that have exchanged their company."""
    out = []
    for items in (_figures(mine) & _figures(theirs), named(mine) & named(theirs)):
        if not 2 <= len(items) <= _MOST:
            continue
        ours, given = _company(mine, items), _company(theirs, items)
        for a, b in combinations(sorted(items & ours.keys() & given.keys()), 2):
            to_a = (ours[a] - ours[b]) & (given[b] - given[a])
            to_b = (ours[b] - ours[a]) & (given[a] - given[b])
            kept = (ours[a] - ours[b]) & (given[a] - given[b]) | (ours[b] - ours[a]) & (given[b] - given[a])
            both = bool(to_a and to_b) or (not kept and len(to_a | to_b) >= _CLEAR)
            if both and len(to_a | to_b) > len(kept):
                out.append(f"échange : {a}, {b}")
    ours_beside, given_beside = _beside(mine), _beside(theirs)
    for (a, x), (b, y) in combinations(sorted(ours_beside - given_beside), 2):
        if {(a, y), (b, x)} <= given_beside or {(a, b), (x, y)} <= given_beside:
            out.append(f"échange : {a}, {b}")
    return out


def _beside(text: ReadText) -> set[tuple[str, str]]:
    """Pairs of figures that share a segment with no other (« 40 % en 2030 »), in the order they stand."""
    out = set()
    for segment in text.segments:
        figures = [w.text for w in segment if w.text[0].isdigit()]
        if len(figures) == 2:
            out.add((figures[0], figures[1]))
    return out


def _figures(text: ReadText) -> frozenset[str]:
    return frozenset(w.text for w in text.words if w.text[0].isdigit())


def _company(text: ReadText, items: frozenset[str]) -> dict[str, set[str]]:
    """Item → stems of the words of its segments, other figures and months left out."""
    out: dict[str, set[str]] = defaultdict(set)
    for segment in text.segments:
        words = {w.stem for w in segment if not w.text[0].isdigit() and w.text not in items and w.text not in _MONTHS}
        for item in {w.text for w in segment if w.text in items}:
            out[item] |= words
    return {item: words for item, words in out.items() if words}
