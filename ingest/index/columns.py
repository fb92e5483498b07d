"""What retrieval needs of every passage of a snapshot, in memory: one row a passage.

Guarantee: dates are ordinals of days, an open end far away, so that a period is a comparison; domains are bits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.corpus.register import Domain
from ingest.passages.passages import Passage

FAR_PAST, FAR_FUTURE = date.min.toordinal(), date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Columns:
    """What retrieval needs of every passage without opening it; all arrays have one row a passage."""

    ids: list[str]
    revs: list[int]
    keys: list[tuple[str, ...]]
    topics: list[str | None]
    statements: list[str | None]
    sources: list[str]
    locators: list[str]
    valid_from: NDArray[np.int32]
    valid_until: NDArray[np.int32]
    attested: NDArray[np.int32]
    domains: NDArray[np.int32]
    is_statement: NDArray[np.bool_]

    @classmethod
    def of(cls, passages: list[Passage], revs: list[int]) -> Columns:
        """Columns of the passages, in order."""

        def ordinals(values: list[date | None], default: int) -> NDArray[np.int32]:
            return np.array([v.toordinal() if v else default for v in values], np.int32)

        return cls(
            ids=[p.id for p in passages],
            revs=revs,
            keys=[p.keys for p in passages],
            topics=[p.statement.topic if p.statement else None for p in passages],
            statements=[p.statement.id if p.statement else None for p in passages],
            sources=[p.source_id for p in passages],
            locators=[p.locator for p in passages],
            valid_from=ordinals([p.valid_from for p in passages], FAR_PAST),
            valid_until=ordinals([p.valid_until for p in passages], FAR_FUTURE),
            attested=ordinals([p.attested_at for p in passages], FAR_PAST),
            domains=np.array([sum(domain_bit(d) for d in p.domains) for p in passages], np.int32),
            is_statement=np.array([p.statement is not None for p in passages], np.bool_),
        )

    _ARRAYS = ("valid_from", "valid_until", "attested", "domains", "is_statement")
    _LISTS = ("ids", "revs", "keys", "topics", "statements", "sources", "locators")

    def save(self, folder: Path) -> None:
        """Write the columns to a folder."""
        np.savez(folder / "columns.npz", **{name: getattr(self, name) for name in self._ARRAYS})
        (folder / "columns.json").write_text(json.dumps({n: getattr(self, n) for n in self._LISTS}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Columns:
        """Read columns written by `save`."""
        lists = json.loads((folder / "columns.json").read_text(encoding="utf-8"))
        lists["keys"] = [tuple(k) for k in lists["keys"]]
        with np.load(folder / "columns.npz") as arrays:
            return cls(**lists, **{name: arrays[name] for name in cls._ARRAYS})


def domain_bit(domain: Domain) -> int:
    """The bit of a domain in `Columns.domains`."""
    return 1 << list(Domain).index(domain)
