"""The passage store and the vector cache: append-only SQLite files under the data folder.

Guarantee: a passage that was ever part of a snapshot can be opened for ever, word for word (nothing here updates or
deletes a row). A vector is computed once for a text and a model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.database import Database
from ingest.passages.passages import Passage

_SCHEMA = """
create table if not exists passage (
    rev integer primary key, id text not null, digest text not null, body text not null, unique (id, digest)
);
create index if not exists passage_id on passage (id);
"""

_BLOCK = 256
"""Vectors computed between two writes."""


def _marks(values: Sequence[object]) -> str:
    """Placeholders for as many values (the values themselves are always bound)."""
    return ",".join("?" * len(values))


class PassageStore:
    """Every passage that ever was, by id; several revisions of one id differ only around the text."""

    def __init__(self, path: Path) -> None:
        self._db = Database(path, _SCHEMA)

    def add(self, passages: Iterable[Passage]) -> list[int]:
        """Append the passages that are new; revision numbers, in order."""
        revs = []
        with self._db.write() as db:
            for p in passages:
                body = p.model_dump_json(exclude_defaults=True, by_alias=True)
                digest = hashlib.sha256(body.encode()).hexdigest()
                db.execute("insert or ignore into passage (id, digest, body) values (?, ?, ?)", (p.id, digest, body))
                row = db.execute("select rev from passage where id = ? and digest = ?", (p.id, digest)).fetchone()
                revs.append(int(row[0]))
        return revs

    def get(self, revs: Sequence[int]) -> list[Passage]:
        """Passages by revision number, in the order asked."""
        if not revs:
            return []
        with self._db.read() as db:
            rows = dict(
                db.execute(f"select rev, body from passage where rev in ({_marks(revs)})", list(revs))  # noqa: S608
            )
        return [Passage.model_validate_json(rows[r]) for r in revs]

    def latest(self, passage_id: str) -> Passage | None:
        """The last revision of a passage, in a snapshot or not."""
        with self._db.read() as db:
            row = db.execute(
                "select body from passage where id = ? order by rev desc limit 1", (passage_id,)
            ).fetchone()
        return Passage.model_validate_json(row[0]) if row else None

    def revisions(self, passage_id: str) -> list[Passage]:
        """Every revision of a passage, oldest first: the same words at the places they stood, with what was known."""
        with self._db.read() as db:
            rows = db.execute("select body from passage where id = ? order by rev", (passage_id,)).fetchall()
        return [Passage.model_validate_json(row[0]) for row in rows]


class VectorCache:
    """Vectors by (model, text)."""

    def __init__(self, path: Path) -> None:
        self._db = Database(
            path,
            "create table if not exists vector (key blob primary key, value blob not null) without rowid;",
        )

    @staticmethod
    def key(fingerprint: str, text: str) -> bytes:
        """Cache key of one text under one model."""
        return hashlib.sha256(f"{fingerprint}\x1f{text}".encode()).digest()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """The vectors that are known."""
        out: dict[bytes, NDArray[np.float32]] = {}
        with self._db.read() as db:
            for i in range(0, len(keys), 500):
                part = keys[i : i + 500]
                query = f"select key, value from vector where key in ({_marks(part)})"  # noqa: S608
                rows = db.execute(query, list(part))
                out.update((bytes(k), np.frombuffer(v, np.float32)) for k, v in rows)
        return out

    def put(self, items: Iterable[tuple[bytes, NDArray[np.float32]]]) -> None:
        """Remember vectors."""
        with self._db.write() as db:
            db.executemany(
                "insert or ignore into vector values (?, ?)",
                [(k, np.asarray(v, np.float32).tobytes()) for k, v in items],
            )

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
