"""The articles that a sentence names.

Guarantee: an article that is not held is never said to be wrong. One whose every held version is out of force on the
day is told, with the last of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from assistant.proofing.remarks import Remark, cited
from assistant.proofing.sentences import Sentence
from assistant.reading.dates import AsOf
from assistant.search.hybrid import HybridSearch
from ingest.language.claims import french_date
from ingest.language.locators import TextNames, parse_references


def citation_remarks(sentence: Sentence, search: HybridSearch, names: TextNames, day: AsOf) -> Iterator[Remark]:
    """What is wrong with the articles named: those that ended before the day, or begin after it."""
    eligible = search.eligible(day, ())
    for ref in parse_references(sentence.text, names):
        key = ref.key()
        held = search.snapshot.by_key.get(key, []) if key and not ref.weak else []
        if not held or any(eligible[p] for p in held):
            continue
        passages = search.snapshot.passages(list(held))
        ended = [p for p in passages if p.valid_until and p.valid_until < day.start]
        if len(ended) == len(passages):
            last = max(ended, key=lambda p: p.valid_until or day.start)
            told = f"Ce que nous tenons de cet article n'était en vigueur que jusqu'au {french_date(last.valid_until)}."  # type: ignore[arg-type]
        elif not ended:
            last = min(passages, key=lambda p: p.valid_from or day.end)
            told = f"Ce que nous tenons de cet article n'entre en vigueur que le {french_date(last.valid_from)}."  # type: ignore[arg-type]
        else:
            continue
        start, end = sentence.start + ref.start, sentence.start + ref.end
        yield Remark(
            kind="citation", strength="likely", start=start, end=end, words=sentence.text[ref.start : ref.end],
            look_at=told, cited=cited(last),
        )  # fmt: skip
