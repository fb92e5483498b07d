"""The glossary: words of the set, of the law and of every day, the vocabulary of the facets, and of the days of a case.

Guarantee: a facet value used by a statement exists here, so that what a question names (« mon court ») and what a
statement applies to (`genre: court-metrage`) can be compared. `within` lists every broader value.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ingest.corpus.fiches import FACETS
from ingest.corpus.register import Domain, Slug
from ingest.corpus.yamlfile import YamlFile
from ingest.errors import ClapvertError, ErrorCode


class FacetValue(BaseModel):
    """One value of a facet, and the words (French and English) that name it in a question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    words: tuple[str, ...] = ()
    within: tuple[Slug, ...] = ()
    beside: tuple[Slug, ...] = Field(default=(), description="values that one case may have with this one, both ways")
    unlike: tuple[str, ...] = Field(default=(), description="longer expressions in which the words name another thing")
    against: tuple[Slug, ...] = Field(default=(), description="values that one case never has with this one, both ways")


class Term(BaseModel):
    """A term, the other ways of saying it, and what it means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    term: str
    also: tuple[str, ...] = Field(default=(), description="synonyms, acronyms, everyday and English words")
    definition: str | None = None
    domains: tuple[Domain, ...] = ()


class Glossary(BaseModel):
    """Facet vocabulary and terms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    facets: dict[str, dict[Slug, FacetValue]]
    terms: tuple[Term, ...] = ()

    def broader(self, facet: str, value: str) -> set[str]:
        """The value and every value that contains it."""
        entry = self.facets.get(facet, {}).get(value)
        return {value, *(entry.within if entry else ())}

    def compatible(self, facet: str, asked: str, stated: tuple[str, ...]) -> bool:
        """True when a rule stated for `stated` reaches what was asked for: same value, or a broader one."""
        return bool(self.broader(facet, asked) & set(stated))

    def choices(self, facet: str, value: str) -> tuple[str, ...]:
        """A value and those that one case never has with it; empty when nothing is told to be against it."""
        values = self.facets.get(facet, {})
        against = [v for v, entry in values.items() if value in entry.against or v in values[value].against]
        return (value, *against) if against else ()

    def exclude(self, facet: str, one: str, other: str) -> bool:
        """True when two values that do not contain one another cannot both be the case.

        A short is not a series; but a fiction may be a feature, a studio has a canteen, and a beach is in Corsica:
        places exclude one another only when both are countries or regions, or both natural sites.
        """
        if facet == "lieu":
            return self.same_map(one, other)
        values = self.facets.get(facet, {})
        return not any(a in values and b in values[a].beside for a, b in ((one, other), (other, one)))

    def known(self, facet: str, said: tuple[str, ...], value: str) -> bool | None:
        """Whether a case of which these values are said has another: True when one of them is it or lies within it,
        False when one is against it, or all exclude it and none contains it; None when they do not tell."""
        values = self.facets.get(facet, {})
        if any(value in self.broader(facet, s) for s in said):
            return True
        wide = self.broader(facet, value)
        for s in said:
            mine = self.broader(facet, s)
            if any(b in values[a].against for a, b in ((a, b) for a in mine for b in wide) if a in values) or any(
                a in values[b].against for a, b in ((a, b) for a in mine for b in wide) if b in values
            ):
                return False
        if facet == "lieu":  # of several places, those of another map tell nothing of this one
            said = tuple(s for s in said if self.same_map(s, value)) or said
        if facet in OPEN_FACETS or not said:
            return None
        if all(self.exclude(facet, s, value) and s not in wide for s in said):
            return False
        return None

    def same_map(self, *places: str) -> bool:
        """True when places lie side by side on one map: all countries or regions, or all natural sites."""
        wide = [self.broader("lieu", place) for place in places]
        return any(all(root & values for values in wide) for root in _MAPS)

    def local(self, place: str) -> bool:
        """True for a region, a town or a park with a name of its own: neither a country nor a kind of place."""
        within = self.broader("lieu", place) - {place}
        return place != "outre-mer" and bool(within & {"france", "parc-national"})


OPEN_FACETS = frozenset({"acteur", "situation"})
"""Facets of which one case has several values, none of which tells that another is not: only `against` does."""
_MAPS = (frozenset({"france", "ue", "hors-ue", "etranger", "outre-mer"}), frozenset({"espace-naturel"}))
"""Roots under which places lie side by side on one map."""


def load_glossary(corpus_dir: Path) -> Glossary:
    """Read `glossaire.yaml`; an error names file, line and field."""
    file = YamlFile(corpus_dir / "glossaire.yaml")
    glossary = file.validate(Glossary, file.data)
    for facet, values in glossary.facets.items():
        for value, entry in values.items():
            wrong = [w for w in entry.within if w not in values]
            if facet not in FACETS or wrong:
                raise ClapvertError(
                    ErrorCode.CORPUS_INVALID,
                    f"{file.path}, ligne {file.line('facets', facet, value)} : "
                    + (f"valeur inconnue {wrong[0]}." if wrong else f"facette inconnue {facet}."),
                )
    return glossary
