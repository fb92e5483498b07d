"""What an index holds, for telling what a run never reached: its statements and the articles of its official texts.

Guarantee: read once from the index, then carried by the run file. Statements are ours and keep their words; of official
texts there is only where each article stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ingest.index.snapshot import Snapshot
from ingest.passages.passages import Passage


@dataclass(frozen=True, slots=True)
class Held:
    """A statement: its first domain, its topic, where it stands, its words, and when they are in force (inclusive)."""

    domain: str
    topic: str
    source: str
    text: str
    valid_from: date | None = None
    valid_until: date | None = None

    def nearest_day(self, today: date) -> date:
        """Today when it is in force, else the day nearest to it that is."""
        after = max(today, self.valid_from or today)
        return min(after, self.valid_until or after)


@dataclass(frozen=True)
class Catalogue:
    """Statements by id; articles of official texts by key, with where each stands."""

    statements: dict[str, Held] = field(default_factory=dict)
    articles: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Catalogue:
        """The catalogue of an index."""
        statements: dict[str, Held] = {}
        c = snapshot.columns
        for position, statement_id in enumerate(c.statements):
            if statement_id is not None:
                p = snapshot.open_passage(position)
                assert p.statement is not None
                statements[statement_id] = Held(
                    p.domains[0].value, p.statement.topic, p.source_id, p.text, p.valid_from, p.valid_until
                )
        rows = zip(c.statements, c.sources, c.locators, c.keys, strict=True)
        articles = {_key(s, at, keys): f"{s}, {at}" for held, s, at, keys in rows if held is None}
        return cls(statements, articles)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "statements": {
                i: [h.domain, h.topic, h.source, h.text, *(d and d.isoformat() for d in (h.valid_from, h.valid_until))]
                for i, h in self.statements.items()
            },
            "articles": self.articles,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Catalogue:
        """What `as_dict` wrote."""
        held = {
            i: Held(*row[:4], *(date.fromisoformat(d) if d else None for d in row[4:]))
            for i, row in data["statements"].items()
        }
        return cls(held, dict(data["articles"]))


def article_of(p: Passage) -> str | None:
    """The key of the article that a passage of an official text is of; None for a notice."""
    return _key(p.source_id, p.locator, p.keys) if p.kind == "text" else None


def _key(source_id: str, locator: str, keys: tuple[str, ...]) -> str:
    """What the pieces of one article are known by."""
    return keys[0] if keys else f"{source_id}:{locator}"
