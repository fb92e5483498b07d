"""Kinds of question: what sort of answer a part of a message wants (amount, date, yes or no, who, how…).

Guarantee: one taxonomy, that of the cards (`ingest.corpus.cards.Kind`). A logistic head over hashed character n-grams,
fitted on the questions of the cards and on parts labelled by hand (`eval calibrate --kinds`), shares the verdict with
what question words say; its weights are data beside this module, the same to the byte for the same examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading.kinds import asks_price, asks_risk, question_types
from assistant.reading.ngrams import ngrams
from ingest.corpus.cards import Kind
from ingest.corpus.fiches import AnswerType

WEIGHTS = Path(__file__).resolve().parent / "data" / "kinds.npz"


_WORDS = 0.3
"""The share that question words have in the verdict, where there are any."""
_SAID = {
    AnswerType.QUAND: (Kind.DATE,),
    AnswerType.COMBIEN: (Kind.AMOUNT,),
    AnswerType.QUI: (Kind.WHO,),
    AnswerType.DOIS_JE: (Kind.YES_NO,),
    AnswerType.PUIS_JE: (Kind.YES_NO,),
    AnswerType.COMMENT: (Kind.HOW,),
    AnswerType.QUOI: (Kind.DEFINITION, Kind.LIST),
    AnswerType.POURQUOI: (Kind.WHY,),
    AnswerType.OU: (Kind.WHERE, Kind.WHICH_TEXT),
}


@lru_cache(maxsize=1)
def _weights(path: Path = WEIGHTS) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[Kind, ...]]:
    with np.load(path) as kept:
        return kept["weights"].astype(np.float32), kept["bias"], tuple(Kind(k) for k in kept["kinds"])


@lru_cache(maxsize=4096)
def kinds_of(text: str) -> Mapping[Kind, float]:
    """How likely a text asks each kind of question; the likeliest first, 1 in all."""
    weights, bias, kinds = _weights()
    said = _by_words(text)
    scores = weights @ ngrams(text) + bias
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    if said:
        shares *= 1 - _WORDS
        for kind in said:
            shares[kinds.index(kind)] += _WORDS / len(said)
    return {k: float(p) for p, k in sorted(zip(shares, kinds, strict=True), key=lambda row: -row[0])}


def _by_words(text: str) -> tuple[Kind, ...]:
    """The kinds that question words name, two at most: a sanction or a price before the word that asks for it."""
    if asks_risk(text):
        return (Kind.SANCTION,)
    if asks_price(text):
        return (Kind.COST,)
    return tuple(dict.fromkeys(k for t in question_types(text) for k in _SAID[t]))[:2]
