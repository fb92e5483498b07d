"""What changed lately and what is coming, read from the data: statements, versions, added texts, deadlines.

Guarantee: each line is a statement of the snapshot or an entry of the register or of the added texts, with its own
date; nothing is inferred from the day that a file was written but the day that it was added.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from assistant.service import Service
from ingest.corpus.fiches import Role
from ingest.corpus.register import Source
from ingest.passages.passages import Passage
from ingest.texts.fetch import changed_at_source

BEHIND = dt.timedelta(days=183)
"""How far back a change is recent."""
AHEAD = dt.timedelta(days=366)
"""How far ahead a change is announced."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A statement, on the day that matters."""

    day: dt.date
    passage: Passage


@dataclass(frozen=True, slots=True)
class Added:
    """A text that was added to the index."""

    day: dt.date
    text_id: str
    source: Source
    valid_from: dt.date | None
    valid_until: dt.date | None
    attested_at: dt.date | None
    before: str | None
    """The added version that it follows, for `clapvert corpus diff`."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A text of the register that takes the place of others."""

    source: Source
    replaced: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """A text that `corpus fetch --check` saw changed at its source, and that was not taken since."""

    day: dt.date
    source: Source


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that `/sources/nouveautes` shows; each list by date, what is nearest to today first."""

    today: dt.date
    entered: list[Dated]
    ended: list[Dated]
    coming: list[Dated]
    ending: list[Dated]
    deadlines: list[Dated]
    added: list[Added]
    replaced: list[Replaced]
    moved: list[Moved]


def changes(service: Service, today: dt.date) -> Changes:
    """What changed in the last months and what is to come in the next ones, as of a day."""
    notices = _statements(service)
    law = [p for p in notices if not p.bill]
    starts = [Dated(p.valid_from, p) for p in law if p.valid_from]
    ends = [Dated(p.valid_until, p) for p in law if p.valid_until]
    applied = [
        Dated(a.from_, p)
        for p in law
        if p.statement and (a := p.statement.applies_to) and a.from_ and a.from_ != p.valid_from and _open(p, today)
    ]
    return Changes(
        today=today,
        entered=_sorted((d for d in starts if today - BEHIND <= d.day <= today), newest=True),
        ended=_sorted((d for d in ends if today - BEHIND <= d.day < today), newest=True),
        coming=_sorted(d for d in (*starts, *applied) if today < d.day <= today + AHEAD),
        ending=_sorted(d for d in ends if today <= d.day <= today + AHEAD),
        deadlines=_sorted(_deadlines(notices, today)),
        added=_added(service),
        replaced=_replaced(service, today),
        moved=_moved(service),
    )


def absences(service: Service) -> list[Passage]:
    """The known unknowns: what the texts do not say, with whom to ask."""
    return [p for p in _statements(service) if p.statement and p.statement.role is Role.ABSENCE]


def _statements(service: Service) -> list[Passage]:
    snapshot = service.snapshot
    return snapshot.passages([i for i, s in enumerate(snapshot.columns.statements) if s])


def _open(p: Passage, today: dt.date) -> bool:
    return p.valid_until is None or p.valid_until >= today


def _sorted(rows: Iterable[Dated], newest: bool = False) -> list[Dated]:
    found: dict[tuple[dt.date, str], Dated] = {(d.day, d.passage.id): d for d in rows}
    return sorted(found.values(), key=lambda d: (d.day, d.passage.id), reverse=newest)


def _deadlines(notices: list[Passage], today: dt.date) -> Iterator[Dated]:
    for p in notices:
        s = p.statement
        if s is None or s.role is not Role.ECHEANCE or not s.in_force.contains(today):
            continue
        for value in s.values:
            if value.kind == "date" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value.value)):
                day = dt.date.fromisoformat(str(value.value))
                if today < day <= today + 2 * AHEAD:
                    yield Dated(day, p)


def _added(service: Service) -> list[Added]:
    shelf, register = service.library.texts, service.register
    by_source: dict[str, list[tuple[dt.date, str]]] = defaultdict(list)
    texts = shelf.all()
    for t in texts:
        by_source[t.source(register).id].append((t.version.valid_from or t.version.attested_at or dt.date.min, t.id))
    out = []
    for t in texts:
        source = t.source(register)
        when = t.version.valid_from or t.version.attested_at or dt.date.min
        earlier = [i for d, i in sorted(by_source[source.id]) if (d, i) < (when, t.id)]
        written = (shelf.folder / t.id / "text.json").stat().st_mtime
        day = dt.datetime.fromtimestamp(written, ZoneInfo("Europe/Paris")).date()
        v = t.version
        out.append(
            Added(day, t.id, source, v.valid_from, v.valid_until, v.attested_at, earlier[-1] if earlier else None)
        )
    return sorted(out, key=lambda a: (a.day, a.text_id), reverse=True)


def _moved(service: Service) -> list[Moved]:
    seen = changed_at_source(service.library.settings.data_dir / "fetch")
    found = [Moved(day, s) for i, day in seen.items() if (s := service.register.sources.get(i))]
    return sorted(found, key=lambda m: (m.day, m.source.id), reverse=True)


def _replaced(service: Service, today: dt.date) -> list[Replaced]:
    sources = service.register.sources
    out = []
    for s in sources.values():
        gone = tuple(sources[i] for i in s.supersedes if i in sources)
        if gone and s.valid_from and today - 2 * BEHIND <= s.valid_from <= today + AHEAD:
            out.append(Replaced(s, gone))
    return sorted(out, key=lambda r: (r.source.valid_from or dt.date.min, r.source.id), reverse=True)
