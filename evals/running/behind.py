"""An encoder behind another: what a measure changes of one, and nothing else.

Guarantee: everything that is not overridden is the encoder's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.model.backends import FloatArray
from ingest.model.embedding import EncoderProtocol, ModelInfo

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from ingest.model.pool import Progress


class Behind:
    """The encoder that it stands before."""

    def __init__(self, encoder: EncoderProtocol) -> None:
        self._encoder = encoder

    @property
    def info(self) -> ModelInfo:
        """The model behind it."""
        return self._encoder.info

    def encode_query(self, text: str) -> FloatArray:
        """Unit vector of a question, float32 (dimension,)."""
        return self._encoder.encode_query(text)

    def encode_queries(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Unit vectors of many questions, float32 (n, dimension)."""
        return self._encoder.encode_queries(texts, progress)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Unit vectors of passages, float32 (n, dimension)."""
        return self._encoder.encode_passages(texts, progress)

    def as_langchain(self) -> Embeddings:
        """The same vectors through LangChain's interface."""
        return self._encoder.as_langchain()
