"""Fits the head that tells the asker's figures, on messages kept as data.

Guarantee: deterministic: the same examples in the same order give the same file, to the byte. A figure of a message is
of the quantity that its case gives the same value, and of no case when none does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.reading.figure_head import NONE, WEIGHTS, features
from assistant.reading.kinds import detect_language
from assistant.reading.mentions import FIELDS, Mention, mentions

DATA = WEIGHTS.parent / "figures.yaml"
_PENALTY = 25.0


@dataclass(frozen=True)
class Example:
    """A message, its figures, and what each is."""

    text: str
    found: tuple[Mention, ...]
    labels: tuple[str, ...]


def examples(path: Path = DATA) -> list[Example]:
    """The messages kept as data, their figures labelled."""
    return [labelled(row["text"], row["case"]) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


def labelled(text: str, case: Mapping[str, Any]) -> Example:
    """What each figure of a message is, given the case that it tells."""
    found = mentions(text, detect_language(text))
    return Example(text, tuple(found), tuple(_label(m, case) for m in found))


def fit_figures(rows: Sequence[Example] | None = None, path: Path = WEIGHTS) -> float:
    """Fit and write the head; the share of the figures that it then reads rightly."""
    from sklearn.linear_model import LogisticRegression

    rows = examples() if rows is None else rows
    matrix, labels = _matrix(rows)
    model = LogisticRegression(C=_PENALTY, max_iter=300, tol=1e-3).fit(matrix, labels)
    small = np.where(np.abs(model.coef_) < 0.02, 0, model.coef_).astype(np.float16)
    np.savez_compressed(path, weights=small, bias=model.intercept_.astype(np.float32), classes=np.array(model.classes_))
    return float(model.score(matrix, labels))


def _matrix(rows: Sequence[Example]) -> tuple[NDArray[np.float32], list[str]]:
    pairs = [(row, m, label) for row in rows for m, label in zip(row.found, row.labels, strict=True)]
    matrix = np.array([features(row.text, m, list(row.found)) for row, m, _ in pairs], np.float32)
    return matrix, [label for _, _, label in pairs]


def _label(mention: Mention, case: Mapping[str, Any]) -> str:
    for field in FIELDS[mention.unit]:
        value = case.get(field.value)
        ends = value if isinstance(value, list) else [value, value]
        if value is not None and (mention.low == ends[0] or mention.high == ends[1]):
            return field.value
    return NONE
