"""Two rankings made one: that by meaning and that by words.

Why two ways: how an answer is chosen among our statements was fitted on their reciprocal ranks (`fuse`); over all the
passages, how far one stands above the next tells more than its rank (`blend`, measured in `docs/ablations.md`).
Guarantee: scores depend on no scale of cosines or of BM25.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Fusion(NamedTuple):
    """Reciprocal rank fusion: `k`, and the weights of the ranking by meaning and of that by words."""

    k: int
    dense: float
    lexical: float


def fuse(dense: Sequence[int], lexical: Sequence[int], fusion: Fusion) -> dict[int, float]:
    """Reciprocal rank fusion of two rankings, best first: the fused score of every position in either."""
    fused: dict[int, float] = {}
    for weight, ranking in ((fusion.dense, dense), (fusion.lexical, lexical)):
        for rank, p in enumerate(ranking if weight else ()):
            fused[p] = fused.get(p, 0.0) + weight / (fusion.k + rank + 1)
    return fused


def blend(
    dense: Sequence[int],
    similarities: Sequence[float],
    by_words: Sequence[int],
    lexical: NDArray[np.float32],
    meaning: float,
) -> dict[int, float]:
    """Two rankings, best first, by how they score: from 0 to 1 for every position in either.

    Args:
        dense: positions by meaning; `similarities`: their cosines, 1 at the first and 0 at the last and beyond, so that
            any encoder's read alike.
        by_words: positions by words; `lexical`: BM25 of every position, 1 at the first of these.
        meaning: share of the meaning in the score.
    """
    floor = similarities[len(dense) - 1] if dense else 0.0
    width = (similarities[0] - floor if dense else 0.0) or 1.0
    near = {p: (s - floor) / width for p, s in zip(dense, similarities, strict=False)}
    most = float(lexical[by_words[0]]) if by_words else 1.0
    return {
        p: meaning * near.get(p, 0.0) + (1 - meaning) * float(lexical[p]) / most
        for p in dict.fromkeys((*dense, *by_words))
    }


def top(scores: NDArray[np.float32], n: int) -> list[int]:
    """Positions of the `n` best positive scores, best first, ties by position."""
    n = min(n, len(scores))
    if n == 0:
        return []
    best = np.argpartition(-scores, n - 1)[:n]
    best = best[scores[best] > 0]
    return [int(p) for p in best[np.lexsort((best, -scores[best]))]]
