"""Adding files in a batch: each is read or refused by name, and one that is refused stops nothing.

Guarantee: a file that is already kept for the same text and dates is skipped, so that an interrupted batch goes on
where it stopped; two files of one batch that would take the same name are kept side by side.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, Literal

from ingest.articles.structure import split_units
from ingest.corpus.register import Nature, Register, Source
from ingest.documents.tree import Document
from ingest.errors import ClapvertError, ErrorCode
from ingest.model.fetch import sha256
from ingest.passages.versions import implied_end
from ingest.texts import ocr
from ingest.texts.remarks import remarks
from ingest.texts.texts import MAX_BYTES, AddedText, TextShelf, free_id, read_document, version_of

State = Literal["added", "kept", "refused"]


@dataclass(frozen=True, slots=True)
class Identity:
    """What the files of a batch are: a text of the register or one described on the command line (None: `proposed` says
    what each is), its dates and its language (None: what the file says, else the register)."""

    source: Source | None
    registered: bool = True
    valid_from: date | None = None
    valid_until: date | None = None
    attested_at: date | None = None
    language: str | None = None
    ocr: bool = False
    proposed: Callable[[Document, Path], tuple[Source, bool, Source | None]] | None = None
    register: Register | None = None
    """Where later wordings of a text are known from, to tell that the one added has ended."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What became of one file."""

    file: str
    state: State
    id: str | None = None
    title: str = ""
    units: int = 0
    notes: tuple[str, ...] = ()
    error: ClapvertError | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        row = asdict(self)
        del row["error"]
        if self.error:
            row |= self.error.as_json()
        return row


def add_files(
    shelf: TextShelf,
    files: Sequence[Path],
    identity: Identity,
    today: date,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Addition]:
    """Add files one after the other; one `Addition` a file, in order."""
    held = {t.id: t for t in shelf.all()}
    taken: dict[str, str] = {}
    for n, file in enumerate(files):
        if progress:
            progress(n, len(files))
        try:
            yield _add(shelf, file, identity, today, held, taken)
        except ClapvertError as exc:
            if exc.code is not ErrorCode.DOCUMENT_NEEDS_OCR or file.suffix.lower() != ".pdf":
                yield Addition(str(file), "refused", error=exc)
            elif identity.ocr:
                yield _recognised(shelf, file, identity, today, held, taken)
            else:
                hint = "`ocrmypdf` est installé : relancez avec --ocr." if ocr.available() else exc.hint
                yield Addition(str(file), "refused", error=ClapvertError(exc.code, exc.message, hint))


def _add(
    shelf: TextShelf, file: Path, identity: Identity, today: date, held: dict[str, AddedText], taken: dict[str, str]
) -> Addition:
    """Add one file. `held` are the texts of the shelf by id, `taken` the hashes of those that this batch kept."""
    digest = _sha256(file)
    same = sorted((t for t in held.values() if t.sha256 == digest), key=lambda t: t.id)
    document = shelf.read(same[0]) if same else read_document(file)
    source, known, alike = identity.source, identity.registered, None
    if source is None:
        assert identity.proposed is not None
        source, known, alike = identity.proposed(document, file)
    registered = source.id if known else None
    dates = identity.valid_from, identity.valid_until, identity.attested_at
    version = version_of(document, *dates, today, source, file.name)
    units = split_units(document)
    notes = tuple(remarks(document, units, version, today, source.nature is Nature.PROJET))
    if alike is not None:
        notes = (f"Ce fichier se présente comme « {alike.name} » : `--as {alike.id}` le rangerait à ce titre.", *notes)
    end = implied_end(source, identity.register, version).valid_until if identity.register else version.valid_until
    if end is not None and end < today:
        said = f"cette rédaction a pris fin le {end.strftime('%d/%m/%Y')} : elle n'est citée qu'avec cette date."
        notes = (f"{said} Ajoutez aussi celle qui est en vigueur.", *notes)
    if kept := next((t for t in same if t.stands_for(registered, source.id, version)), None):
        taken[kept.id] = digest
        return Addition(str(file), "kept", kept.id, source.name, len(units), notes)
    wanted = f"{source.id}-{version.valid_from or version.attested_at}"
    name = free_id(shelf, wanted, {u.number for u in units if u.number})
    if taken.get(name, digest) != digest:  # two states of one text in one batch: neither replaces the other
        name = next(f"{wanted}-{n}" for n in count(2) if not shelf.one(f"{wanted}-{n}"))
    language = identity.language or _language(document.meta.get("language")) or source.language
    own = None if registered else source
    text, found = shelf.add(file, name, registered, own, version, language, document, units)
    held[text.id] = text
    taken[text.id] = digest
    return Addition(str(file), "added", text.id, source.name, found, notes)


def _recognised(
    shelf: TextShelf, file: Path, identity: Identity, today: date, held: dict[str, AddedText], taken: dict[str, str]
) -> Addition:
    """Keep the copy of a scan in which the characters were recognised."""
    with tempfile.TemporaryDirectory(prefix="clapvert-ocr-") as folder:
        copy = Path(folder) / file.name
        try:
            ocr.recognise(file.resolve(), copy)
            return replace(_add(shelf, copy, identity, today, held, taken), file=str(file))
        except ClapvertError as exc:
            return Addition(str(file), "refused", error=exc)


def _language(said: str | None) -> str | None:
    return said if said and re.fullmatch(r"[a-z]{2}", said) else None


def _sha256(file: Path) -> str:
    """Hash of a file; empty for one that is not there or too big, which the reader will say."""
    if not file.is_file() or file.stat().st_size > MAX_BYTES:
        return ""
    try:
        return sha256(file)
    except OSError as exc:
        raise ClapvertError(ErrorCode.DOCUMENT_REFUSED, f"{file.name} ne peut pas être ouvert.") from exc
