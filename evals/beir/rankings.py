"""Rankings over a BEIR corpus: BM25, dense, their plain fusion and ours, by the product's own parts.

Guarantee: the words go through `ingest.language.lexical`, the vectors through `ingest.model.embedding` and the fusion
through `assistant.search.hybrid`; nothing is ranked by a copy. The corpus is read twice and never held: first for BM25,
then for the vectors, compared block by block against all the questions. Vectors are remembered on the disk by
hash(text, model): a second run loads no model. The comparison of vectors is exact, where the product's index (HNSW)
approximates it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.search.fusion import Fusion, blend, fuse, top
from assistant.search.hybrid import RetrievalConfig
from evals.beir.folder import CORPUS, BeirFolder, Document, JudgedQueries, malformed
from ingest.errors import ClapvertError, ErrorCode
from ingest.index.store import VectorCache
from ingest.language.lexical import LexicalIndex
from ingest.model.embedding import EncoderProtocol

BLOCK = 1024
"""Documents compared at a time."""
PLAIN = Fusion(60, 1.0, 1.0)
"""Plain reciprocal rank fusion, as published (Cormack et al., 2009): what ours must not be under."""
SYSTEMS = ("bm25", "dense", "rrf", "hybrid")
Progress = Callable[[str, int, int], None]
"""Told the stage, how many are done, and of how many (0: not known yet)."""
Rankings = dict[str, dict[str, list[str]]]
"""`{system: {query: [document, …]}}`, best first."""


@dataclass(frozen=True)
class Ranked:
    """What was found, and what is to be told of the data."""

    rankings: Rankings
    documents: int
    missing: int
    """Judged documents that the corpus does not hold; they stay in the measures, as BEIR has them."""


def rank(
    folder: BeirFolder,
    judged: JudgedQueries,
    encoder: EncoderProtocol,
    cache: VectorCache,
    config: RetrievalConfig,
    progress: Progress = lambda *_: None,
) -> Ranked:
    """Rank every judged query by BM25, by vectors, and by both, fused plainly and as the product does."""
    queries = list(judged.queries)
    ids, lexical, itself = _index(folder, judged, progress)
    vectors = _encoded(
        cache, encoder, [judged.queries[q] for q in queries], "query", lambda n: progress("questions", n, len(queries))
    )
    by_vectors = _nearest(folder, encoder, cache, vectors, config.depth, len(ids), progress)
    out: Rankings = {name: {} for name in SYSTEMS}
    for q, (near, similarities) in zip(queries, by_vectors, strict=True):
        scores = lexical.scores(lexical.query_terms(judged.queries[q]))
        words = top(scores, config.depth)
        orders = {
            "bm25": words,
            "dense": near,
            "rrf": _ordered(fuse(near, words, PLAIN)),
            "hybrid": _ordered(blend(near, similarities, words, scores, config.meaning)),
        }
        for name, order in orders.items():
            out[name][q] = [ids[p] for p in order if p != itself.get(q)]
    held = set(ids)
    missing = {d for rows in judged.qrels.values() for d in rows if d not in held}
    return Ranked(out, len(ids), len(missing))


def _ordered(fused: Mapping[int, float]) -> list[int]:
    return sorted(fused, key=lambda p: (-fused[p], p))


def _index(
    folder: BeirFolder, judged: JudgedQueries, progress: Progress
) -> tuple[list[str], LexicalIndex, dict[str, int]]:  # fmt: skip
    """Ids of the documents, their words, and the position of the document that a query is (it must not find itself)."""
    ids: list[str] = []
    seen: set[str] = set()
    itself: dict[str, int] = {}

    def texts() -> Iterator[str]:
        for d in folder.documents():
            if d.id in seen:
                raise malformed(folder.path / CORPUS, d.line, f"l'identifiant « {d.id} » y est deux fois")
            if d.id in judged.queries and d.text == judged.queries[d.id]:
                itself[d.id] = len(ids)
            seen.add(d.id)
            ids.append(d.id)
            if len(ids) % BLOCK == 0:
                progress("mots", len(ids), 0)
            yield d.index_text

    if next(folder.documents(), None) is None:
        raise ClapvertError(ErrorCode.BAD_REQUEST, f"{folder.path / CORPUS} est vide.")
    index = LexicalIndex.build(texts())
    return ids, index, itself


def _nearest(
    folder: BeirFolder,
    encoder: EncoderProtocol,
    cache: VectorCache,
    queries: NDArray[np.float32],
    depth: int,
    total: int,
    progress: Progress,
) -> list[tuple[list[int], list[float]]]:
    """Positions of the nearest documents of each query, ties by position, and their cosines."""
    best = np.zeros((len(queries), 0), np.float32)
    where = np.zeros((len(queries), 0), np.int64)
    start = 0
    for block in _blocks(folder.documents()):
        texts = [d.index_text for d in block]
        vectors = _encoded(cache, encoder, texts, "passage", lambda n, at=start: progress("vecteurs", at + n, total))  # type: ignore[misc]
        best = np.concatenate([best, queries @ vectors.T], axis=1)
        positions = np.arange(start, start + len(block), dtype=np.int64)
        where = np.concatenate([where, np.broadcast_to(positions, (len(queries), len(block)))], axis=1)
        order = np.argsort(-best, axis=1, kind="stable")[:, :depth]
        best, where = np.take_along_axis(best, order, axis=1), np.take_along_axis(where, order, axis=1)
        start += len(block)
    return [(rows.tolist(), near.tolist()) for rows, near in zip(where, best, strict=True)]


def _blocks(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while block := list(islice(documents, BLOCK)):
        yield block


def _encoded(
    cache: VectorCache,
    encoder: EncoderProtocol,
    texts: Sequence[str],
    kind: Literal["query", "passage"],
    progress: Callable[[int], None],
) -> NDArray[np.float32]:
    """Vectors of the texts, shape `(n, dimension)`; those that are not on the disk are computed and kept."""

    def encode(plain: list[str]) -> NDArray[np.float32]:
        if kind == "passage":
            return encoder.encode_passages(plain)
        return np.stack([encoder.encode_query(t) for t in plain])

    vectors, _ = cache.vectors(
        f"{encoder.info.fingerprint}/{kind}", texts, encode, lambda done, of: progress(len(texts) - of + done)
    )
    progress(len(texts))
    return vectors
