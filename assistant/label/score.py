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

from assistant.label.points import in_points, said
from assistant.label.projects import Project, Status
from assistant.label.tally import Item, Tally, items, shown, tally
from ingest.criteria import Framework, Threshold
from ingest.errors import ClapvertError, ErrorCode

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

    @property
    def sentence(self) -> str:
        """The verdict in French."""
        name = f"{self.minimum_percent} % ({SCHEMES.get(self.scheme, self.scheme)})"
        if self.reached == "oui":
            return f"Seuil de {name} : atteint{', tout juste' if self.exactly else ''}."
        if self.reached == "depend":
            return (
                f"Seuil de {name} : dépend de la règle du « sans objet ». Il manque {in_points(self.missing)} "
                "si le « sans objet » compte pour zéro, aucun s'il est exclu."
            )
        least = min(self.missing, self.missing_if_excluded)
        span = "" if least == self.missing else f"{said(least)} à "
        return f"Seuil de {name} : non atteint, il manque {span}{in_points(self.missing)}."


SCHEMES = {"performance": "schéma Performance", "engagement": "avec phase d'Engagement"}


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
    explanation: tuple[str, ...]

    @property
    def headline(self) -> str:
        """« 64,96 % » or « de 61,90 % à 65,00 % »."""
        low, high = percent(self.low_percent), percent(self.high_percent)
        return low if self.low == self.high else f"de {low} à {high}"


def score(project: Project, framework: Framework) -> Score:
    """The score of a project; `GRID_MISSING` when no grid was imported or when nothing counts, with the reason."""
    return score_items(items(project, framework), framework.thresholds)


def score_items(counted: Sequence[Item], thresholds: Iterable[Threshold]) -> Score:
    """The score of criteria against thresholds."""
    sums = tally(counted)
    low, high = sums.ratio("zero"), sums.ratio("excluded")
    if low is None or high is None:
        raise ClapvertError(
            ErrorCode.GRID_MISSING,
            "Pas de score : tous les critères qui ont des points sont « sans objet »."
            if sums.possible
            else "Pas de score : la grille importée ne donne aucun point.",
            "Vérifiez les statuts, ou la colonne des points de la grille.",
        )
    return Score(
        obtained=sums.obtained,
        possible=sums.possible,
        not_applicable=sums.not_applicable,
        low=low,
        high=high,
        low_percent=shown(low),
        high_percent=shown(high),
        mandatory=mandatory_of(counted),
        verdicts=tuple(verdict(sums, t) for t in thresholds),
        by_poste=_parts(counted, lambda i: (i.poste,)),
        by_department=_parts(counted, lambda i: i.departments),
        uncounted=tuple(i.key for i in counted if not i.counted),
        explanation=_explained(sums, low, high),
    )


def verdict(sums: Tally, threshold: Threshold) -> Verdict:
    """One threshold against the sums: « au moins », compared exactly."""
    needed = Fraction(threshold.minimum_percent, 100)
    low, high = sums.ratio("zero"), sums.ratio("excluded")
    assert low is not None
    assert high is not None
    reached: Reached = "oui" if low >= needed else "depend" if high >= needed else "non"
    return Verdict(
        threshold.scheme, threshold.minimum_percent, reached, needed in (low, high),
        sums.missing(threshold.minimum_percent, "zero"), sums.missing(threshold.minimum_percent, "excluded"),
        threshold.source.id, threshold.source.version or "", threshold.confidence,
    )  # fmt: skip


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


def percent(value: Decimal) -> str:
    """`64.9` → « 64,90 % »."""
    return f"{value:.2f} %".replace(".", ",").replace(" %", "\u00a0%")


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


def _explained(sums: Tally, low: Fraction, high: Fraction) -> tuple[str, ...]:
    out = [f"{in_points(sums.obtained)} sur {said(sums.possible)} : {_exact(low)}."]
    if low != high:
        out.append(
            f"« Sans objet » : {in_points(sums.not_applicable)}. Hors du total, cela donne {said(sums.obtained)} "
            f"sur {said(sums.denominator('excluded'))}, soit {_exact(high)}. La règle officielle n'est pas dans les "
            "sources de Clapvert : demandez-la à Ecoprod ou à AFNOR Certification."
        )
    out.append(
        "Le pourcentage affiché est arrondi au centième inférieur ; les seuils sont comparés à la valeur exacte. "
        "64,96 % n'est pas 65 %."
    )
    return tuple(out)


def _exact(ratio: Fraction) -> str:
    value = shown(ratio)
    return percent(value) if Fraction(value) / 100 == ratio else f"{percent(value)} (arrondi à l'inférieur)"
