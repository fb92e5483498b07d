"""Scans → PDF with a text layer, by `ocrmypdf` when it is installed and the user asks for it (`corpus add --ocr`).

Guarantee: never taken unasked, since it hands the file to programs that are not ours (Tesseract, Ghostscript); they run
with limits on time, memory and output, without shell, and what they give back is read like any other file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ingest.documents.child import Limits, limit
from ingest.errors import ClapvertError, ErrorCode

LIMITS = Limits(seconds=900, memory=4_000_000_000, output=400_000_000)


def available() -> bool:
    """Whether `ocrmypdf` is on this machine."""
    return shutil.which("ocrmypdf") is not None


def recognise(scan: Path, target: Path, language: str = "fra", limits: Limits = LIMITS) -> None:
    """Write to `target` a copy of `scan` with its text; `DOCUMENT_NEEDS_OCR` when it cannot be had."""
    program = shutil.which("ocrmypdf")
    if program is None:
        raise ClapvertError(
            ErrorCode.DOCUMENT_NEEDS_OCR,
            f"{scan.name} est une numérisation et `ocrmypdf` n'est pas installé.",
            "Installez `ocrmypdf` et la langue française de Tesseract, puis relancez avec --ocr.",
        )
    command = [program, "--quiet", "--skip-text", "--jobs", "1", "--output-type", "pdf", "-l", language]
    wrapper = [sys.executable, "-B", "-P", "-m", "ingest.texts.ocr", str(limits.memory), str(limits.output)]
    with subprocess.Popen(
        [*wrapper, *command, str(scan), str(target)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
             "TMPDIR": str(target.parent), "LANG": "C.UTF-8"},
    ) as child:  # fmt: skip
        try:
            code = child.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            code = -1
        finally:
            _end(child)
    if code or not target.is_file():
        raise ClapvertError(
            ErrorCode.DOCUMENT_NEEDS_OCR,
            f"La reconnaissance de caractères de {scan.name} n'a pas abouti.",
            "Essayez `ocrmypdf` vous-même pour voir pourquoi, puis ajoutez le fichier obtenu.",
        )


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the whole group: `ocrmypdf` starts others."""
    if child.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(child.pid, 9)
        else:
            child.kill()


if __name__ == "__main__":
    limit(Limits(seconds=LIMITS.seconds, memory=int(sys.argv[1]), output=int(sys.argv[2])), files=256)
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - a list, no shell: that is the point
