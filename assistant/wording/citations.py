"""Citations as they are shown: numbered in the order of the sentences, each with what it rests on.

Guarantee: the same words of the same passage keep one number.
"""

from __future__ import annotations

from typing import Literal

from assistant.answer import BasedOn, Citation
from assistant.checking.verifier import Sentence
from ingest.passages.passages import Passage


class Numbering:
    """Numbers citations in the order they are first used; the same words of the same passage keep their number."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], tuple[int, Passage, str]] = {}

    def cite(self, sentence: Sentence) -> tuple[int, ...]:
        """The numbers of what a sentence cites."""
        out = []
        for c in sentence.cited:
            row = self._rows.setdefault((c.passage.id, c.quote), (len(self._rows) + 1, c.passage, c.quote))
            out.append(row[0])
        return tuple(dict.fromkeys(out))

    def passages(self) -> list[Passage]:
        """The passages cited so far."""
        return [p for _, p, _ in self._rows.values()]

    def citations(self) -> list[Citation]:
        """The citations, in order."""
        return [citation_of(n, p, quote) for n, p, quote in self._rows.values()]


def citation_of(n: int, p: Passage, quote: str) -> Citation:
    """Citation `n` of a passage, as it is shown."""
    return Citation(
        n=n,
        passage_id=p.id,
        source_id=p.source_id,
        source_title=p.source_title,
        locator=p.locator,
        url=p.url,
        quote=quote,
        rank=p.rank,
        based_on=BasedOn.of(p),
        valid_from=p.valid_from,
        valid_until=p.valid_until,
        page=p.page_from,
        confidence=shown_confidence(p),
        bill=p.bill,
    )


def shown_confidence(p: Passage) -> Literal["haute", "moyenne"] | None:
    """The confidence shown beside a citation; none for what is low (a known unknown, a reconstructed criterion)."""
    return None if p.certainty == "basse" else p.certainty
