"""A fitted head that tells what a stretch of a message (a figure, a date) is, by the words around it.

Guarantee: a logistic head over hashed marks, fitted on examples kept as data beside its weights; no list of words. What
is not likely enough of anything is of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.ngrams import hashed
from ingest.language.lexical import fold

NONE = "none"
"""The class of what is nothing that the head tells."""
SIZE = 1 << 14
_BEFORE, _AFTER, _NEAR = 70, 60, 3
_BEYOND = 65
_CLAUSE = re.compile(r"[,;:.!?()/]|\s[-–]\s|\b(?:et|puis|mais|alors que|ensuite|and|then|but|while)\b")
"""What parts the words of one stretch from those of the next."""


class MentionHead:
    """The head of one sort of mention, read from its weights when first asked."""

    def __init__(self, weights: Path) -> None:
        self.path = weights

    def shares(self, marks: Iterable[str], allowed: Collection[str] | None = None) -> dict[str, float]:
        """How likely a mention of these marks is of each class; 1 in all. `allowed` bounds the classes."""
        vector = hashed(marks, SIZE)
        scores = self._weights @ vector + self._bias
        rows = [(s, c) for s, c in zip(scores.tolist(), self._classes, strict=True) if not allowed or c in allowed]
        top = max(s for s, _ in rows)
        weights = {c: float(np.exp(s - top)) for s, c in rows}
        total = sum(weights.values())
        return {c: w / total for c, w in weights.items()}

    @cached_property
    def _kept(self) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[str, ...]]:
        with np.load(self.path) as kept:
            return kept["weights"].astype(np.float32), kept["bias"], tuple(str(c) for c in kept["classes"])

    @property
    def _weights(self) -> NDArray[np.float32]:
        return self._kept[0]

    @property
    def _bias(self) -> NDArray[np.float32]:
        return self._kept[1]

    @property
    def _classes(self) -> tuple[str, ...]:
        return self._kept[2]


def around(text: str, start: int, end: int, sort: str) -> list[str]:
    """The marks of a stretch of a text: the words before and after it, by side and by distance, and with its sort."""
    left, right = words(fold(text[max(0, start - _BEFORE) : start]))[::-1], words(fold(text[end : end + _AFTER]))
    out: list[str] = []
    for side, said in (("L", left), ("R", right)):
        out += [f"{side}{i}={w}" for i, w in enumerate(said[:_NEAR])]
        out += [f"{side}{a}+{b}" for a, b in pairwise(said[:5])]
        for w in said[:12]:
            out.append(f"{side}={w}")
            out += [f"{side}~{w[:n]}" for n in (4, 6) if len(w) > n]
    out += [f"{sort}:{w}" for w in (*left[:6], *right[:4])]
    return [*out, f"ask={text.rstrip().endswith('?')}", f"first={start < 25}"]


def by_clause(text: str, before: int, start: int, end: int, after: int) -> list[str]:
    """The marks of a stretch of a text that lies between two others, which end at `before` and start at `after`: the
    words of its own clause, those of the clauses about it that no other is nearer to, and, apart, those beyond."""
    left, right = _clauses(text[before:start]), _clauses(text[end:after])
    own, own_after = left[-1][::-1], right[0]
    out = [f"bare={not own}", f"closes={not own_after}", *_side("L", own), *_side("R", own_after)]
    out += [f"L{i}={w}" for i, w in enumerate(own[:3])] + [f"R{i}={w}" for i, w in enumerate(own_after[:2])]
    out += [f"own={w}" for w in dict.fromkeys((*own, *own_after))]
    last, following = [w for c in left[:-1][-2:] for w in c][::-1], [w for c in right[1:3] for w in c]
    if len(own) < 2 or all(len(w) < 4 for w in own):
        out += _side("Lbare", last)
    out += [*_side("L+", last, 6), *_side("R+", following, 6)]
    beyond = words(fold(text[max(0, before - _BEYOND) : before]))[::-1][:8]
    return [*out, *(f"far={w}" for w in (*beyond, *words(fold(text[after : after + _BEYOND]))[:6]))]


def own_words(text: str, before: int, start: int, end: int, after: int) -> list[str]:
    """The words nearest to a stretch, of its own clause."""
    return [*_clauses(text[before:start])[-1][::-1][:4], *_clauses(text[end:after])[0][:3]]


def _clauses(text: str) -> list[list[str]]:
    """The words of a stretch, clause by clause."""
    return [words(fold(clause)) for clause in _CLAUSE.split(text)]


def _side(side: str, said: list[str], most: int = 8) -> list[str]:
    """The words of one side, their beginnings and their pairs."""
    said = said[:most]
    out = [f"{side}={w}" for w in said] + [f"{side}~{w[:n]}" for w in said for n in (4, 6) if len(w) > n]
    return [*out, *(f"{side}{a}+{b}" for a, b in pairwise(said))]


def words(text: str) -> list[str]:
    """The words of a folded text, with percents and euros."""
    return [w for w in "".join(c if c.isalnum() or c in "€%'" else " " for c in text).replace("'", " ").split() if w]
