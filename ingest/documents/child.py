"""The child process that reads one file (`ingest.documents.sandbox` starts it): limits first, then the parser.

Guarantee: the limits stand before any byte of the file is looked at; the answer is one document, one workbook or one
refusal, and whatever a parser prints is no part of it. It imports little, since it starts once a file.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.errors import ClapvertError, ErrorCode

REFUSED, MEMORY, OUTPUT, CRASHED = 10, 11, 12, 13
"""Exit codes of the child."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost: seconds of wall clock, bytes of memory, of text given back, and pages."""

    seconds: float = 120.0
    memory: int = 1_500_000_000
    output: int = 60_000_000
    pages: int = 3_000


def limit(limits: Limits, files: int = 64) -> None:
    """Set the limits of this process, where the system has them; `files` is how many it may hold open."""
    try:
        import resource
    except ImportError:  # Windows
        return
    seconds = int(limits.seconds) + 5
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, limits.output),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, files),
    ):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _peak() -> int:
    try:  # not getrusage: it remembers the size of the parent before exec
        with Path("/proc/self/status").open(encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration, ValueError):
        return 0


def _document(data: bytes, name: str, limits: Limits) -> Any:
    from ingest.documents.reading import read_bytes

    document = read_bytes(data, name)
    pages = max((b.page_to or 0 for b in document.blocks), default=0)
    if pages > limits.pages:
        raise ClapvertError(ErrorCode.DOCUMENT_TOO_BIG, f"Le document dépasse {limits.pages} pages.")
    return document


def _workbook(data: bytes, name: str, _limits: Limits) -> Any:
    from ingest.documents.workbook import read_workbook

    return read_workbook(data, name)


_READS = {"document": _document, "workbook": _workbook}
"""What a file may be read as: a text to cite, or cells."""


def _marked(data: bytes, name: str, marks: list[list[str]]) -> Any:
    from ingest.documents.marked import Mark, marked_workbook

    return marked_workbook(data, name, [Mark(*m) for m in marks])


def _child(name: str, limits: Limits, what: str, marks: list[list[str]]) -> int:
    limit(limits)
    out = os.fdopen(os.dup(1), "wb")
    sys.stdout = sys.stderr  # nothing that a parser prints is part of the answer
    try:
        data = sys.stdin.buffer.read()
        read = _marked(data, name, marks) if what == "marked" else _READS[what](data, name, limits)
        body = json.dumps(asdict(read), ensure_ascii=False, default=str).encode()
        answer = b"%d\n%s" % (_peak(), body)
        if len(answer) > limits.output:
            return OUTPUT
        out.write(answer)
        out.flush()
    except ClapvertError as exc:
        out.write(json.dumps({"code": exc.code.value, "message": exc.message, "hint": exc.hint}).encode())
        out.flush()
        return REFUSED
    except (MemoryError, RecursionError):
        return MEMORY
    except OSError:
        return OUTPUT
    except UnicodeEncodeError:  # lone surrogates: no text
        return CRASHED
    except Exception:
        return CRASHED
    return 0


if __name__ == "__main__":
    arguments = json.loads(sys.argv[1])
    status = _child(arguments[0], Limits(**arguments[1]), arguments[2], arguments[3])
    sys.stdout.flush()
    os._exit(status)  # no finalisers of a parser that may be in any state
