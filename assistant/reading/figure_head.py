"""What each figure of a message is: of the asker's case, and of what quantity, or of something else.

Guarantee: a logistic head over the words around the figure, fitted on examples kept as data (`data/figures.yaml`,
`eval calibrate --figures`); no list of words. Its unit bounds what a figure may be, and one that is not likely enough
of the case is not of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.mentions import FIELDS, Mention
from assistant.reading.ngrams import hashed
from ingest.corpus.fiches import CaseField
from ingest.language.lexical import fold

WEIGHTS = Path(__file__).resolve().parent / "data" / "figures.npz"
NONE = "none"
"""The class of a figure that is not of the asker's case."""
SIZE = 1 << 14
_BEFORE, _AFTER, _NEAR = 70, 60, 3
SURE = 0.3


@dataclass(frozen=True)
class _Head:
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    classes: tuple[str, ...]


@lru_cache(maxsize=1)
def _head() -> _Head:
    with np.load(WEIGHTS) as kept:
        return _Head(kept["weights"].astype(np.float32), kept["bias"], tuple(str(c) for c in kept["classes"]))


def marks(text: str, mention: Mention, others: list[Mention]) -> list[str]:
    """What the head reads of a figure: the words before and after it, by side and by distance, its unit, its size, and
    whether figures of the same unit stand beside it."""
    before = fold(text[max(0, mention.start - _BEFORE) : mention.start])
    after = fold(text[mention.end : mention.end + _AFTER])
    said = fold(text[mention.start : mention.end])
    left, right = _words(before)[::-1], _words(after)
    out = [f"unit={mention.unit}", f"size={mention.unit}{len(str(int(mention.high)))}"]
    out += [f"said={w}" for w in _words(said) if not w[0].isdigit()]
    for side, words in (("L", left), ("R", right)):
        out += [f"{side}{i}={w}" for i, w in enumerate(words[:_NEAR])]
        out += [f"{side}{a}+{b}" for a, b in pairwise(words[:5])]
        for w in words[:12]:
            out.append(f"{side}={w}")
            out += [f"{side}~{w[:n]}" for n in (4, 6) if len(w) > n]
    out += [f"{mention.unit}:{w}" for w in (*left[:6], *right[:4])]
    whole = fold(text)
    out += [f"ask={whole.rstrip().endswith('?')}", f"first={mention.start < 25}"]
    out += [f"W={w}" for w in set(_words(whole)[:60])]
    out.append(f"mates={sum(o.unit == mention.unit for o in others)}")
    return out


def features(text: str, mention: Mention, others: list[Mention]) -> NDArray[np.float32]:
    """The marks of a figure, hashed, unit length, shape `(SIZE,)`."""
    return hashed(marks(text, mention, others), SIZE)


def fields_of(text: str, found: list[Mention], sure: float = SURE) -> list[CaseField | None]:
    """What each figure of a text is, of the asker's case; None for what is not of it, or not surely enough."""
    out: list[CaseField | None] = []
    for shares in shares_of(text, found):
        name, share = max(shares.items(), key=lambda row: row[1])
        out.append(None if name == NONE or share < sure else CaseField(name))
    return out


def shares_of(text: str, found: list[Mention]) -> list[dict[str, float]]:
    """How likely each figure of a text is of each quantity that its unit allows, or of no case; 1 in all."""
    head = _head()
    out: list[dict[str, float]] = []
    for mention in found:
        scores = head.weights @ features(text, mention, found) + head.bias
        allowed = {f.value for f in FIELDS[mention.unit]} | {NONE}
        rows = [(s, c) for s, c in zip(scores.tolist(), head.classes, strict=True) if c in allowed]
        top = max(s for s, _ in rows)
        weights = {c: float(np.exp(s - top)) for s, c in rows}
        total = sum(weights.values())
        out.append({c: w / total for c, w in weights.items()})
    return out


def _words(text: str) -> list[str]:
    return [w for w in "".join(c if c.isalnum() or c in "€%'" else " " for c in text).replace("'", " ").split() if w]
