"""Démarches: what a professional does, step by step, as reviewed data.

Guarantee: a step says who does what, when, and which statements it rests on; what is loaded here is well-formed. That
its figures stand in those statements, that they hold today and that nothing they need is left out is the business of
`ingest.corpus.check_demarches`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.corpus.cards import Card, DependsOn, Kind, Reviewed
from ingest.corpus.fiches import Statement
from ingest.corpus.register import Domain, Slug
from ingest.corpus.rules import DateName, Due
from ingest.corpus.yamlfile import YamlFile
from ingest.language.claims import Language

_VOCABULARY = "etapes.yaml"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Words(_Frozen):
    """The same words in French and in English."""

    fr: str = Field(min_length=2)
    en: str = Field(min_length=2)

    def of(self, language: Language) -> str:
        """The words in a language."""
        return self.en if language == "en" else self.fr


class Stage(Words):
    """A moment of a project; `turns_on`: the day of the case that it is told by."""

    turns_on: DateName | None = None


class Vocabulary(_Frozen):
    """Who does things, and when; the stages in the order in which they come."""

    who: dict[Slug, Words]
    stages: dict[str, Stage]


class Step(_Frozen):
    """One thing to do: when, by whom, what, with which document, to whom, and what if it is late."""

    stage: str
    who: Slug
    do: Words
    deadline: Words | None = Field(default=None, description="said in place of the stage, when the text sets a day")
    by: Due | None = Field(default=None, description="the same as data, to compute the day from the case")
    document: Words | None = None
    to: Words | None = Field(default=None, description="with its preposition: « au CNC »")
    late: Words | None = None
    rests_on: tuple[Slug, ...] = Field(min_length=1, max_length=7, description="the first is its alone")
    supposes: dict[str, tuple[Slug, ...]] = Field(default_factory=dict, description="left out for another case")

    def wordings(self, language: Language) -> tuple[str, ...]:
        """Everything that it says."""
        said = (self.do, self.deadline, self.document, self.to, self.late)
        return tuple(w.of(language) for w in said if w is not None)


class Cut(_Frozen):
    """Some of the steps (from 1), for a question that asks no more."""

    id: Slug
    title: Words
    asks: tuple[str, ...] = Field(min_length=3)
    steps: tuple[int, ...] = Field(min_length=1)


class Demarche(_Frozen):
    """A list of steps, in order, and the ways to ask for it."""

    id: Slug
    title: Words
    domain: Domain
    start: bool = Field(default=False, description="for who asks no more than where to begin")
    about: tuple[Slug, ...] = Field(min_length=1, max_length=3, description="statements that a search for it finds")
    kinds: tuple[Kind, ...] = (Kind.HOW, Kind.LIST)
    supposes: dict[str, tuple[Slug, ...]] = Field(default_factory=dict, description="the case it is for, by facet")
    asks: tuple[str, ...] = Field(min_length=8, max_length=24, description="ways to ask for the whole of it")
    steps: tuple[Step, ...] = Field(min_length=2, max_length=9)
    reserve: tuple[Slug, ...] = Field(default=(), max_length=3, description="said after the steps")
    aside: dict[Slug, str] = Field(default_factory=dict, description="needs that do not concern its case, and why")
    cuts: tuple[Cut, ...] = ()
    depends_on: DependsOn | None = None
    reviewed: Reviewed | None = None

    @model_validator(mode="after")
    def _whole(self) -> Demarche:
        first = [s.rests_on[0] for s in self.steps]
        if len(set(first)) != len(first):
            raise ValueError("deux étapes reposent d'abord sur le même énoncé")
        if any(not 1 <= n <= len(self.steps) for cut in self.cuts for n in cut.steps):
            raise ValueError("une coupe nomme une étape qui n'existe pas")
        return self

    @property
    def statements(self) -> tuple[str, ...]:
        """Every statement it names."""
        steps = (sid for step in self.steps for sid in step.rests_on)
        return tuple(dict.fromkeys((*self.about, *steps, *self.reserve)))

    def opened(self, card: str) -> tuple[Words, tuple[Step, ...]]:
        """The title and the steps that a card of it opens: one of its cuts, or the whole."""
        cut = next((c for c in self.cuts if c.id == card), None)
        return (cut.title, tuple(self.steps[n - 1] for n in cut.steps)) if cut else (self.title, self.steps)

    def cards(self, statements: Mapping[str, Statement]) -> list[Card]:
        """The cards of kind *how* by which a question finds it: the whole, then each cut."""
        return [
            self._card(self.id, self.title, self.asks, self.about, self.steps, statements),
            *(
                self._card(cut.id, cut.title, cut.asks, (), tuple(self.steps[n - 1] for n in cut.steps), statements)
                for cut in self.cuts
            ),
        ]

    def _card(
        self,
        card: str,
        title: Words,
        asks: tuple[str, ...],
        about: tuple[str, ...],
        steps: tuple[Step, ...],
        statements: Mapping[str, Statement],
    ) -> Card:
        first = tuple(step.rests_on[0] for step in steps)
        head = about or first[:1]
        return Card(
            id=card,
            subject=title.fr,
            topics=tuple(dict.fromkeys(statements[sid].topic for sid in (*head, *first) if sid in statements)),
            kinds=self.kinds,
            asks=asks,
            supposes=self.supposes,
            shape="steps",
            head=head,
            then=tuple(sid for sid in first if sid not in head),
            depends_on=self.depends_on,
            reviewed=self.reviewed,
        )


class DemarcheFile:
    """A file of one démarche (for line numbers in messages)."""

    def __init__(self, path: Path) -> None:
        self.file = YamlFile(path)
        self.demarche = self.file.validate(Demarche, self.file.data)


def load_vocabulary(corpus_dir: Path) -> Vocabulary:
    """Who does things, and when; nobody and never in a corpus that has no démarche."""
    path = corpus_dir / _VOCABULARY
    if not path.is_file():
        return Vocabulary(who={}, stages={})
    file = YamlFile(path)
    return file.validate(Vocabulary, file.data)


def load_demarche_files(corpus_dir: Path) -> list[DemarcheFile]:
    """Every démarche of a corpus; an error names file, line and field."""
    return [DemarcheFile(path) for path in sorted((corpus_dir / "demarches").glob("*.yaml"))]


def load_demarches(corpus_dir: Path) -> list[Demarche]:
    """Every démarche of a corpus, in a stable order."""
    return [file.demarche for file in load_demarche_files(corpus_dir)]
