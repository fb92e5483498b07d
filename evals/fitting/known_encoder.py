"""An encoder that has read every example beforehand, in batches.

Why: examples are some 17,000 short texts, most of them read by several fits; one by one they take a large model an
hour. Guarantee: the vectors are the encoder's; they are kept in the vector cache of the data folder, so that what was
interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ingest.index.store import VectorCache
from ingest.model.backends import FloatArray
from ingest.model.embedding import EncoderProtocol, ModelInfo

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from ingest.model.pool import Progress


class KnownEncoder:
    """The vectors of some texts as questions, known; any other text goes to the encoder."""

    def __init__(
        self,
        encoder: EncoderProtocol,
        texts: Iterable[str],
        cache: VectorCache,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._encoder = encoder
        asked = list(dict.fromkeys(texts))
        vectors, _ = cache.vectors(f"{encoder.info.fingerprint}/query", asked, encoder.encode_queries, progress)
        self._known = dict(zip(asked, vectors, strict=True))

    @property
    def info(self) -> ModelInfo:
        """The model behind it."""
        return self._encoder.info

    def encode_query(self, text: str) -> FloatArray:
        """Unit vector of a question, float32 (dimension,)."""
        known = self._known.get(text)
        return self._encoder.encode_query(text) if known is None else known.copy()

    def encode_queries(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Unit vectors of many questions, float32 (n, dimension)."""
        return self._encoder.encode_queries(texts, progress)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Unit vectors of passages, float32 (n, dimension)."""
        return self._encoder.encode_passages(texts, progress)

    def as_langchain(self) -> Embeddings:
        """The same vectors through LangChain's interface."""
        return self._encoder.as_langchain()
