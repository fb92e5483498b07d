"""Turns a follow-up into a question that stands alone, by putting its words in the place of those they replace.

Guarantee: every word of the result comes from the conversation; what the follow-up replaces (a genre by a genre, a date
by a date, a body of law by another) is gone, so that it no longer pulls the search its way. Shown as
`understood.question`.
"""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import date

from assistant.dialogue.moves import SHIFT_WORDS, content, said
from assistant.reading.dates import without_dates
from assistant.reading.folding import Aligned
from assistant.reading.kinds import DATE_TERMS
from assistant.reading.question import singular
from ingest.corpus.glossary import Glossary
from ingest.language.lexical import analyse, fold

_LAW = re.compile(
    r"\s?\b(?:en |cote |en droit |droit |loi |the )?(?:europeen(?:ne)?s?|europe|bruxelles|l'ue|ue|francais(?:e|es)?"
    r"|france|european|eu|french|brussels)\b(?:\s(?:law|union))?"
)
_JOINED = re.compile(
    r"(?:(?:^|\s)(?:de|d'|du|des|et|ou|of|and|en|a|an|un|une|l'|la|le))?\s*$",
    re.IGNORECASE,
)
_PLACED = re.compile(r"\b(?:en|au|aux|à la|à l'|chez|hors)\s*$", re.IGNORECASE)
_GOVERNED = re.compile(
    r"\b(?:dans|en|au|aux|à|sur|chez|hors)\s*(?:une?\b|des\b|les?\b|la\b|l['’]|du\b)?\s*$|\b(?:une?|les?|la|des)\s*$|\bl['’]$",
    re.IGNORECASE,
)
"""What governs the replaced words; a follow-up with a preposition of its own brings it (« en Natura 2000 »)."""
_LONGEST = 600


def replaced(names: FacetNames, last: str, text: str, facets: Container[str]) -> str:
    """The last question with the words of `facets` replaced by those of the follow-up, where the first stood."""
    new, old = names.spans(text, facets), names.spans(last, facets)
    words = " ".join(text[start:end] for start, end in new)
    in_place = bool(old and new) and not says_more(names, text)
    kept = last
    for i, (start, end) in reversed(list(enumerate(old))):
        if i == 0 and in_place:
            own, before = _PLACED.search(text[: new[0][0]]), kept[:start]
            if own:
                before, words = _GOVERNED.sub("", before), f"{own.group(0)}{words}"
            kept = f"{before}{words}{kept[end:]}"
        else:
            kept = f"{_JOINED.sub('', kept[:start])} {kept[end:].lstrip()}"
    return joined(kept, "" if in_place else said(text))


def without_facets(names: FacetNames, question: str, facets: Container[str]) -> str:
    """A question without the words that name a value of these facets."""
    for start, end in reversed(names.spans(question, facets)):
        question = f"{_JOINED.sub('', question[:start])} {question[end:].lstrip()}"
    return joined(question, "")


def redated(last: str, text: str, today: date) -> str:
    """The last question without its dates, then what the follow-up says besides its own."""
    rest = said(without_dates(text, today))
    telling = [t for t in analyse(rest) if t not in DATE_TERMS]
    return joined(without_dates(last, today), rest if telling else "")


def of_another_law(last: str, text: str) -> str:
    """The last question without the body of law that it named, then the one of the follow-up."""
    line = Aligned(last)
    last = line.without(map(line.span, _LAW.finditer(line.folded)))
    return joined(last, said(text))


def joined(question: str, more: str) -> str:
    """Both, as one line."""
    line = re.sub(r"\s+", " ", f"{question} {more}").strip()
    return re.sub(r" (?=[,.])", "", line)[-_LONGEST:]


def says_more(names: FacetNames, text: str) -> bool:
    """True when a turn says more than another genre, place, size or date (« et un court ? » does not)."""
    left = text
    for start, end in reversed(names.spans(text)):
        left = f"{left[:start]} {left[end:]}"
    return any(t not in SHIFT_WORDS for t in content(left))


class FacetNames:
    """The words that name a facet value, found where they stand in a text."""

    def __init__(self, glossary: Glossary) -> None:
        self._facets: dict[str, set[str]] = {}
        for facet, values in glossary.facets.items():
            for word in (w for entry in values.values() for w in entry.words):
                self._facets.setdefault(singular(fold(word)), set()).add(facet)

    def spans(self, text: str, facets: Container[str] | None = None) -> list[tuple[int, int]]:
        """Where a text names a value of these facets (of any, by default), in order; the longest words win."""
        words = list(re.finditer(r"[^\s,;:.?!()'’]+", text))
        spans: list[tuple[int, int]] = []
        for size in (5, 4, 3, 2, 1):
            for i in reversed(range(len(words) - size + 1)):  # « un [long métrage] », not « [un long] métrage »
                start, end = words[i].start(), words[i + size - 1].end()
                named = self._facets.get(singular(fold(text[start:end])), set())
                wanted = named if facets is None else {f for f in named if f in facets}
                if wanted and not any(start < e and s < end for s, e in spans):
                    spans.append((start, end))
        return sorted(spans)
