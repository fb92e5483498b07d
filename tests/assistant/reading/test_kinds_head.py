"""Kinds of question: the weights are there, the shares are shares, and plain questions are read for what they ask."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading.kinds_head import WEIGHTS, kinds_of
from assistant.reading.message import Part
from assistant.reading.ngrams import BUCKETS, ngrams
from ingest.corpus.cards import Kind


def test_the_weights_are_of_every_kind() -> None:
    with np.load(WEIGHTS) as kept:
        assert kept["weights"].shape == (len(Kind), BUCKETS)
        assert {Kind(k) for k in kept["kinds"]} == set(Kind)
        assert np.isfinite(kept["weights"]).all()


@given(st.text(max_size=200))
def test_shares_sum_to_one_likeliest_first(text: str) -> None:
    shares = list(kinds_of(text).values())
    assert len(shares) == len(Kind)
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    assert shares == sorted(shares, reverse=True)
    assert min(shares) >= 0


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Combien de bilans faut-il remettre ?", Kind.AMOUNT),
        ("Quand faut-il remettre le bilan ?", Kind.DATE),
        ("Dois-je remettre un bilan carbone ?", Kind.YES_NO),
        ("Qui doit signer le bilan ?", Kind.WHO),
        ("Comment obtenir le label ?", Kind.HOW),
        ("Quelle amende si je ne le fais pas ?", Kind.SANCTION),
        ("Combien ça coûte ?", Kind.COST),
        ("C'est quoi la CSRD ?", Kind.DEFINITION),
        ("Pourquoi remettre deux bilans ?", Kind.WHY),
        ("When is the report due?", Kind.DATE),
        ("How much does the label cost?", Kind.COST),
    ],
)
def test_plain_questions(text: str, kind: Kind) -> None:
    assert kind in Part.of(text).likeliest[:2]


def test_a_part_asks_in_its_last_clause() -> None:
    part = Part.of("On tourne en forêt, 20 personnes : quand faut-il prévenir ?")
    assert part.likeliest[0] is Kind.DATE
    assert sum(part.kinds.values()) == pytest.approx(1, abs=1e-4)


def test_ngrams_are_of_unit_length_whatever_the_case_and_the_accents() -> None:
    assert np.linalg.norm(ngrams("Quand remettre ?")) == pytest.approx(1)
    assert np.array_equal(ngrams("ÉTÉ"), ngrams("été"))
    assert not ngrams("").any()
