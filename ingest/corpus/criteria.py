"""Criteria of the frameworks (Label Ecoprod, AFNOR SPEC 2308) as data, and as passages.

Guarantee: what is not officially known stays unknown (`null`): no point, no obligation, no number is ever filled in.
Each criterion says where its wording comes from, and what a third party reconstructed carries the doubt in its own
text. The codes of two frameworks never share a key: `label-ecoprod:critere:D3`, `afnor-spec-2308:critere:2.3`.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.corpus.fiches import Interval, StatementSource, Value, notice_source_id
from ingest.corpus.register import Domain, Regime, Slug
from ingest.corpus.yamlfile import YamlFile

Confidence = Literal["haute", "moyenne", "basse"]
CRITERIA_NOTICE = notice_source_id("criteres-")
"""How the source ids of our notices on frameworks begin."""


class Department(StrEnum):
    """Who acts on a criterion."""

    PRODUCTION = "production"
    DIRECTION = "direction"
    ADMINISTRATION = "administration"
    BUREAU = "bureau"
    REALISATION = "realisation"
    MISE_EN_SCENE = "mise-en-scene"
    REPERAGES = "reperages"
    REGIE = "regie"
    TRANSPORT = "transport"
    CANTINE = "cantine"
    DECORATION = "decoration"
    CONSTRUCTION = "construction"
    COSTUMES = "costumes"
    MAQUILLAGE_COIFFURE = "maquillage-coiffure"
    IMAGE = "image"
    ELECTRICITE = "electricite"
    SON = "son"
    MACHINERIE = "machinerie"
    EFFETS_SPECIAUX = "effets-speciaux"
    POST_PRODUCTION = "post-production"
    DONNEES = "donnees"
    TOUS = "tous"


DEPARTMENT_LABELS = {
    Department.PRODUCTION: "Production",
    Department.DIRECTION: "Direction de la société",
    Department.ADMINISTRATION: "Administration de production",
    Department.BUREAU: "Bureaux",
    Department.REALISATION: "Réalisation",
    Department.MISE_EN_SCENE: "Mise en scène",
    Department.REPERAGES: "Repérages",
    Department.REGIE: "Régie",
    Department.TRANSPORT: "Transport",
    Department.CANTINE: "Cantine",
    Department.DECORATION: "Décoration",
    Department.CONSTRUCTION: "Construction",
    Department.COSTUMES: "Costumes",
    Department.MAQUILLAGE_COIFFURE: "Maquillage et coiffure",
    Department.IMAGE: "Image",
    Department.ELECTRICITE: "Électricité et lumière",
    Department.SON: "Son",
    Department.MACHINERIE: "Machinerie",
    Department.EFFETS_SPECIAUX: "Effets spéciaux",
    Department.POST_PRODUCTION: "Post-production",
    Department.DONNEES: "Données (DIT)",
    Department.TOUS: "Tous les départements",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Frozen):
    """A phrase in French and in English."""

    fr: str = Field(min_length=2)
    en: str = Field(min_length=2)


class EvidenceStatus(StrEnum):
    """Who says that this piece proves the criterion."""

    OFFICIELLE = "officielle"
    SUGGEREE = "suggeree"
    DEDUITE = "deduite"


class Evidence(Words):
    """What would prove the criterion, and who says so."""

    status: EvidenceStatus


class Impact(_Frozen):
    """A third party's estimate of the weight of a criterion: never the official weighting."""

    value: Literal["faible", "moyen", "fort"]
    according_to: Slug = Field(description="register id of the third party")


class Threshold(_Frozen):
    """A score to reach, as the facts give it."""

    scheme: Slug
    minimum_percent: int = Field(gt=0, le=100)
    source: StatementSource
    confidence: Confidence


class Level(_Frozen):
    """A level of the framework (AFNOR SPEC 2308), and how it is known."""

    number: Literal[1, 2, 3]
    name: str
    criteria: int | None
    status: Literal["officielle", "deduite"]


class Poste(_Frozen):
    """A group of criteria: a poste of the label, a chapter of the SPEC."""

    code: str = Field(pattern=r"^[A-Z]$|^\d$")
    name: str = Field(description="in French, as it goes inside brackets")
    en: str
    confidence: Confidence
    missing: tuple[str, ...] = Field(default=(), description="codes that exist, of unknown wording")
    complete: bool = Field(description="True only when every criterion of the group is here")
    asked_as: tuple[str, ...] = Field(min_length=3, max_length=6)


class Criterion(_Frozen):
    """One criterion, in our own words."""

    id: Slug
    code: str | None = Field(pattern=r"^(?:[A-Z]\d{1,2}|\d\.\d{1,2})$")
    poste: str
    departments: tuple[Department, ...] = Field(min_length=1)
    short: Words = Field(description="two to five words, for lists")
    intent: Words = Field(description="infinitive, what the criterion asks")
    evidence: Evidence
    obligatory: bool | None
    points: float | None
    level: Literal[1, 2, 3] | None = None
    impact: Impact | None = None
    not_applicable_if: str | None = None
    values: tuple[Value, ...] = ()
    attribution: Slug = Field(description="key of the framework's `attributions`: whose wording this follows")
    source: StatementSource
    also: tuple[Slug, ...] = ()
    confidence: Confidence
    asked_as: tuple[str, ...] = Field(min_length=3, max_length=5)
    note: str | None = None


class Framework(_Frozen):
    """One framework and what is known of it."""

    id: Slug = Field(description="the `work` of its text in the register: criteria keys are built with it")
    title: str
    name: Words
    of: Words = Field(description="« du Label Ecoprod », in both languages")
    poste_word: Words
    source: Slug
    version: str
    regime: Regime
    domains: tuple[Domain, ...] = Field(min_length=1)
    in_force: Interval = Interval()
    review_by: date
    contacts: tuple[Slug, ...] = Field(min_length=1)
    ask: Words = Field(description="who would know, in words")
    announced_criteria: int
    announced_postes: int
    mandatory_criteria: int | None = Field(description="how many are mandatory, when that is known")
    obligatory_as: Words | None = Field(default=None, description="what `obligatory: true` means, for texts")
    not_obligatory_as: Words | None = None
    unknown_as: Words | None = Field(default=None, description="what `obligatory: null` means, for texts")
    thresholds: tuple[Threshold, ...] = ()
    levels: tuple[Level, ...] = ()
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    listed_as: Words = Field(description="how lists of criteria are attributed")
    attributions: dict[Slug, Words]
    postes: tuple[Poste, ...] = Field(min_length=1)
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _coherent(self) -> Framework:
        postes = {p.code for p in self.postes}
        for i, c in enumerate(self.criteria):
            where = f"critère {c.code or c.id} (criteria.{i})"
            if c.poste not in postes:
                raise ValueError(f"{where} : poste inconnu {c.poste}")
            if c.code and not c.code.startswith(c.poste):
                raise ValueError(f"{where} : le code n'est pas du poste {c.poste}")
            if c.attribution not in self.attributions:
                raise ValueError(f"{where} : attribution inconnue {c.attribution}")
            if c.level is not None and c.level not in {level.number for level in self.levels}:
                raise ValueError(f"{where} : niveau inconnu {c.level}")
        return self

    def of_poste(self, code: str) -> list[Criterion]:
        """The criteria of one group, in order."""
        return [c for c in self.criteria if c.poste == code]


class FrameworkFile:
    """A framework and the file it came from (for line numbers in messages)."""

    def __init__(self, path: Path) -> None:
        self.file = YamlFile(path)
        self.framework = self.file.validate(Framework, self.file.data)
        for field in ("code", "id"):
            self.file.refuse_twins("critère", "criteria", [getattr(c, field) for c in self.framework.criteria], field)

    def line(self, criterion: Criterion) -> int:
        """Line where a criterion starts."""
        return self.file.line("criteria", self.framework.criteria.index(criterion))


def load_frameworks(corpus_dir: Path) -> list[FrameworkFile]:
    """Every framework of the corpus, in a stable order; an error names file, line and field."""
    return [FrameworkFile(path) for path in sorted((corpus_dir / "criteria").glob("*.yaml"))]


def framework_source_id(framework_id: str) -> str:
    """Register-like id of our notice on a framework."""
    return f"{CRITERIA_NOTICE}{framework_id}"


def poste_key(criterion_key: str) -> str:
    """Key of the group that a criterion's key belongs to: `label-ecoprod:critere:D2` → `label-ecoprod:poste:D`."""
    framework, _, code = criterion_key.split(":")
    return f"{framework}:poste:{code[:1]}"
