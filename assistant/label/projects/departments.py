"""The departments of a project's rows: those that its grid writes, under the names and in the places given here.

Guarantee: a department is the grid's own word, whatever ours are called; spellings that differ by case and accents are
one. A department renamed to the name of another is merged with it; a criterion that was moved stays where it was put.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from assistant.label.frameworks import folded

NONE = "Sans département"
_EVERYONE = frozenset({
    "tous", "toutes", "tous les departements", "tous departements", "toutes equipes", "tous postes", "toute l equipe",
    "toutes les equipes", "all", "all departments", "transversal", "transverse",
})  # fmt: skip
_SPLIT = re.compile(r"\s*[/;,\n]\s*|\s+\+\s+")


def everyone(department: str) -> bool:
    """Whether a department's name means all of them."""
    return folded(department) in _EVERYONE


def written_departments(text: str | None, split: bool) -> tuple[str, ...]:
    """The departments that the grid names: several in a cell (« Image / Son »), one in a sheet's name or a section."""
    parts = _SPLIT.split(text or "") if split else [text or ""]
    return tuple(dict.fromkeys(p.strip() for p in parts if p.strip()))


class Names:
    """Departments under one spelling each, with the names that the production gave them."""

    def __init__(self, renamed: Mapping[str, str]) -> None:
        self._renamed = {folded(name): new for name, new in renamed.items()}
        self._first: dict[str, str] = {}

    def shown(self, departments: Iterable[str]) -> tuple[str, ...]:
        """The names under which departments are shown."""
        return tuple(dict.fromkeys(self._one(d) for d in departments))

    def _one(self, department: str) -> str:
        new = self._renamed.get(folded(department), department)
        return self._first.setdefault(folded(new) or new, new)
