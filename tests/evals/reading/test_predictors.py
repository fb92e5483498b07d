"""Predictors: areas under the curve, and silence where verdicts all agree."""

from __future__ import annotations

import numpy as np
import pytest

from evals.reading.predictors import MEASURES, area, predictors
from evals.reading.sheet import Item


def item(n: int, answer: str, expected: str = "La prime est de 28 000 € en 2026.") -> Item:
    return Item(key=f"r{n}", kind="amount", question="La prime, c'est combien ?", expected=expected, answer=answer)


@pytest.mark.parametrize(
    ("values", "good", "wanted"),
    [
        ([3.0, 2.0, 1.0, 0.0], [1, 1, 0, 0], 1.0),
        ([0.0, 1.0, 2.0, 3.0], [1, 1, 0, 0], 0.0),
        ([1.0, 1.0, 1.0, 1.0], [1, 0, 1, 0], 0.5),
        ([2.0, 1.0, 1.0, 0.0], [1, 1, 0, 0], 0.875),
        ([1.0, 2.0], [1, 1], None),
    ],
)
def test_area(values: list[float], good: list[int], wanted: float | None) -> None:
    assert area(np.array(values), np.array(good, bool)) == wanted


def test_what_says_the_expected_figure_predicts_what_is_forwarded() -> None:
    items = [
        item(n, "La prime est de 28 000 €, en 2026. [1]" if n % 2 else "Cela dépend du film. [1] [2]")
        for n in range(12)
    ]
    good = [bool(n % 2) for n in range(12)]
    found = {p.name: p for p in predictors(items, good, [i.key for i in items])}
    assert found.keys() == MEASURES.keys()
    said = found["chiffres et années attendus dits"]
    assert (said.auc, said.low, said.high) == (1.0, 1.0, 1.0)
    assert found["question courte"].auc == 0.5
    assert found["peu de citations"].auc == 1.0


def test_nothing_is_predicted_of_verdicts_that_all_agree() -> None:
    items = [item(n, "28 000 €") for n in range(3)]
    assert predictors(items, [True] * 3, ["a", "b", "c"]) == predictors(items, [False] * 3, ["a", "b", "c"]) == []
