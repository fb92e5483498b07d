"""Versions: from when to when a wording was in force, as far as the files say.

Guarantee: a date is never invented. It comes, in this order, from the command, the file, its front matter, its name or
the register; a file that only says when it was copied is attested that day, and its claim to be in force is not
believed. When several versions of an article are known, the start of the next ends the former; an article that says
itself when it enters into force starts then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from ingest.language.claims import MONTHS_FR

if TYPE_CHECKING:
    from ingest.corpus.register import Register, Source
    from ingest.passages.passages import Passage

COVERS = 0.8
"""Share of an older copy's articles that a newer file of the same text must hold to be the whole text again: then what
it no longer holds has left the text."""
_ISO = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_FROM = ("valid_from", "date_debut", "en_vigueur_le", "date_effet")
_UNTIL = ("valid_until", "date_fin")
_ATTESTED = ("snapshot", "last_updated", "attested_at", "etat-du-droit", "etat_du_droit")
_ENTERS = re.compile(
    r"(?:(?:ces|(?:les )?présentes) dispositions|dispositions du présent article|le présent article) "
    r"(?:entrent|entre) en vigueur (?:le|au|à compter du) (\d{1,2})(?:er)? (\w+) (\d{4})",
    re.IGNORECASE,
)


class TextVersion(BaseModel):
    """What is known of the dates of one added file; inclusive days."""

    model_config = ConfigDict(frozen=True)

    valid_from: date | None = None
    valid_until: date | None = None
    attested_at: date | None = None


def day(text: str | None) -> date | None:
    """`2026-03` or `2026-03-01` as a day; None for anything else (2999 is Légifrance's way of saying no day)."""
    match = _ISO.fullmatch(text or "")
    if match:
        with suppress(ValueError):
            found = date(int(match[1]), int(match[2]), int(match[3] or 1))
            return found if found.year < 2900 else None
    return None


def said_dates(meta: Mapping[str, str], name: str = "") -> TextVersion:
    """The dates that a file gives of itself, in its front matter or its name.

    A name that is a date (`2016-01-01.md`) is the first day of a version; one that ends with a date
    (`code_2023-12-03.html`) is the day of a copy.
    """
    stem = name.rsplit("/", 1)[-1].rpartition(".")[0]
    copied = re.search(r"(?:^|[_-])(\d{4}-\d{2}(?:-\d{2})?)(?=$|_)", stem)
    named = day(stem) if len(stem) == 10 else None
    return TextVersion(
        valid_from=_first(meta, _FROM) or named,
        valid_until=_first(meta, _UNTIL),
        attested_at=_first(meta, _ATTESTED) or (day(copied.group(1)) if copied and not named else None),
    )


def _first(meta: Mapping[str, str], fields: tuple[str, ...]) -> date | None:
    return next((found for f in fields if (found := day(meta.get(f)))), None)


def deferred_until(text: str, version: TextVersion) -> date | None:
    """The day on which an article says that it enters into force, when that is later than what its file says.

    An earlier day says nothing: Légifrance keeps the NOTA of a former wording under the next one.
    """
    if "en vigueur" not in text:
        return None
    plain = " ".join(re.sub(r"<[^>]+>", "", text).replace("’", "'").split())
    days = set()
    for match in _ENTERS.finditer(plain):
        with suppress(ValueError):
            days.add(date(int(match[3]), MONTHS_FR.index(match[2].lower()) + 1, int(match[1])))
    known = version.valid_from or version.attested_at
    if len(days) != 1:  # none, or one for each part of the article: the file's own dates are safer
        return None
    (start,) = days
    return start if known is None or start > known else None


def implied_end(source: Source, register: Register, version: TextVersion) -> TextVersion:
    """The version, ended by the next one of the same work that the register knows."""
    if version.valid_from is None or version.valid_until is not None:
        return version
    later = [
        s.valid_from
        for s in register.sources.values()
        if s.id != source.id and s.work_id == source.work_id and s.valid_from and s.valid_from > version.valid_from
    ]
    return version.model_copy(update={"valid_until": min(later) - timedelta(days=1)}) if later else version


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
