"""Démarches: the steps that answer a part that asks how, or that asks for no more than where to start.

Guarantee: a démarche is opened by the card that leads the options of a part, never by words of ours; a step that the
case excludes, or that rests first on what is out of force on the day, is left out; a day is computed from a milestone
that the message gives, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from assistant.planning.plan import Place, PlannedPart, PlannedStep, Shown
from assistant.reading.message import Message, Part
from assistant.reading.milestones import CaseDate
from assistant.reading.question import Question
from ingest.corpus.cards import Card
from ingest.corpus.deciding import Facts, due_of
from ingest.corpus.demarches import Step
from ingest.corpus.glossary import Glossary
from ingest.corpus.rules import DateName, YearName
from ingest.index.snapshot import Snapshot
from ingest.passages.passages import Passage

Usable = Callable[[int], bool]


class Demarches:
    """The démarches of one snapshot. `positions`: of the statements, by id."""

    def __init__(self, snapshot: Snapshot, positions: Mapping[str, int], glossary: Glossary) -> None:
        self.snapshot, self.positions, self.glossary = snapshot, positions, glossary
        self.index = snapshot.demarches

    def opens(self, card: Card | None) -> bool:
        """Whether a card is that of a démarche."""
        return card is not None and card.id in self.index.by_card

    def planned(
        self, message: Message, part: Part, question: Question, card: Card, shown: set[int], usable: Usable
    ) -> PlannedPart | None:
        """The steps that a card opens for a part; None when the case leaves none."""
        demarche = self.index.by_card[card.id]
        title, steps = demarche.opened(card.id)
        out: dict[int, Shown] = {}
        for step in steps:
            position = self.positions[step.rests_on[0]]
            if position in shown or not usable(position) or self._excluded(step, question):
                continue
            place: Place = "then" if out else "head"
            out[position] = Shown(position, self._open(position), place, self._step(step, message))
        if not out:
            return None
        depends = demarche.depends_on
        for sid in demarche.reserve:
            position = self.positions[sid]
            if position not in shown and position not in out and usable(position):
                out[position] = Shown(position, self._open(position), "needs")
        return PlannedPart(
            part.text,
            part.likeliest,
            "answered",
            tuple(out.values()),
            "steps",
            depends_on=None if depends is None or self._told(depends.field, message, question) else depends,
            card=card.id,
            title=title,
        )

    def _told(self, field: str, message: Message, question: Question) -> bool:
        return bool(question.facets.get(field)) or any(f.value == field for f in message.case)

    def _step(self, step: Step, message: Message) -> PlannedStep:
        stage = self.index.vocabulary.stages[step.stage]
        told = message.dates.get(stage.turns_on) if stage.turns_on and step.deadline is None else None
        due = due_of(step.by, _facts(message.dates)) if step.by else None
        cited = tuple(self._open(self.positions[sid]) for sid in step.rests_on)
        return PlannedStep(step, stage, self.index.vocabulary.who[step.who], cited, told.said if told else None, due)

    def _excluded(self, step: Step, question: Question) -> bool:
        """True when the question names a case that excludes the step's, or none of the places that it is local to."""
        glossary = self.glossary
        for facet, values in step.supposes.items():
            asked = question.facets.get(facet, ())
            if any(
                glossary.compatible(facet, a, values) or glossary.compatible(facet, v, asked)
                for a in asked
                for v in values
            ):
                continue
            if facet == "lieu" and all(glossary.local(v) for v in values):
                return True
            if asked and all(glossary.exclude(facet, a, v) for a in asked for v in values):
                return True
        return False

    def _open(self, position: int) -> Passage:
        return self.snapshot.open_passage(position)


def _facts(dates: Mapping[DateName | YearName, CaseDate]) -> Facts:
    """The days of a case that steps are counted from."""
    days = {name.value: (d.start, d.end) for name, d in dates.items() if isinstance(name, DateName)}
    return Facts(date.min, dates=days)
