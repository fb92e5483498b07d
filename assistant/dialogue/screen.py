"""The answer on screen, as an act takes it up: its sentences, its parts, what stands beside them.

Guarantee: plain data, in both languages, that survives a restart; no sentence is kept that was not shown. A sentence
that is a statement as it stands is kept by its passage alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from ingest.language.claims import Language


@dataclass(frozen=True, slots=True)
class Worded:
    """A sentence in a language: its text, the computed verdict that it opens with, the head of a step."""

    text: str
    opening: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that was shown; `words` are empty for a statement as it stands. `cited`: passages and quotes, the
    whole of a passage where the quote is empty."""

    passage: str
    part: int
    place: str
    words: Mapping[Language, Worded] = field(default_factory=dict)
    cited: tuple[tuple[str, str], ...] = ()
    given: tuple[str, ...] = ()
    reviewed: bool = False

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Told:
        """From plain data."""
        return _TOLD.validate_python(raw)


@dataclass(frozen=True, slots=True)
class ToldPart:
    """A part of the message: its words, its verdict, what was asked back, whether it was left unanswered and who would
    know."""

    about: str
    verdict: str = ""
    missing: bool = False
    whom: str = ""
    ask: Mapping[Language, str] = field(default_factory=dict)
    title: Mapping[Language, str] = field(default_factory=dict)
    """Of the démarche whose steps answer it."""
    card: str = ""
    """That answers it."""


@dataclass(frozen=True, slots=True)
class Screen:
    """The last answer: `coming` are passages of law to come that it warned of; `acted` and `manner`, what was last done
    with it."""

    question: str
    told: tuple[Told, ...] = ()
    parts: tuple[ToldPart, ...] = ()
    coming: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    acted: str = ""
    manner: str = ""

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        screen: dict[str, Any] = _SCREEN.dump_python(self, mode="json")
        return screen

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Screen:
        """What `plain` gave."""
        return _SCREEN.validate_python(raw)


_TOLD, _SCREEN = TypeAdapter(Told), TypeAdapter(Screen)
