"""Who does what: an authority that a sentence names, where the statements on the same act name another.

Guarantee: the bodies are those of the contacts and of the register's issuers; a body that any statement of the subject
names is never told to be wrong, and where the statements name none, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ingest.language.lexical import fold
from ingest.passages.passages import Passage

_ARTICLES = re.compile(r"\b(?:le|la|les|l'|du|de|des|au|aux|d')\s*", re.IGNORECASE)
_SHORTEST = 3
"""Letters of a name, at least."""


class Bodies:
    """The bodies known by name."""

    def __init__(self, names: Iterable[str]) -> None:
        short = {part.strip(" )") for name in names for part in re.split(r"[(,/]", name)}
        known = sorted({fold(n) for n in short if len(n) >= _SHORTEST and n[:1].isupper()}, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)")

    def named(self, text: str) -> frozenset[str]:
        """The bodies that a text names."""
        return frozenset(self._pattern.findall(fold(text)))

    def foreign(self, sentence: str, same: Sequence[Passage]) -> list[str]:
        """The body that acts in a sentence (it opens it), when the statements of its subject name others alone."""
        first = self._pattern.match(_ARTICLES.sub("", fold(sentence), count=1).lstrip())
        if first is None or not same:
            return []
        held = [self.named(f"{p.text} {p.source_title}") for p in same]
        return [first.group()] if all(names and first.group() not in names for names in held) else []
