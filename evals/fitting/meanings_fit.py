"""Fits the map by which a message's vector is read as the meaning of a card or of a statement.

Guarantee: from the reviewed wordings of the corpus alone (what cards and statements are asked), never from a plan nor a
reading; deterministic: the same wordings and encoder give the same map. A wording is never held to be near itself: it
is left out of the mean of its own card.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.engine import Engine
from assistant.search.meanings import SHARPNESS, WEIGHTS

_EPOCHS, _BATCH, _RATE, _SEED = 12, 256, 1e-3, 0


@dataclass(frozen=True)
class Wordings:
    """What teaches: `asked`, the vectors of all wordings, those of cards first; `cards`, the card of each of these;
    `told`, the vectors of the statements; `groups`, the statement that each class opens with, cards first, then
    statements; `means`, the same of each wording."""

    asked: NDArray[np.float32]
    cards: NDArray[np.int64]
    told: NDArray[np.float32]
    groups: NDArray[np.int64]
    means: NDArray[np.int64]


def wordings(engine: Engine) -> Wordings:
    """The wordings of the index that the engine serves."""
    index, local = engine.snapshot, engine.local
    place = {sid: n for n, sid in enumerate(sorted(local.options.positions))}
    positions = [local.options.positions[sid] for sid in place]
    statements = [s for p in positions if (s := index.open_passage(p).statement) is not None]
    kept = [i for i, card in enumerate(index.cards.cards) if card.head[0] in place]
    number = {card: n for n, card in enumerate(kept)}
    rows = [i for i, owner in enumerate(index.cards.owners.tolist()) if owner in number]
    cards = np.array([number[int(index.cards.owners[i])] for i in rows], np.int64)
    heads = np.array([place[index.cards.cards[i].head[0]] for i in kept], np.int64)
    asked = [(q, place[s.id]) for s in statements for q in s.questions]
    vectors = engine.search.encoder.encode_queries([q for q, _ in asked])
    return Wordings(
        np.concatenate([index.cards.vectors[rows], vectors]),
        cards,
        index.vectors(positions),
        np.concatenate([heads, np.arange(len(statements))]),
        np.concatenate([heads[cards], np.array([n for _, n in asked], np.int64)]),
    )


def fit_meanings(w: Wordings, path: Path = WEIGHTS) -> float:
    """Fit and write the maps; the share of wordings that they read as what they are of, themselves left out."""
    import torch
    from torch.nn import functional

    torch.manual_seed(_SEED)
    asked, told = torch.from_numpy(w.asked), torch.from_numpy(w.told)
    cards, groups, means = (torch.from_numpy(a) for a in (w.cards, w.groups, w.means))
    of_cards, count = len(cards), int(cards.max()) + 1
    sizes = torch.bincount(cards, minlength=count).unsqueeze(1)
    maps = [torch.eye(asked.shape[1]).requires_grad_() for _ in range(2)]
    adam = torch.optim.Adam(maps, lr=_RATE)

    def shares(rows: torch.Tensor) -> torch.Tensor:
        read = functional.normalize(asked @ maps[0], dim=1)
        sums = torch.zeros(count, asked.shape[1]).index_add(0, cards, read[:of_cards])
        classes = torch.cat([functional.normalize(sums / sizes, dim=1), functional.normalize(told @ maps[1], dim=1)])
        near = read[rows] @ classes.T
        own = rows[rows < of_cards]  # its card without it; a card of one wording is not near it at all
        alone = functional.normalize(sums[cards[own]] - read[own], dim=1)
        left = (read[own] * alone).sum(1)
        at = torch.nonzero(rows < of_cards).squeeze(1)
        near = near.index_put((at, cards[own]), left)
        logits = torch.exp(SHARPNESS * (near - 1))
        grouped = torch.zeros(len(rows), len(told)).index_add(1, groups, logits)
        return torch.log(grouped / grouped.sum(1, keepdim=True) + 1e-9)

    order = torch.Generator().manual_seed(_SEED)
    for _ in range(_EPOCHS):
        for rows in torch.randperm(len(asked), generator=order).split(_BATCH):
            loss = functional.nll_loss(shares(rows), means[rows])
            adam.zero_grad()
            loss.backward()
            adam.step()
    kept = {n: m.detach().numpy().astype(np.float16) for n, m in zip(("asked", "told"), maps, strict=True)}
    np.savez_compressed(path, mean=w.asked.mean(0), **kept)
    with torch.no_grad():
        read = [shares(rows).argmax(1) == means[rows] for rows in torch.arange(len(asked)).split(_BATCH)]
    return float(torch.cat(read).float().mean())
