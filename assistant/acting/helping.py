"""What is said of ourselves: what we do, who we are, our limits, documents, privacy… (`data/help.yaml`).

Guarantee: reviewed words, in both languages; nothing in them is of one question.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from ingest.language.claims import Language

_DATA = Path(__file__).resolve().parent / "data" / "help.yaml"


def help_of(manner: str, language: Language) -> str:
    """What is said to who asks for help, in the form in which it is asked."""
    rows = _rows()
    return rows.get(manner, rows["what"])[language]


@cache
def _rows() -> dict[str, dict[Language, str]]:
    rows: dict[str, dict[Language, str]] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return rows
