"""What changed between two states of a text, article by article.

Guarantee: every article of both texts is accounted for once: unchanged, changed (with its words), renumbered, added or
removed. Spaces and the shape of apostrophes and dashes are not changes. An article that keeps its words and changes its
number is renumbered, even when another one takes its old number.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ingest.articles.units import Unit

_SAME = 50.0
"""Likeness, in percent, from which an article under its own number is the same one, rewritten in part."""
_MOVED = 85.0
"""Likeness from which an article under another number is the same one."""
_ENOUGH = 40
"""Characters below which the words alone do not tell an article (« (Abrogé) »)."""
_MOST = 250
"""Articles without a twin that are compared two by two; beyond, only equal words tell a renumbering."""
_FOLD = str.maketrans(
    {"’": "'", "‘": "'", "–": "-", "—": "-", "\u2011": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
)

Words = tuple[tuple[str, str], ...]
"""Runs of words, each with `=` (both), `-` (before only) or `+` (after only)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One article that is not the same. `before` or `after` is None when it is added or removed."""

    kind: str
    before: Unit | None
    after: Unit | None
    words: Words = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Canonical numbers that the change touches."""
        found = (u.number for u in (self.before, self.after) if u and u.number)
        return tuple(dict.fromkeys(found))

    def as_json(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        row: dict[str, Any] = {
            "kind": self.kind,
            "before": self.before.locator if self.before else None,
            "after": self.after.locator if self.after else None,
            "numbers": list(self.numbers),
        }
        if self.words:
            row["words"] = [list(w) for w in self.words]
        else:
            row["text"] = next(u.text for u in (self.after, self.before) if u)
        return row


@dataclass(frozen=True, slots=True)
class Diff:
    """The changes in the order of the newer text (removed articles last), and how many articles are the same."""

    changes: tuple[Change, ...]
    unchanged: int

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        kinds = ("changed", "renumbered", "added", "removed")
        return {k: sum(c.kind == k for c in self.changes) for k in kinds} | {"unchanged": self.unchanged}

    def as_json(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return {"counts": self.counts(), "changes": [c.as_json() for c in self.changes]}


def diff_units(before: Sequence[Unit], after: Sequence[Unit]) -> Diff:
    """Compare two texts, given as their units."""
    pairs: list[tuple[int, int]] = []
    old, new = [_fold(u.text) for u in before], [_fold(u.text) for u in after]
    left, right = set(range(len(before))), set(range(len(after)))

    def pair(i: int, j: int) -> None:
        pairs.append((i, j))
        left.discard(i)
        right.discard(j)

    for i, j in _equal(left, right, lambda n: (_key(before[n]), old[n]), lambda n: (_key(after[n]), new[n])):
        pair(i, j)
    same = len(pairs)
    long = [i for i in left if len(old[i]) >= _ENOUGH]
    for i, j in _equal(long, right, lambda n: old[n], lambda n: new[n]):
        pair(i, j)
    for i, j in _equal(left, right, lambda n: _key(before[n]), lambda n: _key(after[n])):
        if fuzz.ratio(old[i], new[j]) >= _SAME or min(len(old[i]), len(new[j])) < _ENOUGH:
            pair(i, j)
    for i, j in _alike(left, right, old, new):
        pair(i, j)
    for i, j in _equal(left, right, lambda n: _key(before[n]), lambda n: _key(after[n])):
        pair(i, j)
    changes = [(j, _change(before[i], after[j], old[i], new[j])) for i, j in pairs[same:]]
    changes += [(j, Change("added", None, after[j])) for j in right]
    changes.sort(key=lambda c: c[0])
    removed = [Change("removed", before[i], None) for i in sorted(left)]
    kept = [c for _, c in changes if c is not None]
    return Diff((*kept, *removed), len(before) - len(left) - sum(c.before is not None for c in kept))


def diff_words(before: str, after: str) -> Words:
    """Runs of words that are in both, in the former only, in the latter only; each text is whole."""
    a, b = before.split(), after.split()
    fold_a, fold_b = [w.translate(_FOLD) for w in a], [w.translate(_FOLD) for w in b]
    out: list[tuple[str, str]] = []
    for op in Levenshtein.opcodes(fold_a, fold_b):
        if op.tag == "equal":
            out.append(("=", " ".join(b[op.dest_start : op.dest_end])))
            continue
        if op.src_end > op.src_start:
            out.append(("-", " ".join(a[op.src_start : op.src_end])))
        if op.dest_end > op.dest_start:
            out.append(("+", " ".join(b[op.dest_start : op.dest_end])))
    return tuple(_joined(out))


def shown_words(words: Words, context: int = 8) -> str:
    """The words on one line: `[-avant-]`, `{+après+}`, and a little of what is around."""
    out = []
    for n, (sign, text) in enumerate(words):
        if sign == "-":
            out.append(f"[-{text}-]")
        elif sign == "+":
            out.append(f"{{+{text}+}}")
        else:
            parts = text.split()
            if len(parts) > 2 * context:
                head = parts[:context] if n else []
                tail = parts[-context:] if n + 1 < len(words) else []
                parts = [*head, "…", *tail]
            out.append(" ".join(parts))
    return " ".join(out)


def _joined(runs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Runs of removed and added words between two common ones gathered into one of each; none when they only part
    their words otherwise."""
    out: list[tuple[str, str]] = []
    pending: dict[str, list[str]] = {"-": [], "+": []}

    def common(text: str) -> None:
        if out and out[-1][0] == "=":
            out[-1] = ("=", f"{out[-1][1]} {text}")
        else:
            out.append(("=", text))

    def close() -> None:
        gone, come = (" ".join(pending[sign]) for sign in "-+")
        if gone and come and _fold(gone) == _fold(come):
            common(come)
        else:
            out.extend((sign, text) for sign, text in (("-", gone), ("+", come)) if text)
        for texts in pending.values():
            texts.clear()

    for sign, text in runs:
        if sign == "=":
            close()
            common(text)
        else:
            pending[sign].append(text)
    close()
    return out


def _change(before: Unit, after: Unit, old: str, new: str) -> Change | None:
    moved = _key(before) != _key(after)
    if old == new:
        return (
            Change("renumbered", before, after, (("=", after.text),))
            if moved and before.number != after.number
            else None
        )
    return Change("renumbered" if moved else "changed", before, after, diff_words(before.text, after.text))


def _equal(left: Iterable[int], right: Iterable[int], of_left: Any, of_right: Any) -> list[tuple[int, int]]:
    """Pairs with the same key, in order, each once."""
    waiting: dict[Any, list[int]] = defaultdict(list)
    for j in sorted(right, reverse=True):
        waiting[of_right(j)].append(j)
    return [(i, waiting[key].pop()) for i in sorted(left) if waiting.get(key := of_left(i))]


def _alike(left: set[int], right: set[int], old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Pairs that are alike under other numbers, the likest first."""
    ours = [i for i in sorted(left) if len(old[i]) >= _ENOUGH]
    theirs = [j for j in sorted(right) if len(new[j]) >= _ENOUGH]
    if len(ours) > _MOST or len(theirs) > _MOST:
        return []
    scored = [
        (score, i, j)
        for i in ours
        for j in theirs
        if min(len(old[i]), len(new[j])) > 0.6 * max(len(old[i]), len(new[j]))
        and (score := fuzz.ratio(old[i], new[j], score_cutoff=_MOVED))
    ]
    used_i: set[int] = set()
    used_j: set[int] = set()
    out = []
    for _, i, j in sorted(scored, key=lambda s: (-s[0], s[1], s[2])):
        if i not in used_i and j not in used_j:
            used_i.add(i)
            used_j.add(j)
            out.append((i, j))
    return out


def _key(unit: Unit) -> str:
    return unit.number or f"§{_fold(unit.locator).lower()}"


def _fold(text: str) -> str:
    return re.sub(r"\s+", "", text.translate(_FOLD))
