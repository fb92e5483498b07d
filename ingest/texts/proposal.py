"""What a file that is added says of itself: which text it is, its title, language and domain.

Guarantee: a file is taken for a text of the register only when its title or its first lines open with that text's name;
whatever is proposed can be given instead, and what is given wins. The domain is the one whose notices speak most like
the file.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ingest.corpus.fiches import load_fiches
from ingest.corpus.register import Domain, Nature, Rank, Register, Source
from ingest.documents.tree import Document
from ingest.language.lexical import analyse, fold
from ingest.texts.texts import own_source

_FRONT, _LONGEST, _ID = 8, 160, 60
_SAID = {
    "fr": re.compile(r"\b(?:le|la|les|des|du|de|et|est|une|dans|pour|par|sur|aux?)\b"),
    "en": re.compile(r"\b(?:the|of|and|to|is|shall|any|in|by|for|or|with)\b"),
}
UNSAID = "non précisé"


@dataclass(frozen=True, slots=True)
class Given:
    """What the person says of a file; what is None is proposed."""

    id: str | None = None
    title: str | None = None
    domain: Domain | None = None
    issuer: str | None = None
    nature: Nature | None = None
    rank: Rank | None = None
    url: str | None = None
    language: str | None = None


def propose(
    document: Document, file: Path, register: Register, corpus_dir: Path, given: Given
) -> tuple[Source, bool, Source | None]:
    """The text that a file is, whether it is the register's own entry, and the entry of the register that it looks like
    when the person names it otherwise."""
    title = given.title or title_of(document, file)
    alike = _registered(document, title, register)
    if alike is not None and given == Given(language=given.language):
        return alike, True, None
    text = " ".join(b.text for b in document.blocks[:400])
    source = own_source(
        given.id or slug(title) or slug(file.stem) or "texte",
        title,
        given.domain or (alike.domains[0] if alike else domain_of(text, corpus_dir)),
        given.issuer or UNSAID,
        given.nature or Nature.PAGE,
        given.rank or Rank.GUIDE,
        given.url,
        given.language or language_of(text),
    )
    return source, False, alike


def title_of(document: Document, file: Path) -> str:
    """The document's title, else the lines that it opens with, else its first heading, else the name of its file."""
    first = document.blocks[0] if document.blocks else None
    opens = " – ".join(line.strip() for line in first.text.split("\n")) if first and first.kind == "text" else ""
    heading = next((b.text for b in document.blocks[:_FRONT] if b.kind == "heading"), "")
    name = re.sub(r"[-_.\s]+", " ", file.stem).strip()
    told = opens if len(opens) <= _LONGEST and not opens.endswith(".") else ""
    found = next((t for t in (document.title, told, heading) if t and len(analyse(t)) > 1), name)
    found = " ".join(re.sub(r"[*_#`]+", " ", found).split())[:_LONGEST]
    return found if len(found) >= 3 else f"Texte {name}"


def slug(title: str) -> str:
    """An id made of a title."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")
    return plain if len(plain) <= _ID else plain[:_ID].rpartition("-")[0]


def language_of(text: str) -> str:
    """French or English, by the small words."""
    folded = fold(text[:20_000])
    return max(_SAID, key=lambda lang: (len(_SAID[lang].findall(folded)), lang == "fr"))


def domain_of(text: str, corpus_dir: Path) -> Domain:
    """The domain whose notices speak most like a text."""
    said: dict[Domain, Counter[str]] = {d: Counter() for d in Domain}
    for file in load_fiches(corpus_dir):
        for _, s in file.fiche.statements():
            said[file.fiche.domain].update(set(analyse(s.text)))
    total = Counter[str]()
    for counts in said.values():
        total.update(counts)
    words = Counter(t for t in analyse(text) if t in total)

    def likely(domain: Domain) -> float:
        counts, size = said[domain], sum(said[domain].values()) + len(total)
        return sum(math.log1p(n) * math.log((counts[t] + 1) / size) for t, n in words.items())

    return max(Domain, key=likely)


def _registered(document: Document, title: str, register: Register) -> Source | None:
    """The official text of the register whose name the title, or one of the first lines, opens with."""
    for line in (title, *(b.text[:_LONGEST] for b in document.blocks[:_FRONT])):
        works = register.titled(" ".join(line.split()))
        if works and (source := register.sources.get(works[0])) is not None and source.rank is Rank.OFFICIEL:
            return source
    return None
