"""Fiches: our notices, made of statements, the unit of retrieval and of quotation.

Guarantee: what is loaded here is well-formed; what is *true to its source and to itself* is the business of
`ingest.corpus.check`. A statement says one rule or fact, stands alone, and carries its own dates, source, confidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ingest.corpus.register import Domain, PartialDateText, Regime, Slug
from ingest.corpus.yamlfile import YamlFile


class Role(StrEnum):
    """What a statement does in an answer."""

    REGLE = "regle"
    CONDITION = "condition"
    EXCEPTION = "exception"
    ECHEANCE = "echeance"
    SANCTION = "sanction"
    DEMARCHE = "demarche"
    CONTACT = "contact"
    CHIFFRE = "chiffre"
    DEFINITION = "definition"
    ABSENCE = "absence"
    DEMENT = "dement"


class Polarity(StrEnum):
    """The force of a statement."""

    OBLIGE = "oblige"
    INTERDIT = "interdit"
    PERMET = "permet"
    N_OBLIGE_PAS = "n_oblige_pas"
    FAIT = "fait"


class AnswerType(StrEnum):
    """The kinds of question that a statement answers."""

    QUAND = "quand"
    COMBIEN = "combien"
    QUI = "qui"
    DOIS_JE = "dois-je"
    PUIS_JE = "puis-je"
    COMMENT = "comment"
    QUOI = "quoi"
    POURQUOI = "pourquoi"
    OU = "ou"


class Nature(StrEnum):
    """What a statement speaks of: the law as it is, law that is only proposed, or what people do."""

    DROIT = "droit"
    PROJET = "projet"
    PRATIQUE = "pratique"


class CaseField(StrEnum):
    """Quantities of a case that a rule may set a bound to."""

    HEADCOUNT = "headcount"
    TURNOVER = "turnover"
    BALANCE_SHEET = "balance_sheet"
    BUDGET = "budget"
    AD_SPEND = "ad_spend"
    CONSUMPTION = "consumption"
    SURFACE = "surface"
    POWER = "power"
    EMISSIONS = "emissions"
    DURATION = "duration"
    DISTANCE = "distance"
    HEIGHT = "height"
    PEOPLE = "people"
    VOLUME = "volume"
    WEIGHT = "weight"
    SHARE = "share"
    SCORE = "score"
    LEVEL = "level"
    NOISE = "noise"
    AMOUNT = "amount"
    POPULATION = "population"
    AGE = "age"


FACETS = ("genre", "format", "aide", "taille", "lieu", "acteur", "situation")
"""The facets, fixed; their values are the vocabulary of `glossaire.yaml`."""


def _as_tuple(value: object) -> object:
    if isinstance(value, str | int | float):
        return (str(value),)
    return value or ()


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(_Frozen):
    """Dates, both ends included; an open end is None."""

    from_: date | None = Field(default=None, alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Interval:
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError("la fin précède le début")
        return self

    def contains(self, day: date) -> bool:
        """True when `day` lies in the interval."""
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day <= self.until)

    def overlaps(self, start: date, end: date) -> bool:
        """True when the interval has a day in common with `start`–`end`."""
        return (self.from_ is None or self.from_ <= end) and (self.until is None or start <= self.until)


class AppliesTo(Interval):
    """Which exercises, applications or shoots a rule reaches."""

    basis: str | None = None


class Value(_Frozen):
    """A figure or date of the statement, typed."""

    kind: Literal["date", "nombre", "taux", "seuil", "duree", "montant"]
    value: str | int | float
    unit: str | None = None
    of: str | None = Field(default=None, description="what is counted, priced or timed")


class Bound(_Frozen):
    """A limit of whom or what a rule reaches, compared with the case."""

    field: CaseField
    op: Literal["above", "from", "below", "up_to"] = Field(description="strict, inclusive, strict, inclusive")
    value: float
    unit: str = Field(min_length=1)
    of: str | None = Field(default=None, description="what is measured, when the unit does not say it")

    def met(self, value: float) -> bool:
        """True when a quantity of the case, in the bound's unit, lies within it."""
        return {
            "above": value > self.value,
            "from": value >= self.value,
            "below": value < self.value,
            "up_to": value <= self.value,
        }[self.op]


class StatementSource(_Frozen):
    """What a statement rests on: register id, locator inside it, version read."""

    id: Slug
    locator: str | None = None
    version: PartialDateText = None


class Statement(_Frozen):
    """One rule or fact."""

    id: Slug
    topic: Slug
    fact: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = Field(
        default=(), description="ids in the fact base, for traceability"
    )
    text: str = Field(min_length=12)
    lead: str | None = None
    en: str = Field(min_length=8)
    role: Role
    polarity: Polarity
    facets: dict[str, tuple[Slug, ...]] = Field(default_factory=dict)
    nature: Nature = Nature.DROIT
    acteur: tuple[Slug, ...] = Field(default=(), description="who is bound: values of the facet `acteur`")
    bounds: tuple[Bound, ...] = Field(default=(), description="whom it reaches; all of them, or `bounds_met` of them")
    bounds_met: int | None = Field(default=None, ge=1)
    values: tuple[Value, ...] = ()
    needs: tuple[Slug, ...] = Field(default=(), description="statements without which this one misleads")
    answers: tuple[AnswerType, ...] = Field(min_length=1)
    asked_as: tuple[str, ...] = Field(min_length=3, max_length=6)
    also_asked: tuple[str, ...] = Field(
        default=(), max_length=9, description="more ways of asking, found by words only"
    )
    belief: str | None = Field(default=None, description="the false belief that a `dement` denies, in the affirmative")
    forbids: tuple[str, ...] = Field(
        default=(), description="wordings that it forbids in a communication, or allows under conditions only"
    )
    contacts: tuple[Slug, ...] = Field(default=(), description="who would know; required for an `absence`")
    regime: Regime
    in_force: Interval = Interval()
    applies_to: AppliesTo | None = None
    source: StatementSource
    also: tuple[Slug, ...] = ()
    confidence: Literal["haute", "moyenne", "basse"]
    review_by: date

    @property
    def questions(self) -> tuple[str, ...]:
        """All its ways of being asked: those in its vector, then those found by words only."""
        return (*self.asked_as, *self.also_asked)

    def wording(self, language: Literal["fr", "en"]) -> str:
        """The statement in a language."""
        return self.en if language == "en" else self.text

    @model_validator(mode="after")
    def _complete(self) -> Statement:
        if unknown := set(self.facets) - set(FACETS):
            raise ValueError(f"facette inconnue : {', '.join(sorted(unknown))}")
        if self.role is Role.DEMENT and not self.belief:
            raise ValueError("un « dement » porte l'idée reçue qu'il nie (belief)")
        if self.role is Role.ABSENCE and not self.contacts:
            raise ValueError("une « absence » dit à qui s'adresser (contacts)")
        if self.confidence == "basse" and self.role is not Role.ABSENCE:
            raise ValueError("une confiance basse n'est jamais un énoncé, sauf une « absence »")
        if self.bounds_met is not None and self.bounds_met > len(self.bounds):
            raise ValueError("bounds_met dépasse le nombre de bornes")
        if self.id in self.needs:
            raise ValueError("un énoncé n'a pas besoin de lui-même (needs)")
        return self


class Section(_Frozen):
    """A titled group of statements, in the order they are read."""

    title: str = Field(min_length=3)
    statements: tuple[Statement, ...] = Field(min_length=1)


class Fiche(_Frozen):
    """One notice that a professional would open."""

    id: Slug
    title: str = Field(min_length=5, max_length=110)
    domain: Domain
    intent: str = Field(min_length=20, description="what the reader comes for, one sentence")
    introduction: str = Field(
        min_length=20, description="frames the fiche; claims nothing that a statement does not say"
    )
    see_also: tuple[Slug, ...] = ()
    sections: tuple[Section, ...] = Field(min_length=1)

    def statements(self) -> Iterator[tuple[str, Statement]]:
        """`(section title, statement)`, in reading order."""
        for section in self.sections:
            for statement in section.statements:
                yield section.title, statement


class FicheFile:
    """A fiche and the file it came from (for line numbers in messages)."""

    def __init__(self, path: Path) -> None:
        self.file = YamlFile(path)
        self.fiche = self.file.validate(Fiche, self.file.data)

    def lines(self) -> dict[str, int]:
        """Line of each statement id."""
        return {
            statement.id: self.file.line("sections", i, "statements", j)
            for i, section in enumerate(self.fiche.sections)
            for j, statement in enumerate(section.statements)
        }


def fiche_paths(corpus_dir: Path) -> list[Path]:
    """The fiche files of a corpus, in a stable order."""
    return sorted((corpus_dir / "fiches").glob("*/*.yaml"))


def load_fiches(corpus_dir: Path) -> list[FicheFile]:
    """Every fiche of the corpus; an error names file, line and field."""
    return [FicheFile(path) for path in fiche_paths(corpus_dir)]


def notice_source_id(fiche_id: str) -> str:
    """Register-like id of a fiche, distinct from every registered text."""
    return f"notice.{fiche_id}"
