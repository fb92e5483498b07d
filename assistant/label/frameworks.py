"""The frameworks of criteria as the workbench reads them: by poste, by department, by words.

Guarantee: two frameworks are never mixed: every look-up names its framework, and a criterion is found in that one only
(`D3` of the label is not `2.3` of AFNOR SPEC 2308). What is not officially known (points, obligation) stays None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.corpus.criteria import DEPARTMENT_LABELS, Criterion, Department, Framework, Poste, load_frameworks
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.claims import Language


def folded(text: str) -> str:
    """Text for comparing: no accents, no case, words apart by one space."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "Oe"))
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)).lower()))


_DEPARTMENTS = {folded(name): d for d, label in DEPARTMENT_LABELS.items() for name in (label, d.value)}


def department_of(text: str) -> Department | None:
    """The department that a text names, whatever its accents and case; None when it is none of ours."""
    return _DEPARTMENTS.get(folded(text))


def criterion_key(criterion: Criterion) -> str:
    """What a criterion is called in a project and in addresses: its code, or its id when it has no known number."""
    return criterion.code or criterion.id


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which criteria of a framework are wanted; empty fields ask for nothing."""

    poste: str = ""
    department: Department | None = None
    words: str = ""

    def takes(self, criterion: Criterion) -> bool:
        """Whether a criterion is wanted. Every word must begin a word of what is said of the criterion."""
        if self.poste and criterion.poste != self.poste:
            return False
        if self.department and not {self.department, Department.TOUS} & set(criterion.departments):
            return False
        return _has(self.words, searchable(criterion))


def searchable(c: Criterion) -> str:
    """The words a criterion is found by."""
    return " ".join(
        [
            c.code or "",
            c.short.fr,
            c.intent.fr,
            c.evidence.fr,
            *(DEPARTMENT_LABELS[d] for d in c.departments),
            *c.asked_as,
        ]
    )


def _has(words: str, text: str) -> bool:
    wanted = folded(words).split()
    there = folded(text).split()
    return all(any(word.startswith(w) for word in there) for w in wanted)


class Frameworks:
    """Every framework of a corpus, by id."""

    def __init__(self, frameworks: Iterable[Framework]) -> None:
        self._by_id = {f.id: f for f in frameworks}

    @classmethod
    def of(cls, corpus_dir: Path) -> Frameworks:
        """The frameworks of a corpus folder; a broken file names its line and field."""
        return cls(f.framework for f in load_frameworks(corpus_dir))

    def all(self) -> list[Framework]:
        """The frameworks, the label first."""
        return sorted(self._by_id.values(), key=lambda f: (not f.thresholds, f.id))

    def get(self, framework_id: str) -> Framework:
        """One framework; `FRAMEWORK_NOT_FOUND`."""
        found = self._by_id.get(framework_id)
        if found is None:
            raise ClapvertError(
                ErrorCode.FRAMEWORK_NOT_FOUND,
                "Ce référentiel est inconnu.",
                f"Ceux que Clapvert connaît : {', '.join(f.id for f in self.all())}.",
            )
        return found

    def criterion(self, framework_id: str, key: str) -> Criterion:
        """A criterion by its code or id, in this framework only; `CRITERION_NOT_FOUND`."""
        framework = self.get(framework_id)
        found = find(framework, key)
        if found is None:
            raise ClapvertError(
                ErrorCode.CRITERION_NOT_FOUND,
                f"Le critère « {key[:40]} » n'est pas connu dans {framework.name.fr}.",
                f"La liste : /api/label/frameworks/{framework.id}/criteria.",
            )
        return found


def poste_name(poste: Poste, language: Language = "fr") -> str:
    """« A · Production et engagement », as boards and lists head a group of criteria."""
    name = poste.en if language == "en" else poste.name
    return f"{poste.code} · {name[:1].upper()}{name[1:]}"


def find(framework: Framework, key: str) -> Criterion | None:
    """A criterion of a framework by its code (any case) or its id."""
    wanted = key.strip()
    return next((c for c in framework.criteria if c.id == wanted or (c.code and c.code == wanted.upper())), None)


def chosen(framework: Framework, wanted: Wanted) -> list[tuple[Poste, list[Criterion]]]:
    """The wanted criteria, by poste, in the order of the framework; a poste without any is left out."""
    groups = ((poste, [c for c in framework.of_poste(poste.code) if wanted.takes(c)]) for poste in framework.postes)
    return [(poste, criteria) for poste, criteria in groups if criteria]


def departments(criteria: Sequence[Criterion]) -> list[Department]:
    """The departments that act on some criteria, in the order of the enumeration."""
    acting = {d for c in criteria for d in c.departments}
    return [d for d in Department if d in acting]
