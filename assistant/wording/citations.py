"""Citations as they are shown: numbered in the order of the sentences, each with what it rests on.

Guarantee: the same words of the same passage keep one number; two bodies of law never share a paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from assistant.answer import BasedOn, Citation
from assistant.checking.verifier import Sentence
from assistant.planning.ranking import Scored
from ingest.corpus.register import REGIME_LABELS, Regime
from ingest.language.claims import Language
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
    )


def shown_confidence(p: Passage) -> Literal["haute", "moyenne"] | None:
    """The confidence shown beside a citation; none for what is low (a known unknown, a reconstructed criterion)."""
    return None if p.certainty == "basse" else p.certainty


def paragraphs(kept: Sequence[Sentence], used: Sequence[Scored], numbering: Numbering, language: Language) -> str:
    """The sentences with their markers; under a heading each when two bodies of law stand side by side."""
    regimes = {id(s): u.passage.regime for s, u in zip(kept, used, strict=False)}
    marked = [(regimes.get(id(s)), f"{s.text} {''.join(f'[{n}]' for n in numbering.cite(s))}") for s in kept]
    if {Regime.UE, Regime.FR} <= {r for r, _ in marked}:
        labels = REGIME_LABELS if language == "fr" else {Regime.UE: "EU law", Regime.FR: "French law"}
        groups: dict[Regime | None, list[str]] = {}
        for regime, text in marked:
            groups.setdefault(regime, []).append(text)
        return "\n\n".join(
            f"**{labels.get(r, '') if r else ''}** : {' '.join(texts)}" if r in labels else " ".join(texts)
            for r, texts in groups.items()
        )
    return " ".join(text for _, text in marked)
