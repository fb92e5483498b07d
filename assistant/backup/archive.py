"""The file of a backup: a ZIP whose last member says what the others are, by their hashes.

Guarantee: a file that ends is whole: it is written aside, readable by its user alone, and renamed once its list is in
it. One that is not whole, or was changed since, is refused before anything is restored from it.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from ingest.errors import ClapvertError, ErrorCode

FORMAT = 1
_LIST = "backup.json"
_BLOCK = 1 << 20


class Writer:
    """A backup being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._hashes: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._hashes

    def add(self, name: str, blocks: Iterable[bytes]) -> None:
        """Write a member, block by block."""
        digest = hashlib.sha256()
        with self._archive.open(name, "w", force_zip64=True) as member:
            for block in blocks:
                digest.update(block)
                member.write(block)
        self._hashes[name] = digest.hexdigest()

    def add_file(self, name: str, path: Path) -> None:
        """Write a file of the disk."""
        with path.open("rb") as file:
            self.add(name, iter(lambda: file.read(_BLOCK), b""))

    def end(self, facts: dict[str, Any]) -> None:
        """Write the list."""
        told = {"format": FORMAT, **facts, "members": self._hashes}
        self._archive.writestr(_LIST, json.dumps(told, ensure_ascii=False, indent=1))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A backup, under its name once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


class Reader:
    """A backup that was found whole. `facts`: what its list says of it."""

    def __init__(self, archive: zipfile.ZipFile, facts: dict[str, Any]) -> None:
        self._archive = archive
        self.facts = facts
        self.names: tuple[str, ...] = tuple(facts["members"])

    def under(self, head: str) -> list[str]:
        """The members whose name begins so."""
        return [n for n in self.names if n.startswith(head)]

    def open(self, name: str) -> IO[bytes]:
        """One member."""
        return self._archive.open(name)

    def lines(self, name: str) -> Iterator[str]:
        """The lines of one member; none when it is not there."""
        if name in self.names:
            with self.open(name) as member:
                for line in member:
                    yield line.decode()

    def extract(self, name: str, to: Path) -> None:
        """Write one member to a file."""
        to.parent.mkdir(parents=True, exist_ok=True)
        with self.open(name) as member, to.open("wb") as file:
            shutil.copyfileobj(member, file, _BLOCK)


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """A backup, once every member was read and is what the list says; `BACKUP_REFUSED`."""
    with ExitStack() as open_files:
        try:
            archive = open_files.enter_context(zipfile.ZipFile(path))
            facts = json.loads(archive.read(_LIST))
            if facts["format"] != FORMAT:
                raise _refused("elle a été faite par une autre version de Clapvert", "Mettez Clapvert à jour.")
            for name, wanted in facts["members"].items():
                digest = hashlib.sha256()
                with archive.open(name) as member:
                    for block in iter(lambda: member.read(_BLOCK), b""):
                        digest.update(block)
                if digest.hexdigest() != wanted or Path(name).is_absolute() or ".." in Path(name).parts:
                    raise _refused(f"« {name} » a été modifié")
        except FileNotFoundError as exc:
            raise _refused("le fichier n'existe pas", "Vérifiez son chemin.") from exc
        except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as exc:
            raise _refused("le fichier n'est pas une sauvegarde entière") from exc
        yield Reader(archive, facts)


def _refused(why: str, hint: str = "Prenez une autre sauvegarde ; celle-ci n'a rien changé.") -> ClapvertError:
    return ClapvertError(ErrorCode.BACKUP_REFUSED, f"Cette sauvegarde ne peut pas être restaurée : {why}.", hint)
