"""A larger index for benchmarks: the real corpus with its cards, and made-up texts up to the size wanted.

Their words are those of two statements of the corpus, their vectors the mean of those two with some noise: as close to
one another as real passages are, for the cost of none. Nothing is measured on them but time and memory.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ingest.corpus.cards import load_cards
from ingest.corpus.register import Domain, Rank, Regime, load_register
from ingest.index.cards import CardIndex, questions_of
from ingest.index.pipeline import Library, embed, read_passages
from ingest.index.rules import RuleIndex
from ingest.index.sentences import SentenceIndex
from ingest.index.snapshot import SCHEMA, Manifest
from ingest.model.embedding import EncoderProtocol
from ingest.passages.passages import Passage, passage_id
from ingest.settings import Settings

_NOISE = 0.35
_SOURCE, _TITLE = "texte-de-banc-d-essai", "Texte de banc d'essai"


def build(settings: Settings, encoder: EncoderProtocol, wanted: int) -> Manifest:
    """Index the corpus and made-up texts, `wanted` passages in all, in the data folder of the settings."""
    library = Library(settings)
    real = read_passages(library, load_register(settings.corpus_dir))
    vectors, _ = embed(library.vectors, [p.index_text for p in real], encoder.info, lambda: encoder, None)
    cards = load_cards(settings.corpus_dir)
    asked, _ = embed(library.vectors, questions_of(cards), encoder.info, lambda: encoder, None)
    made, more = _made_up(real, vectors, max(0, wanted - len(real)))
    passages = [*real, *made]
    manifest = Manifest(
        name=f"banc-{len(passages)}", inputs="", model=encoder.info.fingerprint, model_name=encoder.info.name,
        analyser="", schema=SCHEMA, corpus_version="banc", built_on="",
        counts={"passages": len(passages), "statements": len(real), "sources": 0, "embedded": 0},
    )  # fmt: skip
    with library.snapshots.writer():
        revs, every = library.store.add(passages), np.concatenate([vectors, more])
        guides = CardIndex.of(cards, asked), RuleIndex.empty(), SentenceIndex.empty()
        return library.snapshots.build(passages, revs, every, *guides, manifest)


def _made_up(
    real: list[Passage], vectors: NDArray[np.float32], count: int
) -> tuple[list[Passage], NDArray[np.float32]]:
    rng = np.random.default_rng(0)
    pairs = rng.integers(0, len(real), (count, 2))
    noise = rng.normal(0, _NOISE / np.sqrt(vectors.shape[1]), (count, vectors.shape[1]))
    mixed = vectors[pairs].mean(axis=1) + noise
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    return [_text(i, real[a], real[b]) for i, (a, b) in enumerate(pairs)], mixed.astype(np.float32)


def _text(i: int, a: Passage, b: Passage) -> Passage:
    text = f"Dossier {i}. {a.text} {b.text}"
    locator = f"art. {i}"
    return Passage(
        id=passage_id(_SOURCE, locator, None, text), kind="text", source_id=_SOURCE, source_title=_TITLE,
        locator=locator, heading_path=(_TITLE,), text=text, index_text=f"{locator}. {text}",
        rank=Rank.GUIDE, regime=Regime.FR, domains=tuple(Domain), position=i,
    )  # fmt: skip
