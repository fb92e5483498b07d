"""The head that tells which démarche a message opens: fitted the same twice, told out of fold by message."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.planning.steps_head import NONE, WEIGHTS, opened
from evals.fitting.steps_fit import examples, fit_steps, save
from ingest.corpus.cards import Kind
from ingest.corpus.demarches import Demarche, load_demarches
from ingest.errors import ClapvertError
from ingest.model.embedding import HashingEncoder
from tests.evals.fitting.cards import cards
from tests.samples import demarche

ROOT = Path(__file__).resolve().parents[3]
ENCODER = HashingEncoder()


def some() -> list[Demarche]:
    return [Demarche.model_validate(demarche(id=f"demarche-{n}")) for n in range(3)]


def test_the_same_examples_give_the_same_file(tmp_path: Path) -> None:
    rows = examples(some(), cards(), path=None)
    assert save(fit_steps(rows, ENCODER), tmp_path / "a.npz") is False
    assert save(fit_steps(rows, ENCODER), tmp_path / "a.npz") is True


def test_cards_of_kind_how_teach_nothing() -> None:
    rows = examples([], cards(), path=None)
    asked = {q for c in cards() if Kind.HOW in c.kinds for q in c.asks}
    assert not asked & {r.text for r in rows}
    with pytest.raises(ClapvertError, match="rien à ajuster"):
        fit_steps(rows, ENCODER)


def test_the_kept_head_knows_every_demarche_of_the_corpus() -> None:
    assert WEIGHTS.is_file()
    shares = opened("par où commencer ?", ENCODER.encode_query("par où commencer ?"))
    assert set(shares) - {NONE} == {d.id for d in load_demarches(ROOT / "corpus")}
