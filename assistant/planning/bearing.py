"""Whether another statement of its topic, or that it needs, bears on the case of a part more than the one found.

Guarantee: a verdict is said only of the case. Told by a head fitted on messages that a rule answers beside messages
that its exception, its condition or another date of it does (`data/bearing.yaml`, `eval calibrate --bearing`): what
each of the two statements shares with the part (words, meaning, facets, figures, days), never which statement it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.planning.case import case_of
from assistant.planning.decide import reasons_of
from assistant.planning.options import Context, overlap
from assistant.planning.ranking import Selector
from ingest.corpus.fiches import Polarity, Role, Statement
from ingest.language.lexical import analyse

WEIGHTS = Path(__file__).resolve().parent / "data" / "bearing.npz"
SURE = 0.4
"""How likely another statement bears on the case more than the one that gives a verdict, for it to lead."""
_SILENT = (Role.ABSENCE, Role.SANCTION)
_ROLES = (Role.EXCEPTION, Role.CONDITION, Role.REGLE, Role.ECHEANCE, Role.DEMENT, Role.DEMARCHE)
_CONTRARY = {
    Polarity.OBLIGE: (Polarity.N_OBLIGE_PAS, Polarity.PERMET),
    Polarity.INTERDIT: (Polarity.PERMET, Polarity.N_OBLIGE_PAS),
    Polarity.PERMET: (Polarity.INTERDIT, Polarity.OBLIGE),
    Polarity.N_OBLIGE_PAS: (Polarity.OBLIGE, Polarity.INTERDIT),
    Polarity.FAIT: (),
}


class Bearing:
    """Statements beside those of one snapshot, weighed on the case of a part."""

    def __init__(self, selector: Selector, positions: Mapping[str, int]) -> None:
        self.selector, self.positions, self.snapshot = selector, positions, selector.search.snapshot
        self.fitted = selector.search.fitted

    def over(self, head: Statement, context: Context, without: Iterable[str] = ()) -> tuple[Statement, float] | None:
        """The statement that bears most on the part beside its head, and how likely it does so more than the head; None
        when nothing stands beside it. `without`: ids that are shown with the head anyway."""
        beside = [s for s in self.beside(head) if s.id not in {*without}]
        if not beside:
            return None
        kept = self.fitted.arrays(WEIGHTS)
        rows = (self.features(head, beside, context) - kept["mean"]) / kept["scale"]
        scores = rows @ kept["weights"] + float(kept["bias"])
        best = int(np.argmax(scores))
        return beside[best], float(1 / (1 + np.exp(-scores[best])))

    def beside(self, head: Statement) -> list[Statement]:
        """What a statement needs, and the others of its topic, but for what is unknown or a penalty."""
        needed = (p for sid in head.needs if (p := self.positions.get(sid)) is not None)
        places = dict.fromkeys((*needed, *self.snapshot.by_topic[head.topic]))
        found = (self.snapshot.open_passage(p).statement for p in places)
        return [s for s in found if s is not None and s.id != head.id and s.role not in _SILENT]

    def features(self, head: Statement, beside: list[Statement], context: Context) -> NDArray[np.float32]:
        """What each statement beside a head shares with the part more than the head does; one row each."""
        every = [head, *beside]
        places = [self.positions[s.id] for s in every]
        near = self.snapshot.vectors(places) @ context.vector
        cards = self.snapshot.cards.similarities(context.vector)
        asked = [max((float(cards[i]) for i in self._headed.get(s.id, ())), default=np.nan) for s in every]
        held = self.selector.search.eligible(context.question.as_of, ())[places].tolist()
        numbers = {t for t in analyse(context.question.raw) if t.isdigit()}
        shares = [
            self._share(s, p, context, in_force, numbers) for s, p, in_force in zip(every, places, held, strict=True)
        ]
        rows = []
        for n in range(1, len(every)):
            known = not (np.isnan(asked[0]) or np.isnan(asked[n]))
            row = [asked[n] - asked[0] if known else 0.0, float(np.isnan(asked[n])), float(np.isnan(asked[0]))]
            row += [near[n] - near[0], near[n], near[0]]
            row += [b - a for a, b in zip(shares[0], shares[n], strict=True)] + [*shares[n], *shares[0]]
            rows.append(row + self._pair(head, every[n], context))
        return np.array(rows, np.float32)

    def _share(self, s: Statement, position: int, context: Context, in_force: bool, numbers: set[str]) -> list[float]:
        """What one statement shares with a part: words, a question, facets, figures, days. `in_force`: on the day of
        the question; `numbers`: the question's."""
        own, weight = context.own, sum(context.own.values()) or 1.0
        body, text, aliases = self.selector.terms_of(position)
        case = case_of(s, context.question, self.selector.glossary)
        reasons = reasons_of(s, context.case)
        year, applied = context.question.as_of.exercise, 0.0
        if year and s.applies_to:
            applied = 1.0 if s.applies_to.overlaps(date(year, 1, 1), date(year, 12, 31)) else -1.0
        return [
            sum(w for t, w in own.items() if t in text) / weight,
            sum(w for t, w in own.items() if t in body) / weight,
            max((overlap(own, weight, a) for a, _ in aliases), default=0.0),
            float(case.matched),
            float(case.unasked),
            float(case.conflict > 0),
            float(case.entailed),
            float(case.local),
            float(any(r.met for r in reasons)),
            float(any(not r.met for r in reasons)),
            float(bool(s.bounds)),
            float(in_force),
            float(len(numbers & text)),
            float(s.in_force.until is not None),
            applied,
        ]

    def _pair(self, head: Statement, other: Statement, context: Context) -> list[float]:
        """How two statements stand to one another, and what of the part the one holds and the other does not."""
        own, weight = context.own, sum(context.own.values()) or 1.0
        mine, theirs = self._words(head), self._words(other)
        return [
            sum(w for t, w in own.items() if t in theirs and t not in mine) / weight,
            sum(w for t, w in own.items() if t in mine and t not in theirs) / weight,
            float(other.id in head.needs),
            float(other.topic == head.topic),
            float(other.polarity in _CONTRARY[head.polarity]),
            *(float(other.role is r) for r in _ROLES),
            *(float(head.role is r) for r in _ROLES[:3]),
        ]

    def _words(self, s: Statement) -> frozenset[str]:
        body, text, _ = self.selector.terms_of(self.positions[s.id])
        return body | text

    @cached_property
    def _headed(self) -> dict[str, list[int]]:
        """Cards by the statement that heads them."""
        out: dict[str, list[int]] = {}
        for i, card in enumerate(self.snapshot.cards.cards):
            out.setdefault(card.head[0], []).append(i)
        return out
