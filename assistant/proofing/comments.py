"""A Word document with the remarks as comments.

Guarantee: no word of the document changes; each remark is a comment on the runs that hold the user's words, or, where
they cannot be found again, on the first paragraph. The file was read in the child process before, which refuses hostile
ones; what python-docx cannot open all the same is refused by name.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx

from assistant.proofing.proof import Proof
from assistant.proofing.remarks import Remark
from ingest.errors import ClapvertError, ErrorCode

AUTHOR = "Clapvert"


def commented(content: bytes, proof: Proof) -> bytes:
    """The document of the user, commented. Raises `ClapvertError` (`DOCUMENT_REFUSED`) for what is no Word file."""
    try:
        document = docx.Document(io.BytesIO(content))
    except Exception as exc:
        raise ClapvertError(
            ErrorCode.DOCUMENT_REFUSED, "Ce document Word ne peut pas recevoir de commentaires.",
            "Demandez la liste des remarques (PDF ou Markdown).",
        ) from exc  # fmt: skip
    paragraphs = [p for p in _paragraphs(document) if p.runs]
    for remark in proof.remarks:
        runs = _runs(paragraphs, remark.words) or (paragraphs[0].runs if paragraphs else [])
        if runs:
            document.add_comment(runs, text=told(remark), author=AUTHOR, initials="Cv")
    if paragraphs:
        document.add_comment(paragraphs[0].runs, text=proof.summary, author=AUTHOR, initials="Cv")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def told(remark: Remark) -> str:
    """A remark as one comment: what to look at, then the source and its words."""
    c = remark.cited
    url = f" {c.url}" if c.url else ""
    return f"{remark.look_at}\n{c.source_title}, {c.locator} : « {c.quote} »{url}"


def _paragraphs(document: Any) -> Iterator[Any]:
    """Those of the body, then those of its tables."""
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


def _runs(paragraphs: list[Any], words: str) -> list[Any]:
    """The runs that hold the words, in the first paragraph that does."""
    for paragraph in paragraphs:
        text = "".join(run.text for run in paragraph.runs)
        start = text.find(words)
        if start < 0:
            continue
        at, held = 0, []
        for run in paragraph.runs:
            if at < start + len(words) and at + len(run.text) > start:
                held.append(run)
            at += len(run.text)
        return held
    return []
