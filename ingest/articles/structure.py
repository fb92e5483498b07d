"""Document tree → articles: the units that a lawyer names.

Guarantee: an article is whole, with its canonical number, the headings above it, and its exact text; what stands
outside any article becomes an unnumbered unit under its headings, so nothing is lost.
"""

from __future__ import annotations

import re

from ingest.articles.acts import Recitals, amending_points, signs
from ingest.articles.titles import ARTICLE_LEVEL, DISCLOSURE, NUMBER, division, titled
from ingest.articles.units import Unit, pretty_number
from ingest.documents.tree import Block, Document
from ingest.language.locators import canonical_number

_HEADING = re.compile(rf"^\W{{0,3}}(?i:art(?:icle)?\.?)\s+({NUMBER})\s*(.*)$", re.DOTALL)
_ANNEX = re.compile(r"^\W{0,3}annexe?s?\s*([IVX]{1,6}|\d{1,3}(?:-\d{1,3})*)?\b(.*)$", re.IGNORECASE | re.DOTALL)


_ANNEX_TO = re.compile(rf"^\W{{0,3}}(?i:article\s+)?(?i:annexe) (?:à|de) l['’]article\s+({NUMBER})", re.DOTALL)


def split_units(document: Document) -> list[Unit]:
    """The units of a document, in reading order; units without text are dropped."""
    units: list[Unit] = []
    path: list[tuple[int, str]] = []
    head: tuple[str | None, str] = (None, document.title or "texte")
    parts: list[Block] = []
    recitals = Recitals()

    def close() -> None:
        if parts:
            unit = Unit(head[0], head[1], tuple(text for _, text in path), tuple(parts))
            units.extend(amending_points(unit))
            parts.clear()

    def leave_front() -> None:
        """What a page prints large above the first article (the title of the act) stands above no article."""
        if any(b.page_from is not None for b in document.blocks[:1]):
            path[:] = [p for p in path if p[0] < ARTICLE_LEVEL and division(p[1])]

    for block in titled(document):
        recital = recitals.number(block)
        if block.kind != "heading":
            if recital:
                close()
                leave_front()
                head = (f"considerant:{recital}", f"considérant {recital}")
            elif recital == 0 or (head[0] and signs(block)):
                close()
                leave_front()
                head = (None, document.title or "texte")
            parts.append(block)
            continue
        close()
        path = [p for p in path if p[0] < block.level]
        if match := _HEADING.match(block.text):
            leave_front()
            number = canonical_number(match.group(1))
            head = (number, f"art. {pretty_number(number)}")
            if rest := match.group(2).strip(" .:–-"):
                path.append((block.level, rest))
        elif match := _ANNEX_TO.match(block.text):
            number = canonical_number(match.group(1))
            head = (f"annexe:{number}", f"annexe à l'art. {pretty_number(number)}")
        elif match := _ANNEX.match(block.text):
            number = f"annexe:{(match.group(1) or '').upper()}".rstrip(":")
            head = (number, f"annexe {match.group(1) or ''}".strip())
            path.append((block.level, block.text))
        elif match := DISCLOSURE.match(block.text):
            head = (match.group(1), f"exigence de publication {match.group(1)}")
            path.append((block.level, block.text))
        else:
            head = (None, block.text)
            if block.text != document.title:
                path.append((block.level, block.text))
    close()
    return units
