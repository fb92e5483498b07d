"""Which reviewed question an answer answers, and which others it could have been: what one gesture settles.

Guarantee: a reading is a card (a démarche is one) or a statement of the snapshot, and its words are those that were
reviewed as asking exactly it; its id says which part of the message it is a reading of, and means nothing else to
whoever sends it back. Those offered for a part differ in what they answer: no statement heads two of them, and none
heads with what the part shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Alternative
from assistant.planning.options import Option, Options
from assistant.planning.plan import PlannedPart
from assistant.reading.kinds import detect_language
from ingest.corpus.fiches import Statement
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.claims import Language

OFFERED, OFFERED_EACH, OFFERED_NEAR = 3, 2, 2
"""Other readings of a message of one part, of each of several, and how many of the topic that is answered."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The reading that someone chose for a part of a message, by its place from 0: a card or a statement."""

    part: int
    kind: Literal["card", "statement"]
    name: str

    @classmethod
    def parse(cls, text: str) -> Chosen:
        """What `Alternative.id` says; `CHOICE_UNKNOWN` when it was none."""
        part, kind, name = (*text.split(".", 2), "", "")[:3]
        if not part.isdecimal() or len(part) > 2 or not name:
            raise unknown()
        if kind not in ("card", "statement"):
            raise unknown()
        return cls(int(part), cast(Literal["card", "statement"], kind), name)


def unknown() -> ClapvertError:
    """That nothing is called so, or no longer."""
    return ClapvertError(
        ErrorCode.CHOICE_UNKNOWN,
        "Cette lecture de votre question n'existe pas, ou plus.",
        "Reposez la question pour voir celles d'aujourd'hui.",
    )


class Readings:
    """The readings of one snapshot."""

    def __init__(self, options: Options) -> None:
        self.options, self.snapshot = options, options.snapshot
        self._cards = {c.id: c for c in options.cards.cards}

    def asked(self, card: str | None, statement: Statement | None, language: Language) -> str:
        """The question that a card, or a statement by itself, answers as it was reviewed; "" where none was."""
        if card in self._cards:
            return _worded(self._cards[card].asks, language)
        return _worded(statement.asked_as, language) if statement else ""

    def answered(self, part: PlannedPart, language: Language) -> str:
        """The reviewed question that a part is answered as; "" when it is answered by no reviewed words."""
        return self.asked(part.card, part.head.passage.statement if part.head else None, language)

    def others(
        self,
        n: int,
        part: PlannedPart,
        options: Sequence[Option],
        language: Language,
        told: AbstractSet[str],
        most: int,
    ) -> list[Alternative]:
        """The next questions that part `n` may be, best first, `most` of them, none of those `told`. What the part
        shows already is no other answer, and few are of the topic that it opens with."""
        head = part.head.passage.statement if part.head else None
        answered, said = {s.position for s in part.shown}, {*told, self.answered(part, language)}
        out: list[Alternative] = []
        near = 0
        for option in options:
            first = self.snapshot.open_passage(option.head[0]).statement
            card = option.card.id if option.card else None
            question = self.asked(card, first, language)
            if not question or question in said or answered & set(option.head):
                continue
            same = head is not None and first is not None and first.topic == head.topic
            if same and near == OFFERED_NEAR:
                continue
            near += same
            name = f"card.{card}" if card else f"statement.{first.id}" if first else ""
            out.append(Alternative(id=f"{n}.{name}", question=question))
            answered |= set(option.head)
            said.add(question)
            if len(out) == most:
                break
        return out

    def option(self, chosen: Chosen, in_force: NDArray[np.bool_]) -> Option:
        """The option that a reading is, whatever the message resembles; `CHOICE_UNKNOWN` when nothing of it is in
        force on the day."""
        card = self._cards.get(chosen.name) if chosen.kind == "card" else None
        ids = card.head if card else (chosen.name,) if chosen.kind == "statement" else ()
        head = tuple(p for sid in ids if (p := self.options.positions.get(sid)) is not None and in_force[p])
        if not head:
            raise unknown()
        features = {**dict.fromkeys(self.options.weights, 0.0), "alias": 1.0, "known": 1.0}
        return Option(0.0, features, head, card)


def _worded(asks: Sequence[str], language: Language) -> str:
    """The first wording in a language, else the first."""
    said = next((a for a in asks if detect_language(a) == language), asks[0] if asks else "")
    return said[:1].upper() + said[1:]
