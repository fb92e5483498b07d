"""A loaded model and the threads that run it.

Why: passages are cheapest in batches of like length, one batch a core; questions come one by one from many
threads, must not wait for each other when there is room, nor behind a whole ingestion.

Guarantee: results are in the order of the texts; however many callers there are, no more batches run at
once than the backend allows, and a question waits for one batch of passages at most.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.errors import ClapvertError, ErrorCode
from ingest.model.backends import Backend, FloatArray, open_backend
from ingest.model.batching import Coalescer

if TYPE_CHECKING:
    from ingest.model.info import ModelInfo

Progress = Callable[[int, int], None]
"""Called with (done, total) after each batch."""

_MOST_IN_BATCH = 64


class Engine:
    """A backend and its pool.

    Args:
        info: the model; its folder is loaded, and run once.
        threads: CPU threads; None takes all that the process may use.

    Raises:
        ClapvertError: MODEL_MISSING when the folder is damaged.
    """

    def __init__(self, info: ModelInfo, threads: int | None) -> None:
        assert info.path is not None
        try:
            self._backend: Backend = open_backend(info.path, info.dtype, info.max_tokens, threads)
            self._backend.forward(self._backend.prepare([info.prompts["query"]]))
        except Exception as error:  # safetensors, tokenizers and torch raise each their own
            raise ClapvertError(
                ErrorCode.MODEL_MISSING,
                f"Le modèle « {info.path} » ne peut être chargé ({type(error).__name__}).",
                "Supprimez ce dossier puis relancez « clapvert ingest ».",
            ) from error
        self._info = info
        self._pool = ThreadPoolExecutor(self._backend.workers, thread_name_prefix="encoder")
        self.queries: Coalescer[str, FloatArray] = Coalescer(self._compute_queries, self._pool, self._backend.workers)

    def _compute_queries(self, texts: list[str]) -> FloatArray:
        """Runs in a thread of the pool, so computes in place."""
        batches, vectors = self._batches("query", texts)
        for rows, items in batches:
            vectors[rows] = self._backend.forward(items)
        return vectors

    def encode(self, kind: str, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Unit vectors, float32 (n, dimension), of texts of one kind, "query" or "passage".

        No more batches are handed to the pool than it can run, so that questions pass between them.
        """
        batches, vectors = self._batches(kind, texts)
        running: deque[tuple[list[int], Future[FloatArray]]] = deque()
        done = 0

        def collect() -> None:
            nonlocal done
            rows, future = running.popleft()
            vectors[rows] = future.result()
            done += len(rows)
            if progress:
                progress(done, len(texts))

        for rows, items in batches:
            if len(running) == self._backend.workers:
                collect()
            running.append((rows, self._pool.submit(self._backend.forward, items)))
        while running:
            collect()
        return vectors

    def _batches(self, kind: str, texts: Sequence[str]) -> tuple[list[tuple[list[int], list[Any]]], FloatArray]:
        """Prompted texts in batches of like length, longest first, as (rows, items); and room for vectors.

        A text shorter than 70 % of the longest opens a new batch: else one long question among short ones
        would make them all as expensive as itself.
        """
        prompt = self._info.prompts[kind]
        items = self._backend.prepare([prompt + text for text in texts])
        order = sorted(range(len(items)), key=lambda i: len(items[i]), reverse=True)
        batches, done = [], 0
        while done < len(order):
            longest = max(1, len(items[order[done]]))
            size = min(_MOST_IN_BATCH, max(1, self._backend.budget // longest))
            rows = [i for i in order[done : done + size] if len(items[i]) >= 0.7 * longest]
            batches.append((rows, [items[i] for i in rows]))
            done += len(rows)
        return batches, np.empty((len(items), self._info.dimension), np.float32)
