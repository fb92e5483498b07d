"""Files that a browser or a script sends: read whole, never beyond a limit.

Guarantee: the announced length is checked before anything is read, and a body without one is refused, so that nothing
large reaches the disk. Only the parts that a route asks for are read.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from ingest.errors import ClapvertError, ErrorCode

_SLACK = 64 * 1024
"""Bytes of the other fields and of the boundaries."""
_FILES = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it was sent."""

    name: str
    content: bytes


async def received(request: Request, max_bytes: int) -> tuple[list[Upload], dict[str, str]]:
    """The files of a multipart body, then its other fields; `DOCUMENT_TOO_BIG` over `max_bytes` in all."""
    announced = request.headers.get("content-length", "")
    if not announced.isdigit():
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, "La taille de l'envoi n'est pas annoncée.", "Envoyez un formulaire multipart."
        )
    if int(announced) > max_bytes + _SLACK:
        raise ClapvertError(
            ErrorCode.DOCUMENT_TOO_BIG,
            f"L'envoi dépasse {max_bytes // 1024**2} Mo.",
            "Envoyez des fichiers plus légers.",
        )
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Un formulaire multipart est attendu, avec un champ `file`.")
    try:
        form = await request.form(max_files=_FILES, max_fields=50)
    except MultiPartException as exc:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Le formulaire est illisible, ou a trop de champs.") from exc
    files: list[Upload] = []
    fields: dict[str, str] = {}
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                if value.filename:
                    files.append(Upload(value.filename, await value.read()))
            else:
                fields[name] = value
    finally:
        await form.close()
    return files, fields


def multipart(*fields: str) -> dict[str, object]:
    """The OpenAPI description of a body with `file` and other fields."""
    properties = {"file": {"type": "string", "format": "binary"}, **{f: {"type": "string"} for f in fields}}
    schema = {"type": "object", "required": ["file"], "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}
