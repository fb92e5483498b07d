"""Intervals and paired differences."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.scoring.statistics import NOTHING, bootstrap, paired, percentile, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 100, 0.0018, 0.0545)],
)
def test_wilson_matches_the_textbook(successes: int, n: int, low: float, high: float) -> None:
    e = wilson(successes, n)
    assert (e.low, e.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    assert e.value == successes / n
    assert e.n == n


def test_nothing_measured_is_none_not_nan() -> None:
    assert wilson(0, 0) == bootstrap([], []) == NOTHING
    assert paired([], [], []) is None
    assert percentile([], 0.5) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcdef")), min_size=1, max_size=60))
def test_an_interval_holds_its_mean(rows: list[tuple[float, str]]) -> None:
    e = bootstrap([v for v, _ in rows], [c for _, c in rows])
    assert e.value is not None
    if e.low is not None and e.high is not None:
        assert e.low - 1e-3 <= e.value <= e.high + 1e-3


def test_the_same_scores_give_the_same_interval_in_any_order() -> None:
    rows = [(float(i % 3 == 0), f"t{i % 17}") for i in range(120)]
    shuffled = random.Random(1).sample(rows, len(rows))
    assert bootstrap(*zip(*rows, strict=True)) == bootstrap(*zip(*shuffled, strict=True))


def test_questions_on_one_topic_count_for_less_than_as_many_topics() -> None:
    values = [float(i % 10 < 7) for i in range(100)]
    alone = bootstrap(values, [str(i) for i in range(100)])
    together = bootstrap(sorted(values), [str(i // 10) for i in range(100)])
    assert alone.low is not None
    assert alone.high is not None
    assert together.low is not None
    assert together.high is not None
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_when_every_answer_agrees_the_interval_is_not_a_point() -> None:
    e = bootstrap([1.0] * 20, [str(i) for i in range(20)])
    assert e.value == e.high == 1.0
    assert e.low == wilson(20, 20).low


def test_one_topic_has_no_interval() -> None:
    assert bootstrap([0.0, 1.0], ["a", "a"]).low is None


def test_a_paired_difference_sees_what_two_means_would_not() -> None:
    base = [float(i % 2) for i in range(80)]
    candidate = [0.0 if i in (1, 11, 21, 31, 41, 51, 61, 71) else v for i, v in enumerate(base)]
    d = paired(base, candidate, [str(i) for i in range(80)])
    assert d is not None
    assert d.value == pytest.approx(-0.1)
    assert d.high < 0
    assert (d.base, d.candidate, d.n) == (0.5, 0.4, 80)


def test_a_change_in_one_topic_is_not_significant() -> None:
    base = [1.0] * 40
    candidate = [0.0] * 6 + [1.0] * 34
    d = paired(base, candidate, ["one"] * 6 + [f"t{i}" for i in range(34)])
    assert d is not None
    assert d.low < 0 <= d.high


def test_no_difference_is_exactly_none() -> None:
    d = paired([1.0, 0.0, 1.0], [1.0, 0.0, 1.0], ["a", "b", "c"])
    assert d is not None
    assert (d.value, d.low, d.high) == (0.0, 0.0, 0.0)


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(i) for i in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile([3.0], 0.95)) == (50.0, 95.0, 3.0)
