"""The encoder: texts to vectors, for indexing and for questions, offline first.

Guarantee: the same text gives the same vector within 1e-3 whatever the precision, the batch and the number
of threads; vectors are float32 and of unit length; questions carry E5's `query: ` prompt and passages
`passage: `, always, since the model was trained with them and loses much without. Importing this module
and asking for `model_info` import no torch: the command line's help stays fast and an unchanged ingest
loads nothing.

The pieces: `model_files` finds or makes the model folder, `model_info` describes it, `backends` runs it,
`engine` gives it threads and batches, `batching` groups questions that come at the same time.
`HashingEncoder` is the deterministic double for tests.
"""

from __future__ import annotations

import hashlib
import re
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ingest.model.backends import FloatArray
from ingest.model.files import Notify
from ingest.model.info import E5_PROMPTS, ModelInfo, model_info
from ingest.model.pool import Engine, Progress
from ingest.settings import Settings

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

__all__ = [
    "Encoder",
    "EncoderProtocol",
    "HashingEncoder",
    "ModelInfo",
    "load_encoder",
    "model_info",
]

DIMENSION = 384
_REMEMBERED_QUERIES = 512


class EncoderProtocol(Protocol):
    """What the rest of the system needs of an encoder."""

    @property
    def info(self) -> ModelInfo:
        """The model behind it."""

    def encode_query(self, text: str) -> FloatArray:
        """Unit vector of a question, float32 (dimension,)."""

    def encode_queries(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Unit vectors of many questions, float32 (n, dimension), in the order given."""

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Unit vectors of passages, float32 (n, dimension), in the order given."""

    def as_langchain(self) -> Embeddings:
        """The same vectors through LangChain's interface."""


def load_encoder(settings: Settings, notify: Notify | None = None) -> Encoder:
    """Find the model, fetching it if need be, and load it (about 2 s).

    Raises:
        ClapvertError: MODEL_MISSING when there is none and none can be had.
    """
    return Encoder(model_info(settings, notify), settings.threads).load()


class Encoder:
    """A sentence-transformers model on the CPU. Thread-safe; loaded at its first use, or by `load`.

    Args:
        info: from `model_info`.
        threads: CPU threads; None takes all that the process may use.
    """

    def __init__(self, info: ModelInfo, threads: int | None = None) -> None:
        self.info = info
        self._threads = threads
        self._engine: Engine | None = None
        self._loading = threading.Lock()
        self._recent: OrderedDict[str, FloatArray] = OrderedDict()
        self._recent_lock = threading.Lock()

    def load(self) -> Encoder:
        """Load the weights and run them once. Does nothing the second time.

        Raises:
            ClapvertError: MODEL_MISSING when the folder is damaged.
        """
        self._ready()
        return self

    def _ready(self) -> Engine:
        with self._loading:
            if self._engine is None:
                self._engine = Engine(self.info, self._threads)
            return self._engine

    def encode_query(self, text: str) -> FloatArray:
        """Unit vector of a question, float32 (dimension,). A question alone never waits for others."""
        with self._recent_lock:
            known = self._recent.get(text)
            if known is not None:
                self._recent.move_to_end(text)
                return known.copy()
        vector = self._ready().queries(text)
        with self._recent_lock:
            self._recent[text] = vector
            if len(self._recent) > _REMEMBERED_QUERIES:
                self._recent.popitem(last=False)
        return vector.copy()

    def encode_queries(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Unit vectors of many questions, float32 (n, dimension), in the order given: batched, so that they are those
        of `encode_query` but for rounding."""
        return self._ready().encode("query", texts, progress)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Unit vectors of passages, float32 (n, dimension), in the order given.

        Questions asked meanwhile are served between two batches.
        """
        return self._ready().encode("passage", texts, progress)

    def as_langchain(self) -> Embeddings:
        """The same vectors through LangChain's interface.

        Not HuggingFaceEmbeddings: it takes no loaded model, so it would hold the weights a second time, in
        float32 unless told, and answer a query in twice the time. It serves models other than BERT, inside
        `backends`.
        """
        return _langchain_view(self)


class HashingEncoder:
    """Deterministic double: words, word pairs and word stems hashed into 384 signed dimensions. No torch.

    Texts that share words are close, which is enough to test everything around a model; prompts are not
    applied, so that a text is its own nearest neighbour.
    """

    info = ModelInfo(None, "double", "hashing", "hashing-1", DIMENSION, "float32", 1_000_000, dict(E5_PROMPTS))

    def encode_query(self, text: str) -> FloatArray:
        """Unit vector, float32 (384,)."""
        folded = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
        words = re.findall(r"[a-z0-9]+", folded)
        features = [*words, *(f"{a} {b}" for a, b in pairwise(words))]
        features += [f"{word[:5]}*" for word in words if len(word) > 5]
        vector = np.zeros(DIMENSION, np.float32)
        for feature in features or [""]:
            digest = hashlib.blake2b(feature.encode(), digest_size=4).digest()
            vector[int.from_bytes(digest[:3], "big") % DIMENSION] += 1 if digest[3] & 1 else -1
        norm = float(np.linalg.norm(vector))
        if norm == 0:  # every feature met its opposite
            vector[0] = norm = 1.0
        return vector / np.float32(norm)

    def encode_queries(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Unit vectors, float32 (n, 384): prompts are not applied."""
        return self.encode_passages(texts, progress)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Unit vectors, float32 (n, 384)."""
        vectors = np.array([self.encode_query(text) for text in texts], np.float32)
        if progress:
            progress(len(texts), len(texts))
        return vectors.reshape(len(texts), DIMENSION)

    def as_langchain(self) -> Embeddings:
        """The same vectors through LangChain's interface."""
        return _langchain_view(self)


def _langchain_view(encoder: EncoderProtocol) -> Embeddings:
    from langchain_core.embeddings import Embeddings

    class EncoderEmbeddings(Embeddings):
        """LangChain's view of a Clapvert encoder."""

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            vectors: list[list[float]] = encoder.encode_passages(texts).tolist()
            return vectors

        def embed_query(self, text: str) -> list[float]:
            vector: list[float] = encoder.encode_query(text).tolist()
            return vector

    return EncoderEmbeddings()
