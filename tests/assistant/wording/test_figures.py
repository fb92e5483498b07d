"""« votre effectif, 12 salariés, ne dépasse pas 500 salariés »: the asker's words, the bound's value, a fixed form."""

from __future__ import annotations

import pytest

from assistant.planning.plan import Reason
from assistant.reading.case import Quantity
from assistant.wording.figures import bound_words, case_words
from ingest.corpus.fiches import Bound, CaseField
from ingest.language.claims import Language


def reason(field: str, op: str, value: float, unit: str, said: str, met: bool) -> Reason:
    bound = Bound.model_validate({"field": field, "op": op, "value": value, "unit": unit})
    return Reason(Quantity(CaseField(field), 1, 1, said), bound, met)


@pytest.mark.parametrize(
    ("op", "met", "french", "english"),
    [
        ("above", True, "dépasse", "exceeds"),
        ("above", False, "ne dépasse pas", "does not exceed"),
        ("from", True, "atteint", "reaches"),
        ("from", False, "n'atteint pas", "does not reach"),
        ("below", True, "est inférieur à", "is below"),
        ("below", False, "n'est pas inférieur à", "is not below"),
        ("up_to", True, "ne dépasse pas", "does not exceed"),
        ("up_to", False, "dépasse", "exceeds"),
    ],
)
def test_each_bound_has_its_verb(op: str, met: bool, french: str, english: str) -> None:
    made = reason("headcount", op, 500, "salariés", "12 salariés", met)
    assert case_words(made, "fr") == f"votre effectif, 12 salariés, {french} 500 salariés"
    assert case_words(made, "en") == f"your headcount, 12 salariés, {english} 500 employees"


def test_what_is_feminine_agrees() -> None:
    made = reason("consumption", "below", 2.75, "GWh", "1 GWh", True)
    assert case_words(made, "fr") == "votre consommation, 1 GWh, est inférieure à 2,75 GWh"


@pytest.mark.parametrize(
    ("value", "unit", "language", "words"),
    [
        (450e6, "EUR", "fr", "450 M€"),
        (450e6, "EUR", "en", "€450m"),
        (2.5e6, "EUR", "fr", "2,5 M€"),
        (1.2e9, "EUR", "fr", "1,2 Md€"),
        (1.2e9, "EUR", "en", "€1.2bn"),
        (100_000, "EUR", "fr", "100\u202f000 €"),
        (100_000, "EUR", "en", "€100,000"),
        (1000, "salariés", "fr", "1\u202f000 salariés"),
        (1000, "salariés", "en", "1,000 employees"),
        (2.75, "GWh", "fr", "2,75 GWh"),
        (100, "m²", "fr", "100 m²"),
    ],
)
def test_bounds_in_words(value: float, unit: str, language: Language, words: str) -> None:
    bound = Bound.model_validate({"field": "turnover", "op": "above", "value": value, "unit": unit})
    assert bound_words(bound, language) == words


@pytest.mark.parametrize("field", list(CaseField))
def test_every_quantity_is_named_in_both_languages(field: CaseField) -> None:
    made = reason(field.value, "above", 1, "unités", "2 unités", True)
    assert case_words(made, "fr").split(",")[0]
    assert not case_words(made, "en").startswith(("votre", "la ", "le "))
