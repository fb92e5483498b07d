"""What is made of the readings found for a part: one decision, by how likely the best of them is.

Guarantee: the chance is that of the ranker, calibrated on the messages planned by hand; every threshold is here. A
verdict is the card's, reviewed for its question, or that of the rule that the card names, and of nothing else; it is
turned round for who asks the contrary, and none where the card does not settle what is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assistant.planning.decide import outside, undecided
from assistant.planning.options import Option
from assistant.planning.verdicts import nearest_ask, turned
from assistant.reading.case import Case
from assistant.reading.message import Part
from ingest.corpus.cards import Card, DependsOn, Kind
from ingest.corpus.fiches import Statement

WHICH = DependsOn(
    field="question",
    ask="Votre message peut en poser plusieurs : laquelle de ces questions est la vôtre ?",
    ask_en="Your message may ask several things: which of these questions is yours?",
)
"""What is asked when no reading is likely: the readings themselves are offered with it."""
_CONTRARY: dict[Literal["yes", "no"], Literal["yes", "no"]] = {"yes": "no", "no": "yes"}


@dataclass(frozen=True, slots=True)
class DecisionConfig:
    """Least chance of the best reading for it to be sure, and for a rule to decide; for the verdict of a card to be
    said; for it to be told at all, and not asked about. `yes_no`: least chance that a part asks yes or no."""

    sure: float = 0.8
    verdict: float = 0.7
    told: float = 0.2
    yes_no: float = 0.3


def chance_of(options: Sequence[Option], matter: Callable[[str], str | None] = lambda _: None) -> float:
    """How likely it is that what the first option opens with is what was asked for; 0 without any. `matter`: of a rule,
    for how likely it is that what was asked opens with what the rules of the first option's matter decide."""
    if not options:
        return 0.0
    first = options[0].card
    ruled = matter(first.rule) if first and first.rule else None
    heads = {options[0].head[0]}
    if ruled is not None:
        heads |= {o.head[0] for o in options if o.card and o.card.rule and matter(o.card.rule) == ruled}
    scores = np.array([o.score for o in options])
    shares = np.exp(scores - scores.max())
    return float(shares[np.array([o.head[0] in heads for o in options])].sum() / shares.sum())


def asks_contrary(card: Card, part: str) -> bool | None:
    """Whether a part asks the contrary of what a card is asked; None when the card does not settle it."""
    return turned(part, nearest_ask(part, card.asks))


def verdict_of(card: Card | None, part: Part, case: Case, head: Sequence[Statement]) -> Literal["yes", "no"] | None:
    """The verdict that a card bears of a part; None for a case that lies outside of what its head reaches, or that
    lacks the figure that its head turns on."""
    if card is None or card.verdict is None or not head:
        return None
    if outside(head[0], case) or undecided(head[:1], case) is not None:
        return None
    contrary = asks_contrary(card, part.text)
    return None if contrary is None else _CONTRARY[card.verdict] if contrary else card.verdict


def strength_of(said: Literal["firm", "likely"], chance: float, config: DecisionConfig) -> Literal["firm", "likely"]:
    """How firmly a verdict is said: no more than its reading is sure."""
    return said if chance >= config.sure else "likely"


def wants_verdict(part: Part, config: DecisionConfig) -> bool:
    """Whether a part asks yes or no."""
    return part.kinds.get(Kind.YES_NO, 0.0) >= config.yes_no
