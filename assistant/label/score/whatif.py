"""What would change the score: the least effort to a threshold, and what the loss of one criterion costs.

Guarantee: the plan is optimal, not a good guess: no other choice of open criteria reaches the threshold with less
effort, nor with the same effort and more points, nor with both the same and fewer criteria. Mandatory criteria come
first, since no score replaces them. Every plan says the arithmetic that it rests on.

The choice is a knapsack, solved exactly by keeping the plans that no other beats (Nemhauser and Ullmann, 1969):
efforts are whole numbers, so there are few of them, whatever the decimals of the points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assistant.label import phrases as say
from assistant.label.projects.projects import Status
from assistant.label.score.points import in_points, percent, said, some
from assistant.label.score.tally import Item, ScoreReading, Tally, shown, tally
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.claims import Language

MAX_EFFORT = 20
"""Efforts are whole numbers from 1 to this: a scale to compare criteria, not hours."""
_NO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """A criterion to do: points it brings and the effort that the user gave it (1 by default)."""

    key: str
    title: str
    gain: Decimal
    effort: int
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do for a threshold under one reading of « sans objet ». `steps`: mandatory ones first, then the most
    points; empty when nothing is left to do. `reachable` False: not even all open criteria suffice."""

    target: int
    reading: ScoreReading
    reachable: bool
    missing: Decimal
    steps: tuple[Step, ...]
    effort: int
    after: Decimal
    best: Decimal
    explanation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """What losing one criterion that is done would cost. Percentages are shown ones (rounded down), both readings."""

    key: str
    title: str
    points: Decimal
    before: tuple[Decimal, Decimal]
    after: tuple[Decimal, Decimal]
    falls_below: tuple[int, ...]
    """Thresholds reached today (« sans objet » counted for zero) and no longer."""
    mandatory: bool
    explanation: str


def least_effort(
    counted: Sequence[Item], target: int, efforts: Mapping[str, int] | None = None, reading: ScoreReading = "zero",
    language: Language = "fr",
) -> Plan:  # fmt: skip
    """The plan of least effort to a threshold in percent.

    Args:
        counted: the criteria of the grid.
        target: threshold, 1–100.
        efforts: whole effort of a criterion, 1–20, by key; 1 for the others. `BAD_REQUEST` for anything else.
        reading: how « sans objet » counts.
        language: what the plan is told in.
    """
    given = _checked(counted, target, efforts or {})
    sums = tally(counted)
    missing = sums.missing(target, reading)
    forced = [_step(i, given) for i in counted if i.mandatory and i.status not in (Status.FAIT, Status.SANS_OBJET)]
    first = {s.key for s in forced}
    free = [
        _step(i, given)
        for i in counted
        if i.key not in first and i.gain > 0 and i.status in (Status.A_FAIRE, Status.EN_COURS, Status.FAIT)
    ]
    brought = sum((s.gain for s in forced), _NO)
    chosen = _knapsack(free, missing - brought)
    everything = sum((s.gain for s in free), brought)
    best = _percent(Tally(sums.obtained + everything, sums.possible, sums.not_applicable), reading)
    reachable = chosen is not None
    taken = sorted(chosen or [], key=lambda s: -s.gain)
    steps = (*forced, *taken) if reachable else ()
    gained = sum((s.gain for s in steps), _NO)
    after = _percent(Tally(sums.obtained + gained, sums.possible, sums.not_applicable), reading)
    return Plan(
        target, reading, reachable, missing, steps, sum(s.effort for s in steps), after, best,
        _told(counted, sums, target, reading, missing, forced, taken, reachable, after, best,
              bool(efforts), language),
    )  # fmt: skip


def loss(counted: Sequence[Item], key: str, thresholds: Sequence[int], language: Language = "fr") -> Loss:
    """What the loss of a criterion that is done costs; `CRITERION_NOT_FOUND` when it is not in the grid."""
    found = next((i for i in counted if i.key == key), None)
    if found is None:
        raise ClapvertError(ErrorCode.CRITERION_NOT_FOUND, f"Le critère « {key[:40]} » n'est pas dans la grille.")
    before, after = tally(counted), tally(counted, without=key)
    fallen = tuple(t for t in thresholds if before.missing(t, "zero") == 0 and after.missing(t, "zero") > 0)
    was, now = ((_percent(s, "zero"), _percent(s, "excluded")) for s in (before, after))
    done = found.status is Status.FAIT
    lost = found.earned if done else _NO
    if not done:
        told = say.NOT_DONE[language].format(key=key)
    else:
        told = say.LOST[language].format(
            key=key, was=percent(was[0], language), now=percent(now[0], language), lost=in_points(lost, language)
        )
        told += "".join(say.FALLEN[language].format(percent=t) for t in fallen)
        if not fallen and any(before.missing(t, "zero") == 0 for t in thresholds):
            told += say.KEPT[language]
    if found.mandatory:
        told += say.OBLIGED[language]
    return Loss(key, found.title, lost, was, now, fallen, bool(found.mandatory), told)


def fragile(counted: Sequence[Item], thresholds: Sequence[int], language: Language = "fr") -> list[Loss]:
    """The criteria done whose loss alone would cost a threshold or an obligation, those that cost most first."""
    losses = [loss(counted, i.key, thresholds, language) for i in counted if i.status is Status.FAIT]
    return sorted((x for x in losses if x.falls_below or x.mandatory), key=lambda x: (-len(x.falls_below), -x.points))


def _knapsack(free: Sequence[Step], need: Decimal) -> list[Step] | None:
    """The steps of least effort, then of most points, then the fewest, that bring `need`; None when all do not."""
    if need <= 0:
        return []
    bound = _enough(free, need)
    if bound is None:
        return None
    plans: list[_Choice] = [(0, _NO, 0, None)]
    for n, step in enumerate(free):
        grown: list[_Choice] = [
            (effort + step.effort, brought - step.gain, count + 1, (n, chosen))
            for effort, brought, count, chosen in plans
            if -brought < need and effort + step.effort <= bound
        ]
        plans = _unbeaten(sorted([*plans, *grown], key=_beats))
    chosen = next(chain for _, brought, _, chain in plans if -brought >= need)
    out: list[Step] = []
    while chosen is not None:
        n, chosen = chosen
        out.append(free[n])
    return out


_Chain = tuple[int, Any] | None
_Choice = tuple[int, Decimal, int, _Chain]
"""Effort, points (negative, so that the smallest choice is the best), number of steps, and the steps."""


def _beats(choice: _Choice) -> tuple[int, Decimal, int]:
    return choice[:3]


def _unbeaten(plans: Sequence[_Choice]) -> list[_Choice]:
    """The choices that no other brings as much as with less effort, from the least effort on."""
    kept: list[_Choice] = []
    for plan in plans:
        if not kept or plan[1] < kept[-1][1]:
            kept.append(plan)
    return kept


def _enough(free: Sequence[Step], need: Decimal) -> int | None:
    """An effort that is enough, found by taking the best points for their effort; None when nothing is."""
    effort, brought = 0, _NO
    for step in sorted(free, key=lambda s: -s.gain / s.effort):
        effort, brought = effort + step.effort, brought + step.gain
        if brought >= need:
            return effort
    return None


def _checked(counted: Sequence[Item], target: int, efforts: Mapping[str, int]) -> Mapping[str, int]:
    if not 1 <= target <= 100:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Le seuil visé est un pourcentage entier, de 1 à 100.")
    keys = {i.key for i in counted}
    for key, effort in efforts.items():
        if key not in keys:
            raise ClapvertError(ErrorCode.CRITERION_NOT_FOUND, f"Le critère « {key[:40]} » n'est pas dans la grille.")
        if not isinstance(effort, int) or isinstance(effort, bool) or not 1 <= effort <= MAX_EFFORT:
            raise ClapvertError(
                ErrorCode.BAD_REQUEST, f"L'effort de « {key[:40]} » est un nombre entier, de 1 à {MAX_EFFORT}."
            )
    return efforts


def _step(one: Item, efforts: Mapping[str, int]) -> Step:
    return Step(one.key, one.title, one.gain, efforts.get(one.key, 1), bool(one.mandatory))


def _percent(sums: Tally, reading: ScoreReading) -> Decimal:
    ratio = sums.ratio(reading)
    return Decimal(0) if ratio is None else shown(ratio)


def _told(
    counted: Sequence[Item], sums: Tally, target: int, reading: ScoreReading, missing: Decimal, forced: Sequence[Step],
    taken: Sequence[Step], reachable: bool, after: Decimal, best: Decimal, weighed: bool, language: Language,
) -> tuple[str, ...]:  # fmt: skip
    def tell(phrase: Mapping[str, str], **values: object) -> str:
        return phrase[language].format(**values)

    def figure(value: Decimal) -> str:
        return said(value, language)

    def brought(steps: Sequence[Step], words: Mapping[str, tuple[str, str]]) -> dict[str, str]:
        gained = sum((s.gain for s in steps), _NO)
        return {"some": some(len(steps), *words[language], language), "points": in_points(gained, language)}

    below = sums.denominator(reading)
    needed = in_points(below * target / 100, language)
    out = [
        tell(say.NEEDED, target=target, all=figure(below), needed=needed, got=figure(sums.obtained),
             missing=figure(missing))
    ]  # fmt: skip
    if sums.not_applicable:
        out.append(tell(say.ABSENT[reading], n=figure(sums.not_applicable)))
    if forced:
        out.append(tell(say.FIRST, **brought(forced, say.TO_MEET)))
    refused = [i.key for i in counted if i.mandatory and i.status is Status.NON_RETENU]
    if refused:
        out.append(tell(say.REFUSED, keys=", ".join(refused)))
    if not reachable:
        out.append(tell(say.OUT_OF_REACH, best=percent(best, language)))
    elif taken:
        least = tell(say.LEAST_EFFORT if weighed else say.FEWEST)
        then = tell(say.THEN) if forced else ""
        out.append(then + tell(say.CHOSEN, least=least, **brought(taken, say.CRITERION)))
        out.append(tell(say.AFTER, after=percent(after, language)))
    else:
        out.append(tell(say.ENOUGH, after=percent(after, language)) if forced else tell(say.NOTHING))
    return tuple(out)
