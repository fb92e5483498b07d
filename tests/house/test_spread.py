"""What is over the real model is one lot, in one process; a whole file is one lot besides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import spread

ROOT = Path(__file__).resolve().parents[2]


def test_no_file_has_the_real_corpus_loaded_a_second_time(request: pytest.FixtureRequest) -> None:
    assert spread.strays(request.session.items) == set()


def test_every_file_that_is_named_is_there() -> None:
    assert [name for name in (*sorted(spread.REAL | spread.LEXICAL), *spread.LONG) if not (ROOT / name).is_file()] == []


def test_a_lot_is_a_file_or_all_that_is_real() -> None:
    assert spread.lot("tests/evals/test_plans.py::test_a[x::y]") == "tests/evals/test_plans.py"
    assert {spread.lot(f"{name}::t") for name in spread.REAL} == {"real"}
