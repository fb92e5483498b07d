"""Rates of a reading: how much of a run is forwarded, the paired difference of two, the agreement of two readers.

Guarantee: intervals are those of `evals.scoring.statistics`, drawn by cluster (the turns of a dialogue are one). A
difference is over the messages that the same reader read in both runs. Nothing measured is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.reading.messages import ASKS_NOTHING
from evals.reading.sheet import Origin
from evals.reading.verdicts import Grade, Verdicts
from evals.scoring.judges import kappa
from evals.scoring.statistics import Difference, Estimate, bootstrap, paired, wilson


@dataclass(frozen=True, slots=True)
class Rate:
    """What one reader thought of one run."""

    reader: str
    run: str
    grades: dict[Grade, int]
    forwarded: Estimate
    asks: Estimate
    """Forwarded, of the messages that have an answer."""
    bad: Estimate
    by_kind: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two readers of the same answers: on `forwarded`, and on the very grade."""

    readers: tuple[str, str]
    n: int
    forwarded: float
    kappa: float | None
    same_grade: float


def rates(key: Mapping[str, Origin], readings: Sequence[Verdicts]) -> list[Rate]:
    """One rate for each reader and run."""
    out = []
    for reading in readings:
        for run in sorted({o.run for o in key.values()}):
            rows = [(key[k], v.grade) for k, v in reading.verdicts.items() if key[k].run == run]
            if not rows:
                continue
            kinds = sorted({o.kind for o, _ in rows})
            out.append(
                Rate(
                    reading.reader,
                    run,
                    dict(Counter(g for _, g in rows)),
                    _share(rows, lambda g: g.forwarded),
                    _share([r for r in rows if r[0].kind not in ASKS_NOTHING], lambda g: g.forwarded),
                    _share(rows, lambda g: g.bad),
                    {k: _wilson([g for o, g in rows if o.kind == k]) for k in kinds},
                )
            )
    return out


def _share(rows: Sequence[tuple[Origin, Grade]], holds: Callable[[Grade], bool]) -> Estimate:
    return bootstrap([float(holds(g)) for _, g in rows], [cluster(o) for o, _ in rows])


def _wilson(grades: Sequence[Grade]) -> Estimate:
    return wilson(sum(g.forwarded for g in grades), len(grades))


def cluster(origin: Origin) -> str:
    """A message, or the dialogue of a turn."""
    return origin.id.partition(".")[0]


def gain(key: Mapping[str, Origin], reading: Verdicts, base: str, candidate: str) -> Difference | None:
    """Forwarded by one reader, candidate minus base, over the messages read in both."""
    grades: dict[str, dict[str, Grade]] = {}
    for k, verdict in reading.verdicts.items():
        grades.setdefault(key[k].id, {})[key[k].run] = verdict.grade
    both = {ident: g for ident, g in grades.items() if base in g and candidate in g}
    return paired(
        [float(g[base].forwarded) for g in both.values()],
        [float(g[candidate].forwarded) for g in both.values()],
        [ident.partition(".")[0] for ident in both],
    )


def agreement(one: Verdicts, other: Verdicts) -> Agreement | None:
    """How far two readers agree on what both read."""
    both = [(v.grade, other.verdicts[k].grade) for k, v in one.verdicts.items() if k in other.verdicts]
    if not both:
        return None
    pairs = [(a.forwarded, b.forwarded) for a, b in both]
    return Agreement(
        (one.reader, other.reader),
        len(both),
        sum(a == b for a, b in pairs) / len(pairs),
        kappa(pairs),
        sum(a == b for a, b in both) / len(both),
    )
