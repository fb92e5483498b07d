"""A text in pages: its passages in order, cut where a reader would, with the contents of the whole.

Guarantee: every passage of the text that the snapshot holds is on one page and has one anchor there; a page carries at
most `CHARACTERS` of text (one passage more at the worst), whatever the size of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.service import Service
from ingest.corpus.register import Source
from ingest.index.snapshot import Snapshot
from ingest.language.locators import locator_keys
from ingest.passages.passages import Passage

CHARACTERS = 42_000
"""Characters of text of a page: some 100 kB of HTML with its anchors and badges."""
PASSAGES = 110
"""Passages of a page: each costs some 400 bytes of HTML beside its text."""
_PART = re.compile(r" \(\d+/\d+\)$")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a text: the positions of its passages in the snapshot, and how it is named in the contents."""

    number: int
    positions: tuple[int, ...]
    first: str
    last: str
    headings: tuple[str, ...]

    @property
    def name(self) -> str:
        """`art. 111-1 – art. 122-18`."""
        return self.first if self.first == self.last else f"{self.first} – {self.last}"


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a page, whole or a part of it: its passages, its anchor, and the headings above it when they
    change."""

    anchor: str
    locator: str
    passages: tuple[Passage, ...]
    heading: tuple[str, ...] | None


class Reader:
    """Cuts texts in pages; remembers the cuts of the serving snapshot."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._cuts = lru_cache(maxsize=64)(self._cut)

    def leaves(self, source_id: str) -> tuple[Leaf, ...]:
        """The pages of a text; none when the snapshot holds nothing of it."""
        return self._cuts(self._service.snapshot.manifest.name, source_id)

    def articles(self, leaf: Leaf) -> list[Article]:
        """What a page shows."""
        return list(_articles(self._service.snapshot.passages(list(leaf.positions))))

    def page_of(self, source_id: str, position: int) -> tuple[int, str] | None:
        """The page that a passage is on, and its anchor there."""
        for leaf in self.leaves(source_id):
            if position in leaf.positions:
                wanted = self._service.snapshot.columns.ids[position]
                for a in self.articles(leaf):
                    if any(p.id == wanted for p in a.passages):
                        return leaf.number, a.anchor
        return None

    def find_article(self, source: Source, written: str) -> int | None:
        """The position of the article that someone wrote (« 122-18 », « art. L. 229-68 »), if the text has it."""
        snapshot, register = self._service.snapshot, self._service.register
        held = set(snapshot.by_source.get(source.id, ()))
        for text in (written, f"article {written}"):
            for key in locator_keys(text, source.work_id, register.names):
                found = [p for p in snapshot.by_key.get(key, ()) if p in held]
                if found:
                    return found[0]
        return None

    def _cut(self, _: str, source_id: str) -> tuple[Leaf, ...]:
        snapshot = self._service.snapshot
        positions = list(snapshot.by_source.get(source_id, ()))
        return tuple(_leaves(snapshot, positions))


def _leaves(snapshot: Snapshot, positions: Sequence[int]) -> Iterator[Leaf]:
    passages = snapshot.passages(list(positions))
    start, size, number = 0, 0, 1
    for i, p in enumerate(passages):
        full = size + len(p.text) > CHARACTERS or i - start >= PASSAGES
        turn = size > CHARACTERS / 2 and p.heading_path[:2] != passages[i - 1].heading_path[:2]
        if i > start and (full or turn) and not _same_article(passages[i - 1], p, size):
            yield _leaf(number, positions[start:i], passages[start:i])
            start, size, number = i, 0, number + 1
        size += len(p.text)
    if start < len(passages):
        yield _leaf(number, positions[start:], passages[start:])


def _same_article(before: Passage, p: Passage, size: int) -> bool:
    """An article in several pieces stays on one page, unless it is one by itself."""
    return size < 1.5 * CHARACTERS and _base(before) == _base(p) and _PART.search(p.locator) is not None


def _leaf(number: int, positions: Sequence[int], passages: Sequence[Passage]) -> Leaf:
    headings = dict.fromkeys(" › ".join(p.heading_path[1:]) for p in passages)
    return Leaf(number, tuple(positions), _base(passages[0]), _base(passages[-1]), tuple(h for h in headings if h))


def _articles(passages: Sequence[Passage]) -> Iterator[Article]:
    taken: set[str] = set()
    above: tuple[str, ...] | None = None
    i = 0
    while i < len(passages):
        j = i + 1
        while j < len(passages) and _base(passages[j]) == _base(passages[i]) and _PART.search(passages[j].locator):
            j += 1
        first = passages[i]
        anchor = _anchor(first)
        if anchor in taken:
            anchor = f"p-{first.id[:10]}"
        taken.add(anchor)
        heading = first.heading_path[1:]
        yield Article(anchor, _base(first), tuple(passages[i:j]), heading if heading != above else None)
        above = heading
        i = j


def _base(p: Passage) -> str:
    return _PART.sub("", p.locator)


def _anchor(p: Passage) -> str:
    if p.statement is not None:
        return p.statement.id
    if p.keys:
        number = re.sub(r"[^A-Za-z0-9-]", "-", p.keys[0].split(":", 1)[1])
        return f"art-{number}"
    return f"p-{p.id[:10]}"
