"""Room on the disk: what is left of it, and an error told as the full disk that it is.

Guarantee: whichever library met the full disk (the system, SQLite, PostgreSQL, Chroma, NumPy), `full_disk` knows it by
what it raised, or by what is left of the disk, and gives one refusal for all: `DISK_FULL`.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ingest.errors import ClapvertError, ErrorCode

LEAST = 1 << 20
"""Bytes under which a disk counts as full: SQLite and Chroma fail in as many ways when they cannot grow by a page."""
_SAID = ("disk is full", "no space left", "disk full", "disk quota")
_POSTGRES_FULL = "53100"


def free(folder: Path) -> int:
    """Bytes that may still be written in a folder, made or not; as many as there can be where the system does not
    tell."""
    for place in (folder, *folder.resolve().parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return 1 << 62


def require_room(folder: Path, needed: int, what: str) -> None:
    """`DISK_FULL` unless a folder has room for so many bytes; `what` needs them."""
    if (left := free(folder)) < needed:
        raise ClapvertError(
            ErrorCode.DISK_FULL,
            f"Le disque n'a pas la place : {what} demande environ {size(needed)}, il reste {size(left)}.",
            f"Libérez de la place dans {folder}, puis recommencez ; rien n'a été commencé.",
        )


def full_disk(error: BaseException, folder: Path | None = None) -> ClapvertError | None:
    """The refusal of what a full disk stopped; None when an error is of something else.

    `folder`: where it was written. An error of the disk that does not say which counts as a full disk when nothing is
    left there."""
    chain = list(_chain(error))
    known = next((e for e in chain if isinstance(e, ClapvertError) and e.code is ErrorCode.DISK_FULL), None)
    if known is not None:
        return known
    if any(_says(e) for e in chain) or (folder is not None and free(folder) < LEAST):
        return ClapvertError(
            ErrorCode.DISK_FULL,
            "Le disque est plein : rien n'a été enregistré de cette demande.",
            "Libérez de la place sur le disque du dossier de données, ou de la base, puis recommencez ; ce qui était "
            "gardé l'est toujours. Combien il en faut : clapvert doctor.",
        )
    return None


def size(count: int) -> str:
    """Bytes as people read them."""
    return f"{count / 1e9:.1f} Go".replace(".", ",") if count >= 1e9 else f"{max(0, count) / 1e6:.0f} Mo"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what it was raised from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _says(error: BaseException) -> bool:
    """Whether an error says that the disk is full."""
    if isinstance(error, OSError):
        if error.errno is None:  # NumPy's, which counts what it wrote
            return "requested and" in str(error)
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    if getattr(error, "sqlstate", None) == _POSTGRES_FULL:
        return True
    said = str(error).lower()
    return type(error).__module__.startswith("chromadb") and any(words in said for words in _SAID)
