"""`POST /api/proofs`: a text of the caller's own, checked against what is held.

Guarantee: nothing of the text is kept; what comes back is the text as it was read, and remarks at its offsets. A file
is read in the child process, and refused by name when it is hostile, too long or no text.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.api.label.files import attachment
from assistant.api.problems import describe
from assistant.api.uploads import received
from assistant.export.formats import Format, write
from assistant.proofing.comments import commented
from assistant.proofing.paper import paper
from assistant.proofing.proof import Proof, prove
from assistant.proofing.sentences import MAX_CHARACTERS, checked, read_file
from assistant.service import Service
from ingest.errors import ClapvertError, ErrorCode

MAX_BYTES = 10 * 1024**2
Wanted = Literal["json", "docx", "pdf", "md"]
_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["text"],
                    "properties": {
                        "text": {"type": "string", "maxLength": MAX_CHARACTERS},
                        "as_of": {"type": "string", "format": "date"},
                    },
                }
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "text": {"type": "string"},
                        "as_of": {"type": "string", "format": "date"},
                    },
                }
            },
        },
    }
}


class Given(BaseModel):
    """What is to be checked, without a file."""

    model_config = ConfigDict(extra="forbid")

    text: str = ""
    as_of: dt.date | None = None


class Proved(Proof):
    """The text as it was read, and what is said of it."""

    text: str = Field(description="remarks have their offsets in it")


@dataclass(frozen=True, slots=True)
class Checked:
    """A text checked, with the file that it came in."""

    text: str
    proof: Proof
    name: str = "texte"
    content: bytes | None = None


def router(service: Service) -> APIRouter:
    """The route."""
    routes = APIRouter(prefix="/api", tags=["proofs"])

    @routes.post("/proofs", response_model=Proved, openapi_extra=_SCHEMA)
    async def proofs(request: Request, format: Wanted = "json") -> Any:
        """Check a text or a file (PDF, DOCX, text), sentence by sentence: what the texts held contradict, with the
        passage to open. `format`: the remarks as comments of the Word file that was sent, or as a list."""
        found = await asked(request, service)
        if format == "json":
            return Proved(text=found.text, **found.proof.model_dump())
        return file_of(found, format)

    return routes


async def asked(request: Request, service: Service) -> Checked:
    """What a request gives to check, checked."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        files, fields = await received(request, MAX_BYTES)
        given = _given({k: v for k, v in fields.items() if k in ("text", "as_of") and v})
        if files:
            return await run_in_threadpool(_of_file, files[0].name, files[0].content, given.as_of, service)
    else:
        body = await request.body()
        if len(body) > 8 * MAX_CHARACTERS:
            raise ClapvertError(ErrorCode.DOCUMENT_TOO_BIG, "Ce texte est trop long.", "Vérifiez-le en plusieurs fois.")
        try:
            given = _given(json.loads(body))
        except (json.JSONDecodeError, UnicodeDecodeError) as exc:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Un objet JSON est attendu, avec un champ `text`.") from exc
    text = given.text.replace("\r\n", "\n")
    return Checked(text, await run_in_threadpool(prove, text, service, given.as_of))


def file_of(found: Checked, wanted: Wanted) -> Response:
    """The remarks as a file: in the Word document that was sent, else as a list."""
    stem = Path(found.name).stem or "texte"
    if wanted == "docx" and found.content is not None and found.name.lower().endswith(".docx"):
        return attachment(commented(found.content, found.proof), f"{stem}-verifie.docx", Format.DOCX.media_type)
    to = Format(wanted)
    return attachment(write(paper(found.proof), to), f"{stem}-verifie.{to.value}", to.media_type)


def _given(body: Any) -> Given:
    try:
        return Given.model_validate(body)
    except ValidationError as exc:
        raise ClapvertError(ErrorCode.BAD_REQUEST, describe([dict(e) for e in exc.errors()])) from exc


def _of_file(name: str, content: bytes, as_of: dt.date | None, service: Service) -> Checked:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"texte{Path(name).suffix.lower()}"
        file.write_bytes(content)
        text = read_file(file)
    return Checked(checked(text), prove(text, service, as_of), name, content)
