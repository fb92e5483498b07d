"""Fits the heads that decide whether an added text answers, on texts and questions written for it.

Guarantee: deterministic; out of fold by document, a text answers where that is likelier than not, and at most `TAKEN`
of the questions that it should leave: those that a text which is named does not say, those that are ours. The texts are
ours (`evals/texts`), of invented bodies that speak of the same things with other rules, a dozen of them indexed at a
time; official texts are told by the number of an article and a hash of the sentence, and are used when a folder of them
is given.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from assistant.dialogue.turns import Asked
from assistant.engine import Engine
from assistant.planning.scope import FIELD_WEIGHTS
from assistant.planning.weighing import deciding
from evals.fitting.folds import FOLDS, fold_of
from evals.reference_set import ReferenceSet

TEXTS = Path(__file__).resolve().parents[1] / "texts"
FIELD = FIELD_WEIGHTS.with_suffix(".yaml")
_C, _TOP, _OURS, _SEED = 0.05, 3, 400, 7
_WEIGHTS = {"right": 2.0, "wrong": 0.5}
_LEFT_OUT = frozenset({"whole"})
Sort = Literal["right", "wrong", "absent", "ours"]
SORTS: dict[Sort, str] = {"right": "justes", "wrong": "à côté", "absent": "non dits", "ours": "des nôtres"}
TAKEN: dict[str, tuple[Sort, float]] = {"says": ("absent", 0.33), "wins": ("ours", 0.015)}
"""By head, what it should leave and the share of it that it may take, at most."""


class TextQuestion(BaseModel):
    """A question on a text: the sentences that answer (none: the text does not say), and what they mislead without."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: str
    kind: Literal["answered", "absent"]
    gold: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    names: bool | str = False
    article: str = ""


@dataclass(frozen=True)
class Case:
    """What an index holds for a question: the features of the decision, and whether the best sentences answer."""

    group: str
    named: bool
    sort: Sort
    features: Mapping[str, float]


@dataclass(frozen=True)
class TextsFit:
    """The heads as data, and out of fold how many questions of each sort they answer from a text, by head."""

    heads: dict[str, dict[str, Any]]
    answered: dict[str, dict[Sort, tuple[int, int]]]


def indexes(official: Path | None) -> Iterator[tuple[dict[Path, str], dict[str, tuple[TextQuestion, ...]]]]:
    """What is indexed at a time, files and their ids in the register, with the questions on them; `official`: a folder
    of official texts, as `official.yaml` names them."""
    for folder in sorted(p for p in TEXTS.iterdir() if p.is_dir()):
        yield dict.fromkeys(sorted(folder.glob("*.md")), ""), load_questions(folder)
    if official is not None:
        kept = yaml.safe_load((TEXTS / "official.yaml").read_text("utf-8"))
        questions = {n: tuple(map(TextQuestion.model_validate, rows)) for n, rows in kept["questions"].items()}
        yield {official / name: registered for name, registered in kept["files"].items()}, questions


def ours(reference: ReferenceSet) -> list[str]:
    """Questions that are ours, or nobody's: some of the reference, and of other fields."""
    draw = random.Random(_SEED)  # noqa: S311 - a sample that can be drawn again
    field = yaml.safe_load(FIELD.read_text("utf-8"))["others"]
    asked = [q.question for q in reference.questions]
    return [*draw.sample(asked, min(_OURS, len(asked))), *draw.sample(field, _OURS // 4)]


def load_questions(folder: Path) -> dict[str, tuple[TextQuestion, ...]]:
    """The questions of each document of a folder, by its name."""
    read = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(folder.glob("*.yaml"))}
    return {name: tuple(TextQuestion.model_validate(row) for row in rows) for name, rows in read.items()}


def told(sentence: str) -> str:
    """A sentence without what a reader of files may change: its letters and figures."""
    return "".join(c for c in sentence.lower() if c.isalnum())


def hashed(sentence: str) -> str:
    """What tells a sentence that is not ours to keep."""
    return f"#{hashlib.sha256(told(sentence).encode()).hexdigest()[:16]}"


def cases(engine: Engine, questions: Mapping[str, Sequence[TextQuestion]], ours: Iterable[str]) -> Iterator[Case]:
    """What an index that holds some texts gives for their questions, and for questions that are ours."""
    for name, rows in questions.items():
        for row in rows:
            group = f"{name} {row.article}".strip()
            yield from _case(engine, row.q, group, frozenset(row.gold))
    for question in ours:
        yield from _case(engine, question, question, None)


def _case(engine: Engine, question: str, group: str, gold: frozenset[str] | None) -> Iterator[Case]:
    """`gold`: None for a question that is ours."""
    message, local = engine.read(Asked(question), None), engine.local
    said, rival = local.against(message, local.whole(message))
    if said.whole or not said.quotes:
        return
    index = engine.snapshot.sentences
    sort: Sort = "ours" if gold is None else "wrong" if gold else "absent"
    for quote in said.quotes[:_TOP]:
        e = index.piece(quote.piece.row)
        own = quote.passage.text[e.start : e.end]
        if gold and (hashed(own) in gold or any(told(g) in told(own) for g in gold if not g.startswith("#"))):
            sort = "right"
    yield Case(group, said.named.firm, sort, deciding(said.quotes, rival))


def fit(held: Sequence[Case]) -> TextsFit:
    """The two heads, and what such heads are worth on documents that they did not see."""
    heads: dict[str, dict[str, Any]] = {}
    answered: dict[str, dict[Sort, tuple[int, int]]] = {}
    for name, named in (("says", True), ("wins", False)):
        mine = [c for c in held if c.named == named]
        out = _out_of_fold(mine)
        leaves, share = TAKEN[name]
        taken = [v for v, c in zip(out, mine, strict=True) if c.sort == leaves]
        floor = max(0.0, float(np.quantile(taken, 1 - share))) if taken else 0.0
        heads[name] = _head(mine, floor)
        answered[name] = {}
        for sort in sorted({c.sort for c in mine}):
            values = [v for v, c in zip(out, mine, strict=True) if c.sort == sort]
            answered[name][sort] = sum(bool(v >= floor) for v in values), len(values)
    return TextsFit(heads, answered)


def _out_of_fold(mine: Sequence[Case]) -> NDArray[np.float64]:
    """How far each case stands above not answering, by a head that saw nothing of its document; in logits."""
    out = np.zeros(len(mine))
    folds = np.array([fold_of(c.group) for c in mine])
    for k in range(FOLDS):
        learnt = [c for c, f in zip(mine, folds, strict=True) if f != k]
        if not (folds == k).any() or len({c.sort == "right" for c in learnt}) < 2:
            continue
        head = _head(learnt, 0.0)
        for n in np.flatnonzero(folds == k).tolist():
            features = mine[n].features
            out[n] = sum(w * features.get(f, 0.0) for f, w in head["weights"].items()) - head["floor"]
    return out


def _head(mine: Sequence[Case], floor: float) -> dict[str, Any]:
    """A head over features as they are; what they were standardised by is in its weights and its floor."""
    from sklearn.linear_model import LogisticRegression

    names = sorted(set().union(*(c.features for c in mine)) - _LEFT_OUT)
    x = np.array([[c.features.get(n, 0.0) for n in names] for c in mine])
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(C=_C, max_iter=5000)
    right = np.array([c.sort == "right" for c in mine])
    model.fit((x - mean) / spread, right, sample_weight=[_WEIGHTS.get(c.sort, 1.0) for c in mine])
    weights = np.where(spread > 1e-6, model.coef_[0] / spread, 0.0)
    shift = float(model.intercept_[0] - (weights * mean).sum())
    told = {n: round(float(w), 4) for n, w in zip(names, weights, strict=True) if abs(w) >= 5e-5}
    return {"weights": told, "floor": round(floor - shift, 4)}


def save(fitted: TextsFit, path: Path) -> None:
    """Write the heads."""
    path.write_text(json.dumps(fitted.heads, indent=1) + "\n", encoding="utf-8")
