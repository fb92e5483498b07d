"""The answer on screen, as an act takes it up: its sentences, its parts, what stands beside them.

Guarantee: plain data, in both languages, that survives a restart; no sentence is kept that was not shown. A sentence
that is a statement as it stands is kept by its passage alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from ingest.language.claims import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)


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

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "passage": self.passage,
            "part": self.part,
            "place": self.place,
            "words": {lang: [w.text, w.opening, w.label] for lang, w in self.words.items()},
            "cited": [list(c) for c in self.cited],
            "given": list(self.given),
            "reviewed": self.reviewed,
        }

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Told:
        """What `plain` gave."""
        return cls(
            str(raw["passage"]),
            int(raw["part"]),
            str(raw["place"]),
            {lang: Worded(*raw["words"][lang]) for lang in LANGUAGES if lang in raw["words"]},
            tuple((str(p), str(q)) for p, q in raw["cited"]),
            tuple(raw["given"]),
            bool(raw["reviewed"]),
        )


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

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "about": self.about,
            "verdict": self.verdict,
            "missing": self.missing,
            "whom": self.whom,
            "ask": dict(self.ask),
            "title": dict(self.title),
        }

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> ToldPart:
        """What `plain` gave."""
        ask = {lang: str(raw["ask"][lang]) for lang in LANGUAGES if lang in raw["ask"]}
        title = {lang: str(raw["title"][lang]) for lang in LANGUAGES if lang in raw["title"]}
        return cls(str(raw["about"]), str(raw["verdict"]), bool(raw["missing"]), str(raw["whom"]), ask, title)


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
        return {
            "question": self.question,
            "told": [t.plain() for t in self.told],
            "parts": [p.plain() for p in self.parts],
            "coming": list(self.coming),
            "contacts": list(self.contacts),
            "acted": self.acted,
            "manner": self.manner,
        }

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Screen:
        """What `plain` gave."""
        return cls(
            str(raw["question"]),
            tuple(Told.of(t) for t in raw["told"]),
            tuple(ToldPart.of(p) for p in raw["parts"]),
            tuple(raw["coming"]),
            tuple(raw["contacts"]),
            str(raw["acted"]),
            str(raw["manner"]),
        )
