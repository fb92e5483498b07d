"""Snapshots: immutable index builds, made aside, proved, then pointed to.

Guarantee: a reader sees one whole snapshot or the one before. A build is written in a folder of its own, named by the
hash of its inputs and by which build of its data folder it is, so that no name serves twice; every passage must be
found by its own vector and by its own locator before the pointer is swapped by one atomic rename; a process killed at
any moment leaves the old pointer, and what it left aside is swept by the next build; one that an error ends (a full
disk) leaves nothing; a snapshot is swept once nobody reads it. Chroma's index is never changed in place: with a server
(`vectors`), each build is a collection of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from ingest.corpus.cards import Card
from ingest.corpus.rules import Rule
from ingest.errors import ClapvertError, ErrorCode
from ingest.index.cards import CardIndex
from ingest.index.cards import digest as cards_digest
from ingest.index.columns import Columns
from ingest.index.demarches import NO_DEMARCHE, DemarcheIndex
from ingest.index.rules import RuleIndex
from ingest.index.rules import digest as rules_digest
from ingest.index.sentences import SentenceIndex
from ingest.index.server import (
    answering,
    drop_collection,
    local_client,
    new_collection,
    remote_client,
    remote_collection,
)
from ingest.index.store import PassageStore, without_passages
from ingest.language.lexical import ANALYSER, LexicalIndex
from ingest.passages.passages import Passage
from ingest.storage.room import full_disk

if TYPE_CHECKING:
    from ingest.model.embedding import ModelInfo

try:
    import fcntl
except ImportError:  # Windows, which does not delete what is open
    fcntl = None  # type: ignore[assignment]

SCHEMA = "8"
COLLECTION = "passages"
_MANIFEST, _STRAYS = "manifest.json", "strays.npz"
_COUNTS = struct.Struct("<20x2Q")
"""Of the header of an HNSW index: how many vectors it holds, and how many bytes each takes."""
_FETCHED = 2000
"""Vectors asked of Chroma at once."""
_MOST_STRAYS = 0.005
"""Share of the passages that the graph may leave out of every walk's reach (an HNSW graph does, now and then, for a
vector far from all others): those are compared one by one at each search. More of them, and the build is no good."""
_HNSW = {"hnsw": {"space": "cosine", "ef_construction": 128, "max_neighbors": 24, "ef_search": 1000}}
"""`ef_search` well above what is asked for: at 200 the far end of a ranking changed from one build to the next (0.5 %
of the neighbours), at 1,000 two builds of one corpus find the same, for no measurable time."""


@dataclass(frozen=True)
class Manifest:
    """What a snapshot was built from, and what it holds. `collection`: that of its vectors on a Chroma server; empty
    when they lie beside it."""

    name: str
    inputs: str
    model: str
    model_name: str
    analyser: str
    schema: str
    corpus_version: str
    built_on: str
    collection: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Write the manifest to a folder."""
        (folder / _MANIFEST).write_text(json.dumps(self.__dict__, ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read the manifest of a folder."""
        return cls(**json.loads((folder / _MANIFEST).read_text(encoding="utf-8")))


class Snapshot:
    """One open snapshot: columns in memory, passages on demand, both indexes."""

    def __init__(self, folder: Path, store: PassageStore, chroma_url: str | None = None) -> None:
        self.folder = folder
        self._chroma_url = chroma_url
        weakref.finalize(self, os.close, _held(folder)).atexit = False
        self.manifest = Manifest.load(folder)
        self.columns = Columns.load(folder)
        self.lexical = LexicalIndex.load(folder / "lexical")
        self.cards = CardIndex.load(folder)
        self.rules = RuleIndex.load(folder)
        self.sentences = SentenceIndex.load(folder)
        self.demarches = DemarcheIndex.load(folder)
        self.store = store
        self._strays: list[int] = []
        if (folder / _STRAYS).is_file():
            with np.load(folder / _STRAYS) as strays:
                self._strays, self._stray_vectors = strays["positions"].tolist(), strays["vectors"]
        self._by_id = {pid: i for i, pid in enumerate(self.columns.ids)}
        revs = self.columns.revs  # no reference to self: a snapshot closes when its last reader lets go
        self.open_passage = lru_cache(maxsize=8192)(lambda position: store.get([revs[position]])[0])

    def __len__(self) -> int:
        return len(self.columns.ids)

    @cached_property
    def collection(self) -> Any:
        """The Chroma collection of the vectors; its ids are passage positions."""
        if self.manifest.collection:
            return remote_collection(self._chroma_url, self.manifest.collection)
        try:
            client = local_client(self.folder / "chroma")
            weakref.finalize(self, client.close).atexit = False
            return client.get_collection(COLLECTION)
        except Exception as exc:  # Chroma, its Rust core and SQLite raise each their own
            raise full_disk(exc, self.folder) or _damaged(self.folder.name) from exc

    @cached_property
    def by_key(self) -> dict[str, list[int]]:
        """Positions of the passages of an article key."""
        return _positions(self.columns.keys)

    @cached_property
    def by_topic(self) -> dict[str, list[int]]:
        """Positions of the statements of a topic."""
        return _positions((topic,) if topic is not None else () for topic in self.columns.topics)

    @cached_property
    def by_source(self) -> dict[str, list[int]]:
        """Positions of the passages of a text or of a notice."""
        return _positions((source,) for source in self.columns.sources)

    def position(self, passage_id: str) -> int | None:
        """Position of a passage of this snapshot."""
        return self._by_id.get(passage_id)

    def passages(self, positions: list[int]) -> list[Passage]:
        """Passages by position."""
        return [self.open_passage(p) for p in positions]

    def sample_vectors(self, n: int, among: Iterable[int] | None = None) -> NDArray[np.float32]:
        """Vectors of `n` passages, shape `(≤ n, dimension)`: those whose ids come first, which are hashes, so that an
        edit of the corpus moves one row of the sample and not all of them. `among`: positions, all by default."""
        positions = sorted(sorted(range(len(self)) if among is None else among, key=self.columns.ids.__getitem__)[:n])
        return self.vectors(positions)

    @cached_property
    def ours(self) -> NDArray[np.bool_]:
        """Which passages are of the corpus itself, not of an added text; all of them when nothing else is, shape
        `(passages,)`."""
        kept = np.ones(len(self), bool)
        kept[self.sentences.owners] = False
        return kept if kept.any() else np.ones(len(self), bool)

    @cached_property
    def our_words(self) -> LexicalIndex:
        """The words of the corpus itself: whatever is added, they weigh the same."""
        if self.ours.all():
            return self.lexical
        positions = np.flatnonzero(self.ours)
        return LexicalIndex.build(map(_words_of, self.passages(positions.tolist()))).placed(positions, len(self))

    def vectors(self, positions: Sequence[int]) -> NDArray[np.float32]:
        """The vectors of passages, shape `(len(positions), dimension)`."""
        out: list[NDArray[np.float32]] = []
        for start in range(0, len(positions), _FETCHED):
            part = positions[start : start + _FETCHED]
            with answering():
                rows = self.collection.get(ids=[str(p) for p in part], include=["embeddings"])
            found = dict(zip(rows["ids"], np.asarray(rows["embeddings"], np.float32), strict=True))
            out.append(np.stack([found[str(p)] for p in part]))
        return np.concatenate(out)

    def nearest(self, vector: NDArray[np.float32], n: int) -> tuple[list[int], list[float]]:
        """Positions and cosine similarities of the `n` nearest passages."""
        with answering():
            found = self.collection.query(query_embeddings=[vector], n_results=min(n, len(self)), include=["distances"])
        near = {int(i): 1.0 - float(d) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)}
        if self._strays:
            near |= dict(zip(self._strays, np.einsum("ij,j->i", self._stray_vectors, vector).tolist(), strict=True))
        order = sorted(near, key=lambda i: -near[i])[:n]
        return order, [near[i] for i in order]


def _positions(rows: Iterable[tuple[str, ...]]) -> dict[str, list[int]]:
    """Each value with the rows that hold it, in order."""
    out: dict[str, list[int]] = {}
    for i, values in enumerate(rows):
        for value in values:
            out.setdefault(value, []).append(i)
    return out


def _damaged(name: str) -> ClapvertError:
    return ClapvertError(ErrorCode.INDEX_DAMAGED, f"L'index {name} est illisible.", "Lancez `clapvert ingest --force`.")


class SnapshotShelf:
    """The snapshots of a data folder, and the pointer to the one that serves."""

    def __init__(self, data_dir: Path, chroma_url: str | None = None) -> None:
        self.chroma_url = chroma_url
        self.folder = data_dir / "snapshots"
        self._pointer = data_dir / "current"
        self._lock = data_dir / "ingest.lock"

    def current_name(self) -> str | None:
        """Name of the serving snapshot."""
        try:
            name = self._pointer.read_text(encoding="utf-8").strip()
        except OSError:
            return None
        return name if name and (self.folder / name / _MANIFEST).is_file() else None

    def current_manifest(self) -> Manifest | None:
        """Manifest of the serving snapshot, without opening it; None when there is none that can be read."""
        name = self.current_name()
        if name is None:
            return None
        try:
            return Manifest.load(self.folder / name)
        except (OSError, ValueError, TypeError):
            return None

    def lies_well(self, manifest: Manifest) -> bool:
        """Whether the vectors of a snapshot are where the settings want them."""
        return bool(manifest.collection) == bool(self.chroma_url)

    def open(self, store: PassageStore, model: ModelInfo | None = None) -> Snapshot:
        """Open the serving snapshot; refuses one built by another model, or whose passages the store does not hold."""
        name = self.current_name()
        if name is None:
            raise ClapvertError(
                ErrorCode.INDEX_MISSING, "Aucun index n'a encore été construit.", "Lancez `clapvert ingest`."
            )
        try:
            snapshot = Snapshot(self.folder / name, store, self.chroma_url)
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise full_disk(exc) or _damaged(name) from exc
        if not store.holds(snapshot.columns.revs, snapshot.columns.ids):
            raise without_passages()
        if model is not None and snapshot.manifest.model != model.fingerprint:
            raise ClapvertError(
                ErrorCode.MODEL_MISMATCH,
                "L'index a été construit avec un autre modèle d'embedding.",
                "Lancez `clapvert ingest` pour le reconstruire avec le modèle présent.",
            )
        return snapshot

    def writer(self) -> FileLock:
        """The lock of the one writer; `INDEX_BUSY` when another ingest runs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._lock, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise ClapvertError(
                ErrorCode.INDEX_BUSY, "Une autre ingestion est en cours.", "Attendez qu'elle finisse."
            ) from None
        return lock

    def build(
        self,
        passages: list[Passage],
        revs: list[int],
        vectors: NDArray[np.float32],
        cards: CardIndex,
        rules: RuleIndex,
        sentences: SentenceIndex,
        manifest: Manifest,
        demarches: DemarcheIndex = NO_DEMARCHE,
    ) -> Manifest:
        """Write, prove, and point to a new snapshot. Call it holding `writer()`."""
        name = self._new_name(manifest.name)
        manifest = replace(manifest, name=name, collection=new_collection(name) if self.chroma_url else "")
        target = self.folder / manifest.name
        with self._built(target) as aside:
            (aside / "lexical").mkdir()
            manifest.save(aside)
            columns = Columns.of(passages, revs)
            columns.save(aside)
            lexical = LexicalIndex.build(map(_words_of, passages))
            lexical.save(aside / "lexical")
            cards.save(aside)
            rules.save(aside)
            sentences.save(aside)
            demarches.save(aside)
            _write_vectors(aside / "chroma", vectors, self.chroma_url, manifest.collection)
            aside.rename(target)
            strays = self._prove(target, columns, vectors, manifest.collection)
            if strays:
                np.savez(target / _STRAYS, positions=np.array(strays, np.int64), vectors=vectors[strays])
            self._sweep(target.name)
            self._point(target.name)
        return manifest

    def adopt(self, name: str, fill: Callable[[Path], None], vectors: NDArray[np.float32]) -> None:
        """Take up a snapshot built elsewhere, under its name: `fill` writes all but its vectors. Call it holding
        `writer()`, on a shelf that has none of that name."""
        target = self.folder / name
        with self._built(target) as aside:
            fill(aside)
            manifest = replace(Manifest.load(aside), collection=new_collection(name) if self.chroma_url else "")
            manifest.save(aside)
            _write_vectors(aside / "chroma", vectors, self.chroma_url, manifest.collection)
            self._remove(target)
            aside.rename(target)
            self._point(name)

    @contextmanager
    def _built(self, target: Path) -> Iterator[Path]:
        """A folder to write a snapshot in, beside its place; what killed builds left is swept first, and an error
        leaves nothing of this one; `DISK_FULL` for what a full disk stopped."""
        for old in self.folder.glob(".*.building"):
            self._remove(old)
        aside = self.folder / f".{target.name}.building"
        aside.mkdir(parents=True)
        try:
            yield aside
        except BaseException as exc:
            full = full_disk(exc, self.folder)  # before the room that it took is given back
            for left in (aside, target):
                if left.is_dir() and self.current_name() != target.name:
                    self._remove(left)
            self._pointer.with_suffix(".new").unlink(missing_ok=True)
            if full is not None and isinstance(exc, Exception):
                raise full from exc
            raise

    def _new_name(self, name: str) -> str:
        """`name` if this is the first build of the data folder, else `name-2`, `name-3`…, one more than any that is
        kept: the newest always is, so no name comes twice, and no client of a folder that was swept answers for a later
        one (Chroma shares the clients of one path)."""
        count = 1 + max((_number(p.name) for p in self.folder.glob("[!.]*")), default=0)
        return name if count == 1 else f"{name}-{count}"

    def _prove(self, folder: Path, columns: Columns, vectors: NDArray[np.float32], remote: str) -> list[int]:
        """Every passage found by its own vector (ties allowed) and by its own locator, or the build is no good.

        Returns the few that the graph does not reach.
        """
        lost: list[int] = []
        named = all(columns.locators[i] or key for i, key in enumerate(columns.keys))
        with _client(folder / "chroma", self.chroma_url, remote) as client:
            collection = client.get_collection(remote or COLLECTION)
            for start in range(0, len(vectors), 512):
                batch = vectors[start : start + 512]
                found = collection.query(query_embeddings=batch, n_results=1, include=["distances"])
                for offset, (ids, distances) in enumerate(zip(found["ids"], found["distances"], strict=True)):
                    tie = bool(ids) and distances[0] <= 1e-3 and vectors[int(ids[0])] @ batch[offset] >= 1 - 1e-3
                    if not tie:
                        lost.append(start + offset)
            complete = collection.count() == len(columns.ids)
        if not named or not complete or len(lost) > _MOST_STRAYS * len(vectors):
            self._remove(folder)
            raise ClapvertError(
                ErrorCode.INDEX_DAMAGED,
                f"L'index construit ne retrouve pas {len(lost)} passage(s) : il n'est pas mis en service.",
                "Relancez `clapvert ingest --force` ; si cela persiste, signalez-le.",
            )  # fmt: skip
        return lost

    def _point(self, name: str) -> None:
        """Swap the pointer."""
        aside = self._pointer.with_suffix(".new")
        with aside.open("w", encoding="utf-8") as handle:
            handle.write(name)
            handle.flush()
            os.fsync(handle.fileno())
        aside.replace(self._pointer)

    def _sweep(self, ready: str) -> None:
        """Keep two, the serving snapshot and the one about to serve, whatever killed builds have left beside them, and
        what is still read: Chroma opens its files again at any time. Before the pointer is swapped, so that a build
        killed after it leaves nothing to sweep."""
        kept = (self.current_name(), ready)
        for old in self.folder.iterdir():
            if old.is_dir() and old.name not in kept and not _is_read(old):
                self._remove(old)

    def _remove(self, folder: Path) -> None:
        """Remove a snapshot, or what a killed build left: its collection first, so that none is ever forgotten."""
        with suppress(OSError, ValueError, TypeError):
            if (remote := Manifest.load(folder).collection) and not drop_collection(self.chroma_url, remote):
                return
        shutil.rmtree(folder, ignore_errors=True)


def _held(folder: Path) -> int:
    """A file descriptor that tells every process, until it is closed, that the snapshot is read."""
    held = os.open(folder / _MANIFEST, os.O_RDONLY)
    if fcntl:
        fcntl.flock(held, fcntl.LOCK_SH)
    return held


def _is_read(folder: Path) -> bool:
    """True when a process holds the snapshot; what has no manifest is none."""
    try:
        with (folder / _MANIFEST).open("rb") as manifest:
            if fcntl:
                fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        return isinstance(exc, BlockingIOError)
    return False


def _number(name: str) -> int:
    """Which build of its data folder a name is of."""
    _, _, number = name.partition("-")
    return int(number) if number.isdecimal() else 1


def _client(folder: Path, url: str | None, remote: str) -> Any:
    return remote_client(url) if remote else local_client(folder)


def _write_vectors(folder: Path, vectors: NDArray[np.float32], url: str | None = None, remote: str = "") -> None:
    with _client(folder, url, remote) as client, answering():
        # Chroma writes into the configuration that it is given.
        collection = client.create_collection(remote or COLLECTION, configuration=deepcopy(_HNSW))
        step = min(4000, client.get_max_batch_size())
        for start in range(0, len(vectors), step):
            batch = vectors[start : start + step]
            collection.add(ids=[str(i) for i in range(start, start + len(batch))], embeddings=batch)
    if not remote:
        _blank_room(folder)


def _blank_room(folder: Path) -> None:
    """Overwrite the room that hnswlib keeps for vectors to come: it writes out memory that it never set, whatever the
    process held there before (at a restoration, conversations)."""
    for header in folder.rglob("header.bin"):
        vectors, size = _COUNTS.unpack_from(header.read_bytes())
        for name, each in (("data_level0.bin", size), ("length.bin", 4)):
            with header.with_name(name).open("r+b") as file:
                end = file.seek(0, os.SEEK_END)
                start = file.seek(min(vectors * each, end))
                file.write(bytes(end - start))


def snapshot_name(
    revs: list[int],
    passages: list[Passage],
    cards: Sequence[Card],
    rules: Sequence[Rule],
    model: str,
    demarches: DemarcheIndex = NO_DEMARCHE,
) -> str:
    """The hash of what a snapshot is built from: its name, where it is the first of its data folder."""
    digest = hashlib.sha256(f"{SCHEMA}|{ANALYSER}|{model}|{json.dumps(_HNSW)}".encode())
    digest.update(cards_digest(cards).encode())
    digest.update(rules_digest(rules).encode())
    digest.update(demarches.digest.encode())
    for p, rev in zip(passages, revs, strict=True):
        digest.update(f"{p.id}:{rev};".encode())
    return digest.hexdigest()[:16]


def _words_of(passage: Passage) -> str:
    return f"{passage.index_text} {passage.lexical_text}"
