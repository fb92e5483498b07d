"""Articles, sections and annexes of the added texts that a message names by their number.

Guarantee: a number is looked for in the texts that the message names, or in any; when more than two texts have it, in
none: nobody said which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.planning.named import Named
from assistant.planning.plan import Shown
from assistant.reading.kinds import FILLER
from assistant.reading.question import Question
from assistant.search.hybrid import HybridSearch
from ingest.language.lexical import analyse, fold
from ingest.passages.evidence import Span

_SECTION = re.compile(
    r"\b(?:section|point|chapitre|partie|clause|rubrique|paragraphe|titre|article|art\.?|annexe|fiche)\s+(?:n°\s?)?"
    r"(\d{1,3}(?:[.-]\d{1,3})*|[ivx]{1,5}|[a-h])\b|§\s?(\d{1,3}(?:\.\d{1,3})*)"
)
_NUMBERED = r"(?:[a-z]+\.?\s+)?(?:n°\s?)?{}(?:\s|[.):–—-]|$)"
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n(?!\n)[^\n]+)*")


class Places:
    """The numbered places of one snapshot's added texts."""

    def __init__(self, search: HybridSearch) -> None:
        self.search, self.snapshot = search, search.snapshot

    def of(self, question: Question, named: Named) -> list[int]:
        """Positions of the articles, sections and annexes that a question names by their number, in the texts that it
        names or in any."""
        columns = self.snapshot.columns
        eligible = self.search.eligible(question.as_of, question.domains)
        usable = [
            p
            for p in dict.fromkeys(self.snapshot.sentences.owners.tolist())
            if eligible[p] and self.search.usable(p, question.as_of)
            and (not named.sources or columns.sources[p] in named.sources)
        ]  # fmt: skip
        refs = [r for r in question.references if r.kind not in ("criterion",)]
        keys = {r.key() for r in refs if r.source}
        found = [p for p in usable if keys & set(columns.keys[p])]
        if not found:
            numbers = {r.number for r in refs if not r.source or named.sources}
            found = [p for p in usable if numbers & {k.rpartition(":")[2] for k in columns.keys[p]}]
            found += [p for p in usable if numbers & {k.partition(":")[2] for k in columns.keys[p]} and p not in found]
        if not found and named.sources and (said := _SECTION.search(fold(question.raw))):
            head = re.compile(_NUMBERED.format(re.escape(said[1] or said[2])))
            passages = {p: self.snapshot.open_passage(p) for p in usable}
            found = [
                p for p, q in passages.items() if any(head.match(fold(h)) for h in (q.locator, *q.heading_path[1:]))
            ]
        return found if len({columns.sources[p] for p in found}) <= 2 else []

    def asked(self, question: Question, named: Named) -> bool:
        """Whether a question asks for an article itself: what it says, or nothing more than its number."""
        if question.asks_article:
            return True
        numbers = {n for r in question.references for n in analyse(question.raw[r.start : r.end])}
        said = set(analyse(named.rest if named.sources else question.raw)) - numbers - FILLER
        return not question.types and sum(not t.isdigit() for t in said) <= 1

    def whole(self, positions: Sequence[int], shown: set[int]) -> tuple[Shown, ...]:
        """An article whole, by paragraph."""
        held = [p for p in positions if p not in shown]
        out = []
        for n, p in enumerate(held):
            out.append(Shown(p, self.snapshot.open_passage(p), "head" if n == 0 else "then", self.paragraphs(p)))
        return tuple(out)

    def paragraphs(self, position: int) -> tuple[Span, ...]:
        """Where the paragraphs of a passage stand."""
        return tuple(m.span() for m in _PARAGRAPH.finditer(self.snapshot.open_passage(position).text))
