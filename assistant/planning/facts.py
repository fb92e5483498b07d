"""Facts of a case as a caller names them: read, and refused when no case has them.

Guarantee: what passes is a name that rules know, a value of the vocabulary, a finite figure, a day of our age.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from ingest.corpus.deciding import Facts
from ingest.corpus.glossary import Glossary
from ingest.corpus.rules import YearName
from ingest.errors import ClapvertError, ErrorCode

_YEARS = range(1900, 2201)


def facts_given(given: Mapping[str, Any], day: date, glossary: Glossary) -> Facts:
    """Facts by name (`{"headcount": 12, "genre": ["serie"], "filing": "2027-03-15"}`) on a day. Raises `FACT_INVALID`
    for a name or a value that no fact has."""
    try:
        facts = Facts.of(given, day)
        _sensible(facts, glossary)
    except (ValueError, IndexError, TypeError) as exc:
        raise ClapvertError(
            ErrorCode.FACT_INVALID, f"Fait illisible : {exc}.", "Les faits d'une règle : GET /api/rules/{id}, inputs."
        ) from exc
    return facts


def _sensible(facts: Facts, glossary: Glossary) -> None:
    """Raise `ValueError` for what no case has: a value out of the vocabulary, a figure that is none, a day or a year of
    another age (months are counted from it)."""
    for facet, said in (*facts.facets.items(), *facts.denied.items()):
        if unknown := [v for v in said if v not in glossary.facets.get(facet, {})]:
            raise ValueError(f"valeur inconnue de {facet} : {unknown[0]}")
    if not all(math.isfinite(end) for ends in facts.quantities.values() for end in ends):
        raise ValueError("chiffre infini")
    years = [year for y in YearName for year in facts.quantities.get(y.value, ())]
    years += [day.year for ends in (*facts.dates.values(), (facts.day,)) for day in ends]
    if not all(year in _YEARS for year in years):
        raise ValueError(f"jour ou année hors de {_YEARS.start}-{_YEARS.stop - 1}")
