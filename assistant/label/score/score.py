"""The score of a project on its imported grid: exact, by poste and department, against each threshold.

Guarantee: nothing but the workbook's points and the production's statuses goes in. Where « sans objet » could change
the result, both results are given and the verdict is « dépend »; mandatory criteria are a second condition, never
mixed into the percentage; unknown mandatory criteria are said unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from assistant.label import phrases as say
from assistant.label.projects.projects import Project, Status
from assistant.label.score.points import in_points, percent, said
from assistant.label.score.tally import SCORE_READINGS, Item, Tally, items, shown, tally
from ingest.corpus.criteria import Framework, Threshold
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.claims import Language

Reached = Literal["oui", "non", "depend"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One threshold. `missing` and `missing_if_excluded`: points to obtain when « sans objet » counts for nothing, and
    when it leaves the denominator."""

    scheme: str
    minimum_percent: int
    reached: Reached
    exactly: bool
    missing: Decimal
    missing_if_excluded: Decimal
    source_id: str
    source_version: str
    confidence: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Mandatory:
    """Mandatory criteria by key. `known`: the workbook says which they are; `not_applicable` ones must be confirmed."""

    known: bool
    met: tuple[str, ...]
    missing: tuple[str, ...]
    not_applicable: tuple[str, ...]
    undecided: tuple[str, ...]
    """Criteria of which the workbook does not say whether they are mandatory, while it says so of others."""

    @property
    def all_met(self) -> bool | None:
        """None while it cannot be told."""
        if self.missing:
            return False
        return None if not self.known or self.not_applicable or self.undecided else True


@dataclass(frozen=True, slots=True)
class Part:
    """A poste or a department: its points and its criteria. A criterion of two departments counts in both."""

    name: str
    obtained: Decimal
    possible: Decimal
    not_applicable: Decimal
    done: int
    criteria: int
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Score:
    """A score. `low` and `high` are exact shares (0–1) with « sans objet » counted for zero, and excluded."""

    obtained: Decimal
    possible: Decimal
    not_applicable: Decimal
    low: Fraction
    high: Fraction
    low_percent: Decimal
    high_percent: Decimal
    mandatory: Mandatory
    verdicts: tuple[Verdict, ...]
    by_poste: tuple[Part, ...]
    by_department: tuple[Part, ...]
    uncounted: tuple[str, ...]
    headline: str
    """« 64,96 % » or « de 61,90 % à 65,00 % »."""
    explanation: tuple[str, ...]


def score(project: Project, framework: Framework) -> Score:
    """The score of a project; `GRID_MISSING` when no grid was imported or when nothing counts, with the reason."""
    return score_items(items(project, framework), framework.thresholds)


def score_items(counted: Sequence[Item], thresholds: Iterable[Threshold], language: Language = "fr") -> Score:
    """The score of criteria against thresholds, told in a language."""
    sums = tally(counted)
    low, high = sums.ratio("zero"), sums.ratio("excluded")
    if low is None or high is None:
        told = say.ALL_ABSENT if sums.possible else say.NO_POINTS
        raise ClapvertError(ErrorCode.GRID_MISSING, told[language], say.CHECK[language])
    least, most = percent(shown(low), language), percent(shown(high), language)
    return Score(
        obtained=sums.obtained,
        possible=sums.possible,
        not_applicable=sums.not_applicable,
        low=low,
        high=high,
        low_percent=shown(low),
        high_percent=shown(high),
        mandatory=mandatory_of(counted),
        verdicts=tuple(verdict(sums, t, language) for t in thresholds),
        by_poste=_parts(counted, lambda i: (i.poste,)),
        by_department=_parts(counted, lambda i: i.departments),
        uncounted=tuple(i.key for i in counted if not i.counted),
        headline=least if low == high else say.HEADLINE[language].format(low=least, high=most),
        explanation=_explained(sums, low, high, language),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A score in a line, and what it takes to the threshold that a project aims at."""

    headline: str
    needs: str
    reached: bool


def standing(found: Score, scheme: str | None, language: Language = "fr") -> Standing:
    """The line of a score; without a scheme, for the first threshold."""
    aimed = next((v for v in found.verdicts if v.scheme == scheme), found.verdicts[0])
    phrase = {"oui": say.NEEDS_NOTHING, "depend": say.NEEDS_DEPENDS, "non": say.NEEDS}[aimed.reached][language]
    missing = in_points(aimed.missing, language)
    if aimed.missing_if_excluded < aimed.missing:
        missing = say.SPAN[language].format(least=said(aimed.missing_if_excluded, language), most=missing)
    told = phrase.format(missing=missing, percent=aimed.minimum_percent)
    return Standing(found.headline, told, aimed.reached == "oui")


def verdict(sums: Tally, threshold: Threshold, language: Language = "fr") -> Verdict:
    """One threshold against the sums: « au moins », compared exactly."""
    needed = Fraction(threshold.minimum_percent, 100)
    low, high = sums.ratio("zero"), sums.ratio("excluded")
    assert low is not None
    assert high is not None
    reached: Reached = "oui" if low >= needed else "depend" if high >= needed else "non"
    exactly = needed in (low, high)
    missing, excluded = (sums.missing(threshold.minimum_percent, r) for r in SCORE_READINGS)
    return Verdict(
        threshold.scheme, threshold.minimum_percent, reached, exactly, missing, excluded,
        threshold.source.id, threshold.source.version or "", threshold.confidence,
        _sentence(threshold, reached, exactly, missing, excluded, language),
    )  # fmt: skip


def _sentence(
    threshold: Threshold, reached: Reached, exactly: bool, missing: Decimal, excluded: Decimal, language: Language
) -> str:
    lacking = in_points(missing, language)
    if reached == "oui":
        told = say.JUST_REACHED if exactly else say.REACHED
    elif reached == "depend":
        told = say.DEPENDS
    else:
        told = say.NOT_REACHED
        if excluded < missing:
            lacking = say.SPAN[language].format(least=said(excluded, language), most=lacking)
    scheme = say.SCHEMES.get(threshold.scheme, {}).get(language, threshold.scheme)
    return told[language].format(percent=threshold.minimum_percent, scheme=scheme, missing=lacking)


def mandatory_of(counted: Iterable[Item]) -> Mandatory:
    """The mandatory criteria and where they stand."""
    listed = list(counted)
    told = [i for i in listed if i.mandatory]
    return Mandatory(
        known=any(i.mandatory is not None for i in listed),
        met=tuple(i.key for i in told if i.status is Status.FAIT),
        missing=tuple(i.key for i in told if i.status not in (Status.FAIT, Status.SANS_OBJET)),
        not_applicable=tuple(i.key for i in told if i.status is Status.SANS_OBJET),
        undecided=tuple(i.key for i in listed if i.mandatory is None)
        if any(i.mandatory is not None for i in listed)
        else (),
    )


def _parts(counted: Sequence[Item], names: Callable[[Item], tuple[str, ...]]) -> tuple[Part, ...]:
    groups: dict[str, list[Item]] = {}
    for one in counted:
        for name in names(one):
            groups.setdefault(name, []).append(one)
    out = []
    for name, group in groups.items():
        sums = tally(group)
        ratio, done = sums.ratio("zero"), sum(i.status is Status.FAIT for i in group)
        share = None if ratio is None else shown(ratio)
        out.append(Part(name, sums.obtained, sums.possible, sums.not_applicable, done, len(group), share))
    return tuple(out)


def _explained(sums: Tally, low: Fraction, high: Fraction, language: Language) -> tuple[str, ...]:
    got, whole = in_points(sums.obtained, language), said(sums.possible, language)
    out = [say.SUMS[language].format(got=got, all=whole, exact=_exact(low, language))]
    if low != high:
        told = say.LEFT_OUT[language].format(
            absent=in_points(sums.not_applicable, language),
            got=said(sums.obtained, language),
            rest=said(sums.denominator("excluded"), language),
            exact=_exact(high, language),
        )
        out.append(told)
    return (*out, say.ROUNDED[language])


def _exact(ratio: Fraction, language: Language) -> str:
    value = shown(ratio)
    told = percent(value, language)
    return told if Fraction(value) / 100 == ratio else say.CEILED[language].format(percent=told)
