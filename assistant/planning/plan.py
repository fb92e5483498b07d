"""A plan: for each part of a message, its state, its verdict, and the evidence that is shown, in order.

Guarantee (tested as properties): every part ends in exactly one state; no evidence is shown twice; a part that is
answered has a head; a verdict comes from a decision or from a statement that bears it. A plan holds no sentence: what
is said of it is `assistant.wording`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from assistant.answer import Alternative
from assistant.reading.case import Quantity
from ingest.corpus.cards import DependsOn, Kind
from ingest.corpus.demarches import Stage, Step, Words
from ingest.corpus.fiches import Bound, CaseField
from ingest.corpus.register import Contact, Regime
from ingest.passages.passages import Passage

State = Literal["answered", "computed", "denied", "absent", "not_in_force", "missing"]
Verdict = Literal["yes", "no", "depends"]
Place = Literal["head", "then", "needs", "next"]
Shape = Literal["sentence", "steps", "table", "cases", "letter"]
RECKONED = "reckoned"
"""Name, among the facts that a sentence opens with, of a sum of figures that are said."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step of a démarche on the case of a message: everything that it rests on, the words in which the message tells
    the day that its moment turns on, and the day by which it is to be done."""

    step: Step
    stage: Stage
    who: Words
    cited: tuple[Passage, ...]
    told: str | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence and the place it takes in its part; `spans`: the words shown of an added text, in order."""

    position: int
    passage: Passage
    place: Place
    spans: tuple[tuple[int, int], ...] = ()
    step: PlannedStep | None = None
    """The step that rests on it first, when it is shown for that."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict: a quantity of the case against a bound, and whether it is met."""

    quantity: Quantity
    bound: Bound
    met: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """What a sentence opens with: the verdict that its statement bears, and the facts of the case that decide it."""

    verdict: Literal["yes", "no"]
    strength: Literal["firm", "likely"] = "firm"
    because: tuple[Reason, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    """Days and facets of the case: name, and words."""
    due: date | None = None
    asked: bool = True
    """Whether the verdict is what was asked; otherwise the day, or the figures that decide, are."""
    matter: Words | None = None
    """What the verdict is of, as the rule that gives it is named: « oui » to a rule's question may be « non » to the
    asker's."""


@dataclass(frozen=True)
class PlannedPart:
    """What is said of one part of a message."""

    about: str
    kinds: tuple[Kind, ...] = ()
    state: State = "missing"
    shown: tuple[Shown, ...] = ()
    shape: Shape = "sentence"
    verdict: Verdict | None = None
    strength: Literal["firm", "likely"] = "firm"
    bound: str | None = None
    regime: Regime | None = None
    because: tuple[Reason, ...] = ()
    openings: Mapping[str, Opening] = field(default_factory=dict)
    """By id of the statement: what rules say of the case, one a body of law."""
    depends_on: DependsOn | None = None
    card: str | None = None
    rule: str | None = None
    case: Mapping[CaseField, Quantity] = field(default_factory=dict)
    premise: bool = False
    """A denial of what the message takes for granted."""
    title: Words | None = None
    """Of the démarche whose steps are shown."""
    told: bool = False
    """What answers it is shown by an earlier part."""
    silent: tuple[str, ...] = ()
    """Titles of the added texts that it names, and that do not say."""
    near: tuple[Passage, ...] = field(default=(), compare=False)
    """What comes near in them."""
    whom: Contact | None = None
    """Who would know, of a part that is missing."""
    heading: Literal["question", "claim"] | None = None
    """Whether `about` was chosen as the words that head the part: a question, or something told."""
    score: float = 0.0
    chance: float = 1.0
    """How likely what it opens with is what was asked for."""
    answers_to: str = ""
    """The reviewed question that it is answered as."""
    others: tuple[Alternative, ...] = field(default=(), compare=False)
    """Those that it may have meant instead."""

    @property
    def head(self) -> Shown | None:
        """The first thing shown."""
        return self.shown[0] if self.shown else None

    def placed(self, *places: Place) -> tuple[Shown, ...]:
        """What is shown in these places, in order."""
        return tuple(s for s in self.shown if s.place in places)


@dataclass(frozen=True)
class Plan:
    """The parts of a message, in its order."""

    parts: tuple[PlannedPart, ...] = ()
    out_of_scope: bool = False
    case: Mapping[CaseField, Quantity] = field(default_factory=dict)
    """Figures of the message that a rule turned on, read for it."""
    near: tuple[Passage, ...] = field(default=(), compare=False)

    def shown(self) -> Iterator[Shown]:
        """Everything that is shown, in order."""
        for part in self.parts:
            yield from part.shown

    @property
    def answered(self) -> bool:
        """True when some part is answered."""
        return any(p.state not in ("missing", "not_in_force") for p in self.parts)

    def faults(self) -> list[str]:
        """What breaks the invariants of a plan; empty when nothing does."""
        out = []
        marks = [(s.position, span) for s in self.shown() for span in s.spans or ((0, 0),)]
        if len(marks) != len(set(marks)):
            out.append("preuve montrée deux fois")
        for part in self.parts:
            answered = part.state in ("answered", "computed", "denied", "absent")
            if answered and not part.told and (part.head is None or part.head.place != "head"):
                out.append(f"partie sans tête : {part.about}")
            if not answered and part.shown and not part.silent:  # what comes near is shown as such
                out.append(f"partie sans réponse qui montre : {part.about}")
            if part.verdict in ("yes", "no") and not (part.because or part.head):
                out.append(f"verdict sans preuve : {part.about}")
        return out
