"""Evidence files, under the hash of their content.

Guarantee: a file is kept only when its content is what its extension says (PDF, image, office document without macros,
text), and no larger than `MAX_BYTES`. A file under a hash is whole. No name that a
user gave ever becomes a path. Nothing in a file is run: an archive's table of contents is read, no more.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
from io import BytesIO
from pathlib import PurePosixPath

from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.files import Files

MAX_BYTES = 20 * 1024 * 1024
MAX_PROJECT_BYTES = 1024 * 1024 * 1024
_WORD = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".docx": f"{_WORD}.wordprocessingml.document",
    ".xlsx": f"{_WORD}.spreadsheetml.sheet",
    ".pptx": f"{_WORD}.presentationml.presentation",
    ".odt": f"{_OPEN}.text",
    ".ods": f"{_OPEN}.spreadsheet",
    ".csv": "text/csv",
    ".txt": "text/plain",
}
"""What is taken as evidence."""
SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp", "text/plain", "text/csv"})
"""What a browser may show in a page of its own: nothing in it runs there."""
_PARTS = {".docx": "word/", ".xlsx": "xl/", ".pptx": "ppt/"}
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_HASH = re.compile(r"[0-9a-f]{64}")


class EvidenceFiles:
    """The evidence of an installation."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def keep(self, content: bytes) -> None:
        """Keep the bytes of a file that `checked_type` took."""
        name = path_of(hashlib.sha256(content).hexdigest())
        if not self._files.has(name):
            self._files.put(name, content)

    def read(self, sha256: str) -> bytes:
        """The content of a hash; `EVIDENCE_NOT_FOUND` when the file is gone, `DOCUMENT_DAMAGED` when it changed."""
        content = self._files.get(path_of(sha256))
        if content is None:
            raise ClapvertError(ErrorCode.EVIDENCE_NOT_FOUND, "Le fichier de cette preuve n'est plus là où il était.")
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ClapvertError(
                ErrorCode.DOCUMENT_DAMAGED,
                "Le fichier de cette preuve a été modifié là où il est gardé.",
                "Joignez-le à nouveau.",
            )
        return content

    def erase(self, sha256: str) -> None:
        """Remove the bytes of a hash."""
        self._files.erase(path_of(sha256))


def path_of(sha256: str) -> str:
    """Where the bytes of a hash lie."""
    if not _HASH.fullmatch(sha256):
        raise ClapvertError(ErrorCode.EVIDENCE_NOT_FOUND, "Cette preuve est inconnue.")
    return f"{sha256[:2]}/{sha256}"


def harmless_name(name: str) -> str:
    """The last part of a file's name, with no path, no control or direction mark, no device name, 100 characters at
    most; the extension is kept, in lower case."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    clean = "".join(c if c.isalnum() or c in " ._-()'’&,+" else "_" for c in last if unicodedata.category(c)[0] != "C")
    path = PurePosixPath(" ".join(clean.split()).strip(" ."))
    stem, suffix = path.stem.strip(" .") or "preuve", path.suffix.lower()
    if _RESERVED.fullmatch(stem):
        stem = f"_{stem}"
    return f"{stem[: 100 - len(suffix)]}{suffix[:10]}"


def checked_type(name: str, content: bytes) -> str:
    """The media type of a file whose content is what its name says."""
    suffix = PurePosixPath(name).suffix
    if suffix not in MEDIA_TYPES:
        raise ClapvertError(
            ErrorCode.DOCUMENT_REFUSED,
            f"« {name} » n'est pas d'un type accepté comme preuve.",
            f"Types acceptés : {', '.join(s.lstrip('.') for s in MEDIA_TYPES)}.",
        )
    if not content:
        raise ClapvertError(ErrorCode.DOCUMENT_REFUSED, f"« {name} » est vide.", "Choisissez un autre fichier.")
    if len(content) > MAX_BYTES:
        raise too_big(name)
    if not _holds(suffix, content):
        raise ClapvertError(
            ErrorCode.DOCUMENT_DISGUISED,
            f"Le contenu de « {name} » n'est pas celui d'un fichier {suffix.lstrip('.')}, ou il porte des macros.",
            "Exportez le document dans son format d'origine, sans macro.",
        )
    return MEDIA_TYPES[suffix]


def too_big(name: str) -> ClapvertError:
    """The refusal of a file over the limit."""
    return ClapvertError(
        ErrorCode.DOCUMENT_TOO_BIG,
        f"« {name} » dépasse {MAX_BYTES // 1024 // 1024} Mo.",
        "Réduisez-le (image compressée, extrait du document) et recommencez.",
    )


def _holds(suffix: str, content: bytes) -> bool:
    match suffix:
        case ".pdf":
            return content.startswith(b"%PDF-")
        case ".png":
            return content.startswith(b"\x89PNG\r\n\x1a\n")
        case ".jpg" | ".jpeg":
            return content.startswith(b"\xff\xd8\xff")
        case ".webp":
            return content[:4] == b"RIFF" and content[8:12] == b"WEBP"
        case ".csv" | ".txt":
            return b"\0" not in content and content.lstrip()[:1] != b"<" and not content.startswith(b"%PDF-")
        case _:
            return _office(suffix, content)


def _office(suffix: str, content: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if suffix in _PARTS:
                inside = "[Content_Types].xml" in names and any(n.startswith(_PARTS[suffix]) for n in names)
                return inside and not any(n.lower().endswith("vbaproject.bin") for n in names)
            kind = archive.getinfo("mimetype")
            return kind.file_size < 100 and archive.read(kind).decode("ascii", "replace") == MEDIA_TYPES[suffix]
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError, OSError):
        return False
