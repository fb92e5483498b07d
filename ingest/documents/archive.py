"""Zip containers (DOCX, XLSX): looked at before they are opened.

Guarantee: what a file says that it unpacks to is bounded; a container that lies is caught by the memory limit of the
child process (`ingest.documents.sandbox`).
"""

from __future__ import annotations

import io
import zipfile

from ingest.errors import ClapvertError, ErrorCode

MAX_UNPACKED = 300_000_000
MAX_RATIO = 250
MAX_ENTRIES = 5_000


def checked_zip(data: bytes) -> zipfile.ZipFile:
    """The container, open; `DOCUMENT_TOO_BIG` for a bomb, `DOCUMENT_ENCRYPTED` for a locked one."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError) as exc:
        raise ClapvertError(
            ErrorCode.DOCUMENT_DAMAGED, "Le fichier est tronqué ou abîmé : son sommaire ne se lit pas."
        ) from exc
    if any(e.flag_bits & 1 for e in entries):
        raise ClapvertError(ErrorCode.DOCUMENT_ENCRYPTED, "Le fichier est protégé par un mot de passe.")
    total = sum(e.file_size for e in entries)
    if len(entries) > MAX_ENTRIES or total > MAX_UNPACKED or total > MAX_RATIO * max(len(data), 20_000):
        raise ClapvertError(
            ErrorCode.DOCUMENT_TOO_BIG,
            f"Bombe de décompression : {max(len(data) // 1000, 1)} ko se déploient en {total // 1_000_000} Mo.",
        )
    return archive
