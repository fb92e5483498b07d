"""What becomes of hostile and awkward files: a row a file, read or refused and why, with its time and memory.

    python -m evals.benchmarks.torture FOLDER [--seconds 120]

Each file goes the way of `corpus add`: a limited child process (`ingest.documents.sandbox`). The run passes when every
file ends in a document or in a `ClapvertError`, within its limits.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from ingest.documents.child import Limits
from ingest.documents.sandbox import read_safely
from ingest.errors import ClapvertError


def row(file: Path, limits: Limits) -> dict[str, Any]:
    """One file: `result` is `read` or the code of the refusal; seconds, and megabytes where it was read."""
    started = time.monotonic()
    out: dict[str, Any] = {"file": file.name, "bytes": file.stat().st_size}
    try:
        reading = read_safely(file, limits=limits)
    except ClapvertError as exc:
        out |= {"result": exc.code.value, "said": exc.message, "mb": None}
    else:
        document = reading.document
        pages = max((b.page_to or 0 for b in document.blocks), default=0)
        said = f"{len(document.blocks)} blocs" + (f", {pages} p." if pages else "")
        out |= {"result": "read", "said": " ; ".join((said, *document.notes)), "mb": round(reading.peak / 1e6)}
    return out | {"seconds": round(time.monotonic() - started, 2)}


def main() -> None:
    """Print the table, then one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=Limits().seconds)
    arguments = parser.parse_args()
    limits = Limits(seconds=arguments.seconds)
    files = sorted(p for p in arguments.folder.rglob("*") if p.is_file() and p.suffix != ".md")
    rows = []
    for file in files:
        rows.append(found := row(file, limits))
        print(
            f"{found['file'][:44]:44} {found['result']:20} {found['seconds']:6.1f} s {found['mb'] or '-':>5} Mo  "
            f"{found['said'][:110]}"
        )
    read = [r for r in rows if r["result"] == "read"]
    peak = max((r["mb"] for r in read), default=0)
    print(f"{len(rows)} fichiers : {len(read)} lus, {len(rows) - len(read)} refusés ; au plus {peak} Mo.")
    print(json.dumps({"files": len(rows), "read": len(read), "peak_mb": peak, "rows": rows}, ensure_ascii=False))


if __name__ == "__main__":
    main()
