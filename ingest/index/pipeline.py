"""The ingestion step: corpus and added texts → passages → vectors → a proved snapshot.

Guarantee: when nothing changed, nothing is read beyond file hashes and the ids of the passages; what did change costs
only its own vectors; the serving snapshot is untouched until the new one is proved; nothing is begun that the disk has
no room for.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from functools import cache, cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.articles.structure import split_units
from ingest.clock import Clock, paris_today
from ingest.corpus.cards import load_cards
from ingest.corpus.criteria import load_frameworks
from ingest.corpus.demarches import load_demarches, load_vocabulary
from ingest.corpus.fiches import load_fiches
from ingest.corpus.problems import HeldArticle, HeldTexts
from ingest.corpus.register import Rank, Register, load_register
from ingest.corpus.rules import load_rules
from ingest.errors import ClapvertError, ErrorCode
from ingest.index.cards import CardIndex, questions_of
from ingest.index.columns import Columns
from ingest.index.demarches import DemarcheIndex
from ingest.index.rules import RuleIndex
from ingest.index.rules import questions_of as rule_questions
from ingest.index.sentences import SentenceIndex, sentences_of
from ingest.index.server import answers
from ingest.index.snapshot import SCHEMA, Manifest, SnapshotShelf, snapshot_name
from ingest.index.store import PassageStore, VectorCache
from ingest.language.lexical import ANALYSER
from ingest.model.embedding import EncoderProtocol, ModelInfo
from ingest.passages.criteria import criterion_passages
from ingest.passages.passages import Passage, fiche_passages, unit_passages
from ingest.passages.succession import settle
from ingest.passages.versions import implied_end
from ingest.settings import Settings
from ingest.storage.room import LEAST, free, require_room, size
from ingest.storage.storage import Storage
from ingest.texts.naming import text_names
from ingest.texts.texts import TextShelf

Progress = Callable[[str, int, int], None]
Say = Callable[[str], None]
_FIXED = 8 << 20
"""Bytes of an index however small: Chroma's files, room for logs."""


class Library:
    """The folders of one installation: shelf of snapshots, passage store, vector cache, added texts."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.storage = Storage.of(settings)
        self.snapshots = SnapshotShelf(settings.data_dir, settings.chroma_url)
        self.texts = TextShelf(settings.data_dir / "texts")

    @cached_property
    def store(self) -> PassageStore:
        """The append-only passage store."""
        return PassageStore(self.storage.database("passages"))

    @cached_property
    def vectors(self) -> VectorCache:
        """The vector cache."""
        return VectorCache(self.settings.data_dir / "vectors.db")

    def check(self) -> None:
        """`DISK_FULL`, `DATABASE_UNAVAILABLE` or `INDEX_UNAVAILABLE` unless what an answer needs can be had now."""
        require_room(self.settings.data_dir, LEAST, "le service")
        self.store.database.check()
        if self.settings.chroma_url is not None:
            answers(self.settings.chroma_url)


def corpus_digest(corpus_dir: Path) -> str:
    """Hash of every file of the corpus that ingestion reads."""
    digest = hashlib.sha256()
    for path in sorted(corpus_dir.rglob("*.yaml")):
        digest.update(str(path.relative_to(corpus_dir)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def inputs_digest(library: Library, model: ModelInfo) -> str:
    """Hash of all that a snapshot depends on."""
    parts = (
        SCHEMA,
        ANALYSER,
        model.fingerprint,
        corpus_digest(library.settings.corpus_dir),
        library.texts.digest(),
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def read_passages(library: Library, register: Register) -> list[Passage]:
    """Every passage of the corpus and of the added texts."""
    passages: list[Passage] = []
    for file in load_fiches(library.settings.corpus_dir):
        passages += fiche_passages(file.fiche, register)
    for framework in load_frameworks(library.settings.corpus_dir):
        passages += criterion_passages(framework.framework, register)
    passages += text_passages(library, register)
    unique = {p.id: p for p in passages}
    if not unique:
        raise ClapvertError(ErrorCode.CORPUS_INVALID, "Le corpus est vide.", "Vérifiez CLAPVERT_CORPUS_DIR.")
    return list(unique.values())


def text_passages(library: Library, register: Register) -> list[Passage]:
    """Every passage of the added texts."""
    texts = []
    for text in library.texts.all():
        source = text.source(register)
        version = implied_end(source, register, text.version)
        document = library.texts.read(text)
        found = unit_passages(
            split_units(document), source, register, version, text.language, articles=document.articles
        )
        texts.append((text.id, found))
    return settle(texts)


def held_texts(library: Library, register: Register) -> HeldTexts | None:
    """The official texts in hand, by article, for `corpus check`; None when there are none."""
    articles: dict[str, list[HeldArticle]] = defaultdict(list)
    for passage in text_passages(library, register):
        if passage.rank is Rank.OFFICIEL:
            copy = HeldArticle(passage.text, passage.attested_at or passage.valid_from)
            for key in passage.keys:
                articles[key].append(copy)
    return HeldTexts({key: tuple(copies) for key, copies in articles.items()}) if articles else None


def ingest(
    library: Library,
    model: ModelInfo,
    load_encoder: Callable[[], EncoderProtocol],
    force: bool = False,
    progress: Progress | None = None,
    clock: Clock = paris_today,
    say: Say | None = None,
) -> tuple[Manifest, bool]:
    """Build and point to a new snapshot if anything changed.

    Returns the manifest of the serving snapshot, and whether it is new. The encoder is loaded only when a text has
    no vector yet.
    """
    inputs = inputs_digest(library, model)
    current = library.snapshots.current_manifest()
    if current and current.inputs == inputs and not force and _serves(library, current):
        return current, False
    with library.snapshots.writer():
        register = load_register(library.settings.corpus_dir)
        passages = read_passages(library, register)
        encoder = cache(load_encoder)
        corpus_dir = library.settings.corpus_dir
        statements = [p.statement for p in passages if p.statement]
        known = {s.id for s in statements}
        steps = tuple(d for d in load_demarches(corpus_dir) if known.issuperset(d.statements))
        demarches = DemarcheIndex(steps, load_vocabulary(corpus_dir))
        cards = [c for c in load_cards(corpus_dir) if known.issuperset(c.statements)]
        cards += demarches.cards(statements)
        rules = [r for r in load_rules(corpus_dir) if known.issuperset(r.statements)]
        texts = [p.index_text for p in passages], questions_of(cards), rule_questions(rules), sentences_of(passages)
        _require_room(library, model, texts, say)
        (vectors, computed), (asked, more), (settled, extra), (said, most) = (
            embed(library.vectors, some, model, encoder, progress) for some in texts
        )
        sentences = SentenceIndex.of(passages, said, text_names(library.texts.all(), passages, register))
        revs = library.store.add(passages)
        manifest = Manifest(
            name=snapshot_name(revs, passages, cards, rules, model.fingerprint, demarches),
            inputs=inputs,
            model=model.fingerprint,
            model_name=model.name,
            analyser=ANALYSER,
            schema=SCHEMA,
            corpus_version=corpus_digest(corpus_dir)[:12],
            built_on=clock().isoformat(),
            counts={
                "passages": len(passages),
                "statements": sum(p.kind == "statement" for p in passages),
                "criteria": sum(p.kind == "criterion" for p in passages),
                "sources": len(register.sources),
                "cards": len(cards),
                "rules": len(rules),
                "demarches": len(steps),
                "sentences": len(sentences),
                "embedded": computed + more + extra + most,
            },
            sources={t.id: t.sha256 for t in library.texts.all()},
        )
        if progress:
            progress("index", 0, len(passages))
        guides = CardIndex.of(cards, asked), RuleIndex.of(rules, settled), sentences
        return library.snapshots.build(passages, revs, vectors, *guides, manifest, demarches), True


def has_passages(library: Library, manifest: Manifest) -> bool:
    """Whether the database holds the passages of a snapshot; False too where the snapshot cannot be read."""
    try:
        columns = Columns.load(library.snapshots.folder / manifest.name)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return library.store.holds(columns.revs, columns.ids)


def index_bytes(vectors: int, passages: int, dimension: int, unknown: int = 0) -> int:
    """About how many bytes a build writes, a fifth more than was measured: its `vectors`, those of the `passages` in
    Chroma besides (graph and log), the words; and `unknown` vectors in the cache."""
    row = 4 * dimension
    return int(1.2 * (row * (vectors + 2 * passages) + 1000 * passages + (row + 256) * unknown)) + _FIXED


def rebuild_bytes(settings: Settings) -> int:
    """About how many bytes another build of the serving index would write, nothing of it being new; those of the
    smallest where there is none."""
    shelf = SnapshotShelf(settings.data_dir, settings.chroma_url)
    serving = shelf.folder / name if (name := shelf.current_name()) else None
    kept = sum(p.stat().st_size for p in serving.rglob("*") if p.is_file()) if serving else 0
    return int(1.2 * kept) + _FIXED


def _serves(library: Library, manifest: Manifest) -> bool:
    """Whether a snapshot can serve: its vectors are where the settings want them, its passages in the database."""
    return library.snapshots.lies_well(manifest) and has_passages(library, manifest)


def _require_room(library: Library, model: ModelInfo, texts: tuple[list[str], ...], say: Say | None) -> None:
    """`DISK_FULL`, before anything is written, where the data folder has no room for the index; else the room that it
    needs is said."""
    folder, rows = library.settings.data_dir, [t for some in texts for t in some]
    unknown = library.vectors.missing(model.fingerprint, rows)
    needed = index_bytes(len(rows), len(texts[0]), model.dimension, unknown)
    require_room(folder, needed, "l'index")
    if say:
        say(f"  place : l'index demande environ {size(needed)}, il reste {size(free(folder))}")


def embed(
    vectors: VectorCache,
    texts: list[str],
    model: ModelInfo,
    load_encoder: Callable[[], EncoderProtocol],
    progress: Progress | None,
) -> tuple[NDArray[np.float32], int]:
    """Vectors of texts, shape `(n, dimension)`, and how many had to be computed; the encoder is loaded for them
    alone."""
    if not texts:
        return np.zeros((0, model.dimension), np.float32), 0
    return vectors.vectors(
        model.fingerprint,
        texts,
        lambda missing: load_encoder().encode_passages(missing),
        partial(progress, "vecteurs") if progress else None,
    )
