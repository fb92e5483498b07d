"""`make lock`: rewrite constraints.txt from pyproject.toml, every package pinned with its hashes, no registry named.

torch is left out: its CPU and CUDA builds share a version and differ in content, and which of them a machine takes is
its owner's choice (README, « Operations »). The Makefile pins it by version, first, with what its build needs: the CUDA
libraries that one build asks for are no dependency of ours.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Compile, drop comments and torch's hashes, write."""
    compiled = subprocess.run(
        [
            *(sys.executable, "-m", "piptools", "compile", "--quiet", "--extra", "dev", "--generate-hashes"),
            *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-header", "--strip-extras"),
            *("--allow-unsafe", "--no-annotate", "--output-file", "-", "pyproject.toml"),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    pinned = tidy(compiled)
    (ROOT / "constraints.txt").write_text(pinned, encoding="utf-8")
    (ROOT / "docker" / "requirements.txt").write_text(for_image(pinned), encoding="utf-8")


def tidy(compiled: str) -> str:
    """One block a package; torch and the installers left to the environment."""
    text = re.sub(r"^\s*#.*\n", "", compiled, flags=re.MULTILINE)
    blocks = re.findall(r"^\S.*(?:\n\s+--hash.*)*", text, flags=re.MULTILINE)
    kept = [b for b in blocks if not re.match(r"(?:torch|triton|pip|setuptools|wheel)==|nvidia-|cuda-", b)]
    return "# Written by `make lock`: exact versions with their hashes.\n" + "\n".join(sorted(kept)) + "\n"


EXTRAS = ("mcp", "oidc", "openai", "otel", "postgresql", "s3")
"""What the image holds besides."""


def for_image(pinned: str) -> str:
    """The blocks of `constraints.txt` that the image needs: without what only tests and measures use."""
    wanted, seen = [("clapvert", EXTRAS)], {("clapvert", extra) for extra in ("", *EXTRAS)}
    while wanted:
        name, extras = wanted.pop()
        try:
            asked = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # of another platform
            continue
        for line in asked:
            needed = Requirement(line)
            for extra in ("", *extras):
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    fresh = {(needed.name, e) for e in ("", *needed.extras)} - seen
                    seen |= fresh
                    if fresh:
                        wanted.append((needed.name, tuple(needed.extras)))
    names = {canonicalize_name(name) for name, _ in seen}
    blocks = re.findall(r"^\S.*(?:\n\s+--hash.*)*", pinned, flags=re.MULTILINE)
    kept = [b for b in blocks if canonicalize_name(b.partition("==")[0].strip()) in names]
    return "# Written by `make lock`: what the image installs, of constraints.txt.\n" + "\n".join(kept) + "\n"


if __name__ == "__main__":
    main()
