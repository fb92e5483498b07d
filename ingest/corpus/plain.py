"""Plain words (`corpus/clair.yaml`): how a statement, or a turn of the law, is said in everyday French.

Guarantee: data only; a turn is an exact form that changes no figure, force or reserve; the plain sentence of a
statement says nothing that the statement does not, and keeps its figures, its negation and its reserves (`corpus
check`). A corpus without the file says everything as it stands.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ingest.corpus.register import Slug
from ingest.corpus.yamlfile import YamlFile
from ingest.language.sentences import upper_first


class Brief(BaseModel):
    """A line that sums up some steps of a démarche, by their numbers from 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    etapes: tuple[int, ...] = Field(min_length=1)
    dit: str


class PlainWords(BaseModel):
    """Turns of the law, each with its everyday words; statements, each with its plain sentence; démarches in brief."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mots: dict[str, str] = Field(default_factory=dict)
    phrases: dict[Slug, str] = Field(default_factory=dict, description="by statement")
    demarches: dict[Slug, tuple[Brief, ...]] = Field(default_factory=dict)

    @cached_property
    def _turns(self) -> re.Pattern[str]:
        longest = sorted(self.mots, key=len, reverse=True)
        return re.compile(rf"(?<![\w'’-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])", re.IGNORECASE)

    def said(self, text: str) -> str:
        """A text in plainer words, outside what it quotes."""
        if not self.mots:
            return text
        pieces = re.split(r"(«[^»]*»)", text)
        return "".join(p if p.startswith("«") else self._turns.sub(self._plainer, p) for p in pieces)

    def _plainer(self, m: re.Match[str]) -> str:
        turn = m.group()
        plain = self.mots.get(turn) or self.mots[turn.lower()]
        return upper_first(plain) if turn[:1].isupper() else plain


def load_plain_words(corpus_dir: Path) -> PlainWords:
    """The plain words of a corpus; an error names file, line and field."""
    path = corpus_dir / "clair.yaml"
    if not path.is_file():
        return PlainWords()
    file = YamlFile(path)
    return file.validate(PlainWords, file.data)
