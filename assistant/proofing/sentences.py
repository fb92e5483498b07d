"""The text to check and its sentences.

Guarantee: `text[start:end]` is the user's own words. A file is read in the child process that reads added texts, which
refuses hostile ones by name; a text that is longer than twenty pages or so is refused, not cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.documents.child import Limits
from ingest.documents.sandbox import read_safely
from ingest.errors import ClapvertError, ErrorCode
from ingest.language.sentences import sentence_spans

MAX_CHARACTERS = 80_000
"""Twenty pages of 4,000 characters."""
_LIMITS = Limits(seconds=30.0, pages=20)
_MIN_WORDS = 3
"""Below, a title or a number: nothing that could be true or false."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its place."""

    start: int
    end: int
    text: str


def read_file(file: Path) -> str:
    """The text of a file, one block a paragraph."""
    return checked("\n\n".join(block.text for block in read_safely(file, limits=_LIMITS).document.blocks))


def checked(text: str) -> str:
    """The text, unless it is empty or too long."""
    if not text.strip():
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Ce texte est vide.", "Donnez un texte à vérifier.")
    if len(text) > MAX_CHARACTERS:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            f"Ce texte fait {len(text)} caractères : au plus {MAX_CHARACTERS}, soit une vingtaine de pages.",
            "Vérifiez-le en plusieurs fois.",
        )
    return text


def sentences_of(text: str) -> list[Sentence]:
    """The sentences of a text, titles and empty lines left out."""
    out, at = [], 0
    for line in text.splitlines(keepends=True):
        for start, end in sentence_spans(line):
            said = line[start:end]
            left, right = len(said) - len(said.lstrip()), len(said.rstrip())
            if len(said.split()) >= _MIN_WORDS:
                out.append(Sentence(at + start + left, at + start + right, said.strip()))
        at += len(line)
    return out
