"""What is quoted of the added texts: whole sentences of one text, in its order, with what they need to be understood.

Guarantee: an item goes with what opens its list, a sentence that leans on the one before it goes with it, and nothing
is cut or reworded; a second passage is one of the same text that comes close.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.planning.plan import Shown
from assistant.planning.weighing import PassagesConfig, Quoted
from ingest.index.snapshot import Snapshot
from ingest.language.lexical import fold
from ingest.passages.evidence import Span

_LEANS = re.compile(
    r"(?:il|elle|ils|elles|ce|cet|cette|ces|celui|celle|ceux|a defaut|dans ce cas|toutefois|cependant|en outre|it"
    r"|they|this|these|otherwise|however)\b"
)
"""How a sentence begins that is not understood without the one before it."""


class Quoting:
    """Chooses what is quoted, within the words of a part."""

    def __init__(self, snapshot: Snapshot, config: PassagesConfig) -> None:
        self.snapshot, self.config = snapshot, config

    def shown(self, quotes: Sequence[Quoted], shown: set[int]) -> tuple[Shown, ...]:
        """The sentences to show: those of the best passage, then the best of other passages of the same text that come
        close."""
        c = self.config
        best = next((q for q in quotes if q.piece.position not in shown), None)
        if best is None:
            return ()
        spans = self._spans(best, quotes)
        out = [Shown(best.piece.position, best.passage, "head", spans)]
        words = sum(len(best.passage.text[a:b].split()) for a, b in spans)
        for other in quotes:
            p = other.piece.position
            if other.score < best.score - c.beside or len(out) == c.passages:
                break
            if p in shown or any(p == s.position for s in out) or other.passage.source_id != best.passage.source_id:
                continue
            more = self._spans(other, [other])
            cost = sum(len(other.passage.text[a:b].split()) for a, b in more)
            if words + cost <= c.words:
                out.append(Shown(p, other.passage, "then", more))
                words += cost
        return tuple(out)

    def _spans(self, best: Quoted, quotes: Sequence[Quoted]) -> tuple[Span, ...]:
        """What is quoted of a passage: all of it when it is short, else the best sentences with what they lean on."""
        text = best.passage.text
        rows = self.snapshot.sentences.by_passage[best.piece.position]
        pieces = [self.snapshot.sentences.piece(r) for r in rows]
        if len(text.split()) <= self.config.whole:
            return _joined(text, [(e.start, e.end) for e in pieces])
        near = [
            q.piece.row
            for q in quotes
            if q.piece.position == best.piece.position and q.score >= best.score - self.config.close
        ][: self.config.pieces]
        kept: list[Span] = []
        for row in near:
            e = self.snapshot.sentences.piece(row)
            n = row - rows[0]
            wanted = [(e.start, e.end)]
            if e.opens:
                wanted.append(e.opens)
            elif n and _LEANS.match(fold(text[e.start : e.end])):
                wanted.append((pieces[n - 1].start, pieces[n - 1].end))
            joined = [s for s in wanted if s not in kept]
            size = sum(len(text[a:b].split()) for a, b in (*kept, *joined))
            if kept and size > self.config.words:
                break
            kept += joined
        return _joined(text, kept)


def _joined(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those that only space parts made one."""
    out: list[Span] = []
    for start, end in sorted(set(spans)):
        if out and (
            start <= out[-1][1] or (not text[out[-1][1] : start].strip() and "\n" not in text[out[-1][1] : start])
        ):
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)
