"""Added texts: official files that the user brings (`corpus add`), kept as they are with what is known of them.

Guarantee: the file is kept byte for byte with its hash; it is read in a limited child process, once
(`ingest.documents.sandbox`): the tree is kept beside it, and read again only when the readers change; a text that is
refused is refused by name, before anything is written.
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

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.articles.structure import split_units
from ingest.articles.units import Unit
from ingest.corpus.register import Domain, Nature, Rank, Regime, Register, Source
from ingest.documents.sandbox import DOCUMENT, read_safely
from ingest.documents.tree import Document
from ingest.errors import ClapvertError, ErrorCode
from ingest.passages.versions import TextVersion, said_dates

MAX_BYTES = 40_000_000
_TREE = "document.json"


class AddedText(BaseModel):
    """One added file: where it stands in the register, and the dates that are known of it."""

    model_config = ConfigDict(frozen=True)

    id: str
    file: str
    sha256: str
    language: str
    version: TextVersion
    registered: str | None = None
    own_source: Source | None = None
    name: str = ""
    """The file's own name, as it was given."""

    def source(self, register: Register) -> Source:
        """The register's entry, or the one made from the command line."""
        if self.registered:
            return register.get(self.registered)
        assert self.own_source is not None
        return self.own_source

    def stands_for(self, registered: str | None, source_id: str, version: TextVersion) -> bool:
        """Whether it is that text, of the register or of the command line, with those dates."""
        if self.version != version or self.registered != registered:
            return False
        return bool(registered or (self.own_source and self.own_source.id == source_id))


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

    def one(self, text_id: str) -> AddedText | None:
        """The added text that stands on the disk under this id now, if any."""
        kept = self.folder / text_id / "text.json"
        return AddedText.model_validate_json(kept.read_text(encoding="utf-8")) if kept.is_file() else None

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

    def add(
        self,
        file: Path,
        text_id: str,
        registered: str | None,
        own_source: Source | None,
        version: TextVersion,
        language: str,
        document: Document | None = None,
        units: list[Unit] | None = None,
    ) -> tuple[AddedText, int]:
        """Keep a file. Returns it with the number of articles and runs found; `DOCUMENT_REFUSED` when it is no text.

        `document` is the tree of the file where the caller has read it, `units` its units where they are split.
        """
        document = document or read_document(file)
        units = split_units(document) if units is None else units
        if not units:
            raise ClapvertError(ErrorCode.DOCUMENT_REFUSED, f"Aucun texte trouvé dans {file.name}.")
        data = file.read_bytes()
        text = AddedText(
            id=text_id,
            file=f"original{file.suffix.lower()}",
            sha256=hashlib.sha256(data).hexdigest(),
            language=language,
            version=version,
            registered=registered,
            own_source=own_source,
            name=file.name,
        )
        target = self.folder / text_id
        aside = self.folder / f".{text_id}.new"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        try:
            (aside / text.file).write_bytes(data)
            _write_tree(aside / _TREE, f"{readers_digest()} {text.sha256}", document)
            (aside / "text.json").write_text(text.model_dump_json(indent=1, by_alias=True), encoding="utf-8")
            if target.exists():
                shutil.rmtree(target)
            aside.rename(target)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return text, len(units)

    def get(self, text_id: str) -> AddedText:
        """An added text by id; `SOURCE_NOT_FOUND` otherwise."""
        found = next((t for t in self.all() if t.id == text_id), None)
        if found is None:
            raise _unknown(text_id)
        return found

    def units(self, name: str) -> list[Unit]:
        """The articles of an added text, by its id, or of a file, by its path."""
        if name not in {t.id for t in self.all()} and Path(name).is_file():
            return split_units(read_document(Path(name)))
        return split_units(self.read(self.get(name)))

    def remove(self, text_id: str) -> None:
        """Forget a text (its passages stay openable); `SOURCE_NOT_FOUND` when there is none."""
        target = self.folder / text_id
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", text_id) or not (target / "text.json").is_file():
            raise _unknown(text_id)
        shutil.rmtree(target)

    def digest(self) -> str:
        """Hash of all added texts, of what is said of them, and of what reads them."""
        texts = [t.model_dump(mode="json") for t in self.all()]
        said = json.dumps([texts, readers_digest() if texts else None], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


def _unknown(text_id: str) -> ClapvertError:
    return ClapvertError(
        ErrorCode.SOURCE_NOT_FOUND,
        f"Aucun texte ajouté sous l'identifiant {text_id}.",
        "La liste : `clapvert corpus list`.",
    )


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
    for path in sorted((Path(__file__).parents[1] / "documents").glob("*.py")):
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
    source: Source | None = None,
    name: str = "",
) -> TextVersion:
    """Dates of a text: the command's, else the file's own, else the register's; else it is attested by the copy, today
    at the latest. `name` is the file's."""
    said = said_dates(document.meta, name)
    start = valid_from or document.valid_from or said.valid_from or (source.valid_from if source else None)
    end = valid_until or document.valid_until or said.valid_until or (source.valid_until if source else None)
    return TextVersion(
        valid_from=start,
        valid_until=end if start is None or end is None or end >= start else None,
        attested_at=attested_at or said.attested_at or (None if start else today),
    )


def free_id(shelf: TextShelf, wanted: str, numbers: set[str]) -> str:
    """`wanted`, or the first of `wanted-2`, `wanted-3`… that holds no other part of the text.

    A file replaces the one of its id when they hold mostly the same articles; two articles, or two books, of one code
    on one day stand side by side.
    """
    n, free = 1, wanted
    while text := shelf.one(free):
        there = {u.number for u in split_units(shelf.read(text)) if u.number}
        if not numbers or not there or len(there & numbers) >= 0.5 * len(there | numbers):
            break
        n += 1
        free = f"{wanted}-{n}"
    return free
