"""Rows of an imported grid ↔ the criteria that Clapvert knows: by code, else a proposal by title.

Guarantee: a likeness of titles is a proposal until a person accepts it; an equal code whose title says something else
is doubtful and said so, since some of our codes come from third parties. A row is explained with a criterion of its own
framework only, and the grid's title and points are never replaced by ours.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from assistant.label.frameworks import criterion_key, find
from assistant.label.grid.grid import named
from assistant.label.projects.projects import Grid, GridCriterion
from assistant.label.score.points import some
from ingest.corpus.criteria import Criterion, Framework
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.lexical import analyse

How = Literal["accepted", "code", "code_doubtful", "title", "none"]

DOUBTFUL = "?"
"""`known` of a row whose code is one of ours and whose title is not: explained by nothing until a person says."""
ALIKE = 45
"""Likeness from which a title is proposed (0–100). Of the 48 known criteria of the label, each asked in words that were
not given to the matcher, 28 get a proposal, of which 26 are right (tests/assistant/label/test_matching.py)."""
DIFFERENT = 12
"""Under it, an equal code says another thing."""
_PROPOSED = 3
_COMMON = frozenset(analyse("critère label ecoprod éco-production production tournage film"))
_TYPO = 85


@dataclass(frozen=True, slots=True)
class Candidate:
    """A criterion of ours that a row may be, and how alike the titles are (0–100)."""

    criterion: str
    title: str
    likeness: int


@dataclass(frozen=True, slots=True)
class Match:
    """What a row is matched with. `title` and `code_doubtful` wait for a person; only the others explain the row."""

    key: str
    title: str
    how: How
    criterion: str | None
    candidates: tuple[Candidate, ...]

    @property
    def to_confirm(self) -> bool:
        """Whether a person should look at it."""
        return self.how in ("code_doubtful", "title")


def matches(grid: Grid, framework: Framework) -> tuple[Match, ...]:
    """A match for every row of a grid, in its order."""
    texts = Texts(framework)
    return tuple(_match(row, framework, texts) for row in grid.criteria)


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

    def ranked(self, title: str) -> list[tuple[float, Criterion]]:
        """Every criterion with how much of a title it says (0–100), the likeliest first."""
        words = {w: self._weight(w) for w in analyse(title) if w not in _COMMON}
        whole = sum(words.values())
        if not whole:
            return [(0.0, c) for c, _, _ in self._said]
        found = [
            (100 * sum(weight * _held(w, main, more) for w, weight in words.items()) / whole, c)
            for c, main, more in self._said
        ]
        return sorted(found, key=lambda x: -x[0])

    def _weight(self, word: str) -> float:
        return math.log((len(self._said) + 1) / (self._seen[word] + 0.5))


def _held(word: str, main: frozenset[str], more: frozenset[str]) -> float:
    """How far a criterion says a word: in its own text, in how people ask for it, or with a slip."""
    if word in main:
        return 1.0
    if word in more:
        return 0.7
    return 0.8 if len(word) > 4 and any(fuzz.ratio(word, w) >= _TYPO for w in main) else 0.0


def doubted(grid: Grid, framework: Framework) -> Grid:
    """The grid as imported, with the rows marked whose code alone is that of a criterion of ours."""
    odd = {m.key for m in matches(grid, framework) if m.how == "code_doubtful"}
    if not odd:
        return grid
    remark = (
        f"{some(len(odd), 'code connu', 'codes connus')} de Clapvert sous un autre intitulé : "
        f"{named([c.key for c in grid.criteria if c.key in odd])}. À rapprocher à la main, sans explication d'ici là."
    )
    marked = (c.model_copy(update={"known": DOUBTFUL}) if c.key in odd else c for c in grid.criteria)
    return grid.model_copy(update={"criteria": tuple(marked), "remarks": (*grid.remarks, remark)})


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


def _match(row: GridCriterion, framework: Framework, texts: Texts) -> Match:
    ranked = texts.ranked(row.title)
    near = tuple(
        Candidate(criterion_key(c), c.short.fr, round(value)) for value, c in ranked[:_PROPOSED] if value >= ALIKE
    )
    if row.known is not None and row.known != DOUBTFUL:
        return Match(row.key, row.title, "accepted" if row.known else "none", row.known or None, near)
    same = find(framework, row.code) if row.code else None
    if same is not None:
        value = next(v for v, c in ranked if c is same)
        doubtful = row.known == DOUBTFUL or (value < DIFFERENT and len(analyse(row.title)) > 2)
        return Match(row.key, row.title, "code_doubtful" if doubtful else "code", criterion_key(same), near)
    if near:
        return Match(row.key, row.title, "title", near[0].criterion, near)
    return Match(row.key, row.title, "none", None, ())
