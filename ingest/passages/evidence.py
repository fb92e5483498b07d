"""Evidence: the sentences of a text's passage, each with its exact offsets and what it goes with.

Guarantee: spans are of the passage's own text and never cut inside a sentence; an item of a list goes with the sentence
that opens its list, a row of a table with its header, an answer with its question and a sentence with the label of its
paragraph, so that none is quoted without saying of what it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ingest.language.sentences import sentence_spans

Span = tuple[int, int]

_TABLE_ROW = re.compile(r"\|.*\|")
_RULE = re.compile(r"\|(?:-{3}\|)+")
_ITEM = re.compile(
    r"(?:[-–—•·*]\s|\(?(?:\d{1,2}|[a-z]{1,2}|[ivx]{1,4})\s?[.)°]\s|\d{1,2}°\s?|[a-z]\)\s)(?!\s*$)", re.IGNORECASE
)
_EMPHATIC = re.compile(r"[?.!]\*{1,2}\s+")
"""Where a sentence in bold ends."""
_LINE = re.compile(r"[^\n]+")
_ASKED, _LABEL = "?", 8
"""What marks the answers to a question of the text, and the words that a label has at most."""
_WHOLE = 60
"""Words up to which the pieces that semicolons make of a paragraph are one piece of evidence: none says its subject."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, an item or a row of a passage's text; `opens`: the sentence or the header that it goes with."""

    start: int
    end: int
    opens: Span | None = None


def evidence(text: str) -> list[Evidence]:
    """The pieces of evidence of a text, in order."""
    out: list[Evidence] = []
    levels: list[tuple[str, Span]] = []
    """What opens each list that is going on, and how its items are marked (empty until the first one)."""
    for start, end in _paragraphs(text):
        if _TABLE_ROW.search(text, start, end) and "\n|" in text[start:end]:
            out += _rows(text, start, end)
            levels = []
            continue
        mark = _ITEM.match(text[start:end])
        pieces = list(_sentences(text, start, end))
        label, pieces = _labelled(text, pieces)
        if mark:
            levels = _within(text, levels, _shape(mark.group()))
        elif levels and levels[-1][0] != _ASKED and not text[start:end][:1].islower():
            levels = []
        above = levels[-1][1] if levels else None
        for n, (a, b) in enumerate(pieces):
            asked = text[a:b].rstrip('*_ »"').endswith("?")
            if asked:
                above, levels = None, [(_ASKED, (a, b))]
            out.append(Evidence(a, b, (label if n else None) or above))
            above = (a, b) if asked else above
        if pieces and text[:end].rstrip().endswith(":"):
            levels = [*levels, ("", pieces[-1])]
    return [e for e in out if any(c.isalnum() for c in text[e.start : e.end])]


def _labelled(text: str, pieces: list[Span]) -> tuple[Span | None, list[Span]]:
    """A paragraph that opens with a label (« h) Retards et pénalités. »): the label goes with its first sentence, and
    opens the others."""
    if len(pieces) < 2 or not _ITEM.match(text[slice(*pieces[0])]) or len(text[slice(*pieces[0])].split()) > _LABEL:
        return None, pieces
    return pieces[0], [(pieces[0][0], pieces[1][1]), *pieces[2:]]


def _shape(mark: str) -> str:
    """How an item is marked: by figures, letters, or a sign."""
    return re.sub(r"[a-z]+", "a", re.sub(r"\d+", "1", mark.strip().lower()))


def _within(text: str, levels: list[tuple[str, Span]], shape: str) -> list[tuple[str, Span]]:
    """The lists that an item marked so is in; it closes those that an item marked like it opened."""
    for n, (_, opens) in enumerate(levels):
        mark = _ITEM.match(text[slice(*opens)])
        if mark and _shape(mark.group()) == shape:
            return levels[:n]
    at = next((n for n in range(len(levels) - 1, -1, -1) if levels[n][0] == shape), None)
    if at is not None:
        return levels[: at + 1]
    return [*levels[:-1], (shape, levels[-1][1])] if levels and not levels[-1][0] else levels


def _paragraphs(text: str) -> Iterator[Span]:
    """Paragraphs; the lines of one that holds a list are each their own."""
    at = 0
    for part in re.split(r"(\n{2,})", text):
        start, at = at, at + len(part)
        if not part.strip():
            continue
        lines = [m.span() for m in _LINE.finditer(part)]
        table = any(_TABLE_ROW.match(part[a:b]) for a, b in lines)
        if not table and len(lines) > 1 and any(_ITEM.match(part[a:b]) for a, b in lines[1:]):
            yield from ((start + a, start + b) for a, b in lines)
        else:
            yield start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """Sentences of a paragraph; what semicolons part stays together while it is short."""
    cuts = [start, *(start + m.end() for m in _EMPHATIC.finditer(text[start:end])), end]
    spans = [(x + a, x + b) for x, y in pairwise(cuts) for a, b in sentence_spans(text[x:y])]
    held: Span | None = None
    for a, b in spans:
        joined = (held[0], b) if held else (a, b)
        if held and len(text[joined[0] : joined[1]].split()) > _WHOLE:
            yield held
            joined = (a, b)
        held = joined if text[a:b].endswith(";") else None
        if held is None:
            yield joined
    if held:
        yield held


def _rows(text: str, start: int, end: int) -> Iterator[Evidence]:
    """Rows of a table, each with the header above the rule; what stands above the table is a piece of its own."""
    lines = [(start + m.start(), start + m.end()) for m in _LINE.finditer(text[start:end])]
    rule = next((n for n, (a, b) in enumerate(lines) if _RULE.fullmatch(text[a:b].strip())), None)
    header = lines[rule - 1] if rule else None
    for n, (a, b) in enumerate(lines):
        if rule is not None and n in (rule - 1, rule):
            continue
        yield Evidence(*_cells(text, a, b), _cells(text, *header) if header and rule is not None and n > rule else None)


def _cells(text: str, start: int, end: int) -> Span:
    """A row without the bars around it."""
    row = text[start:end]
    inner = row.strip().strip("|").strip()
    at = start + row.index(inner) if inner else start
    return at, at + len(inner)
