"""The fixed words of acts, in French and in English (`data/words.yaml`).

Guarantee: they claim nothing; each is in both languages but the names of fields, which French takes from its notices.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from ingest.language.claims import Language

_DATA = Path(__file__).resolve().parent / "data" / "words.yaml"


def _read() -> dict[Language, dict[str, str]]:
    rows: dict[str, dict[Language, str]] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    languages: tuple[Language, ...] = ("fr", "en")
    return {lang: {name: said[lang] for name, said in rows.items() if lang in said} for lang in languages}


WORDS = _read()
