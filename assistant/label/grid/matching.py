"""Rows of an imported grid ↔ the criteria that Clapvert knows: by wording and department, never by code.

Guarantee: codes are not looked at, since grids number as they like and some of our numbers come from third parties. A
likeness of wording is a proposal, shown with its reason, until a person accepts it; a row is explained with a criterion
of its own framework only, and the grid's title and points are never replaced by ours.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from assistant.label.frameworks import criterion_key, department_of, find, folded
from assistant.label.projects.projects import Grid, GridCriterion
from ingest.corpus.criteria import DEPARTMENT_LABELS, Criterion, Department, Framework
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.lexical import analyse

How = Literal["accepted", "proposed", "none"]

ALIKE, APART = 65, 12
"""Likeness from which a criterion is proposed, and how far it must be from the next one (0–100). Fitted on the
criteria's own forms of asking, each left out in turn, and on every criterion taken away (a proposal is then wrong): see
docs/label.md and `tests/assistant/label/test_matching.py`, which measures them on sixty rows with colliding codes."""
_DEPARTMENT = 8
"""What a department that agrees adds, and one that does not takes away."""
_PROPOSED = 3
_LIKELY = 40
"""From which a candidate is listed for a person to choose among."""
_COMMON = frozenset(analyse("critère label ecoprod éco-production production tournage film"))
_TYPO = 85


@dataclass(frozen=True, slots=True)
class Candidate:
    """A criterion of ours that a row may be, how alike the two are (0–100), and the words they share."""

    criterion: str
    title: str
    likeness: int
    shared: tuple[str, ...]
    same_department: bool


@dataclass(frozen=True, slots=True)
class Match:
    """What a row is matched with. `proposed` waits for a person: it is shown as such, and explains nothing yet."""

    key: str
    title: str
    how: How
    criterion: str | None
    candidates: tuple[Candidate, ...]

    @property
    def reason(self) -> Candidate | None:
        """The candidate that is proposed or was accepted, if its words tell it."""
        return next((c for c in self.candidates if c.criterion == self.criterion), None)


def matches(grid: Grid, framework: Framework) -> tuple[Match, ...]:
    """A match for every row of a grid, in its order."""
    texts = Texts(framework)
    return tuple(match(row, texts) for row in grid.criteria)


def proposals(grid: Grid, framework: Framework) -> dict[str, str | None]:
    """Key of the row → the criterion proposed, for all the rows that wait for a person."""
    return {m.key: m.criterion for m in matches(grid, framework) if m.how == "proposed"}


class Texts:
    """What is said of the criteria of a framework, as words that weigh the more the rarer they are."""

    def __init__(self, framework: Framework, unused: frozenset[str] = frozenset()) -> None:
        self._said = [
            (
                c,
                frozenset(analyse(f"{c.short.fr} {c.intent.fr}")),
                frozenset(analyse(" ".join([c.evidence.fr, *(a for a in c.asked_as if a not in unused)]))),
            )
            for c in framework.criteria
        ]
        self._seen = Counter(word for _, main, more in self._said for word in main | more)

    def ranked(self, text: str, department: str | None = None) -> list[tuple[float, Criterion]]:
        """Every criterion with how much of a text it says (0–100), the likeliest first; a department that agrees or not
        counts a little."""
        words = {w: self._weight(w) for w in analyse(text) if w not in _COMMON}
        whole = sum(words.values())
        if not whole:
            return [(0.0, c) for c, _, _ in self._said]
        found = [
            (100 * sum(weight * _held(w, main, more) for w, weight in words.items()) / whole, c)
            for c, main, more in self._said
        ]
        told = [(value + _agreement(department, c) if value else 0.0, c) for value, c in found]
        return sorted(told, key=lambda x: -x[0])

    def shared(self, text: str, criterion: Criterion) -> tuple[str, ...]:
        """The words of a text that a criterion says too, as they are written."""
        main, more = next((m, o) for c, m, o in self._said if c is criterion)
        words = (w.strip(".,;:()« »'’") for w in text.split())
        return tuple(
            dict.fromkeys(
                w for w in words if any(t not in _COMMON and _held(t, main, more) for t in analyse(w))
            )
        )  # fmt: skip

    def _weight(self, word: str) -> float:
        return math.log((len(self._said) + 1) / (self._seen[word] + 0.5))


def _held(word: str, main: frozenset[str], more: frozenset[str]) -> float:
    """How far a criterion says a word: in its own text, in how people ask for it, or with a slip."""
    if word in main:
        return 1.0
    if word in more:
        return 0.7
    return 0.8 if len(word) > 4 and any(fuzz.ratio(word, w) >= _TYPO for w in main) else 0.0


def _agreement(written: str | None, criterion: Criterion) -> int:
    """For or against, when the grid's department is one of ours by its name; nothing when it is not."""
    ours = _ours(written) if written else None
    if ours is None:
        return 0
    return _DEPARTMENT if {ours, Department.TOUS} & set(criterion.departments) else -_DEPARTMENT


def _ours(written: str) -> Department | None:
    """The department of ours that a name tells, whole or by its first word (« Électricité / Lumière »)."""
    words = folded(written).split()
    starts = (d for d, name in DEPARTMENT_LABELS.items() if words and folded(name).split()[0] == words[0])
    return department_of(written) or next(starts, None)


def proposed_departments(grid: Grid, framework: Framework) -> dict[str, tuple[str, ...]]:
    """Where our criteria would put the rows of a grid that has no department at all; nothing for one that has."""
    if any(c.department for c in grid.criteria):
        return {}
    found = {m.key: find(framework, m.criterion) for m in matches(grid, framework) if m.criterion}
    return {key: tuple(DEPARTMENT_LABELS[d] for d in c.departments) for key, c in found.items() if c is not None}


def accepted(grid: Grid, framework: Framework, choices: Mapping[str, str | None]) -> Grid:
    """The grid with what a person said of its rows: key of the row → our criterion, None for « none of them ».

    Raises:
        ClapvertError: `CRITERION_NOT_FOUND` for a row or a criterion that does not exist.
    """
    rows = {c.key: c for c in grid.criteria}
    for key, criterion in choices.items():
        if key not in rows or (criterion is not None and find(framework, criterion) is None):
            unknown = key if key not in rows else criterion
            said = str(unknown)[:40]
            raise ClapvertError(ErrorCode.CRITERION_NOT_FOUND, f"« {said} » n'est pas un critère connu ici.")
        rows[key] = rows[key].model_copy(update={"known": criterion or ""})
    return grid.model_copy(update={"criteria": tuple(rows.values())})


def match(row: GridCriterion, texts: Texts) -> Match:
    """What one row is matched with."""
    told = " ".join(t for t in (row.title, row.description) if t)
    ranked = texts.ranked(told, row.department)
    near = tuple(
        Candidate(
            criterion_key(c), c.short.fr, min(100, round(value)), texts.shared(told, c),
            _agreement(row.department, c) > 0,
        )
        for value, c in ranked[:_PROPOSED]
        if value >= _LIKELY
    )  # fmt: skip
    if row.known is not None:
        return Match(row.key, row.title, "accepted" if row.known else "none", row.known or None, near)
    if near and ranked[0][0] >= ALIKE and ranked[0][0] - ranked[1][0] >= APART:
        return Match(row.key, row.title, "proposed", near[0].criterion, near)
    return Match(row.key, row.title, "none", None, near)
