"""Succession: when several versions of an article are known, the start of the next ends the former.

Guarantee: a version is ended only by other words of the same article, or by a whole later copy that no longer holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from ingest.passages.passages import Passage

COVERS = 0.8
"""Share of an older copy's articles that a newer file of the same text must hold to be the whole text again: then what
it no longer holds has left the text."""


def settle(texts: list[tuple[str, list[Passage]]]) -> list[Passage]:
    """Passages of all the added texts, each version of an article ended by the start of the next.

    Args:
        texts: `(id, passages)` of each added text.
    """
    states: dict[tuple[str, str, str], list[_State]] = {}
    holds: dict[tuple[str, str], dict[str, tuple[date, set[str]]]] = {}
    for text_id, passages in texts:
        for (key, language), group in _articles(passages):
            start = group[0].valid_from or group[0].attested_at or date.min
            states.setdefault((key, group[0].source_id, language), []).append(_State(text_id, start, group))
            work = holds.setdefault((group[0].source_id, language), {}).setdefault(text_id, (start, set()))
            work[1].add(key)
    ends: dict[str, date] = {}
    for (key, source_id, language), versions in states.items():
        versions.sort(key=lambda s: s.start)
        for n, state in enumerate(versions):
            later = [v for v in versions[n + 1 :] if v.start > state.start and v.words != state.words]
            end = min((v.start for v in later), default=None) or _left(
                key, state, holds[source_id, language], {v.text_id for v in versions}
            )
            for p in state.passages:
                if end and (p.valid_until is None or p.valid_until >= end):
                    ends[p.id] = end - timedelta(days=1)
    return [
        p.model_copy(update={"valid_until": ends[p.id]}) if p.id in ends else p
        for _, passages in texts
        for p in passages
    ]


class _State:
    """One wording of an article in one file."""

    def __init__(self, text_id: str, start: date, passages: list[Passage]) -> None:
        self.text_id, self.start, self.passages = text_id, start, passages
        plain = re.sub(r"<[^>]+>", " ", " ".join(p.text for p in passages))
        self.words = "".join(c for c in plain if c.isalnum())


def _articles(passages: Iterable[Passage]) -> Iterable[tuple[tuple[str, str], list[Passage]]]:
    """Passages by article and language, for those that have a number."""
    ordered = sorted((p for p in passages if p.keys), key=lambda p: (p.keys[0], p.language, p.position))
    for place, group in groupby(ordered, key=lambda p: (p.keys[0], p.language)):
        found = list(group)
        starts = {p.valid_from for p in found}
        for start in starts:  # twins of one number can start on different days
            yield place, [p for p in found if p.valid_from == start]


def _left(key: str, state: _State, files: dict[str, tuple[date, set[str]]], holders: set[str]) -> date | None:
    """The day of the first whole copy, later than the file of `state`, that no longer holds the article."""
    mine = files[state.text_id][1]
    gone = [
        start
        for text_id, (start, keys) in files.items()
        if start > state.start and text_id not in holders and key not in keys and len(mine) >= 10
        and len(keys & mine) >= COVERS * len(mine)
    ]  # fmt: skip
    return min(gone, default=None)
