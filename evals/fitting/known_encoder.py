"""An encoder that has read every example beforehand, in batches.

Why: examples are some 17,000 short texts, most of them read by several fits; one by one they take a large model an
hour. Guarantee: the vectors are the encoder's; they are kept in the vector cache of the data folder, so that what was
interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from evals.running.behind import Behind
from ingest.index.store import VectorCache
from ingest.model.backends import FloatArray
from ingest.model.embedding import EncoderProtocol


class KnownEncoder(Behind):
    """The vectors of some texts as questions, known; any other text goes to the encoder."""

    def __init__(
        self,
        encoder: EncoderProtocol,
        texts: Iterable[str],
        cache: VectorCache,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        super().__init__(encoder)
        asked = list(dict.fromkeys(texts))
        vectors, _ = cache.vectors(f"{encoder.info.fingerprint}/query", asked, encoder.encode_queries, progress)
        self._known = dict(zip(asked, vectors, strict=True))

    def encode_query(self, text: str) -> FloatArray:
        """Unit vector of a question, float32 (dimension,)."""
        known = self._known.get(text)
        return self._encoder.encode_query(text) if known is None else known.copy()
