"""A corpus release: the files of a corpus in one signed archive, and what it changes.

Guarantee: nothing of an archive is believed before its manifest's Ed25519 signature is that of the trusted key, and
each file is the one whose SHA-256 the manifest gives: none missing, none more. A release is taken whole or not at all,
in a folder of its own beside the one in use; it stands aside when the software is of another version, whose own
corpus is the newer one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ingest.corpus.fiches import load_fiches
from ingest.corpus.register import load_register
from ingest.corpus.rules import load_rules
from ingest.documents.archive import checked_zip
from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import RELEASE, release_folder

MANIFEST, SIGNATURE, FILES = "release.json", "release.sig", "corpus/"
_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.(?:yaml|md)")


@dataclass(frozen=True, slots=True)
class Release:
    """A release whose signature and digests hold; `files`: its bytes by path."""

    day: date
    software: str
    files: Mapping[str, bytes]

    @property
    def name(self) -> str:
        """The folder that it is kept in: its day, and the head of its digest."""
        told = "".join(f"{p}{hashlib.sha256(b).hexdigest()}" for p, b in sorted(self.files.items()))
        return f"{self.day.isoformat()}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Changed:
    """What a release adds, takes away and rewrites: ids of statements, rules and texts of the register."""

    kind: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        named = {"added": self.added, "removed": self.removed, "changed": self.changed}
        return {"kind": self.kind, **{k: list(v) for k, v in named.items()}}


def pack(corpus_dir: Path, day: date, key: Ed25519PrivateKey) -> bytes:
    """The archive of a corpus, signed."""
    files = {
        p.relative_to(corpus_dir).as_posix(): p.read_bytes()
        for p in sorted(corpus_dir.rglob("*"))
        if p.suffix in (".yaml", ".md")
    }
    told = {"day": day.isoformat(), "software": version("clapvert"), "files": {n: _digest(b) for n, b in files.items()}}
    manifest = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, manifest)
        archive.writestr(SIGNATURE, base64.b64encode(key.sign(manifest)))
        for name, data in files.items():
            archive.writestr(FILES + name, data)
    return out.getvalue()


def opened(data: bytes, key: str) -> Release:
    """The release of an archive; `key`: the trusted public key, 32 bytes in base64.

    Raises:
        ClapvertError: CORPUS_UNSIGNED (no key, wrong signature, wrong digest), BAD_REQUEST (no release at all).
    """
    if not key:
        raise ClapvertError(
            ErrorCode.CORPUS_UNSIGNED,
            "Aucune clé de publication n'est connue : la signature du corpus ne peut pas être vérifiée.",
            "Donnez celle de l'éditeur : CLAPVERT_CORPUS_KEY.",
        )
    archive = checked_zip(data)
    try:
        manifest, signature = archive.read(MANIFEST), base64.b64decode(archive.read(SIGNATURE), validate=True)
    except (KeyError, binascii.Error) as exc:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Ce fichier n'est pas une publication du corpus.") from exc
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True)).verify(signature, manifest)
    except (InvalidSignature, ValueError) as exc:
        raise _refused("la signature n'est pas celle de la clé de publication") from exc
    told = json.loads(manifest)
    wanted: dict[str, str] = told["files"]
    held = [n.removeprefix(FILES) for n in archive.namelist() if n not in (MANIFEST, SIGNATURE)]
    if len(held) != len(set(held)) or set(held) != set(wanted):
        raise _refused("ses fichiers ne sont pas ceux de son sommaire")
    files = {name: archive.read(FILES + name) for name in wanted}
    for name, body in files.items():
        if not _NAME.fullmatch(name) or ".." in PurePosixPath(name).parts or _digest(body) != wanted[name]:
            raise _refused(f"la somme de contrôle de {name} n'est pas la bonne")
    return Release(date.fromisoformat(told["day"]), told["software"], files)


def differences(before: Path, after: Path) -> list[Changed]:
    """What a corpus says that another does not."""
    found = []
    for kind in ("énoncés", "règles", "textes du registre"):
        old, new = _items(before, kind), _items(after, kind)
        changed = tuple(sorted(i for i in old.keys() & new.keys() if old[i] != new[i]))
        found.append(Changed(kind, tuple(sorted(new.keys() - old)), tuple(sorted(old.keys() - new)), changed))
    return found


def unpack(release: Release, folder: Path) -> Path:
    """Write the files of a release into a folder that is not there yet."""
    for name, body in release.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    (folder / RELEASE).write_text(
        json.dumps({"day": release.day.isoformat(), "software": release.software}), encoding="utf-8"
    )
    return folder


def take(release: Release, data_dir: Path, aside: Path) -> None:
    """Put an unpacked release to use; what was in use is removed after."""
    held = release_folder(data_dir)
    held.mkdir(parents=True, exist_ok=True)
    folder = held / release.name
    if not folder.exists():
        aside.replace(folder)
    new = held / "current.new"
    new.write_text(release.name, encoding="utf-8")
    new.replace(held / "current")
    for other in held.iterdir():
        if other.is_dir() and other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _items(corpus_dir: Path, kind: str) -> dict[str, Any]:
    if kind == "énoncés":
        return {s.id: s for f in load_fiches(corpus_dir) for _, s in f.fiche.statements()}
    if kind == "règles":
        return {r.id: r for r in load_rules(corpus_dir)}
    return dict(load_register(corpus_dir).sources)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _refused(why: str) -> ClapvertError:
    return ClapvertError(
        ErrorCode.CORPUS_UNSIGNED,
        f"Publication refusée : {why}. Le corpus en place est resté tel quel.",
        "Reprenez le fichier à son adresse d'origine.",
    )
