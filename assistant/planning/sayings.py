"""The statements of a snapshot by their id, as they are shown beside what a rule decides.

Guarantee: every `passage_id` opens; a statement that the snapshot does not hold is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from ingest.corpus.fiches import Statement
from ingest.corpus.register import Domain
from ingest.index.snapshot import Snapshot


class Saying(BaseModel):
    """A statement and where it opens."""

    model_config = ConfigDict(frozen=True)

    statement: str
    passage_id: str
    text: str
    text_en: str
    source_title: str
    locator: str


class Sayings:
    """The statements of a snapshot by their id."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._places = {s: p for p, s in enumerate(snapshot.columns.statements) if s is not None}

    def statement(self, sid: str) -> Statement | None:
        """A statement; None when the snapshot does not hold it."""
        place = self._places.get(sid)
        return None if place is None else self._snapshot.open_passage(place).statement

    def domains(self, ids: Iterable[str]) -> set[Domain]:
        """The domains of the statements of these ids."""
        places = (self._places[sid] for sid in ids if sid in self._places)
        return {d for p in places for d in self._snapshot.open_passage(p).domains}

    def of(self, ids: Iterable[str]) -> list[Saying]:
        """The statements of these ids, as they are shown."""
        passages = [self._snapshot.open_passage(p) for sid in ids if (p := self._places.get(sid)) is not None]
        return [
            Saying(
                statement=p.statement.id,
                passage_id=p.id,
                text=p.text,
                text_en=p.statement.en,
                source_title=p.source_title,
                locator=p.locator,
            )
            for p in passages
            if p.statement is not None
        ]
