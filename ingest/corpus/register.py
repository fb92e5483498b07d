"""The register: every text that Clapvert knows, cited or still to be fetched.

Guarantee: a citation names a registered source or it is not shown. `rank` orders sources on the same point
(officiel > autorite > guide > presse > notice); `regime` keeps bodies of rules apart; `work` groups the dated
versions of one text; `aliases` are the names under which people and texts quote it.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from ingest.corpus.yamlfile import YamlFile
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.locators import TextNames

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$", max_length=96)]


_OPENING = 4
"""Characters before the name of a text that its title opens with (« Le code… »)."""


def _partial_date(value: object) -> str | None:
    """`2026`, `2026-03` or `2026-03-01`, always as text: a month is not invented a day."""
    if value is None:
        return None
    text = value.isoformat() if isinstance(value, dt.date) else str(value)
    parts = text.split("-")
    if not (1 <= len(parts) <= 3 and all(p.isdigit() for p in parts) and len(parts[0]) == 4):
        raise ValueError("date attendue : AAAA, AAAA-MM ou AAAA-MM-JJ")
    dt.date.fromisoformat("-".join([*parts, "01", "01"][:3]))
    return text


PartialDateText = Annotated[str | None, BeforeValidator(_partial_date)]


class Domain(StrEnum):
    """The five fields that Clapvert answers in."""

    CNC = "cnc"
    CSRD = "csrd"
    CLIMAT = "climat"
    LABEL = "label"
    TOURNAGE = "tournage"


DOMAIN_LABELS = {
    Domain.CNC: "Aides du CNC",
    Domain.CSRD: "CSRD et durabilité",
    Domain.CLIMAT: "Climat et publicité",
    Domain.LABEL: "Labels et référentiels",
    Domain.TOURNAGE: "Sur le tournage",
}


class Rank(StrEnum):
    """Authority of a source, strongest first."""

    OFFICIEL = "officiel"
    AUTORITE = "autorite"
    GUIDE = "guide"
    PRESSE = "presse"
    NOTICE = "notice"

    @property
    def order(self) -> int:
        """0 is the strongest."""
        return _RANKS[self]


_RANKS = {rank: order for order, rank in enumerate(Rank)}


class Regime(StrEnum):
    """The body of rules that a text belongs to."""

    UE = "ue"
    FR = "fr"
    CNC = "cnc"
    REGION = "region"
    AFNOR = "afnor"
    ECOPROD = "ecoprod"
    AUTRE = "autre"


REGIME_LABELS = {
    Regime.UE: "Droit européen",
    Regime.FR: "Droit français",
    Regime.CNC: "Règles du CNC",
    Regime.REGION: "Règles régionales",
    Regime.AFNOR: "Référentiel AFNOR",
    Regime.ECOPROD: "Règles d'Ecoprod",
    Regime.AUTRE: "Autres règles",
}


class Nature(StrEnum):
    """What kind of text it is."""

    CODE = "code"
    LOI = "loi"
    ORDONNANCE = "ordonnance"
    DECRET = "decret"
    ARRETE = "arrete"
    DIRECTIVE = "directive"
    REGLEMENT = "reglement"
    DELIBERATION = "deliberation"
    DECISION = "decision"
    PROJET = "projet"
    JURISPRUDENCE = "jurisprudence"
    REFERENTIEL = "referentiel"
    NORME = "norme"
    RAPPORT = "rapport"
    GUIDE = "guide"
    PAGE = "page"
    PRESSE = "presse"
    NOTICE = "notice"


class Within(BaseModel):
    """A text that is published inside the file of another one (the CNC's RGA inside the cinema code)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Slug
    numbers: str = Field(description="regular expression of the article numbers that belong to this text")


class Source(BaseModel):
    """One text of the register."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    title: str = Field(min_length=3)
    short_title: str | None = None
    issuer: str = Field(min_length=2)
    nature: Nature
    rank: Rank
    domains: tuple[Domain, ...] = Field(min_length=1)
    regime: Regime
    url: str | None = None
    date: PartialDateText = Field(default=None, description="date of the text or of the page, as precisely as known")
    language: str = Field(default="fr", pattern=r"^[a-z]{2}$")
    identifiers: dict[str, str] = Field(default_factory=dict, description="CELEX, LEGITEXT, JORFTEXT, NOR, ELI…")
    identifiers_verified: bool = Field(default=True, description="False: remembered, to be checked before use")
    articles: dict[str, str] = Field(
        default_factory=dict, description="LEGIARTI of an article by its number, for links: any version opens its page"
    )
    retrieval: str | None = Field(
        default=None, pattern=r"^https?://", description="official address that gives the file itself"
    )
    licence: str | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    supersedes: tuple[Slug, ...] = ()
    work: Slug | None = Field(default=None, description="the work that this entry is one version of")
    within: Within | None = None
    aliases: tuple[str, ...] = ()
    note: str | None = None

    @property
    def name(self) -> str:
        """The name shown in citations."""
        return self.short_title or self.title

    @property
    def work_id(self) -> str:
        """Id that article keys are built with: the same for every version of one work."""
        return self.work or self.id


class Contact(BaseModel):
    """Someone who would know, when the texts do not say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    name: str
    url: str | None = None
    about: str = Field(description="what to ask them, in French, one line")
    domains: tuple[Domain, ...] = ()


class Register:
    """All sources by id, and the names they are quoted under."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self.sources = {s.id: s for s in sources}
        if len(self.sources) != len(sources):
            seen: set[str] = set()
            twice = next(s.id for s in sources if s.id in seen or seen.add(s.id))  # type: ignore[func-returns-value]
            raise ClapvertError(ErrorCode.CORPUS_INVALID, f"Source en double dans le registre : {twice}.")

    def get(self, source_id: str) -> Source:
        """A source by id; `SOURCE_NOT_FOUND` otherwise."""
        try:
            return self.sources[source_id]
        except KeyError:
            raise ClapvertError(
                ErrorCode.SOURCE_NOT_FOUND,
                f"Source inconnue du registre : {source_id}.",
                "La liste : `clapvert corpus list`.",
            ) from None

    @cached_property
    def names(self) -> TextNames:
        """Aliases of every text, for the article grammar; a référentiel's points are criteria."""
        sources = self.sources.values()
        return TextNames(
            {alias: s.work_id for s in sources for alias in s.aliases},
            {s.work_id for s in sources if s.nature is Nature.REFERENTIEL},
        )

    def titled(self, title: str) -> tuple[str, ...]:
        """The work that a title opens with the name of (« Code de l'environnement, extraits »), and those it hosts."""
        named = [n for n in self.names.find(title) if n[0] <= _OPENING]
        works = [n[2] for n in named if n[2] not in self.names.frameworks][:1]
        return tuple(dict.fromkeys((*works, *(h.work_id for w in works for h in self.hosted_by(w)))))

    def hosted_by(self, source_id: str) -> list[Source]:
        """The texts that are published inside this one."""
        return [s for s in self.sources.values() if s.within and s.within.source == source_id]


def load_register(corpus_dir: Path) -> Register:
    """Read `sources.yaml`; an error names file, line and field."""
    return Register(tuple(_load_list(corpus_dir / "sources.yaml", "sources", Source, "Source")))


def load_contacts(corpus_dir: Path) -> dict[str, Contact]:
    """Read `contacts.yaml`, by id."""
    return {c.id: c for c in _load_list(corpus_dir / "contacts.yaml", "contacts", Contact, "Contact")}


def _load_list(path: Path, key: str, model: type[Any], name: str) -> list[Any]:
    file = YamlFile(path)
    rows = file.data.get(key) if isinstance(file.data, dict) else None
    if not isinstance(rows, list):
        raise ClapvertError(ErrorCode.CORPUS_INVALID, f"{path} : la liste « {key} » manque.")
    items = [file.validate(model, row, key, i) for i, row in enumerate(rows)]
    file.refuse_twins(name, key, [item.id for item in items], "id")
    return items
