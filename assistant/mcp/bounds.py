"""What the figures of a case settle where no rule speaks: the typed bounds of statements in force.

Guarantee: a verdict comes from `bounds` and figures alone, by `assistant.planning.decide`, one statement at a time,
each with its passage; statements are ruled on together only when the caller names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from assistant.planning import decide as deciding
from assistant.reading.case import Case, Quantity
from assistant.wording.figures import bound_words, case_words
from ingest.corpus.deciding import Facts
from ingest.corpus.fiches import Bound, CaseField
from ingest.index.snapshot import Snapshot
from ingest.passages.passages import Passage

_MOST = 40
_UNITS = {
    CaseField.HEADCOUNT: "salariés", CaseField.TURNOVER: "EUR", CaseField.BALANCE_SHEET: "EUR", CaseField.BUDGET: "EUR",
    CaseField.AD_SPEND: "EUR", CaseField.CONSUMPTION: "kWh", CaseField.SURFACE: "m²", CaseField.POWER: "kW",
    CaseField.DURATION: "jours", CaseField.DISTANCE: "m", CaseField.HEIGHT: "m", CaseField.WEIGHT: "kg",
    CaseField.PEOPLE: "personnes",
}  # fmt: skip


class Decided(BaseModel):
    """What one rule says of the case."""

    passage_id: str
    source_title: str
    locator: str
    text: str
    verdict: Literal["yes", "no"] = Field(description="whether what the rule says (a duty, a right) is the case's")
    polarity: str
    because: list[str] = Field(description="each figure against its bound")
    needs_more: bool = Field(description="the rule has other conditions than its bounds")


class Open(BaseModel):
    """A rule that one more figure would settle."""

    passage_id: str
    text: str
    field: CaseField


class Together(BaseModel):
    """What the named rules say of the case together; « likely » when another condition or law is left open."""

    about: Literal["duties", "rights"]
    verdict: Literal["yes", "no", "depends"]
    strength: Literal["firm", "likely"]
    open_field: CaseField | None


class Bounds(BaseModel):
    """What bounds settle; empty when rules speak."""

    decided: list[Decided] = []
    open: list[Open] = []
    together: list[Together] = []
    left_out: int = Field(default=0, description="decisions beyond the first forty")


def settled_by_bounds(case: Case, passages: Iterable[Passage], named: bool) -> Bounds:
    """What the statements of these passages say of the case; together too when the caller named them."""
    bounded = [(p, p.statement) for p in passages if p.statement and p.statement.bounds]
    settled = [(p, d) for p, s in bounded if (d := deciding.decide(s, case)) is not None]
    done = {p.id for p, _ in settled}
    pending = [(p, f) for p, s in bounded if p.id not in done and (f := _missing(p, case)) is not None]
    ruled = [] if not named else [
        Together(about=about, verdict=r.verdict, strength=r.strength, open_field=r.open_field)
        for about, asked in (("duties", deciding.DUTIES), ("rights", deciding.RIGHTS))
        if (r := deciding.rule([s for _, s in bounded], case, asked)) is not None
    ]  # fmt: skip
    return Bounds(
        decided=[
            Decided(
                passage_id=p.id,
                source_title=p.source_title,
                locator=p.locator,
                text=p.text,
                verdict=d.verdict,
                polarity=d.statement.polarity.value,
                because=[case_words(r, "fr") for r in d.reasons],
                needs_more=bool(d.statement.needs),
            )
            for p, d in settled[:_MOST]
        ],
        open=[Open(passage_id=p.id, text=p.text, field=f) for p, f in pending[:_MOST]],
        together=ruled,
        left_out=max(0, len(settled) - _MOST),
    )


def _missing(passage: Passage, case: Case) -> CaseField | None:
    """The field that would settle a statement which the case speaks of already; None otherwise."""
    assert passage.statement is not None
    known = any(case.get(b.field) is not None for b in passage.statement.bounds)
    return deciding.undecided([passage.statement], case) if known else None


def case_of(facts: Facts) -> dict[CaseField, Quantity]:
    """The figures of facts as a case; each said with the unit that it is in."""
    known = {f: facts.quantities[f.value] for f in CaseField if f.value in facts.quantities}
    return {
        f: Quantity(f, low, high, " à ".join(dict.fromkeys(_words(f, end) for end in (low, high))), "project")
        for f, (low, high) in known.items()
    }


def _words(field: CaseField, value: float) -> str:
    return bound_words(Bound(field=field, op="from", value=value, unit=_UNITS.get(field, "unités")), "fr")


def in_force(snapshot: Snapshot, on: date, fields: set[CaseField], domains: Sequence[str]) -> Iterator[Passage]:
    """The statements in force on the day that set a bound to one of the fields."""
    columns, day = snapshot.columns, on.toordinal()
    held = columns.is_statement & (columns.valid_from <= day) & (columns.valid_until >= day)
    for passage in snapshot.passages(held.nonzero()[0].tolist()):
        bounds = passage.statement.bounds if passage.statement else ()
        if any(b.field in fields for b in bounds) and (not domains or {*passage.domains} & {*domains}):
            yield passage
