"""The interface in French and in English: French is written in the pages, its English is in `english/<page>.yaml`.

Guarantee: French is what a page shows unless English was asked for; a sentence without its English shows in French
rather than not at all, and a test fails on it. A sentence has one English, whatever the page.

A page writes `_("{n|texte lu|textes lus}", n=3)`: values fill in after the translation, and are escaped by the page as
all text is; a number is followed by the words that agree with it. A constant written before the language is known is
marked `french("…")` and read with `_` where it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from fastapi import Request

from ingest.language.claims import Language

COOKIE = "lang"
YEAR = 365 * 86400
"""Seconds that a choice of language is kept."""
_COUNTED = re.compile(r"\{(\w+)\|([^|{}]*)\|([^|{}]*)\}")
"""A number and the words that agree with it: `{n|critère|critères}`."""
_HERE = Path(__file__).resolve().parent
_ENGLISH = _HERE / "english"


class Words:
    """Says a French sentence in the language of a page."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, sentence: str, **values: object) -> str:
        """A sentence in the page's language, its `{names}` filled in."""
        said = english().get(sentence, sentence) if self.language == "en" else sentence
        if not values:
            return said
        return _COUNTED.sub(lambda m: f"{{{m[1]}}} {self._agreed(values[m[1]], m[2], m[3])}", said).format(**values)

    def _agreed(self, number: object, one: str, several: str) -> str:
        """The words that go with a number, said as `0,5` or `1 200` or not: in French, two is the first plural."""
        value = float(re.sub(r"[^\d.-]", "", str(number).replace(",", ".")) or 0)
        return one if (value == 1 if self.language == "en" else abs(value) < 2) else several


def french(sentence: str) -> str:
    """Marks a constant as a sentence of the interface; `Words` translates it where it is shown."""
    return sentence


def asked_language(request: Request) -> Language:
    """The language that a request asks for: `?lang=`, else the cookie, else French."""
    asked = request.query_params.get("lang") or request.cookies.get(COOKIE)
    return "en" if asked == "en" else "fr"


@cache
def english() -> Mapping[str, str]:
    """Every sentence that has its English, all pages together."""
    return {fr: en for page in pages() for fr, en in page_words(page).items()}


@cache
def page_words(page: str) -> Mapping[str, str]:
    """The sentences of `english/<page>.yaml`, French to English; none when the file is absent."""
    path = _ENGLISH / f"{page}.yaml"
    if not path.is_file():
        return {}
    read = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return {str(fr): str(en) for fr, en in read.items()}


@cache
def script_words(page: str) -> Mapping[str, str]:
    """The sentences of a page that its modules say: the others are said by the server, and are not sent."""
    return {fr: en for fr, en in page_words(page).items() if f'"{fr}"' in _said_by_modules()}


@cache
def _said_by_modules() -> str:
    modules = sorted((_HERE / "static").rglob("*.js"))
    return "\n".join(m.read_text(encoding="utf-8") for m in modules).replace('\\"', '"')


def pages() -> list[str]:
    """The names of the files of English."""
    return sorted(p.stem for p in _ENGLISH.glob("*.yaml"))
