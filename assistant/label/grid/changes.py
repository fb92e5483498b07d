"""A new version of a grid against what the project already follows: which criterion is which, what is new, what is
gone.

Guarantee: a criterion is the same one because its wording says so, whatever became of its code: what was said of « A1 »
never slides under another criterion that took the number. Only a code kept under another wording is a question, and a
person answers it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz

from assistant.label.frameworks import folded
from assistant.label.projects.projects import Grid, GridCriterion, Row

SAME_WORDING = 82
"""Likeness (0–100) from which a title is the same one, retouched."""
_OLD = "ancienne"


@dataclass(frozen=True, slots=True)
class Reworded:
    """A code kept under another wording: the same criterion, or another one? `said`: something is at stake."""

    key: str
    before: str
    after: str
    said: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What a new grid changes. `same`: new key → old key of the same criterion."""

    same: Mapping[str, str]
    recoded: tuple[tuple[str, str, str], ...]
    """Old key, new key, title."""
    reworded: tuple[Reworded, ...]
    added: tuple[str, ...]
    gone: tuple[tuple[str, str, bool], ...]
    """Key, title, and whether something was said of it."""
    repointed: tuple[tuple[str, Decimal | None, Decimal | None], ...]
    rekeyed: Mapping[str, str]
    """Old key → key under which what was said of it is kept, where the two differ."""
    outside: Mapping[str, str]
    """Title of each criterion gone of which something was said, by the key it is kept under."""

    @property
    def any(self) -> bool:
        """Whether anything moved."""
        return bool(self.recoded or self.reworded or self.added or self.gone or self.repointed)


def changes(old: Sequence[Row], grid: Grid, decided: Mapping[str, bool] | None = None) -> Changes:
    """What `grid` changes of the rows of a project. `decided`: key of a reworded criterion → whether it is the same."""
    answers = decided or {}
    before = {r.key: r for r in old}
    new = {c.key: c for c in grid.criteria}
    same: dict[str, str] = {}
    for c in grid.criteria:
        if (r := before.get(c.key)) is not None and _alike(r.title, c.title) >= SAME_WORDING:
            same[c.key] = c.key
    _by_title(before, new, same)
    reworded = []
    for c in grid.criteria:
        if c.key in same or c.key not in before or c.key in same.values():
            continue
        row = before[c.key]
        reworded.append(Reworded(c.key, row.title, c.title, _said(row)))
        if answers.get(c.key, False):
            same[c.key] = c.key
    kept = {o: n for n, o in same.items()}
    gone = [r for r in old if r.key not in kept]
    rekeyed = {o: n for o, n in kept.items() if o != n}
    taken = set(new) | set(before)
    outside: dict[str, str] = {}
    for r in gone:
        if not _said(r):
            continue
        key = r.key
        if key in new:
            key = _free(key, taken)
            rekeyed[r.key] = key
        outside[key] = r.title
    return Changes(
        same=same,
        recoded=tuple((o, n, new[n].title) for o, n in kept.items() if o != n),
        reworded=tuple(reworded),
        added=tuple(k for k in new if k not in same),
        gone=tuple((r.key, r.title, _said(r)) for r in gone if r.grid is not None or _said(r)),
        repointed=tuple(
            (n, before[o].grid.points, new[n].points)  # type: ignore[union-attr]
            for o, n in kept.items()
            if before[o].grid is not None and before[o].grid.points != new[n].points  # type: ignore[union-attr]
        ),
        rekeyed=rekeyed,
        outside=outside,
    )


def carried(grid: Grid, old: Sequence[Row], found: Changes) -> Grid:
    """The new grid with the matches that people had accepted of the same criteria."""
    known = {r.key: r.grid.known for r in old if r.grid is not None}
    criteria = (
        c.model_copy(update={"known": known.get(found.same[c.key])}) if c.key in found.same else c
        for c in grid.criteria
    )
    return grid.model_copy(update={"criteria": tuple(criteria)})


def _by_title(before: Mapping[str, Row], new: Mapping[str, GridCriterion], same: dict[str, str]) -> None:
    """Pair what is left by its wording: the most alike first, each once."""
    free_old = [r for k, r in before.items() if k not in same.values()]
    free_new = [c for k, c in new.items() if k not in same]
    pairs = sorted(
        (
            (value, r.key, c.key)
            for r in free_old
            for c in free_new
            if (value := _alike(r.title, c.title)) >= SAME_WORDING
        ),
        key=lambda p: -p[0],
    )
    used: set[str] = set()
    for _, o, n in pairs:
        if n not in same and o not in used:
            same[n] = o
            used.add(o)


def _alike(a: str, b: str) -> float:
    return fuzz.token_sort_ratio(folded(a), folded(b))


def _said(row: Row) -> bool:
    return bool(row.state.revision or row.state.evidence)


def _free(key: str, taken: set[str]) -> str:
    name = f"{key} ({_OLD})"
    n = 2
    while name in taken:
        name = f"{key} ({_OLD} {n})"
        n += 1
    taken.add(name)
    return name
