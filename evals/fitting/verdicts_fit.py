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

import numpy as np

from assistant.planning.verdict_head import SURE, WEIGHTS, marks
from assistant.reading.mention_head import NONE
from evals.fitting.folds import FOLDS, fold_of
from evals.fitting.mentions_fit import Example, fit, logistic, sparse
from evals.plan_set import HandPlan, load_plans
from ingest.corpus.cards import Card, Kind, load_cards
from ingest.corpus.fiches import Statement, load_fiches

_PENALTY, _TOLERANCE = 25.0, 1e-3
_SEED, _NEAR = 3, 1
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
