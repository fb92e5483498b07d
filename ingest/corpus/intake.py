"""The short form by which a production describes its project, as data (`projet.yaml`).

Guarantee: each choice says facts of the case in the vocabulary of the glossary; a form that names another value is
refused with its file and line. What a choice means is here, and nowhere in the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ingest.corpus.deciding import Facts, whether
from ingest.corpus.expressions import facets_of
from ingest.corpus.fiches import CaseField
from ingest.corpus.glossary import Glossary, load_glossary
from ingest.corpus.register import Slug
from ingest.corpus.rules import DateName
from ingest.corpus.yamlfile import YamlFile
from ingest.errors import ClapvertError, ErrorCode

FIELDS = ("works", "aids", "company", "places", "shoots")
"""The fields of choices, in the order of the form."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Frozen):
    """One choice of a field: the facts that it says, and who is bound that it brings."""

    id: Slug
    label: str = Field(min_length=2)
    en: str = Field(min_length=2)
    sets: dict[str, tuple[Slug, ...]] = Field(description="facet → values")
    present: tuple[Slug, ...] = ()
    instead: bool = Field(default=False, description="a role: what any project says of the same facets is not said")


class First(_Frozen):
    """A fact that is asked before any obligation can be told."""

    field: str
    ask: str = Field(min_length=8)
    ask_en: str = Field(min_length=8)


class Follow(_Frozen):
    """What goes with facts, whether they were picked or told: a shoot by night is one by day too."""

    when: str = Field(min_length=4, description="a CEL expression: the projects of which it is so")
    sets: dict[str, tuple[Slug, ...]] = Field(description="facet → values")


class Probe(_Frozen):
    """A fact that rules turn on and a project does not say by itself: asked of the projects of a condition."""

    field: str
    value: Slug
    when: str = Field(min_length=4, description="a CEL expression: the projects of which it is asked")
    ask: str = Field(min_length=8)
    ask_en: str = Field(min_length=8)

    @property
    def id(self) -> str:
        """Its name among what a project puts aside: « non »."""
        return f"{self.field}.{self.value}"


class Intake(_Frozen):
    """The form. `says`: facts of any project that says no other role; `follows`: what goes with facts; `own`: who is
    bound that the production is itself; `always`: who is bound that any production meets; `figures` and `days` are
    asked as they are; `first`: what a conversation asks before it tells any; `asks` and `others`: questions that ask
    for the obligations of a project, and that do not."""

    says: dict[str, tuple[Slug, ...]] = Field(default_factory=dict)
    own: tuple[Slug, ...] = ()
    always: tuple[Slug, ...] = ()
    works: tuple[Choice, ...] = ()
    aids: tuple[Choice, ...] = ()
    company: tuple[Choice, ...] = ()
    places: tuple[Choice, ...] = ()
    shoots: tuple[Choice, ...] = ()
    figures: tuple[CaseField, ...] = ()
    days: tuple[DateName, ...] = ()
    probes: tuple[Probe, ...] = ()
    follows: tuple[Follow, ...] = ()
    first: tuple[First, ...] = Field(default=(), max_length=3)
    asks: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def choices(self, field: str) -> tuple[Choice, ...]:
        """The choices of a field of `FIELDS`."""
        found: tuple[Choice, ...] = getattr(self, field)
        return found

    @property
    def every(self) -> list[Choice]:
        """Every choice of every field."""
        return [c for field in FIELDS for c in self.choices(field)]

    def chosen(self, picked: Mapping[str, Iterable[str]]) -> list[Choice]:
        """What is picked, in the order of the form; a choice that the form no longer has is left out."""
        return [c for field in FIELDS for c in self.choices(field) if c.id in set(picked.get(field, ()))]

    def said(self, picked: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
        """The facets that what is picked says."""
        out: dict[str, tuple[str, ...]] = {}
        for choice in self.chosen(picked):
            for facet, values in choice.sets.items():
                out[facet] = tuple(dict.fromkeys((*out.get(facet, ()), *values)))
        return {facet: values for facet, values in out.items() if values}

    def supposed(self, facets: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
        """What any project says, and this one whose facets are given does not put aside by another role."""
        said = {facet: set(values) for facet, values in facets.items()}
        put = {facet for c in self.every if c.instead and _says(said, c) for facet in c.sets}
        return {facet: values for facet, values in self.says.items() if facet not in put}

    def followed(self, facts: Facts, glossary: Glossary) -> dict[str, tuple[str, ...]]:
        """What goes with facts, and they do not deny."""
        out: dict[str, tuple[str, ...]] = {}
        for follow in self.follows:
            if not whether(follow.when, facts, glossary):
                continue
            for facet, values in follow.sets.items():
                kept = (v for v in values if not glossary.broader(facet, v) & set(facts.denied.get(facet, ())))
                out[facet] = tuple(dict.fromkeys((*out.get(facet, ()), *kept)))
        return out

    def own_of(self, facets: Mapping[str, Iterable[str]]) -> frozenset[str]:
        """Who is bound that a project is itself, by its role."""
        mine = set(facets.get("acteur", ()))
        return frozenset(w for w in self.own if w in mine or w not in self.says.get("acteur", ())) | mine

    def present(self, facets: Mapping[str, Iterable[str]]) -> frozenset[str]:
        """Who is bound that a project meets, whether its facts were picked or told."""
        said = {facet: set(values) for facet, values in facets.items()}
        met = [c for c in self.every if _says(said, c)]
        return frozenset((*self.always, *(who for c in met for who in c.present)))


def _says(said: Mapping[str, set[str]], choice: Choice) -> bool:
    """Whether facets say all that a choice says."""
    return all(set(values) <= said.get(facet, set()) for facet, values in choice.sets.items())


def load_intake(corpus_dir: Path, glossary: Glossary | None = None) -> Intake:
    """Read `projet.yaml`, an empty form without it; an error names file, line and field."""
    if not (corpus_dir / "projet.yaml").is_file():
        return Intake()
    file = YamlFile(corpus_dir / "projet.yaml")
    form = file.validate(Intake, file.data)
    facets = (glossary or load_glossary(corpus_dir)).facets
    for field in FIELDS:
        for n, choice in enumerate(form.choices(field)):
            pairs = [*choice.sets.items(), ("acteur", choice.present)]
            wrong = [f"{f} = {v}" for f, values in pairs for v in values if v not in facets.get(f, {})]
            if wrong:
                where = f"{file.path}, ligne {file.line(field, n)}"
                raise ClapvertError(ErrorCode.CORPUS_INVALID, f"{where} : valeur inconnue {wrong[0]}.")
    asked = [("probes", n, [(p.field, p.value), *facets_of(p.when)]) for n, p in enumerate(form.probes)]
    asked += [
        ("follows", n, [*((f, v) for f, vs in w.sets.items() for v in vs), *facets_of(w.when)])
        for n, w in enumerate(form.follows)
    ]
    for place, n, named in asked:
        if wrong := [f"{f} = {v}" for f, v in named if v not in facets.get(f, {})]:
            where = f"{file.path}, ligne {file.line(place, n)}"
            raise ClapvertError(ErrorCode.CORPUS_INVALID, f"{where} : valeur inconnue {wrong[0]}.")
    return form
