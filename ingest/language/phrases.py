"""Lists of words and turns of phrase, kept as data and found in a folded text in one pass.

Guarantee: whole words only, those of a phrase one after the other with nothing but a space or a hyphen between; `*` at
the end of a word stands for any ending. Of one list the longest phrase wins where it starts, and finds never overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_TOKEN = re.compile(r"[^\W_]+(?:'(?=\w)(?![st]\b)|'$)?|[^\s\w-]")
"""A word, with the apostrophe that elides it, or a mark: no phrase runs over one."""
_BETWEEN = " ,"
"""What may stand between the phrases that a text opens with."""
Span = tuple[int, int]


@dataclass(slots=True)
class _Node:
    """What may follow, and the lists of which a phrase ends here."""

    words: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, _Node] = field(default_factory=dict)
    lengths: tuple[int, ...] = ()
    names: list[str] = field(default_factory=list)

    def add(self, word: str, any_ending: bool) -> _Node:
        """The node after a word, or after any word that begins so."""
        found = (self.stems if any_ending else self.words).setdefault(word, _Node())
        self.lengths = tuple(sorted({len(stem) for stem in self.stems}))
        return found

    def after(self, token: str) -> list[_Node]:
        """The nodes that a token leads to."""
        out = [self.words[token]] if token in self.words else []
        return out + [self.stems[t] for n in self.lengths if (t := token[:n]) in self.stems and n <= len(token)]


class Phrases:
    """Named lists of phrases; every method takes a folded text."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node()
        self.names = frozenset(lists)
        for name, phrases in lists.items():
            for phrase in phrases:
                self._add(name, phrase)

    @classmethod
    def load(cls, path: Path) -> Phrases:
        """The lists of a YAML file, name → phrases."""
        return cls(read_words(path))

    def _add(self, name: str, phrase: str) -> None:
        node, pieces = self._root, [p for word in phrase.split() for p in _pieces(word)]
        for piece in pieces:
            any_ending = piece.endswith("*") and len(piece) > 1
            node = node.add(piece[:-1] if any_ending else piece, any_ending)
        node.names.append(name)

    def find(self, text: str, name: str) -> tuple[Span, ...]:
        """Where a text holds a phrase of a list, in order."""
        if name not in self.names:
            raise KeyError(name)
        return _found(self, text).get(name, ())

    def all(self, text: str) -> Mapping[str, tuple[Span, ...]]:
        """Every list of which a text holds a phrase, with where."""
        return _found(self, text)

    def has(self, text: str, name: str) -> bool:
        """Whether a text holds a phrase of a list."""
        return bool(self.find(text, name))

    def at(self, text: str, name: str, start: int = 0) -> int | None:
        """Where the phrase of a list ends that starts at a place of a text; None when none does."""
        return next((end for first, end in self.find(text, name) if first == start), None)

    def opening(self, text: str, name: str, between: str = _BETWEEN) -> int:
        """Where the phrases of a list end that a text opens with, with the marks `between` them; 0 for none."""
        at = 0
        while (end := self.at(text, name, at)) is not None:
            at = end + len(text[end:]) - len(text[end:].lstrip(between))
        return at

    def closing(self, text: str, name: str) -> int:
        """Where the phrase of a list starts that a text ends with; its length when there is none."""
        end = len(text.rstrip())
        return next((start for start, last in self.find(text, name) if last == end), len(text))

    def followed(self, text: str, name: str, other: str) -> tuple[Span, ...]:
        """Where a phrase of a list stands with one of another list right after it."""
        ends = dict(self.find(text, other))
        return tuple(
            (start, ends[at])
            for start, end in self.find(text, name)
            if (at := end + (text[end : end + 1] in (" ", "-"))) in ends
        )

    def within(self, text: str) -> dict[str, list[Span]]:
        """Every list found in a text, with where its phrases stand."""
        tokens = [(m.start(), m.end(), m.group()) for m in _TOKEN.finditer(text)]
        longest: dict[str, dict[int, int]] = {}
        for i, (start, _, _) in enumerate(tokens):
            nodes = [self._root]
            for _, end, token in tokens[i:]:
                nodes = [after for node in nodes for after in node.after(token)]
                if not nodes:
                    break
                for name in (name for node in nodes for name in node.names):
                    longest.setdefault(name, {})[start] = end
        return {name: _apart(ends) for name, ends in longest.items()}


def read_words(path: Path) -> dict[str, Any]:
    """The data of a YAML file, every word as it is written (« on », « no » are words)."""
    rows: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    return rows


def tokens(folded: str) -> list[str]:
    """The words and marks of a text, as lists of phrases read them: no space, no hyphen."""
    return _TOKEN.findall(folded)


@lru_cache(maxsize=8192)
def _found(phrases: Phrases, text: str) -> Mapping[str, tuple[Span, ...]]:
    return {name: tuple(spans) for name, spans in phrases.within(text).items()}


def _pieces(word: str) -> list[str]:
    """The tokens of a word of a list, the last with its `*`."""
    found = [m.group() for m in _TOKEN.finditer(word.removesuffix("*"))]
    return [*found[:-1], f"{found[-1]}*"] if word.endswith("*") else found


def _apart(ends: Mapping[int, int]) -> list[Span]:
    """The spans of one list without those that start inside another."""
    out: list[Span] = []
    for start, end in ends.items():
        if not out or start >= out[-1][1]:
            out.append((start, end))
    return out
