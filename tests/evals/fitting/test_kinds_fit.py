"""The head that reads kinds of question: fitted the same twice, told out of fold by card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.reading.kinds_head import WEIGHTS
from assistant.reading.ngrams import BUCKETS, ngrams
from evals.fitting.kinds_fit import KINDS, examples, fit_kinds, save
from evals.reports.calibration_report import kinds_report
from ingest.corpus.cards import Kind
from ingest.errors import ClapvertError
from tests.evals.fitting.cards import cards


def test_the_same_cards_give_the_same_file(tmp_path: Path) -> None:
    rows = examples(cards())
    one, two = fit_kinds(rows), fit_kinds(rows)
    assert save(one, tmp_path / "a.npz") is False
    assert save(two, tmp_path / "a.npz") is True
    save(two, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_words_of_one_kind_are_told_from_those_of_another() -> None:
    head = fit_kinds(examples(cards()))
    assert (head.weights.shape, head.bias.shape) == ((len(KINDS), BUCKETS), (len(KINDS),))
    assert head.in_fold.value == 1.0
    assert (head.out_of_fold.value or 0) >= 0.75
    assert "24 formulations" in kinds_report(head)
    scores = head.weights @ ngrams("Combien vaut le décor ?") + head.bias
    assert KINDS[int(np.argmax(scores))] is Kind.AMOUNT
    assert scores.min() == -20.0  # a kind that no card has is not asked


def test_one_kind_is_nothing_to_tell_apart() -> None:
    with pytest.raises(ClapvertError, match="rien à ajuster"):
        fit_kinds(examples([c for c in cards() if c.kinds == (Kind.DATE,)]))


def test_the_kept_weights_are_of_the_kinds_that_there_are() -> None:
    with np.load(WEIGHTS) as kept:
        assert list(kept["kinds"]) == [k.value for k in KINDS]
        assert kept["weights"].shape == (len(KINDS), BUCKETS)
