"""Versions: from when to when a wording was in force, as far as its file says.

Guarantee: a date is never invented. It comes, in this order, from the command, the file, its front matter, its name or
the register; a file that only says when it was copied is attested that day, and its claim to be in force is not
believed. An article that says itself when it enters into force starts then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from ingest.language.claims import MONTHS_FR

if TYPE_CHECKING:
    from ingest.corpus.register import Register, Source

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
