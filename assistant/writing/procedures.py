"""The démarches that a message may be answered with: their reviewed steps, for a model to choose among.

Guarantee: a démarche is offered because its questions are among the nearest found; its steps are those that the case
leaves (`Demarches.planned`); what is shown of a step is the step's own reviewed words, in the démarche's order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from assistant.planning.local import LocalPlanner
from assistant.planning.options import Found
from assistant.planning.plan import Shown
from assistant.reading.message import Message, Part
from ingest.corpus.cards import Card
from ingest.corpus.demarches import Words
from ingest.language.claims import Language

MOST = 2
_BEHIND = 0.45
"""How far below the nearest démarche's another one's questions may be."""


@dataclass(frozen=True)
class Procedure:
    """The steps of a démarche on the case of a message."""

    card: str
    title: Words
    steps: tuple[Shown, ...]

    def said(self, n: int, language: Language) -> str:
        """When a step is done, by whom, and what it is."""
        planned = self.steps[n].step
        assert planned is not None
        when = (planned.step.deadline or planned.stage).of(language)
        return f"{when} ({planned.who.of(language)}) : {planned.step.do.of(language)}"

    def name(self, n: int) -> str:
        """A name that lasts of a step."""
        s = self.steps[n].passage.statement
        return f"step:{self.card}:{s.id if s else n}"

    def of(self, chosen: Collection[int]) -> list[Shown]:
        """Some of the steps, in their order."""
        return [s for n, s in enumerate(self.steps) if n in chosen]


def procedures_of(
    local: LocalPlanner, found: Sequence[Found], message: Message, usable: Callable[[int], bool]
) -> list[Procedure]:
    """The démarches nearest a message, or one of its parts."""
    index, near = local.demarches.index, dict[str, float]()
    by_id: dict[str, Card] = {}
    for one in found:
        for option in one.options:
            if option.card is None or option.card.id not in index.by_card:
                continue
            whole = index.by_card[option.card.id].id
            likeness = option.features["similarity"] + option.features["alias"]
            near[whole] = max(likeness, near.get(whole, 0.0))
            if option.card.id == whole:
                by_id[whole] = option.card
    best = max(near.values(), default=0.0)
    out: list[Procedure] = []
    for whole in sorted(by_id, key=lambda w: (-near[w], w)):
        if len(out) == MOST or near[whole] < best - _BEHIND:
            break
        card = by_id[whole]
        part = local.demarches.planned(message, Part.of(message.text), message.question, card, set(), usable)
        if part is not None and part.title is not None:
            out.append(Procedure(whole, part.title, tuple(s for s in part.shown if s.step is not None)))
    return out
