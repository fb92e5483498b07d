"""Official words: the passage of an article that says most of what a notice says, and the sentences of it to quote."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.checking.verifier import Cited
from assistant.reading.dates import AsOf
from assistant.search.hybrid import HybridSearch
from ingest.language.lexical import analyse
from ingest.language.sentences import sentence_spans
from ingest.passages.passages import Passage


def best_official(search: HybridSearch, notice: Passage, as_of: AsOf) -> Cited | None:
    """The official passage on the notice's article that says most of what the notice says, with the words that do."""
    found = search.official(notice.keys, as_of)
    if not found:
        return None
    terms = analyse(notice.text)
    best = max(found, key=lambda p: (len(set(terms) & set(analyse(p.text))), -p.position))
    return Cited(best, best_quote(best.text, terms, 70))


def best_quote(text: str, terms: Sequence[str], limit: int) -> str:
    """The run of one to three sentences that shares most with the terms, verbatim, cut at a word when it is endless."""
    return text[slice(*best_span(text, terms, limit))]


def best_span(text: str, terms: Sequence[str], limit: int) -> tuple[int, int]:
    """Where that run stands."""
    wanted = set(terms)
    spans = sentence_spans(text) or [(0, len(text))]
    held = [wanted & set(analyse(text[start:end])) for start, end in spans]
    best, gain = (0, 0), -1.0
    for i in range(len(spans)):
        for j in range(i, min(i + 3, len(spans))):
            size = len(text[spans[i][0] : spans[j][1]].split())
            if j > i and size > limit:
                break
            shared = len(set().union(*held[i : j + 1])) - 1.5 * (j - i)
            if shared > gain:
                best, gain = (i, j), shared
    start, end = spans[best[0]][0], spans[best[1]][1]
    words = list(re.finditer(r"\S+", text[start:end]))
    return (start, end) if len(words) <= limit else (start, start + words[limit - 1].end())
