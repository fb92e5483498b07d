"""Cards: what an expert would say on one subject for one kind of question, as reviewed data.

Guarantee: a card holds no sentence of its own, only ids of statements in the order in which they are said. What is
loaded here is well-formed; that its ids exist, are in force and are closed under `needs` is the business of
`ingest.corpus.check_cards`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.corpus.register import Slug
from ingest.corpus.yamlfile import YamlFile


class Kind(StrEnum):
    """Kinds of question, the same for messages and for cards."""

    AMOUNT = "amount"
    DATE = "date"
    YES_NO = "yes_no"
    WHO = "who"
    HOW = "how"
    WHICH_TEXT = "which_text"
    SANCTION = "sanction"
    COST = "cost"
    DEFINITION = "definition"
    COMPARISON = "comparison"
    LIST = "list"
    WHERE = "where"
    WHY = "why"


class DependsOn(BaseModel):
    """The one detail that decides, and how it is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(description="a facet or a field of the case")
    ask: str = Field(min_length=8)
    ask_en: str | None = None
    values: tuple[Slug, ...] = Field(default=(), description="of a facet: those among which one chooses")
    options: tuple[str, ...] = Field(default=(), description="messages that answer it, when no facet tells them")
    options_en: tuple[str, ...] = ()


class Reviewed(BaseModel):
    """Who read a card after its author, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str
    on: str


class Card(BaseModel):
    """One subject, one or a few close kinds of question: which statements, in which order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    subject: str = Field(min_length=3)
    topics: tuple[Slug, ...] = Field(min_length=1)
    kinds: tuple[Kind, ...] = Field(min_length=1)
    rule: Slug | None = Field(default=None, description="what decides each of its `asks`, on the facts given")
    contrary: bool = Field(default=False, description="its `asks` are the contrary of what the rule settles")
    asks: tuple[str, ...] = Field(min_length=1, description="ways to ask exactly this")
    supposes: dict[str, tuple[Slug, ...]] = Field(default_factory=dict, description="the case it is for, by facet")
    shape: Literal["sentence", "steps", "table", "cases"] = "sentence"
    verdict: Literal["yes", "no"] | None = Field(default=None, description="the answer to every one of its `asks`")
    strength: Literal["firm", "likely"] = "firm"
    head: tuple[Slug, ...] = Field(min_length=1, max_length=3)
    then: tuple[Slug, ...] = ()
    needs: tuple[Slug, ...] = ()
    next: tuple[Slug, ...] = ()
    depends_on: DependsOn | None = None
    reviewed: Reviewed | None = None

    @model_validator(mode="after")
    def _bears(self) -> Card:
        if self.verdict and Kind.YES_NO not in self.kinds:
            raise ValueError("un verdict demande le genre yes_no")
        if self.rule and Kind.YES_NO not in self.kinds:
            raise ValueError("une règle demande le genre yes_no")
        if self.contrary and not self.rule:
            raise ValueError("« contrary » se dit d'une règle")
        return self

    @property
    def statements(self) -> tuple[str, ...]:
        """Every statement it names, in the order in which they are said."""
        return tuple(dict.fromkeys((*self.head, *self.then, *self.needs, *self.next)))


class CardFile:
    """A file of cards (for line numbers in messages)."""

    def __init__(self, path: Path) -> None:
        self.file = YamlFile(path)
        self.cards = tuple(self.file.validate(Card, row, i) for i, row in enumerate(self.file.data or ()))

    def line(self, n: int) -> int:
        """Line of the card `n` of the file."""
        return self.file.line(n)


def load_card_files(corpus_dir: Path) -> list[CardFile]:
    """Every file of cards of a corpus; an error names file, line and field."""
    return [CardFile(path) for path in sorted((corpus_dir / "cartes").rglob("*.yaml"))]


def load_cards(corpus_dir: Path) -> list[Card]:
    """Every card of a corpus, in a stable order."""
    return [card for file in load_card_files(corpus_dir) for card in file.cards]
