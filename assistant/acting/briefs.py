"""The steps on screen in a few lines: reviewed lines of the démarche that they are of (`corpus/clair.yaml`).

Guarantee: a line is said only when every step that it sums up was shown, it cites all that they cite, and it passes the
gate; otherwise there is none, and the steps speak for themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.acting.opened import Row
from assistant.checking.verifier import Cited, Sentence, Verifier
from assistant.reading.dates import AsOf
from ingest.corpus.demarches import Demarche
from ingest.corpus.plain import PlainWords
from ingest.language.claims import Language


class Briefs:
    """Sums up steps, over the démarches of one snapshot."""

    def __init__(self, demarches: Sequence[Demarche], plain: PlainWords) -> None:
        self.plain = plain
        self._steps = {
            (step.rests_on[0], step.do.fr): (d.id, n) for d in demarches for n, step in enumerate(d.steps, 1)
        }

    def of(self, rows: Sequence[Row], language: Language, verifier: Verifier, as_of: AsOf) -> list[Sentence]:
        """The lines that sum up all of these steps; none where there are none such. French alone."""
        placed = [self._place(r) for r in rows]
        found = {p[0] for p in placed if p}
        if language == "en" or len(found) != 1 or None in placed:
            return []
        by_number = {p[1]: r for p, r in zip(placed, rows, strict=True) if p}
        out: list[Sentence] = []
        left = set(by_number)
        for line in self.plain.demarches.get(found.pop(), ()):
            if not left & set(line.etapes):
                continue
            if not set(line.etapes) <= left:
                return []
            own = [by_number[n] for n in line.etapes]
            given = tuple(g for r in own for g in r.told.given)
            sentence = Sentence(line.dit, _all(own), language=language, given=given, reviewed=True)
            if verifier.faults(sentence, as_of):
                return []
            out.append(_fewest(sentence, own, verifier, as_of))
            left -= set(line.etapes)
        return [] if left else out

    def _place(self, row: Row) -> tuple[str, int] | None:
        """The démarche and the number of a step."""
        said = row.worded("fr").text
        own = row.statement.id if row.statement else ""
        return next((at for (sid, do), at in self._steps.items() if sid == own and do in said), None)


def _all(rows: Sequence[Row]) -> tuple[Cited, ...]:
    return tuple({(c.passage.id, c.quote): c for r in rows for c in r.cited}.values())


def _fewest(sentence: Sentence, rows: Sequence[Row], verifier: Verifier, as_of: AsOf) -> Sentence:
    """The sentence, citing what each step first rests on and what else it would not pass the gate without."""
    first = {r.passage.id for r in rows}
    for c in reversed(sentence.cited):
        fewer = replace(sentence, cited=tuple(x for x in sentence.cited if x is not c))
        if c.passage.id not in first and not verifier.faults(fewer, as_of):
            sentence = fewer
    return sentence
