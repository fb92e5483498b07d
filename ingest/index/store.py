"""The passage store and the vector cache: append-only, in the databases of the installation.

Guarantee: a passage that was ever part of a snapshot can be opened for ever, word for word (nothing here updates or
deletes a row). A vector is computed once for a text and a model; the cache can be rebuilt, and so stays in the data
folder whatever the engine of the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, Index, LargeBinary, MetaData, Table, Text, UniqueConstraint, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection

from ingest.errors import ClapvertError, ErrorCode
from ingest.passages.passages import Passage
from ingest.storage.database import Database, Store
from ingest.storage.engine import Where
from ingest.storage.patience import LONG
from ingest.storage.rows import Number, put

_HERE = Path(__file__).parent / "migrations"
_PASSAGES, _VECTORS = MetaData(), MetaData()
_PASSAGE = Table(
    "passage",
    _PASSAGES,
    Column("rev", Number, primary_key=True),
    Column("id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("id", "digest"),
    Index("passage_id", "id"),
)
_VECTOR = Table(
    "vector",
    _VECTORS,
    Column("key", LargeBinary, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
PASSAGES = Store("passages", _PASSAGES, _HERE / "passages", "1", private=False)
VECTORS = Store("vectors", _VECTORS, _HERE / "vectors", "1", private=False)
_KNOWN = select(_PASSAGE.c.rev).where(_PASSAGE.c.id == bindparam("passage"), _PASSAGE.c.digest == bindparam("content"))
_BLOCK = 256
"""Vectors computed between two writes."""
_AT_ONCE = 500
"""Rows asked for at once."""


class PassageStore:
    """Every passage that ever was, by id; several revisions of one id differ only around the text."""

    def __init__(self, where: Where) -> None:
        self.database = Database(where, PASSAGES)

    def add(self, passages: Iterable[Passage]) -> list[int]:
        """Append the passages that are new; revision numbers, in order."""
        with self.database.write(seconds=LONG) as db:
            return [self._add(db, p) for p in passages]

    @staticmethod
    def _add(db: Connection, passage: Passage) -> int:
        body = passage.model_dump_json(exclude_defaults=True, by_alias=True)
        digest = hashlib.sha256(body.encode()).hexdigest()
        asked = {"passage": passage.id, "content": digest}
        known = db.execute(_KNOWN, asked).scalar()
        if known is None:
            put(db, _PASSAGE, {"id": passage.id, "digest": digest, "body": body}, ("id", "digest"), ())
            known = db.execute(_KNOWN, asked).scalar_one()
        return int(known)

    def get(self, revs: Sequence[int]) -> list[Passage]:
        """Passages by revision number, in the order asked."""
        if not revs:
            return []
        rows: dict[int, str] = {}
        with self.database.read() as db:
            for i in range(0, len(revs), _AT_ONCE):
                asked = select(_PASSAGE.c.rev, _PASSAGE.c.body).where(_PASSAGE.c.rev.in_(revs[i : i + _AT_ONCE]))
                rows.update((rev, body) for rev, body in db.execute(asked))
        try:
            return [Passage.model_validate_json(rows[r]) for r in revs]
        except KeyError as exc:
            raise without_passages() from exc

    def holds(self, revs: Sequence[int], ids: Sequence[str]) -> bool:
        """Whether passages are there, each under its revision number: those of a snapshot are not, where the database
        is another than the one that it was built with."""
        with self.database.read() as db:
            for i in range(0, len(revs), _AT_ONCE):
                wanted = dict(zip(revs[i : i + _AT_ONCE], ids[i : i + _AT_ONCE], strict=True))
                asked = select(_PASSAGE.c.rev, _PASSAGE.c.id).where(_PASSAGE.c.rev.in_(wanted))
                if {int(rev): str(ident) for rev, ident in db.execute(asked)} != wanted:
                    return False
        return True

    def latest(self, passage_id: str) -> Passage | None:
        """The last revision of a passage, in a snapshot or not."""
        asked = select(_PASSAGE.c.body).where(_PASSAGE.c.id == passage_id).order_by(_PASSAGE.c.rev.desc()).limit(1)
        with self.database.read() as db:
            body = db.execute(asked).scalar()
        return None if body is None else Passage.model_validate_json(body)

    def revisions(self, passage_id: str) -> list[Passage]:
        """Every revision of a passage, oldest first: the same words at the places they stood, with what was known."""
        asked = select(_PASSAGE.c.body).where(_PASSAGE.c.id == passage_id).order_by(_PASSAGE.c.rev)
        with self.database.read() as db:
            bodies = db.execute(asked).scalars().all()
        return [Passage.model_validate_json(body) for body in bodies]


def without_passages() -> ClapvertError:
    """The refusal of an index whose passages are not in the database."""
    return ClapvertError(
        ErrorCode.INDEX_DAMAGED,
        "La base de données n'a pas les passages de cet index : elle est vide, ou d'une autre installation.",
        "Lancez `clapvert ingest`, qui les y remet, ou rendez à CLAPVERT_DATABASE_URL sa valeur d'avant.",
    )


class VectorCache:
    """Vectors by (model, text), in one file."""

    def __init__(self, path: Path) -> None:
        self._db = Database(path, VECTORS)

    @staticmethod
    def key(fingerprint: str, text: str) -> bytes:
        """Cache key of one text under one model."""
        return hashlib.sha256(f"{fingerprint}\x1f{text}".encode()).digest()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """The vectors that are known."""
        out: dict[bytes, NDArray[np.float32]] = {}
        with self._db.read() as db:
            for i in range(0, len(keys), _AT_ONCE):
                rows = db.execute(select(_VECTOR).where(_VECTOR.c.key.in_(keys[i : i + _AT_ONCE])))
                out.update((bytes(k), np.frombuffer(v, np.float32)) for k, v in rows)
        return out

    def put(self, items: Iterable[tuple[bytes, NDArray[np.float32]]]) -> None:
        """Remember vectors."""
        rows = [{"key": k, "value": np.asarray(v, np.float32).tobytes()} for k, v in items]
        if rows:
            with self._db.write() as db:
                db.execute(sqlite.insert(_VECTOR).on_conflict_do_nothing(), rows)

    def missing(self, fingerprint: str, texts: Iterable[str]) -> int:
        """How many of these texts have no vector yet."""
        keys = list({self.key(fingerprint, t) for t in texts})
        held = 0
        with self._db.read() as db:
            for i in range(0, len(keys), _AT_ONCE):
                some = _VECTOR.c.key.in_(keys[i : i + _AT_ONCE])
                held += db.execute(select(func.count()).select_from(_VECTOR).where(some)).scalar_one()
        return len(keys) - held

    def vectors(
        self,
        fingerprint: str,
        texts: Sequence[str],
        encode: Callable[[list[str]], NDArray[np.float32]],
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[NDArray[np.float32], int]:
        """Vectors of texts under one model, shape `(n, dimension)`, and how many were not known and had to be encoded.

        They are remembered by blocks, so that what is interrupted goes on where it stopped; `progress` is told how many
        are encoded, of how many.
        """
        keys = [self.key(fingerprint, t) for t in texts]
        known = self.get(list(dict.fromkeys(keys)))
        missing = list({k: t for k, t in zip(keys, texts, strict=True) if k not in known}.items())
        missing.sort(key=lambda item: len(item[1]))
        for start in range(0, len(missing), _BLOCK):
            part = missing[start : start + _BLOCK]
            fresh = list(zip([k for k, _ in part], encode([t for _, t in part]), strict=True))
            self.put(fresh)
            known.update(fresh)
            if progress:
                progress(start + len(part), len(missing))
        return np.stack([known[k] for k in keys]).astype(np.float32), len(missing)
