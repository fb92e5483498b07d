"""Messages of a rule and of its exception: kept as data, of statements that the corpus holds; fitted the same twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from evals.fitting.bearing_fit import Row, fit_bearing, fitted, load_pairs
from evals.fitting.verdicts_fit import statements_of

ROOT = Path(__file__).resolve().parents[3]


def test_every_pair_is_of_two_statements_and_teaches_both() -> None:
    known, pairs = statements_of(ROOT / "corpus"), load_pairs()
    assert {i for p in pairs for i in (p.general, p.other)} <= set(known)
    assert all(p.general != p.other for p in pairs)
    assert all(any(a.by == "other" for a in p.asked) for p in pairs)
    told = Counter(a.text for p in pairs for a in p.asked)
    assert len(told) >= 600
    assert set(told.values()) == {1}


def test_what_bears_is_told_on_topics_not_seen(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    rows = [
        Row(
            n,
            n % 5,
            f"o{k}",
            np.array([float(k == n % 3) + 0.1 * draw.random(), draw.random()], np.float32),
            k == n % 3,
        )
        for n in range(60)
        for k in range(2)
    ]
    told = fit_bearing(rows, tmp_path / "a.npz")
    assert (told.settled_beside, told.settled) == (40, 20)
    assert (told.found, told.mistaken) == (40, 0)
    kept = (tmp_path / "a.npz").read_bytes()
    fit_bearing(rows, tmp_path / "a.npz")
    assert (tmp_path / "a.npz").read_bytes() == kept


def test_a_feature_that_never_varies_weighs_nothing() -> None:
    features = np.array([[0.0, 5.0], [1.0, 5.0], [0.1, 5.0], [0.9, 5.0]], np.float32)
    kept = fitted(features, np.array([False, True, False, True]))
    assert kept["scale"][1] == 1.0
    assert abs(float(kept["weights"][1])) < 1e-6
