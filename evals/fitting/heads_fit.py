"""Fits the heads that read acts and field, on examples kept as data.

Guarantee: deterministic: the same examples and encoder give the same weights to the byte. Beside the examples, the
questions of the cards are asks, and ours; they are drawn by a fixed seed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.engine import Engine
from assistant.planning.scope import FIELD_FORM, FIELD_WEIGHTS
from assistant.reading import acts, manners
from assistant.reading.message import Message
from assistant.reading.text_head import features
from evals.fitting.logistic import rows_of
from evals.reference_set import load_reference
from ingest.model.embedding import EncoderProtocol

DATA = acts.WEIGHTS.parent
_SEED, _ASKS = 1, 700
_KNOWN_SEED, _KNOWN = 2, 500
_SMALL = 0.01


def act_examples(asks: Sequence[str]) -> tuple[list[str], list[str]]:
    """Messages and their acts."""
    rows: dict[str, list[str]] = yaml.safe_load((DATA / "acts.yaml").read_text(encoding="utf-8"))
    field = field_examples()
    drawn = random.Random(_SEED).sample(sorted(asks), min(_ASKS, len(asks)))  # noqa: S311 - a sample, not a secret
    texts = [t for messages in rows.values() for t in messages]
    labels = [act for act, messages in rows.items() for _ in messages]
    formed = [(t, act) for act, manners in manner_rows().items() for messages in manners.values() for t in messages]
    more = [(t, "ask") for t in (*drawn, *field["ours"])] + [(t, "out_of_field") for t in field["others"]]
    rest = [*formed, *more]
    return [*texts, *(t for t, _ in rest)], [*labels, *(act for _, act in rest)]


def manner_rows() -> dict[str, dict[str, list[str]]]:
    """Messages by act, and by the form that they ask it in."""
    rows: dict[str, dict[str, list[str]]] = yaml.safe_load((DATA / "manners.yaml").read_text(encoding="utf-8"))
    return rows


def field_examples() -> dict[str, list[str]]:
    """Messages of other fields, and of ours."""
    rows: dict[str, list[str]] = yaml.safe_load((DATA / "field.yaml").read_text(encoding="utf-8"))
    return rows


def fit_acts(encoder: EncoderProtocol, asks: Sequence[str], path: Path = acts.WEIGHTS) -> float:
    """Fit and write the head of acts; the share of examples that it then reads rightly."""
    return _fit_texts(encoder, *act_examples(asks), path, 5.0)


def fit_manners(encoder: EncoderProtocol, path: Path = manners.WEIGHTS) -> float:
    """Fit and write the head of the forms of acts; the share of examples that it then reads rightly."""
    rows = [(t, f"{act}.{m}") for act, forms in manner_rows().items() for m, ts in forms.items() for t in ts]
    return _fit_texts(encoder, [t for t, _ in rows], [label for _, label in rows], path, 10.0)


def _fit_texts(
    encoder: EncoderProtocol, texts: Sequence[str], labels: Sequence[str], path: Path, penalty: float
) -> float:
    vectors = np.array([encoder.encode_query(t) for t in texts], np.float32)
    mean = vectors.mean(0)
    matrix = np.array([features(t, v - mean) for t, v in zip(texts, vectors, strict=True)])
    model = _logistic(penalty).fit(matrix, labels)
    np.savez_compressed(path, mean=mean, **rows_of(model, _SMALL))
    return float(model.score(matrix, labels))


def fit_field(engine: Engine, path: Path = FIELD_WEIGHTS) -> float:
    """Fit and write the head of field, on its examples and on the reference questions; the share of them that it then
    reads rightly."""
    rows, asked = field_examples(), load_reference().questions
    known = [q.question for q in asked if q.facts and q.kind not in ("out_of_scope", "injection")]
    others = [*rows["others"], *(q.question for q in asked if q.kind == "out_of_scope")]
    ours = [*rows["ours"], *random.Random(_KNOWN_SEED).sample(known, min(_KNOWN, len(known)))]  # noqa: S311 - a sample
    evidence = np.array([_evidence(engine, t) for t in (*others, *ours)])
    vectors = np.array([engine.search.encoder.encode_query(t) for t in (*others, *ours)], np.float32)
    mean, spread, centre = evidence.mean(0), evidence.std(0) + 1e-6, vectors.mean(0)
    read = [features(t, v - centre, FIELD_FORM) for t, v in zip((*others, *ours), vectors, strict=True)]
    matrix = np.hstack([(evidence - mean) / spread, np.array(read)])
    labels = np.array([0] * len(others) + [1] * len(ours))
    model = _logistic(0.3, class_weight="balanced").fit(matrix, labels)
    np.savez_compressed(
        path,
        weights=np.where(np.abs(model.coef_[0]) < _SMALL, 0, model.coef_[0]).astype(np.float16),
        bias=model.intercept_.astype(np.float32),
        mean=mean.astype(np.float32),
        spread=spread.astype(np.float32),
        centre=centre,
    )
    return float(model.score(matrix, labels))


def _evidence(engine: Engine, text: str) -> NDArray[np.float64]:
    message: Message = engine.read_alone(text)
    return engine.scope.evidence(engine.local.found(message))


def _logistic(penalty: float, **more: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=penalty, max_iter=2000, tol=1e-5, **more)
