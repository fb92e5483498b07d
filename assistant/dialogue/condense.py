"""Turns a follow-up into a question that stands alone, by putting its words in the place of those they replace.

Guarantee: every word of the result comes from the conversation; what the follow-up replaces (a genre by a genre, a date
by a date, a body of law by another) is gone, so that it no longer pulls the search its way. Shown as
`understood.question`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from datetime import date

from assistant.dialogue.moves import SHIFT_WORDS, WORDS, content, said
from assistant.reading.dates import without_dates
from assistant.reading.folding import Aligned
from assistant.reading.kinds import DATE_TERMS
from assistant.reading.question import singular
from ingest.corpus.glossary import Glossary
from ingest.language.lexical import analyse, fold
from ingest.language.phrases import Span

_LONGEST = 600


def replaced(names: FacetNames, last: str, text: str, facets: Container[str]) -> str:
    """The last question with the words of `facets` replaced by those of the follow-up, where the first stood."""
    new, old = names.spans(text, facets), names.spans(last, facets)
    words = " ".join(text[start:end] for start, end in new)
    in_place = bool(old and new) and not says_more(names, text)
    kept = last
    for i, (start, end) in reversed(list(enumerate(old))):
        if i == 0 and in_place:
            led, before = text[: new[0][0]], kept[:start]
            own = led[_closing(led, "places") :]
            if own:  # a follow-up with a preposition of its own brings it (« en Natura 2000 »)
                before, words = _ungoverned(before), f"{own}{words}"
            kept = f"{before}{words}{kept[end:]}"
        else:
            kept = f"{_unjoined(kept[:start])} {kept[end:].lstrip()}"
    return joined(kept, "" if in_place else said(text))


def without_facets(names: FacetNames, question: str, facets: Container[str]) -> str:
    """A question without the words that name a value of these facets."""
    for start, end in reversed(names.spans(question, facets)):
        question = f"{_unjoined(question[:start])} {question[end:].lstrip()}"
    return joined(question, "")


def redated(last: str, text: str, today: date) -> str:
    """The last question without its dates, then what the follow-up says besides its own."""
    rest = said(without_dates(text, today))
    telling = [t for t in analyse(rest) if t not in DATE_TERMS]
    return joined(without_dates(last, today), rest if telling else "")


def of_another_law(last: str, text: str) -> str:
    """The last question without the body of law that it named, then the one of the follow-up."""
    line = Aligned(last)
    last = line.without(line.span_of(*span) for span in _laws(line.folded))
    return joined(last, said(text))


def joined(question: str, more: str) -> str:
    """Both, as one line."""
    line = " ".join(f"{question} {more}".split())
    return line.replace(" ,", ",").replace(" .", ".")[-_LONGEST:]


def _laws(folded: str) -> Iterator[Span]:
    """Where a question names a body of law, with the words around that go with it."""
    before = {end + 1: start for start, end in WORDS.find(folded, "before a law")}
    after = {start - 1: end for start, end in WORDS.find(folded, "after a law")}
    for start, end in WORDS.find(folded, "law"):
        yield before.get(start, start), after.get(end, end)


def _closing(text: str, name: str) -> int:
    """Where a text ends with a word of a list; its length when it does not."""
    line = Aligned(text)
    return line.span_of(at := WORDS.closing(line.folded, name), at)[0]


def _unjoined(text: str) -> str:
    """A text without the small word that joins what follows."""
    return text[: _closing(text, "joins")].rstrip()


def _ungoverned(text: str) -> str:
    """A text without what governs the words that follow: « dans un », « les »."""
    bare = text[: _closing(text, "with a word")]
    governed = bare[: _closing(bare, "governs")]
    return governed if governed != bare else text[: _closing(text, "is of a word")]


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
