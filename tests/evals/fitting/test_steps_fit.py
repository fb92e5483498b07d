"""The head that tells who asks for steps: fitted the same twice, told out of fold by démarche and by card."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.planning.steps_head import WEIGHTS
from evals.fitting.steps_fit import examples, fit_steps, save
from ingest.corpus.cards import Kind, load_cards
from ingest.corpus.demarches import Demarche, load_demarches
from ingest.errors import ClapvertError
from tests.evals.fitting.cards import cards
from tests.samples import demarche

ROOT = Path(__file__).resolve().parents[3]


def some() -> list[Demarche]:
    return [Demarche.model_validate(demarche(id=f"demarche-{n}")) for n in range(6)]


def test_the_same_examples_give_the_same_file(tmp_path: Path) -> None:
    rows = examples(some(), cards())
    assert save(fit_steps(rows), tmp_path / "a.npz") is False
    assert save(fit_steps(rows), tmp_path / "a.npz") is True


def test_cards_of_kind_how_teach_nothing() -> None:
    rows = examples([], cards())
    asked = {q for c in cards() if Kind.HOW in c.kinds for q in c.asks}
    assert not asked & {r.text for r in rows}
    with pytest.raises(ClapvertError, match="rien à ajuster"):
        fit_steps(rows)


def test_the_kept_weights_are_those_of_the_corpus(tmp_path: Path) -> None:
    head = fit_steps(examples(load_demarches(ROOT / "corpus"), load_cards(ROOT / "corpus")))
    assert head.found >= 0.8
    assert head.mistaken <= 0.05
    assert WEIGHTS.is_file()
