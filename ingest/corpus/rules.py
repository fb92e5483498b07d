"""Rules as code: what thresholds, dates and a few facts of a case settle, as reviewed data.

Guarantee: a rule holds no sentence of its own: its outcomes name statements, its conditions are CEL expressions over
named facts. What is loaded here is well-formed; that its figures stand in what it cites and that its cases come out
as expected is the business of `ingest.corpus.check_rules`.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.corpus.cards import Kind
from ingest.corpus.fiches import FACETS, CaseField, Interval
from ingest.corpus.register import Regime, Slug
from ingest.corpus.yamlfile import YamlFile


class DateName(StrEnum):
    """The days of a case, by what happens on them."""

    FILING = "filing"
    VISA = "visa"
    SHOOT = "shoot"
    SHOOT_END = "shoot_end"
    DELIVERY = "delivery"
    BROADCAST = "broadcast"
    DECISION = "decision"
    PRINCIPLE = "principle"
    PRELIMINARY = "preliminary"
    INVESTMENT = "investment"
    PROVISIONAL = "provisional"
    GRANT = "grant"


DECISIONS = (
    DateName.PRINCIPLE, DateName.PRELIMINARY, DateName.INVESTMENT, DateName.PROVISIONAL, DateName.GRANT,
)  # fmt: skip
"""The decisions of a funder, each with a day of its own: in principle, preliminary authorisation, investment approval,
provisional decision, award. `decision` is one of them that is not told from the others: no rule reads it."""


class YearName(StrEnum):
    """The years of a case."""

    FINANCIAL_YEAR = "financial_year"
    PUBLICATION_YEAR = "publication_year"


class Stage(StrEnum):
    """When what a rule asks is done: at what moment of a work, or every year in the company."""

    FILING = "filing"
    PREP = "prep"
    SHOOT = "shoot"
    DELIVERY = "delivery"
    AFTER = "after"
    COMPANY = "company"


DAY = "day"
"""The day whose law is asked about: always known."""
QUANTITIES = frozenset(f.value for f in CaseField) | frozenset(y.value for y in YearName)
DATES = frozenset(d.value for d in DateName) | {DAY}
KNOWN = "known"
"""The map of what is known of the case, by name: `"turnover" in known`."""
NAMES = QUANTITIES | DATES | frozenset(FACETS)
"""Everything of a case that an expression may name, beside `known`."""


About = Literal["duty", "ban", "right", "exemption", "sanction", "check", "fact"]
"""What a rule asks: whether one must, may not, may, is spared, or risks something, or what an authority may
forbid, to be checked; else whether something is so."""
Subject = Literal["environment", "social", "aid"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Input(_Frozen):
    """A fact of the case, and how it is asked for when its absence leaves the rule open."""

    field: str = Field(description="a quantity, a date, a year or a facet of the case")
    value: Slug | None = Field(default=None, description="of a facet: the value that is in question")
    ask: str = Field(min_length=8)
    ask_en: str = Field(min_length=8)

    @model_validator(mode="after")
    def _named(self) -> Input:
        if self.field not in NAMES:
            raise ValueError(f"fait inconnu : {self.field}")
        return self


class Due(_Frozen):
    """A day computed from one of the case: so many months, then days, after it (before it when negative); the eve of
    it; or the same day every year, the next to come."""

    after: DateName | None = None
    months: int = 0
    days: int = 0
    eve: bool = Field(default=False, description="before that day: the one before it is the last")
    yearly: str | None = Field(default=None, pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", description="MM-DD")

    @model_validator(mode="after")
    def _one(self) -> Due:
        if (self.after is None) == (self.yearly is None):
            raise ValueError("une échéance court d'un jour du dossier (after), ou revient chaque année (yearly)")
        return self


class Paper(_Frozen):
    """A document that a rule asks for, by its name."""

    fr: str = Field(min_length=3)
    en: str = Field(min_length=3)


class Outcome(_Frozen):
    """What follows when its condition is the first that holds."""

    when: str = Field(default="true", alias="if", description="a CEL expression")
    verdict: Literal["yes", "no", "depends"]
    strength: Literal["firm", "likely"] = "firm"
    shown: tuple[Slug, ...] = Field(min_length=1, max_length=3, description="statements that say it, the first first")
    needs: tuple[Slug, ...] = ()
    next: tuple[Slug, ...] = ()
    due: Due | None = None
    documents: tuple[Paper, ...] | None = Field(default=None, description="its own, instead of the rule's")

    @property
    def statements(self) -> tuple[str, ...]:
        """Every statement it names."""
        return tuple(dict.fromkeys((*self.shown, *self.needs, *self.next)))


class Version(_Frozen):
    """The outcomes of a rule while its law holds, tried in order."""

    in_force: Interval = Interval()
    outcomes: tuple[Outcome, ...] = Field(min_length=1)


class Rule(_Frozen):
    """One question that a case settles, under one body of law. Rules of one `matter` answer together."""

    id: Slug
    matter: Slug
    settles: str = Field(min_length=12)
    settles_en: str = Field(min_length=12)
    stage: Stage | None = Field(default=None, description="when it is done; every rule of the corpus says it")
    name: str = Field(default="", max_length=64, description="what it is about, in a few words, at the head of a line")
    name_en: str = Field(default="", max_length=64)
    documents: tuple[Paper, ...] = Field(default=(), description="what is handed over, or kept at hand")
    concerns: str = Field(default="true", description="a CEL expression: the projects that it is told to")
    sought: str = Field(default="", description="a CEL expression: who seeks what it is about; empty: it binds anyone")
    presumes: tuple[Slug, ...] = Field(default=(), description="rules one of which binds, or it has no object")
    own_days: tuple[DateName, ...] = Field(default=(), description="days of its own, not those of a work by that name")
    own_figures: tuple[CaseField, ...] = Field(
        default=(), description="figures of its own, not the project's by that name"
    )
    theirs: tuple[CaseField, ...] = Field(default=(), description="figures of whom it binds, not of another's company")
    adds: bool = Field(default=False, description="its outcomes add up: all that hold and say the same are told")
    acted: DateName | None = Field(default=None, description="the day of what it asks: given, it is done")
    about: About | None = Field(default=None, description="what it asks, where its question does not say it")
    subject: Subject = Field(default="environment", description="what it protects, or the keeping of an aid")
    awaits: Slug | None = Field(default=None, description="the statement that its text is not known to bind yet")
    regime: Regime
    bound: tuple[Slug, ...] = Field(min_length=1, description="whom it binds: values of the facet `acteur`")
    kinds: tuple[Kind, ...] = (Kind.YES_NO,)
    asks: tuple[str, ...] = Field(min_length=3, description="ways to ask it, French and English")
    inputs: tuple[Input, ...] = Field(min_length=1, description="in the order in which they are asked for")
    versions: tuple[Version, ...] = Field(min_length=1)

    def on(self, day: date) -> Version | None:
        """The version in force on a day."""
        return next((v for v in self.versions if v.in_force.contains(day)), None)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every outcome of every version."""
        return tuple(o for v in self.versions for o in v.outcomes)

    @property
    def statements(self) -> tuple[str, ...]:
        """Every statement it names."""
        waited = (self.awaits,) if self.awaits else ()
        return tuple(dict.fromkeys((*(s for o in self.outcomes for s in o.statements), *waited)))


class Case(_Frozen):
    """A case of the table of a rule: what is given, what is expected, and the article that says so."""

    rule: Slug
    given: dict[str, Any] = Field(default_factory=dict)
    on: date = date(2026, 11, 28)
    expect: Literal["yes", "no", "depends", "open", "nothing"]
    """`open`: a fact is missing, and is asked for; `nothing`: the rule does not speak of the case."""
    asks: str | None = None
    shown: Slug | None = None
    due: date | None = None
    of: str = Field(min_length=3, description="the article or notice that it was written from")


class RuleFile:
    """A file of rules (for line numbers in messages)."""

    def __init__(self, path: Path) -> None:
        self.file = YamlFile(path)
        self.rules = tuple(self.file.validate(Rule, row, i) for i, row in enumerate(self.file.data or ()))


class CaseFile:
    """A file of cases (for line numbers in messages)."""

    def __init__(self, path: Path) -> None:
        self.file = YamlFile(path)
        self.cases = tuple(self.file.validate(Case, row, i) for i, row in enumerate(self.file.data or ()))


def load_rule_files(corpus_dir: Path) -> list[RuleFile]:
    """Every file of rules of a corpus; an error names file, line and field."""
    return [RuleFile(path) for path in sorted((corpus_dir / "regles").glob("*.yaml"))]


def load_case_files(corpus_dir: Path) -> list[CaseFile]:
    """Every file of cases of a corpus; an error names file, line and field."""
    return [CaseFile(path) for path in sorted((corpus_dir / "regles" / "cas").glob("*.yaml"))]


def load_rules(corpus_dir: Path) -> list[Rule]:
    """Every rule of a corpus, in a stable order."""
    return [rule for file in load_rule_files(corpus_dir) for rule in file.rules]
