"""The démarches of a snapshot, and which of them a card opens.

Guarantee: the démarches, and the words for who does them and when, are those of the corpus that the snapshot was built
from, whatever the corpus says since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ingest.corpus.cards import Card
from ingest.corpus.demarches import Demarche, Vocabulary
from ingest.corpus.fiches import Statement

_FILE = "demarches.json"


@dataclass(frozen=True)
class DemarcheIndex:
    """Démarches, in the order of the corpus, and their vocabulary."""

    demarches: tuple[Demarche, ...] = ()
    vocabulary: Vocabulary = field(default_factory=lambda: Vocabulary(who={}, stages={}))

    def save(self, folder: Path) -> None:
        """Write them to a folder."""
        (folder / _FILE).write_text(self._dump(), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> DemarcheIndex:
        """Read what `save` wrote."""
        kept = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        rows = tuple(Demarche.model_validate(row) for row in kept["demarches"])
        return cls(rows, Vocabulary.model_validate(kept["vocabulary"]))

    def cards(self, statements: Sequence[Statement]) -> list[Card]:
        """The cards of kind *how* by which questions find them."""
        by_id = {s.id: s for s in statements}
        return [card for d in self.demarches for card in d.cards(by_id)]

    @cached_property
    def by_card(self) -> dict[str, Demarche]:
        """The démarche that a card opens, whole or cut, by the id of the card."""
        return {card: d for d in self.demarches for card in (d.id, *(c.id for c in d.cuts))}

    @property
    def digest(self) -> str:
        """Hash of all of it, for the name of a snapshot."""
        return hashlib.sha256(self._dump().encode()).hexdigest()

    def _dump(self) -> str:
        rows = [d.model_dump(mode="json", exclude_defaults=True, by_alias=True) for d in self.demarches]
        kept = {"vocabulary": self.vocabulary.model_dump(mode="json", exclude_defaults=True), "demarches": rows}
        return json.dumps(kept, ensure_ascii=False)


NO_DEMARCHE = DemarcheIndex()
