"""What a check of the corpus finds, and what it is checked against.

Guarantee: a finding says where it stands, under a stable code; errors block, warnings are listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ingest.corpus.fiches import Statement
from ingest.corpus.glossary import Glossary
from ingest.corpus.register import Register
from ingest.corpus.renderings import Rendering


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: where, what, and whether it blocks."""

    level: Literal["error", "warning"]
    code: str
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement, and where it stands: « fiches/cnc/x.yaml:12 id »."""

    where: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class HeldArticle:
    """The words of an article in one copy, and a day on which they held."""

    text: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class HeldTexts:
    """The official texts that the data folder holds: their articles by key (« rga:122-18 »)."""

    articles: Mapping[str, tuple[HeldArticle, ...]]


@dataclass(frozen=True, slots=True)
class Known:
    """What statements are checked against."""

    register: Register
    glossary: Glossary
    contacts: frozenset[str]
    today: date
    renderings: tuple[Rendering, ...] = ()
    held: HeldTexts | None = None


def error(code: str, where: str, message: str) -> Problem:
    """A finding that blocks."""
    return Problem("error", code, where, message)


def warning(code: str, where: str, message: str) -> Problem:
    """A finding that is listed."""
    return Problem("warning", code, where, message)
