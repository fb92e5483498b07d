"""Whether a verdict stands: it is said of the case, and of what is asked.

Guarantee: whatever gave it (a rule, figures, a card), « oui » or « non » opens a part only when no statement beside the
one that says it bears on the case more; what is reckoned, only when that one bears it likely too. Else the exception
leads, or the statement is told without a verdict, with the day by which something is due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from assistant.planning.bearing import SURE, Bearing
from assistant.planning.options import Context
from assistant.planning.plan import PlannedPart, Shown, State
from assistant.planning.scope import is_unknown
from assistant.planning.verdict_head import upheld, verdict_of
from assistant.planning.verdicts import asks_spared
from assistant.reading.message import Part
from ingest.corpus.fiches import Polarity, Role, Statement


class Standing:
    """Verdicts of one snapshot, held against their case. `sure`: least share of a verdict that an exception gives."""

    def __init__(self, bearing: Bearing, sure: float) -> None:
        self.bearing, self.sure = bearing, sure

    def of(
        self, planned: PlannedPart, part: Part, context: Context, shown: set[int], usable: Callable[[int], bool]
    ) -> PlannedPart:
        """A part with a verdict that stands, or without. `shown`: what earlier parts show already."""
        heads = [s for shown_ in planned.placed("head") if (s := shown_.passage.statement) is not None]
        verdict = planned.verdict
        if verdict not in ("yes", "no") or not heads:
            return planned
        over = self.bearing.over(heads[0], context, {s.id for s in heads})
        place = self.bearing.positions[over[0].id] if over else -1
        if over is None or over[1] < SURE or place in shown or not usable(place):
            return planned if self._borne(planned, verdict, part, context, heads[0]) else _unsaid(planned, heads[0])
        leading = Shown(place, self.bearing.snapshot.open_passage(place), "head")
        return PlannedPart(
            planned.about,
            planned.kinds,
            state_of(over[0]),
            (leading, *(s for s in planned.shown if s.position != place)),
            planned.shape,
            None
            if over[0].polarity is Polarity.FAIT
            else verdict_of(part.text, context.vector, over[0], self.sure, self.bearing.fitted),
            "likely",
            card=planned.card,
            score=planned.score,
        )

    def _borne(
        self, planned: PlannedPart, verdict: Literal["yes", "no"], part: Part, context: Context, first: Statement
    ) -> bool:
        """Whether a statement is likely to bear a verdict that is reckoned; one that figures put out of its reach bears
        the contrary. A card's is of the very question that it is asked; a rule that figures decide needs no more, and
        turns its own for what is spared."""
        if (planned.rule is None) != bool(planned.because) or asks_spared(part.text):
            return True
        if planned.because and not any(r.met for r in planned.because):
            verdict = "no" if verdict == "yes" else "yes"
        return upheld(part.text, context.vector, first, verdict, self.bearing.fitted)


def state_of(s: Statement | None) -> State:
    """The state of a part that a statement answers first."""
    if is_unknown(s):
        return "absent"
    if s is not None and s.role is Role.DEMENT:
        return "denied"
    return "answered"


def _unsaid(planned: PlannedPart, first: Statement) -> PlannedPart:
    """A part without its verdict: the day by which something is due is told all the same."""
    openings = {sid: replace(o, asked=False) for sid, o in planned.openings.items() if o.due is not None}
    return replace(planned, state=state_of(first), verdict=None, openings=openings, because=(), depends_on=None)
