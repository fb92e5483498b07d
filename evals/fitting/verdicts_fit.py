"""Fits the head that tells which verdict a statement bears on what is asked.

Guarantee: deterministic. Examples are the questions of the cards that ask yes or no, with the verdict of their card (or
none), the parts of the messages planned by hand, and the same parts beside statements that came near and that were not
shown: those bear no verdict. What it is worth is told on plans that it did not see, by message.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.engine import Engine
from assistant.planning.verdict_head import MEANING, STANCES, SURE, VECTOR, WEIGHTS, marks, stance_of
from assistant.reading.mention_head import NONE, SIZE
from evals.fitting.bearing_fit import Pair, load_pairs
from evals.fitting.folds import FOLDS, fold_of
from evals.fitting.logistic import rows_of
from evals.fitting.mentions_fit import Example, fit, logistic, sparse
from evals.plan_set import HandPlan, load_plans
from ingest.corpus.cards import Card, Kind, load_cards
from ingest.corpus.fiches import Statement, load_fiches

_PENALTY, _TOLERANCE = 25.0, 1e-3
_SEED, _NEAR = 3, 1
_PENALTY, _SMALL = 5.0, 0.005
StatementOf = Callable[[str], Statement | None]


@dataclass(frozen=True)
class VerdictFit:
    """Of the parts planned by hand and not seen: verdicts given, those right, those contrary, and those wanted."""

    examples: int
    given: int
    right: int
    contrary: int
    wanted: int
    astray: float
    """Share of the statements that came near, and were not shown, that give one all the same."""


def statements_of(corpus_dir: Path) -> dict[str, Statement]:
    """Every statement of the fiches by its id."""
    return {s.id: s for file in load_fiches(corpus_dir) for _, s in file.fiche.statements()}


def card_examples(cards: Sequence[Card], statement: StatementOf) -> list[Example]:
    """The questions of the cards of the kind yes-or-no, and of some others as having no verdict."""
    out = []
    for card in cards:
        head = statement(card.head[0])
        if head is None:
            continue
        label = (card.verdict or NONE) if Kind.YES_NO in card.kinds else NONE
        out += [Example(f"card:{card.id}", tuple(marks(q, head)), label) for q in card.asks]
    return out


def plan_examples(plans: Iterable[HandPlan], statement: StatementOf) -> list[Example]:
    """The parts of messages planned by hand."""
    out = []
    for plan in plans:
        for part in plan.parts:
            head = statement(part.sentences[0]) if part.sentences else None
            if head is not None:
                text = plan.message if len(plan.parts) == 1 else part.about
                out.append(Example(plan.id, tuple(marks(text, head)), part.verdict or NONE))
    return out


def near_examples(plans: Iterable[HandPlan], statement: StatementOf) -> list[Example]:
    """The parts of messages beside what came near and was not shown, drawn by a fixed seed."""
    out, draw = [], random.Random(_SEED)  # noqa: S311 - a sample, not a secret
    for plan in plans:
        pool = [s for i in plan.evidence if i not in plan.shown and (s := statement(i)) is not None]
        for part in plan.parts:
            text = plan.message if len(plan.parts) == 1 else part.about
            out += [Example(plan.id, tuple(marks(text, s)), NONE) for s in draw.sample(pool, min(_NEAR, len(pool)))]
    return out


def fit_verdicts(corpus_dir: Path, path: Path = WEIGHTS) -> VerdictFit:
    """Fit and write the head on all; and fold by fold of the plans, for what it is worth."""
    statement, hand = statements_of(corpus_dir).get, load_plans()
    cards, plans = card_examples(load_cards(corpus_dir), statement), plan_examples(hand, statement)
    near = near_examples(hand, statement)
    rows = [*cards, *plans, *near]
    fit(rows, path, logistic(_PENALTY, _TOLERANCE))
    known, labels = sparse(rows), [e.label for e in rows]
    fold = [-1] * len(cards) + [fold_of(e.text) for e in (*plans, *near)]
    given = right = contrary = wanted = astray = 0
    for k in range(FOLDS):
        learnt, left = [n for n, f in enumerate(fold) if f != k], [n for n, f in enumerate(fold) if f == k]
        if not left:
            continue
        model = logistic(_PENALTY, _TOLERANCE).fit(known[learnt], [labels[n] for n in learnt])
        for n, row in zip(left, model.predict_proba(known[left]), strict=True):
            said = model.classes_[int(np.argmax(row))]
            sure = said in ("yes", "no") and row.max() >= SURE
            if n >= len(cards) + len(plans):
                astray += sure
                continue
            wanted += labels[n] in ("yes", "no")
            given += sure
            right += sure and said == labels[n]
            contrary += sure and labels[n] in ("yes", "no") and said != labels[n]
    return VerdictFit(len(labels), given, right, contrary, wanted, astray / (len(near) or 1))


@dataclass(frozen=True)
class Asked:
    """A part, its vector, a statement, the verdict that this one bears on it, and the fold that it is judged in (−1:
    always learnt). `kept`: whether it is judged at all."""

    example: Example
    vector: NDArray[np.float32]
    stance: int
    fold: int
    judged: bool = True


def meanings(engine: Engine, corpus_dir: Path) -> list[Asked]:
    """Cards, plans, what came near to them, and what a rule and its exceptions answer, with their vectors."""
    statement, hand = statements_of(corpus_dir).get, load_plans()
    out = [*_of_cards(engine, statement), *_of_pairs(engine, load_pairs(), statement)]
    draw = random.Random(_SEED)  # noqa: S311 - a sample, not a secret
    for plan in hand:
        pool = [s for i in plan.evidence if i not in plan.shown and (s := statement(i)) is not None]
        for part in plan.parts:
            text = plan.message if len(plan.parts) == 1 else part.about
            vector, head = engine.search.vector(text), statement(part.sentences[0]) if part.sentences else None
            rows = [(head, part.verdict or NONE, True)] if head else []
            rows += [(s, NONE, False) for s in draw.sample(pool, min(_NEAR, len(pool)))]
            out += [_asked(plan.id, text, vector, s, label, fold_of(plan.id), told) for s, label, told in rows]
    return out


def fit_meaning(rows: Sequence[Asked], path: Path = MEANING) -> VerdictFit:
    """Fit and write the head that reads the meaning too; and fold by fold, for what it is worth."""
    mean = np.mean([r.vector for r in rows if r.fold < 0], axis=0)
    known, labels = _sparse(rows, mean), np.array([r.example.label for r in rows])
    np.savez_compressed(path, mean=mean.astype(np.float32), **_kept(_logistic().fit(known, labels), len(mean)))
    fold, judged = np.array([r.fold for r in rows]), np.array([r.judged for r in rows])
    given = right = contrary = astray = 0
    for k in range(FOLDS):
        left = np.flatnonzero(fold == k)
        if not len(left):
            continue
        model = _logistic().fit(known[fold != k], labels[fold != k])
        for n, row in zip(left, model.predict_proba(known[left]), strict=True):
            said = model.classes_[int(np.argmax(row))]
            sure = said in ("yes", "no") and row.max() >= SURE
            astray += bool(sure and not judged[n])
            given += bool(sure and judged[n])
            right += bool(sure and judged[n] and said == labels[n])
            contrary += bool(sure and judged[n] and labels[n] in ("yes", "no") and said != labels[n])
    wanted = int(np.sum(judged & (fold >= 0) & np.isin(labels, ("yes", "no"))))
    return VerdictFit(len(rows), given, right, contrary, wanted, astray / (int(np.sum(~judged)) or 1))


def _of_cards(engine: Engine, statement: StatementOf) -> Iterable[Asked]:
    index = engine.snapshot.cards
    at = 0
    for card in index.cards:
        head, label = statement(card.head[0]), (card.verdict or NONE) if Kind.YES_NO in card.kinds else NONE
        vectors = index.vectors[at + 1 : at + 1 + len(card.asks)]  # after its subject's
        at += 1 + len(card.asks)
        if head is not None:
            yield from (
                _asked(f"card:{card.id}", q, v, head, label, -1) for q, v in zip(card.asks, vectors, strict=True)
            )


def _of_pairs(engine: Engine, pairs: Iterable[Pair], statement: StatementOf) -> Iterable[Asked]:
    for pair in pairs:
        general, other = statement(pair.general), statement(pair.other)
        if general is None or other is None:
            continue
        fold = fold_of(general.topic)
        for asked in pair.asked:
            vector = engine.search.vector(asked.text)
            mine, theirs = (general, other) if asked.by == "general" else (other, general)
            yield _asked(pair.general, asked.text, vector, mine, asked.verdict or NONE, fold)
            yield _asked(pair.general, asked.text, vector, theirs, NONE, fold, False)


def _asked(
    name: str, text: str, vector: NDArray[np.float32], s: Statement, label: str, fold: int, judged: bool = True
) -> Asked:
    return Asked(Example(name, tuple(marks(text, s)), label), vector, stance_of(s), fold, judged)


def _sparse(rows: Sequence[Asked], mean: NDArray[np.float32]) -> Any:
    """The marks, then the vector about the mean in the place of the statement's stance."""
    from scipy.sparse import csr_matrix, hstack

    size = len(mean)
    about = VECTOR * (np.stack([r.vector for r in rows]) - mean)
    columns = np.array([r.stance for r in rows])[:, None] * size + np.arange(size)
    starts = np.arange(0, about.size + 1, size)
    stances = csr_matrix((about.ravel(), columns.ravel(), starts), shape=(len(rows), size * STANCES))
    return hstack([sparse([r.example for r in rows]), stances]).tocsr()


def _kept(model: Any, size: int) -> dict[str, Any]:
    """Weights of the marks, those of the vector under each stance, bias and classes."""
    kept = rows_of(model, _SMALL)
    marks_, stances = kept["weights"][:, :SIZE], model.coef_[:, SIZE:]
    shaped = stances.reshape(len(stances), STANCES, size).astype(np.float16)
    return {"weights": marks_, "stances": shaped, "bias": kept["bias"], "classes": kept["classes"]}


def _logistic() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=_PENALTY, max_iter=300, tol=1e-3)
