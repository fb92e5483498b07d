"""Adding files in a batch: each is read or refused by name, and one that is refused stops nothing.

Guarantee: a file that is already kept for the same text and dates is skipped, so that an interrupted batch goes on
where it stopped; two files of one batch that would take the same name are kept side by side.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from ingest.errors import ClapvertError, ErrorCode
from ingest.register import Source
from ingest.texts import MAX_BYTES, TextShelf, read_document, version_of

State = Literal["added", "kept", "refused"]


@dataclass(frozen=True, slots=True)
class Identity:
    """What the files of a batch are: a text of the register, or one described on the command line; and its dates."""

    registered: str | None
    own: Source | None
    valid_from: date | None = None
    valid_until: date | None = None
    attested_at: date | None = None
    language: str = "fr"

    @property
    def id(self) -> str:
        """Register id, or the one given."""
        if self.registered:
            return self.registered
        assert self.own is not None
        return self.own.id


@dataclass(frozen=True, slots=True)
class Addition:
    """What became of one file."""

    file: str
    state: State
    id: str | None = None
    units: int = 0
    notes: tuple[str, ...] = ()
    error: ClapvertError | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        row = asdict(self)
        del row["error"]
        if self.error:
            row |= {"code": self.error.code.value, "reason": self.error.message, "hint": self.error.hint}
        return row


def add_files(
    shelf: TextShelf,
    files: Sequence[Path],
    identity: Identity,
    today: date,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Addition]:
    """Add files one after the other; one `Addition` a file, in order."""
    taken: dict[str, str] = {}
    for n, file in enumerate(files):
        if progress:
            progress(n, len(files))
        try:
            yield _add(shelf, file, identity, today, taken)
        except ClapvertError as exc:
            yield Addition(str(file), "refused", error=exc)


def _add(shelf: TextShelf, file: Path, identity: Identity, today: date, taken: dict[str, str]) -> Addition:
    digest = _sha256(file)
    same = next((t for t in shelf.all() if t.sha256 == digest), None) if digest else None
    document = shelf.read(same) if same else read_document(file)
    version = version_of(document, identity.valid_from, identity.valid_until, identity.attested_at, today)
    kept = shelf.find(digest, identity.registered, identity.id, version) if same else None
    if kept:
        taken[kept.id] = digest
        return Addition(str(file), "kept", kept.id, notes=document.notes)
    stem = "-".join(x for x in (identity.id, str(version.valid_from or version.attested_at or "")) if x)
    names = {t.id: t for t in shelf.all()}

    def free(name: str) -> bool:
        """Nobody has the name, or an earlier state of this very file."""
        other = names.get(name)
        return taken.get(name, digest) == digest and (other is None or other.name in (None, file.name))

    name = next(
        n for n in (stem, f"{stem}-{_slug(file.stem)}", f"{stem}-{digest[:12]}") if free(n) or n[-12:] == digest[:12]
    )
    text, units = shelf.add(file, name, identity.registered, identity.own, version, identity.language, document)
    taken[text.id] = text.sha256
    return Addition(str(file), "added", text.id, units, document.notes)


def _sha256(file: Path) -> str:
    """Hash of a file; empty for one that is not there or too big, which the reader will say."""
    if not file.is_file() or file.stat().st_size > MAX_BYTES:
        return ""
    try:
        with file.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as exc:
        raise ClapvertError(ErrorCode.DOCUMENT_REFUSED, f"{file.name} ne peut pas être ouvert.") from exc


def _slug(stem: str) -> str:
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "fichier"
