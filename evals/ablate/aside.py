"""An index built aside, over the serving index's passages indexed by another text.

Guarantee: the serving index, its store and its pointer are not touched; only the vector cache is shared, so that a text
already embedded costs nothing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evals.ablate.cases import Reindexed
from ingest.index.pipeline import embed
from ingest.index.snapshot import Snapshot, SnapshotShelf, snapshot_name
from ingest.index.store import PassageStore, VectorCache
from ingest.model.embedding import EncoderProtocol


def reindexed(
    snapshot: Snapshot, change: Reindexed, encoder: EncoderProtocol, vectors: VectorCache, folder: Path
) -> Snapshot:
    """The same passages in the same order, in an index of their own under `folder`."""
    passages = [change(p) for p in snapshot.passages(list(range(len(snapshot))))]
    found, computed = embed(vectors, [p.index_text for p in passages], encoder.info, lambda: encoder, None)
    store, shelf = PassageStore(folder / "passages.db"), SnapshotShelf(folder)
    revs = store.add(passages)
    manifest = replace(
        snapshot.manifest,
        name=snapshot_name(
            revs, passages, snapshot.cards.cards, snapshot.rules.rules, encoder.info.fingerprint, snapshot.demarches
        ),
        counts=snapshot.manifest.counts | {"embedded": computed},
    )
    with shelf.writer():
        guides = snapshot.cards, snapshot.rules, snapshot.sentences
        shelf.build(passages, revs, found, *guides, manifest, snapshot.demarches)
    return shelf.open(store, encoder.info)
