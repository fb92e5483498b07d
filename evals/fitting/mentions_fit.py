"""Fits the heads that tell what the figures and the dates of a message are, on messages kept as data.

Guarantee: deterministic: the same examples in the same order give the same file, to the byte. A figure is of the
quantity that its message's case gives the same value, and of no case when none does; a date is what its message says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from assistant.reading import date_head, direction_head, figure_head
from assistant.reading.days import days_said, written
from assistant.reading.folding import Aligned
from assistant.reading.kinds import detect_language
from assistant.reading.mention_head import NONE, SIZE
from assistant.reading.mentions import FIELDS, Mention, mentions
from assistant.reading.ngrams import hashed
from evals.fitting.composed import composed_dates, composed_figures
from evals.fitting.logistic import rows_of

FIGURES = figure_head.WEIGHTS.with_suffix(".yaml")
DATES = date_head.WEIGHTS.with_suffix(".yaml")
WRITTEN = date(2026, 11, 28)
"""The day on which the messages of dates are said."""
_PENALTY = 12.0
_COMPOSED = 0.3
_TOLERANCE = 1e-4
_SMALL = 0.02


@dataclass(frozen=True)
class Example:
    """One mention of a message: what the head reads of it, and what it is."""

    text: str
    marks: tuple[str, ...]
    label: str
    weight: float = 1.0


def figure_examples(path: Path = FIGURES) -> list[Example]:
    """The figures of the messages kept as data, then of those composed, which weigh less."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    kept = [e for row in rows for e in figures_of(row["text"], row["case"])]
    return [
        *kept,
        *(replace(e, weight=_COMPOSED) for text, told in composed_figures() for e in figures_told(text, told)),
    ]


def figures_of(text: str, case: Mapping[str, Any]) -> Iterable[Example]:
    """The figures of a message, given the case that it tells."""
    found = mentions(text, detect_language(text))
    for m in found:
        yield Example(text, tuple(figure_head.marks(text, m, found)), _field(m, case))


def figures_told(text: str, told: Sequence[Mapping[str, str]]) -> Iterable[Example]:
    """The figures of a message, given what each of its words is of; one whose unit does not allow it is left out."""
    found, spans = mentions(text, detect_language(text)), list(_spans(text, told))
    for m in found:
        label = next((kind for a, b, kind in spans if m.start < b and a < m.end), None)
        if label is not None and label in {*(f.value for f in FIELDS[m.unit]), NONE}:
            yield Example(text, tuple(figure_head.marks(text, m, found)), label)


def _spans(text: str, told: Sequence[Mapping[str, str]]) -> Iterable[tuple[int, int, str]]:
    """Where each of the words told stands, and its kind."""
    at = 0
    for row in told:
        start = text.find(row["said"], at)
        if start >= 0:
            at = start + len(row["said"])
            yield start, at, row["kind"]


def date_examples(path: Path = DATES) -> list[Example]:
    """The dates of the messages kept as data, then of those composed, which weigh less."""
    return _kept_and_composed(dates_of, path)


def _kept_and_composed(
    read: Callable[[str, Sequence[Mapping[str, str]]], Iterable[Example]], path: Path
) -> list[Example]:
    """What is read of the messages kept as data, then of those composed, which weigh less."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    kept = [e for row in rows for e in read(row["text"], row["dates"])]
    made = [replace(e, weight=_COMPOSED) for text, told in composed_dates(WRITTEN) for e in read(text, told)]
    return [*kept, *made]


def dates_of(text: str, told: Sequence[Mapping[str, str]], today: date = WRITTEN) -> Iterable[Example]:
    """The dates of a message, given what each of its words is; one that is not told is left out."""
    found, spans = days_said(text, today), list(_spans(text, told))
    for day in found:
        label = next((kind for a, b, kind in spans if day.start < b and a < day.end), None)
        if label is not None:
            yield Example(text, tuple(date_head.marks(text, day, found, today)), label)


def direction_examples(path: Path = DATES) -> list[Example]:
    """The dates without a year, of the messages that tell their days, gone by or to come; then of those composed."""
    return _kept_and_composed(directions_of, path)


def directions_of(text: str, told: Sequence[Mapping[str, str]], today: date = WRITTEN) -> Iterable[Example]:
    """Those of one message, by the days (`iso`) that it is told to mean."""
    line, at = Aligned(text), 0
    found = written(line, today)
    for row in told:
        start = text.find(row["said"], at)
        at = max(at, start + len(row["said"]))
        said = next(
            (s for s in found if start < line.span_of(s.start, s.end)[1] and line.span_of(s.start, s.end)[0] < at), None
        )
        if start < 0 or said is None or "iso" not in row or said.gone == said.coming:
            continue
        first, last = (row["iso"].split("/") * 2)[:2]
        gone, coming = (
            days[0].isoformat()[: len(last)] <= last and first <= days[1].isoformat()[: len(first)]
            for days in (said.gone, said.coming)
        )
        if gone != coming:
            span = line.span_of(said.start, said.end)
            label = direction_head.GONE if gone else direction_head.COMING
            yield Example(text, tuple(direction_head.marks(text, *span, said.gone[1], said.coming[0], today)), label)


def fit(rows: Sequence[Example], path: Path, model: Any = None) -> float:
    """Fit and write a head, of this model or that of mentions; the share of the mentions that it then reads rightly."""
    matrix, labels = sparse(rows), [row.label for row in rows]
    model = (model or logistic()).fit(matrix, labels, sample_weight=[row.weight for row in rows])
    np.savez_compressed(path, **rows_of(model, _SMALL))
    return float(model.score(matrix, labels))


def sparse(rows: Sequence[Example]) -> Any:
    """The marks of examples as a sparse matrix of shape `(examples, SIZE)`."""
    from scipy.sparse import csr_matrix

    found = [hashed(row.marks, SIZE) for row in rows]
    columns = [np.nonzero(x)[0] for x in found]
    values = np.concatenate([x[c] for x, c in zip(found, columns, strict=True)])
    return csr_matrix((values, np.concatenate(columns), np.cumsum([0, *map(len, columns)])), shape=(len(rows), SIZE))


def logistic(penalty: float = _PENALTY, tolerance: float = _TOLERANCE) -> Any:
    """The head that is fitted, before it is."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=penalty, max_iter=300, tol=tolerance)


def _field(mention: Mention, case: Mapping[str, Any]) -> str:
    for field in FIELDS[mention.unit]:
        value = case.get(field.value)
        ends = value if isinstance(value, list) else [value, value]
        if value is not None and (mention.low == ends[0] or mention.high == ends[1]):
            return field.value
    return NONE
