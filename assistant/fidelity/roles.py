"""Who or what goes with which figure or name: two of them exchanged are a departure.

Guarantee: nothing is said unless both texts hold both items; the words that stand in the segment of one item only are
its company, and a fault is found when more of the company has changed sides than has stayed.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from assistant.fidelity.names import named
from assistant.fidelity.words import Reading


def departures(mine: Reading, theirs: Reading) -> list[str]:
    """Pairs of figures, or of names, that have exchanged their company."""
    out = []
    for items in (_figures(mine) & _figures(theirs), named(mine) & named(theirs)):
        if not 2 <= len(items) <= 12:
            continue
        ours, given = _company(mine, items), _company(theirs, items)
        for a, b in combinations(sorted(items), 2):
            moved = (ours[a] - ours[b]) & (given[b] - given[a]) | (ours[b] - ours[a]) & (given[a] - given[b])
            kept = (ours[a] - ours[b]) & (given[a] - given[b]) | (ours[b] - ours[a]) & (given[b] - given[a])
            if len(moved) > len(kept):
                out.append(f"échange : {a}, {b}")
    return out


def _figures(text: Reading) -> frozenset[str]:
    return frozenset(w.text for w in text.words if w.text[0].isdigit())


def _company(text: Reading, items: frozenset[str]) -> dict[str, set[str]]:
    """Item → stems of the words of its segments."""
    out: dict[str, set[str]] = defaultdict(set)
    for segment in text.segments:
        present = [w for w in segment if w.text in items]
        for item in present:
            out[item.text] |= {w.stem for w in segment if w.text != item.text}
    return out
