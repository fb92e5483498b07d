"""Files are read in a child process that can be stopped: limits on time, memory, output and pages.

Guarantee: whatever a file does to a parser (loop, eat memory, crash it), the caller gets a `ClapvertError` with a
French reason, in bounded time, and nothing of its own is touched. The child gets the bytes on its standard input, may
write nothing but its answer, and starts from an environment without secrets. Where the system has no such limits
(Windows), the time limit alone holds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter

from ingest.documents.cells import Workbook
from ingest.documents.child import MEMORY, OUTPUT, REFUSED, Limits
from ingest.documents.marked import Mark
from ingest.documents.tree import Document
from ingest.errors import ClapvertError, ErrorCode


@dataclass(frozen=True, slots=True)
class SafeRead:
    """A document read, and the most memory that the child held (bytes; 0 where the system does not say)."""

    document: Document
    peak: int


DEFAULT = Limits()
CELLS = Limits(seconds=60.0, memory=1_000_000_000, output=30_000_000)
"""For workbooks: a grid is small."""
MAX_MARKS = 300
"""Cells marked in a copy: more is another workbook to make."""
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LANG", "TMPDIR", "TEMP", "LD_LIBRARY_PATH")


def read_safely(file: Path, name: str | None = None, limits: Limits = DEFAULT) -> SafeRead:
    """Read a file in a child process; `name` is what it is called (its ending counts), the file's own by default."""
    with file.open("rb") as source:
        peak, body = _answer(source, name or file.name, limits, "document")
    return SafeRead(DOCUMENT.validate_json(body), peak)


def read_workbook_safely(data: bytes, name: str, limits: Limits = CELLS) -> Workbook:
    """Read the cells of a workbook or a CSV file in a child process; the ending of `name` counts."""
    with tempfile.TemporaryFile() as source:
        source.write(data)
        source.seek(0)
        return _WORKBOOK.validate_json(_answer(source, name, limits, "workbook")[1])


def mark_workbook_safely(data: bytes, name: str, marks: Sequence[Mark], limits: Limits = CELLS) -> bytes:
    """A copy of a workbook (XLSX) whose cells are marked, made in a child process."""
    sent = [[m.sheet, m.at, m.why[:200]] for m in marks[:MAX_MARKS]]
    with tempfile.TemporaryFile() as source:
        source.write(data)
        source.seek(0)
        body = _answer(source, name, limits, "marked", sent)[1]
    return bytes.fromhex(json.loads(body)["content"])


def _answer(
    source: IO[bytes], name: str, limits: Limits, what: str, marks: list[list[str]] | None = None
) -> tuple[int, bytes]:
    """The most memory that the child held, and what it read as JSON; or its refusal."""
    with tempfile.TemporaryFile() as answer:
        code = _run(source, answer, json.dumps([name, asdict(limits), what, marks or []]), limits)
        answer.seek(0)
        raw = answer.read(limits.output + 1)
    if code == 0 and len(raw) <= limits.output:
        peak, _, body = raw.partition(b"\n")
        return int(peak), body
    if code == REFUSED:
        said = json.loads(raw)
        raise ClapvertError(ErrorCode(said["code"]), said["message"], said["hint"])
    raise _stopped(code, limits)


def _run(source: IO[bytes], answer: IO[bytes], asked: str, limits: Limits) -> int:
    kept = {k: v for k, v in os.environ.items() if k in _ENVIRONMENT}
    child = subprocess.Popen(
        [sys.executable, "-B", "-P", "-m", "ingest.documents.child", asked],
        stdin=source, stdout=answer, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**kept, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "OPENBLAS_NUM_THREADS": "1",
             "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},
    )  # fmt: skip
    try:
        return child.wait(limits.seconds)
    except subprocess.TimeoutExpired:
        return _TIMED_OUT
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


_TIMED_OUT = -1000


def _stopped(code: int, limits: Limits) -> ClapvertError:
    if code in (_TIMED_OUT, -24, 137, 152):
        return ClapvertError(
            ErrorCode.DOCUMENT_TOO_BIG, f"La lecture a été arrêtée : elle dépasse {limits.seconds:.0f} secondes."
        )
    if code == OUTPUT or code == 0:
        return ClapvertError(
            ErrorCode.DOCUMENT_TOO_BIG, f"Le fichier donne plus de {limits.output // 1_000_000} Mo de texte."
        )
    if code == MEMORY or code == -9:
        return ClapvertError(
            ErrorCode.DOCUMENT_TOO_BIG, f"La lecture demande plus de {limits.memory // 1_000_000} Mo de mémoire."
        )
    return ClapvertError(
        ErrorCode.DOCUMENT_DAMAGED, "Le lecteur n'a pas pu finir : le fichier est abîmé ou fait pour le tromper."
    )


DOCUMENT: TypeAdapter[Document] = TypeAdapter(Document)
"""Reads a document back from JSON, checked field by field."""
_WORKBOOK: TypeAdapter[Workbook] = TypeAdapter(Workbook)
