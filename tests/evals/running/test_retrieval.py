"""Retrieval measures."""

from __future__ import annotations

import pytest

from evals.running.retrieval import MEASURES, measure


def test_measures_of_a_gold_in_second_place() -> None:
    found = measure({"q": ["a", "b", "c"]}, {"q": frozenset({"b"})})["q"]
    assert found["recall@5"] == found["recall@10"] == found["recall@30"] == 1.0
    assert found["mrr"] == 0.5
    assert found["ndcg@10"] == pytest.approx(0.6309, abs=1e-4)


def test_one_gold_is_enough_for_recall_and_all_count_for_ndcg() -> None:
    ranked = {"q": [f"x{i}" for i in range(5)] + ["a"]}
    found = measure(ranked, {"q": frozenset({"a", "b"})})["q"]
    assert (found["recall@5"], found["recall@10"]) == (0.0, 1.0)
    assert 0 < found["ndcg@10"] < 0.5


def test_nothing_retrieved_is_zero_and_no_gold_is_left_out() -> None:
    found = measure({"q": [], "r": ["a"]}, {"q": frozenset({"a"}), "r": frozenset(), "s": frozenset({"a"})})
    assert found == {"q": dict.fromkeys(MEASURES, 0.0)}


def test_thirty_first_is_too_late() -> None:
    found = measure({"q": [f"x{i}" for i in range(30)] + ["a"]}, {"q": frozenset({"a"})})["q"]
    assert found["recall@30"] == 0.0
    assert found["mrr"] == pytest.approx(1 / 31)
