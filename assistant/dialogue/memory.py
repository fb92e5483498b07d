"""What a conversation remembers between two turns.

Guarantee: a memory survives a restart unchanged, as plain data (no class name, no pickle). It holds
what the next question may leave unsaid, and the answer on screen, which an act takes up; the answers before it are
history, not memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeGuard

from assistant.dialogue.screen import Screen, Told
from assistant.reading.case import Case, Quantity
from assistant.reading.dates import AsOf, CaseDate
from ingest.corpus.fiches import CaseField
from ingest.corpus.register import Domain
from ingest.corpus.rules import DateName, YearName
from ingest.language.claims import Language

Plain = dict[str, Any]
"""JSON-ready: strings, numbers, lists and dicts of them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What was being talked about, so that one can come back to it."""

    base: str
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """A turn; the profile given so far; the passages that headed the last answers; the last question as it would stand
    alone; the one that opened the subject; and the subjects before this one, the most recent first.

    `base` is the last question that stood alone: a follow-up is read after it, not after every follow-up since.
    """

    base: str
    as_of: AsOf
    facets: dict[str, tuple[str, ...]]
    topics: tuple[str, ...] = ()
    domains: tuple[Domain, ...] = ()
    language: Language = "fr"
    sources: tuple[str, ...] = ()
    profile: dict[str, str] = field(default_factory=dict)
    heads: tuple[str, ...] = ()
    last: str = ""
    root: str = ""
    earlier: tuple[Subject, ...] = ()
    case: Case = field(default_factory=dict)
    dates: Mapping[DateName | YearName, CaseDate] = field(default_factory=dict)
    screen: Screen | None = None
    """The last answer, for the acts that take it up."""

    @property
    def subject(self) -> Subject:
        """The subject of the turn."""
        return Subject(self.base, self.facets, self.topics, self.sources)

    def plain(self) -> Plain:
        """As plain data."""
        return {
            **_plain_subject(self.subject),
            "as_of": {
                "start": self.as_of.start.isoformat(),
                "end": self.as_of.end.isoformat(),
                "reason": self.as_of.reason,
                "exercise": self.as_of.exercise,
            },
            "domains": [d.value for d in self.domains],
            "language": self.language,
            "profile": self.profile,
            "heads": list(self.heads),
            "last": self.last,
            "root": self.root,
            "earlier": [_plain_subject(s) for s in self.earlier],
            "screen": self.screen.plain() if self.screen else None,
            "dates": [[n.value, d.start.isoformat(), d.end.isoformat(), d.said] for n, d in self.dates.items()],
            "case": [[f.value, q.low, q.high, q.said, q.origin] for f, q in self.case.items()],
        }

    @classmethod
    def of(cls, raw: Plain) -> Memory:
        """What `plain` gave."""
        subject, when = _subject(raw), raw["as_of"]
        reason, language = str(when["reason"]), str(raw["language"])
        if not _is_reason(reason) or not _is_language(language):
            raise ValueError("memory")
        return cls(
            base=subject.base,
            as_of=AsOf(date.fromisoformat(when["start"]), date.fromisoformat(when["end"]), reason, when["exercise"]),
            facets=subject.facets,
            topics=subject.topics,
            domains=tuple(Domain(d) for d in raw["domains"]),
            language=language,
            sources=subject.sources,
            profile=dict(raw["profile"]),
            heads=tuple(raw["heads"]),
            last=raw["last"],
            root=raw["root"],
            earlier=tuple(_subject(s) for s in raw["earlier"]),
            screen=_screen(raw),
            dates={d.name: d for row in raw.get("dates", ()) for d in (_date(*row),)},
            case={CaseField(f): Quantity(CaseField(f), *rest) for f, *rest in raw.get("case", ())},
        )


def _date(name: str, start: str, end: str, said: str) -> CaseDate:
    kind = YearName(name) if name in set(YearName) else DateName(name)
    return CaseDate(kind, date.fromisoformat(start), date.fromisoformat(end), said)


def _row(raw: Any) -> Told:
    """A sentence that was shown; kept as passage, part and place alone before its words were."""
    if isinstance(raw, Mapping):
        return Told.of(raw)
    passage, part, place = raw
    return Told(str(passage), int(part), str(place))


def _screen(raw: Plain) -> Screen | None:
    if raw.get("screen") is not None:
        return Screen.of(raw["screen"])
    told = tuple(_row(t) for t in raw.get("shown", ()))
    return Screen(str(raw["last"]), told) if told else None


def _plain_subject(s: Subject) -> Plain:
    return {
        "base": s.base,
        "facets": {k: list(v) for k, v in s.facets.items()},
        "topics": list(s.topics),
        "sources": list(s.sources),
    }


def _subject(raw: Plain) -> Subject:
    facets = {k: tuple(v) for k, v in raw["facets"].items()}
    return Subject(raw["base"], facets, tuple(raw["topics"]), tuple(raw["sources"]))


def _is_reason(text: str) -> TypeGuard[Literal["today", "asked", "sticky"]]:
    return text in ("today", "asked", "sticky")


def _is_language(text: str) -> TypeGuard[Language]:
    return text in ("fr", "en")
