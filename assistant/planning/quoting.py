"""What is quoted of the added texts: whole sentences of one text, in its order, with what they need to be understood.

Guarantee: an item goes with what opens its list, a sentence that leans on the one before it goes with it, and nothing
is cut or reworded; a second passage is one of the same text that comes close.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from assistant.planning.features import WORDS
from assistant.planning.plan import Shown
from assistant.planning.weighing import PassagesConfig, Quoted
from ingest.index.snapshot import Snapshot
from ingest.language.lexical import fold
from ingest.passages.evidence import Span


class Quoting:
    """Chooses what is quoted, within the words of a part."""

    def __init__(self, snapshot: Snapshot, config: PassagesConfig) -> None:
        self.snapshot, self.config = snapshot, config

    def shown(self, quotes: Sequence[Quoted], shown: set[int]) -> tuple[Shown, ...]:
        """The sentences to show: the best of all, then those that come close, best first whatever their passage, until
        the words are spent."""
        c = self.config
        best = next((q for q in quotes if q.piece.position not in shown), None)
        if best is None:
            return ()
        kept: dict[int, list[Span]] = {}
        passages = {q.piece.position: q.passage for q in quotes}
        words, pieces = 0, Counter[int]()
        for q in quotes:
            p = q.piece.position
            near = c.close if p == best.piece.position else c.beside
            if q.score < best.score - near or p in shown or q.passage.source_id != best.passage.source_id:
                continue
            if pieces[p] == c.pieces or (p not in kept and len(kept) == c.passages):
                continue
            more = [s for s in self._rests_on(q) if s not in kept.get(p, ())]
            cost = sum(len(q.passage.text[a:b].split()) for a, b in more)
            if kept and words + cost > c.words:
                continue
            kept.setdefault(p, []).extend(more)
            pieces[p] += 1
            words += cost
        return tuple(
            Shown(p, passages[p], "then" if n else "head", joined(passages[p].text, spans))
            for n, (p, spans) in enumerate(kept.items())
        )

    def spans(self, quote: Quoted) -> tuple[Span, ...]:
        """Where the words stand that are quoted with a sentence, in order."""
        return joined(quote.passage.text, self._rests_on(quote))

    def _rests_on(self, quote: Quoted) -> list[Span]:
        """What is quoted with a sentence: all of its passage when it is short, else it and what it rests on."""
        text, rows = quote.passage.text, self.snapshot.sentences.by_passage[quote.piece.position]
        pieces = [self.snapshot.sentences.piece(r) for r in rows]
        if len(text.split()) <= self.config.whole:
            return [(e.start, e.end) for e in pieces]
        n = quote.piece.row - rows[0]
        e = pieces[n]
        wanted = [(e.start, e.end)]
        if e.opens:
            wanted.append(e.opens)
        elif n and WORDS.at(fold(text[e.start : e.end]), "leans") is not None:
            wanted.append((pieces[n - 1].start, pieces[n - 1].end))
        return wanted


def joined(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
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
