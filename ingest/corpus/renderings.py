"""English renderings (`corpus/rendus.yaml`): how a French term is said in English, and by which words it is not.

Guarantee: data only; a corpus without the file has no renderings to keep to.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ingest.corpus.yamlfile import YamlFile

_APOSTROPHES = str.maketrans({"’": "'", "\u00a0": " "})


class Rendering(BaseModel):
    """One term: its English, the words that do not render it, and what calls for them all the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fr: str = Field(min_length=3)
    en: str = Field(min_length=3)
    not_: tuple[str, ...] = Field(default=(), alias="not")
    unless: tuple[str, ...] = Field(default=(), description="French words that call for one of the words of `not`")
    always: bool = Field(default=False, description="the English always has `en`")

    @cached_property
    def _term(self) -> re.Pattern[str]:
        return re.compile(r"\b" + r"\s".join(_forms(word) for word in self.fr.split()) + r"(?!\w)", re.IGNORECASE)

    def faults(self, text: str, english: str) -> list[str]:
        """What the English of a text has that does not render the term, or lacks."""
        text, said = text.translate(_APOSTROPHES), english.translate(_APOSTROPHES).casefold()
        if not self._term.search(text):
            return []
        out = [f"« {self.fr} » ne se dit pas « {self.en} »"] if self.always and self.en.casefold() not in said else []
        if any(word.casefold() in text.casefold() for word in self.unless):
            return out
        wrong = [w for w in self.not_ if re.search(rf"\b{re.escape(w.casefold())}(?:s|es)?\b", said)]
        return out + [f"« {self.fr} » se dit « {self.en} », pas « {w} »" for w in wrong]


class _Renderings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rendus: tuple[Rendering, ...]


def _forms(word: str) -> str:
    """A French word in the singular and in the plural, masculine and feminine."""
    return re.escape(word.rstrip("s") or word) + r"(?:e?s?|x)"


def load_renderings(corpus_dir: Path) -> tuple[Rendering, ...]:
    """The renderings of a corpus; an error names file, line and field."""
    path = corpus_dir / "rendus.yaml"
    if not path.is_file():
        return ()
    file = YamlFile(path)
    return file.validate(_Renderings, file.data).rendus
