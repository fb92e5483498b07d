"""A bill is never shown « en vigueur »: on a page, in a note, in either language."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assistant.export.note import bill
from assistant.web.said import Said
from assistant.web.sources import _dates
from assistant.web.words import Words
from ingest.corpus.fiches import Fiche
from ingest.passages.passages import Passage, fiche_passages
from tests.samples import TODAY, fiche, register_of, source, statement

SINCE = {"from": "2026-02-12", "until": None}


def passage(**changes: Any) -> Passage:
    row = statement(text="Un amendement vise le double bilan.", polarity="fait", in_force=SINCE, **changes)
    made = Fiche.model_validate(fiche("essai", "cnc", row))
    return fiche_passages(made, register_of(source(id="rga")))[0]


@pytest.mark.parametrize(
    ("language", "page", "listed", "noted"),
    [
        (
            "fr",
            "projet, situation depuis le 12 février 2026",
            "situation depuis le 12 février 2026",
            "Projet, qui n'est pas en vigueur : situation depuis le 12 février 2026.",
        ),
        ("en", "bill, as of 12 February 2026", "as of 12 February 2026", "Bill, not in force: as of 12 February 2026."),
    ],
)
def test_a_bill_says_so(language: Any, page: str, listed: str, noted: str) -> None:
    p, words = passage(nature="projet"), Words(language)
    assert p.bill
    assert Said(words, TODAY).validity(p, p.bill) == page
    assert _dates(p, TODAY, words) == listed
    assert bill(p.valid_from, p.valid_until, language) == noted


def test_the_law_stays_the_law() -> None:
    p = passage()
    assert not p.bill
    assert Said(Words("fr"), TODAY).validity(p, p.bill) == "en vigueur depuis le 12 février 2026"


def test_a_bill_without_a_day_is_a_bill() -> None:
    assert (
        Said(Words("fr"), TODAY).validity(passage(nature="projet").model_copy(update={"valid_from": None}), True)
        == "projet"
    )
    assert bill(None, None, "en") == "Bill, not in force."
    assert bill(date(2024, 1, 1), date(2025, 1, 1), "fr").endswith("situation du 1er janvier 2024 au 1er janvier 2025.")
