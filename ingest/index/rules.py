"""The rules of a snapshot, and how near a question is to what each of them settles.

Guarantee: the rules are those of the corpus that the snapshot was built from, whatever the corpus says since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.corpus.rules import Rule

_RULES, _VECTORS = "rules.json", "rules.npz"


@dataclass(frozen=True)
class RuleIndex:
    """Rules, the unit vectors of the questions that they settle, shape `(questions, dimension)`, and which rule each
    question is of, shape `(questions,)`."""

    rules: tuple[Rule, ...]
    vectors: NDArray[np.float32]
    owners: NDArray[np.int64]

    @classmethod
    def of(cls, rules: Sequence[Rule], vectors: NDArray[np.float32]) -> RuleIndex:
        """The index of rules; `vectors`: those of `questions_of(rules)`, in that order."""
        owners = [i for i, rule in enumerate(rules) for _ in _questions(rule)]
        return cls(tuple(rules), vectors, np.array(owners, np.int64))

    @classmethod
    def empty(cls) -> RuleIndex:
        """No rule."""
        return cls((), np.zeros((0, 0), np.float32), np.zeros(0, np.int64))

    def save(self, folder: Path) -> None:
        """Write the index to a folder."""
        (folder / _RULES).write_text(_dump(self.rules), encoding="utf-8")
        np.savez(folder / _VECTORS, vectors=self.vectors, owners=self.owners)

    @classmethod
    def load(cls, folder: Path) -> RuleIndex:
        """Read an index written by `save`."""
        rows = json.loads((folder / _RULES).read_text(encoding="utf-8"))
        with np.load(folder / _VECTORS) as kept:
            return cls(tuple(Rule.model_validate(r) for r in rows), kept["vectors"], kept["owners"])

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """Each rule."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def matter_of(self) -> dict[str, str]:
        """The matter of each rule."""
        return {rule.id: rule.matter for rule in self.rules}

    @cached_property
    def by_matter(self) -> dict[str, tuple[int, ...]]:
        """The rules of each matter, in order."""
        out: dict[str, tuple[int, ...]] = {}
        for i, rule in enumerate(self.rules):
            out[rule.matter] = (*out.get(rule.matter, ()), i)
        return out

    @cached_property
    def _starts(self) -> NDArray[np.intp]:
        """Where the questions of each rule start: every rule has some, and they stand together."""
        return np.searchsorted(self.owners, np.arange(len(self.rules)))

    def similarities(self, *vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of some questions with the nearest question of each rule, the nearest of them counting; shape
        `(rules,)`."""
        if not self.rules:
            return np.zeros(0, np.float32)
        near = (self.vectors @ np.stack(vectors, axis=1)).max(axis=1)
        return np.asarray(np.maximum.reduceat(near, self._starts), np.float32)


def questions_of(rules: Sequence[Rule]) -> list[str]:
    """What the rules are asked, rule by rule."""
    return [q for rule in rules for q in _questions(rule)]


def digest(rules: Sequence[Rule]) -> str:
    """Hash of the rules, for the name of a snapshot."""
    return hashlib.sha256(_dump(rules).encode()).hexdigest()


def _questions(rule: Rule) -> tuple[str, ...]:
    return (rule.settles, rule.settles_en, *rule.asks)


def _dump(rules: Sequence[Rule]) -> str:
    rows = [r.model_dump(mode="json", exclude_defaults=True, by_alias=True) for r in rules]
    return json.dumps(rows, ensure_ascii=False)
