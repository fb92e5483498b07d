"""Added texts: official files that the user brings (`corpus add`), kept as they are with what is known of them.

Guarantee: the file is kept byte for byte with its hash; it is read in a child process with limits (`ingest.sandbox`),
once: the tree is kept beside it, and read again only when the readers change; a text that is refused is refused by
name, before anything is written.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.documents.tree import Document
from ingest.errors import ClapvertError, ErrorCode
from ingest.passages import TextVersion
from ingest.register import Domain, Nature, Rank, Regime, Register, Source
from ingest.sandbox import DOCUMENT, read_safely
from ingest.structure import split_units

MAX_BYTES = 40_000_000
_TREE = "document.json"


class AddedText(BaseModel):
    """One added file: where it stands in the register, and the dates that are known of it."""

    model_config = ConfigDict(frozen=True)

    id: str
    file: str
    name: str | None = Field(default=None, description="what the file was called when it was added")
    sha256: str
    language: str
    version: TextVersion
    registered: str | None = None
    own_source: Source | None = None

    def source(self, register: Register) -> Source:
        """The register's entry, or the one made from the command line."""
        if self.registered:
            return register.get(self.registered)
        assert self.own_source is not None
        return self.own_source


class TextShelf:
    """The added texts of a data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[AddedText]:
        """Every added text, by id."""
        return [
            AddedText.model_validate_json(p.read_text(encoding="utf-8"))
            for p in sorted(self.folder.glob("[!.]*/text.json"))  # .*: an addition that was killed half-way
        ]

    def path(self, text: AddedText) -> Path:
        """The kept file."""
        return self.folder / text.id / text.file

    def read(self, text: AddedText) -> Document:
        """The document tree of a kept file: the one kept beside it, unless the readers changed since."""
        kept = self.folder / text.id / _TREE
        stamp = f"{readers_digest()} {text.sha256}"
        with suppress(OSError, ValueError):
            said, _, body = kept.read_bytes().partition(b"\n")
            if said.decode() == stamp:
                return DOCUMENT.validate_json(body)
        document = read_document(self.path(text))
        with suppress(OSError):
            _write_tree(kept, stamp, document)
        return document

    def find(self, sha256: str, registered: str | None, text_id: str, version: TextVersion) -> AddedText | None:
        """The text that already holds the same bytes for the same source and dates, if any."""
        return next(
            (
                t
                for t in self.all()
                if t.sha256 == sha256
                and t.version == version
                and t.registered == registered
                and (registered or (t.own_source and t.own_source.id == text_id))
            ),
            None,
        )

    def add(
        self,
        file: Path,
        text_id: str,
        registered: str | None,
        own_source: Source | None,
        version: TextVersion,
        language: str,
        document: Document | None = None,
    ) -> tuple[AddedText, int]:
        """Keep a file. Returns it with the number of articles and runs found; `DOCUMENT_REFUSED` when it is no text.

        `document` is the tree of the file where the caller has read it.
        """
        document = document or read_document(file)
        units = split_units(document)
        if not units:
            raise ClapvertError(ErrorCode.DOCUMENT_REFUSED, f"Aucun texte trouvé dans {file.name}.")
        data = file.read_bytes()
        text = AddedText(
            id=text_id,
            file=f"original{file.suffix.lower()}",
            name=file.name,
            sha256=hashlib.sha256(data).hexdigest(),
            language=language,
            version=version,
            registered=registered,
            own_source=own_source,
        )
        target = self.folder / text_id
        aside = self.folder / f".{text_id}.new"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        (aside / text.file).write_bytes(data)
        _write_tree(aside / _TREE, f"{readers_digest()} {text.sha256}", document)
        (aside / "text.json").write_text(text.model_dump_json(indent=1, by_alias=True), encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        aside.rename(target)
        return text, len(units)

    def remove(self, text_id: str) -> None:
        """Forget a text (its passages stay openable); `SOURCE_NOT_FOUND` when there is none."""
        target = self.folder / text_id
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", text_id) or not (target / "text.json").is_file():
            raise ClapvertError(
                ErrorCode.SOURCE_NOT_FOUND,
                f"Aucun texte ajouté sous l'identifiant {text_id}.",
                "La liste : `clapvert corpus list`.",
            )
        shutil.rmtree(target)

    def digest(self) -> str:
        """Hash of all added texts, of what is said of them, and of what reads them."""
        texts = [t.model_dump(mode="json") for t in self.all()]
        said = json.dumps([texts, readers_digest() if texts else None], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


def read_document(path: Path) -> Document:
    """Read a file by what its bytes are, in a child process; the error names the file and what is wrong with it."""
    if not path.is_file():
        raise ClapvertError(ErrorCode.DOCUMENT_REFUSED, f"Fichier introuvable : {path.name}.")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise ClapvertError(ErrorCode.DOCUMENT_TOO_BIG, f"{path.name} dépasse {MAX_BYTES // 1_000_000} Mo.")
    if size == 0:
        raise ClapvertError(ErrorCode.DOCUMENT_REFUSED, f"{path.name} est vide.")
    try:
        return read_safely(path).document
    except ClapvertError as exc:
        raise ClapvertError(exc.code, f"{path.name} : {exc.message}", exc.hint) from exc


@lru_cache(maxsize=1)
def readers_digest() -> str:
    """Hash of the code of the readers: a tree kept by others is read again."""
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "documents").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _write_tree(path: Path, stamp: str, document: Document) -> None:
    path.write_bytes(stamp.encode() + b"\n" + DOCUMENT.dump_json(document))


def own_source(
    text_id: str,
    title: str,
    domain: Domain,
    issuer: str,
    nature: Nature,
    rank: Rank,
    url: str | None,
    language: str,
) -> Source:
    """A register entry for a text that the register does not know; `BAD_REQUEST` names a field that is refused."""
    try:
        return Source(
            id=text_id,
            title=title,
            issuer=issuer,
            nature=nature,
            rank=rank,
            domains=(domain,),
            regime=Regime.AUTRE,
            url=url,
            language=language,
        )
    except ValidationError as exc:
        first = exc.errors()[0]
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"Champ {'.'.join(map(str, first['loc']))} refusé : {first['msg']}."
        ) from exc


def version_of(
    document: Document,
    valid_from: date | None,
    valid_until: date | None,
    attested_at: date | None,
    today: date,
) -> TextVersion:
    """Dates of a text: the command's, else the file's own; else it is attested by the copy, today at the latest."""
    if attested_at is None:
        for field in ("snapshot", "last_updated", "attested_at"):
            if re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", said := document.meta.get(field, "")):
                with suppress(ValueError):  # no such day: the file does not know its date
                    attested_at = date.fromisoformat(said if len(said) > 7 else f"{said}-01")
                    break
    return TextVersion(
        valid_from=valid_from,
        valid_until=valid_until,
        attested_at=attested_at or (None if valid_from else today),
    )
