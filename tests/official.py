"""Where the real official texts are: beside the checkouts (`shared/texts`), never in the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

TEXTS = next(
    (p / "shared" / "texts" for p in Path(__file__).resolve().parents if (p / "shared" / "texts").is_dir()),
    Path("shared/texts"),
)
CORPUS = Path(__file__).resolve().parents[1] / "corpus"
needs_texts = pytest.mark.skipif(
    not TEXTS.is_dir(), reason="the official texts (shared/texts) are not beside this checkout"
)
