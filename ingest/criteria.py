"""Criteria of the frameworks (Label Ecoprod, AFNOR SPEC 2308) as data, and as passages (DESIGN §6).

Guarantee: what is not officially known stays unknown (`null`): no point, no obligation, no number is ever filled in.
Each criterion says where its wording comes from, and what a third party reconstructed carries the doubt in its own
text. The codes of two frameworks never share a key: `label-ecoprod:critere:D3`, `afnor-spec-2308:critere:2.3`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.errors import ClapvertError, ErrorCode
from ingest.fiches import AnswerType, Interval, Polarity, Role, Statement, StatementSource, Value
from ingest.passages import BasedOn, Passage, first_day, linked, notice_source_id, passage_id
from ingest.register import Domain, Rank, Regime, Register, Slug
from ingest.yamlfile import YamlFile

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


_EVIDENCE = {
    EvidenceStatus.OFFICIELLE: Words(fr="Preuve décrite par la page officielle", en="Evidence on the official page"),
    EvidenceStatus.SUGGEREE: Words(fr="Preuve suggérée par un tiers", en="Evidence suggested by a third party"),
    EvidenceStatus.DEDUITE: Words(
        fr="Preuve possible, proposée par Clapvert", en="Possible evidence, proposed by Clapvert"
    ),
}


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
            seen: set[str] = set()
            for i, criterion in enumerate(self.framework.criteria):
                value = getattr(criterion, field)
                if value in seen:
                    raise ClapvertError(
                        ErrorCode.CORPUS_INVALID,
                        f"{path}, ligne {self.file.line('criteria', i, field)}, champ criteria.{i}.{field} : "
                        f"critère en double : {value}.",
                    )
                seen.update([value] if value else [])

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


def criterion_text(framework: Framework, c: Criterion) -> Words:
    """What the passage of a criterion says: whose criterion, what it asks, according to whom, what would prove it."""
    poste = next(p for p in framework.postes if p.code == c.poste)
    according = framework.attributions[c.attribution]
    fr_tags, en_tags = [f"{framework.poste_word.fr} {poste.name}"], [poste.en]
    if c.level is not None:
        deduced = next(level.status for level in framework.levels if level.number == c.level) == "deduite"
        fr_tags.append(f"niveau {c.level}{' par déduction' if deduced else ''}")
        en_tags.append(f"level {c.level}{' by deduction' if deduced else ''}")
    meaning = {True: framework.obligatory_as, False: framework.not_obligatory_as}.get(c.obligatory)  # type: ignore[arg-type]
    if meaning:
        fr_tags.append(meaning.fr)
        en_tags.append(meaning.en)
    if c.code:
        subject = f"le critère {c.code} {framework.of.fr}"
        english = f"criterion {c.code} {framework.of.en}"
    else:
        subject, english = (
            f"un critère {framework.of.fr}, sans numéro connu",
            f"a criterion {framework.of.en}, of unknown number,",
        )
    subject, english = f"{subject} ({', '.join(fr_tags)})", f"{english} ({', '.join(en_tags)})"
    if c.confidence == "basse":
        fr = f"{_upper(according.fr)}, {subject} demanderait ceci : {c.intent.fr}."
        en = f"{_upper(according.en)}, {english} would ask to {c.intent.en}."
    else:
        fr = f"{_upper(subject)}, {according.fr}, demande ceci : {c.intent.fr}."
        en = f"{_upper(english)} asks, {according.en}, to {c.intent.en}."
    proof = _EVIDENCE[c.evidence.status]
    return Words(
        fr=f"{fr} {proof.fr} : {c.evidence.fr}.",
        en=f"{en} {proof.en}: {c.evidence.en}.",
    )


def criterion_statement(framework: Framework, c: Criterion) -> Statement:
    """The statement of a criterion, so that selection, abstention and composition treat it as any other.

    A statement may not be of low confidence; the doubt of a low one stands in its text (`criterion_text`).
    """
    text = criterion_text(framework, c)
    answers = [AnswerType.QUOI, AnswerType.COMMENT, AnswerType.DOIS_JE, *([AnswerType.COMBIEN] if c.values else [])]
    ident = f"critere-{framework.id}-{(c.code or c.id).lower()}"
    return Statement(
        id=ident, topic=ident, text=text.fr, en=text.en, role=Role.REGLE, polarity=Polarity.FAIT, values=c.values,
        answers=tuple(answers), asked_as=c.asked_as, regime=framework.regime, in_force=framework.in_force,
        source=c.source, also=c.also, confidence="moyenne" if c.confidence == "basse" else c.confidence,
        review_by=framework.review_by,
    )  # fmt: skip


def poste_statement(framework: Framework, poste: Poste) -> Statement:
    """The statement that lists what is known of a group of criteria."""
    coded = [c for c in framework.of_poste(poste.code) if c.code]
    fr_word, en_word = framework.poste_word.fr, framework.poste_word.en
    place = f"{fr_word} {poste.code} {framework.of.fr} ({poste.name})"
    english = f"{en_word} {poste.code} {framework.of.en} ({poste.en})"
    ident = f"poste-{framework.id}-{poste.code.lower()}"
    contacts: tuple[str, ...] = ()
    if coded:
        listed_fr = _listed(((c.code, c.short.fr) for c in coded), "et")
        listed_en = _listed(((c.code, c.short.en) for c in coded), "and")
        fr = f"Les critères du {place}, {framework.listed_as.fr}, sont {listed_fr}"
        en = f"The criteria of {english}, {framework.listed_as.en}, are {listed_en}"
        if poste.missing:
            fr += f" ; l'intitulé de {_enumerated(poste.missing, 'et')} n'est pas connu"
            en += f"; the wording of {_enumerated(poste.missing, 'and')} is not known"
        if not poste.complete:
            fr += f"{', et' if poste.missing else ' ;'} cette liste peut être incomplète"
            en += f"{', and' if poste.missing else ';'} this list may be incomplete"
        role = Role.DEFINITION
    else:
        fr = (
            f"Aucun critère du {place} n'a été retrouvé dans les sources consultées ; les demander à {framework.ask.fr}"
        )
        en = f"No criterion of {english} was found in the sources consulted; ask {framework.ask.en}"
        role, contacts = Role.ABSENCE, framework.contacts
    return Statement(
        id=ident, topic=ident, text=f"{fr}.", en=f"{en}.", role=role, polarity=Polarity.FAIT,
        answers=(AnswerType.QUOI,), asked_as=poste.asked_as, contacts=contacts, regime=framework.regime,
        in_force=framework.in_force, source=coded[0].source if coded else StatementSource(id=framework.source),
        confidence="moyenne", review_by=framework.review_by,
    )  # fmt: skip


def framework_statements(framework: Framework) -> list[tuple[Statement, Criterion | None]]:
    """Every statement of a framework, group by group: the list, then its criteria."""
    out: list[tuple[Statement, Criterion | None]] = []
    for poste in framework.postes:
        out.append((poste_statement(framework, poste), None))
        out += [(criterion_statement(framework, c), c) for c in framework.of_poste(poste.code)]
    return out


def criterion_passages(framework: Framework, register: Register) -> list[Passage]:
    """One passage a criterion, and one a group of criteria, in the order of the framework."""
    name, notice = framework.name.fr, framework_source_id(framework.id)
    out: list[Passage] = []
    for poste in framework.postes:
        section = f"{_upper(framework.poste_word.fr)} {poste.code}, {poste.name}"
        rows: list[tuple[Statement, Criterion | None, str, tuple[str, ...]]] = [
            (
                poste_statement(framework, poste), None, f"{framework.poste_word.fr} {poste.code} ({name})",
                (f"{framework.id}:poste:{poste.code}", *(f"{framework.id}:critere:{code}" for code in poste.missing)),
            )
        ]  # fmt: skip
        for c in framework.of_poste(poste.code):
            locator = f"critère {c.code} ({name})" if c.code else f"critère sans numéro connu, {c.short.fr} ({name})"
            keys = (f"{framework.id}:critere:{c.code}",) if c.code else ()
            rows.append((criterion_statement(framework, c), c, locator, keys))
        for s, criterion, locator, codes in rows:
            source = register.get(s.source.id)
            heading = (framework.title, section)
            out.append(
                Passage(
                    id=passage_id(notice, s.id, s.in_force.from_, s.text),
                    kind="criterion",
                    source_id=notice,
                    source_title=framework.title,
                    locator=locator,
                    keys=codes,
                    heading_path=heading,
                    text=s.text,
                    index_text=_indexed(framework, poste, criterion, s),
                    lexical_text=f"{s.en} {' '.join(source.id.split('-'))}",
                    url=source.url,
                    rank=Rank.NOTICE,
                    regime=framework.regime,
                    domains=framework.domains,
                    position=len(out),
                    valid_from=s.in_force.from_,
                    valid_until=s.in_force.until,
                    attested_at=first_day(s.source.version) if s.in_force.from_ is None else None,
                    based_on=BasedOn(
                        source_id=source.id, title=source.name, locator=s.source.locator, url=source.url,
                        version=s.source.version, rank=source.rank, also=s.also,
                    ),
                    statement=s,
                    confidence=criterion.confidence if criterion else poste.confidence,
                )
            )  # fmt: skip
    return linked(out)


def _indexed(framework: Framework, poste: Poste, c: Criterion | None, s: Statement) -> str:
    """What a passage is found by. The words that all criteria share (whose wording, who proposes the evidence) are left
    out: they would make all their vectors alike."""
    if c is None:
        return f"{framework.name.fr} › {poste.name}. {s.text} {' '.join(s.asked_as)}"
    code = f"critère {c.code} : " if c.code else ""
    return (
        f"{framework.name.fr} › {poste.name}. {_upper(code + c.short.fr)}. {_upper(c.intent.fr)}. "
        f"{_upper(c.evidence.fr)}. {' '.join(s.asked_as)}"
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _enumerated(items: Iterable[str], last: str) -> str:
    *head, tail = items
    return f"{', '.join(head)} {last} {tail}" if head else tail


def _listed(items: Iterable[tuple[str | None, str]], last: str) -> str:
    return _enumerated([f"{code} ({short})" for code, short in items], last)
