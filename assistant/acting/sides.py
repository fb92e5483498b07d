"""On which side of a limit on screen a corrected figure falls, where no rule of ours decided by it.

Guarantee: arithmetic alone, on a figure of the message and a limit typed in the statement, of the same unit; what the
limit is of is said, for the reader to judge, and the rule itself follows with its citation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from assistant.reading.case import Case
from assistant.reading.mentions import mentions
from ingest.corpus.fiches import Bound
from ingest.language.claims import Language
from ingest.passages.passages import Passage

_LOOSE = frozenset({"figure", "percent", "points"})
"""Units that do not tell what is measured."""
_SAME: dict[str, str] = {"EUR": "€"}


def sides(
    text: str, passages: Iterable[Passage], language: Language, words: Mapping[str, str], before: Case | None = None
) -> Iterator[tuple[str, Passage]]:
    """« 62 000 € atteint 50 000 € (total des aides) », and the passage of the rule that sets it. `before`: the case
    before the correction; a limit that the figure was on the same side of changes nothing, and is not told."""
    found = [m for m in mentions(text, language) if m.low == m.high and m.unit not in _LOOSE]
    for p in passages:
        s = p.statement
        for bound in s.bounds if s is not None else ():
            limit = _said(bound)
            read = next(iter(mentions(limit, "fr")), None)
            for m in found:
                if s is not None and read is not None and m.unit == read.unit:
                    met = bound.model_copy(update={"value": read.low}).met(m.low)
                    old = (before or {}).get(bound.field)
                    if old is not None and old.value is not None and bound.met(old.value) == met:
                        continue
                    form = words[f"side_{bound.op}_{'met' if met else 'unmet'}"]
                    yield form.format(said=text[m.start : m.end].strip(), limit=limit) + _of(bound, language), p


def _said(bound: Bound) -> str:
    number = f"{bound.value:,.0f}" if bound.value == int(bound.value) else f"{bound.value:g}"
    return f"{number.replace(',', ' ').replace('.', ',')} {_SAME.get(bound.unit, bound.unit)}"


def _of(bound: Bound, language: Language) -> str:
    return f" ({bound.of})" if bound.of and language == "fr" else ""
