"""Which paragraphs of a document are titles: « Article L. 111-1 » alone on its line, « CHAPITRE II », « Art. 3. – … ».

Guarantee: a title is told by its words, not by its print, so that a file without any markup gives the same articles as
one with headings; an article that an act quotes to insert it elsewhere (« "Article 19 bis ») is never taken for an
article of that act.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.documents.tree import Block, Document
from ingest.language.locators import ORDINALS, canonical_number

NUMBER = (
    r"(?:(?i:premier\b)|(?i:(?:LO|[LRDA])\.?\s?\*?\s?)?\d{1,4}(?:-\d{1,3})*"
    rf"(?:\s?(?i:er|{ORDINALS})\b(?:\s[A-Z]\b)?|[a-i]\b|[\s-]?[A-Z]\b)?)"
)
"""An article number, as titles write it."""
_ARTICLE_LINE = re.compile(
    rf"(?P<quote>[\"«“‘]\s?)?(?i:article)\s+(?P<number>{NUMBER})\s?\.?(?:\s?\((?:[^()]{{1,30}})\))?"
)
_ARTICLE_RUN_IN = re.compile(rf"(?:Art\.|ARTICLE|Article)\s+(?P<number>{NUMBER})\s?\.?\s?[–—-]+\s?(?=\S)")
_DIVISION = re.compile(
    r"(?P<kind>(?i:partie|livre|titre|sous-titre|chapitre|section|sous-section|paragraphe|sous-paragraphe))\s+"
    r"(?P<number>(?i:préliminaire|unique|premier|première|législative|réglementaire)|I?er|Ier|[IVXLC]{1,7}|\d{1,2}(?:er|re)?)"
    rf"(?:\s(?i:{ORDINALS})\b)?(?:\s[A-Z]\b)?\s*(?:$|[:.–—-]\s*.*)"
)
_LEVELS = {
    "partie": 1, "livre": 2, "titre": 3, "sous-titre": 3, "chapitre": 4, "section": 5, "sous-section": 5,
    "paragraphe": 5, "sous-paragraphe": 5,
}  # fmt: skip
_ANNEX_LINE = re.compile(r"(?i:annexe|annex)(?:\s(?:[IVXLC]{1,7}|\d{1,3}(?:-\d{1,3})*))?")
DISCLOSURE = re.compile(
    r"(?:(?i:exigences? de publication|disclosure requirements?))\s+"
    r"(?:(?i:(?:liées?|associées?|relatives?) [àa] (?:la norme )?|related to )?ESRS\s2\s(?:[-–—]\s)?)?"
    r"((?:E[1-5]|S[1-4]|G1|GOV|SBM|IRO|BP)-\d{1,2})\b\s*(.*)"
)
"""A disclosure requirement of the ESRS, as a title."""
AMENDS = re.compile(
    r"\b(?:est|sont)\s+modifiée?s?\s+(?:ainsi qu'il suit|comme suit)\b|\b(?:is|are) amended as follows\b"
)
"""An article that amends another act point by point."""
ARTICLE_LEVEL = 6
_LONGEST = 250


def quoted_article(text: str) -> str | None:
    """The canonical number when a paragraph is the title of an article, quoted or not; None otherwise."""
    match = _ARTICLE_LINE.fullmatch(text)
    return canonical_number(match.group("number")) if match else None


def titled(document: Document) -> list[Block]:
    """The blocks of a document with its titles as headings, and headings that only print made demoted to text."""
    blocks = list(document.blocks)
    paged = any(b.page_from is not None for b in blocks)
    if not paged and any(b.kind == "heading" and re.match(r"\W{0,3}(?i:art)", b.text) for b in blocks):
        return blocks
    lines = [m for b in blocks if b.kind != "table" and (m := _ARTICLE_LINE.fullmatch(b.text)) and not m.group("quote")]
    first = bool(lines) and canonical_number(lines[0].group("number")) == "1"
    amending = first and any(b.kind == "text" and len(b.text) < 400 and AMENDS.search(b.text) for b in blocks)
    out: list[Block] = []
    expected, started = 1, False
    for block in blocks:
        if block.kind == "table" or (block.kind == "heading" and not paged):
            out.append(block)
            continue
        line = _ARTICLE_LINE.fullmatch(block.text)
        if (
            line
            and not line.group("quote")
            and (not amending or canonical_number(line.group("number")) == str(expected))
        ):
            expected, started = expected + 1, True
            out.append(replace(block, kind="heading", level=ARTICLE_LEVEL))
        elif run_in := _ARTICLE_RUN_IN.match(block.text) if not amending else None:
            started = True
            out += _split(block, run_in)
        elif level := division(block.text):
            out.append(replace(block, kind="heading", level=level))
        elif len(block.text) <= _LONGEST and DISCLOSURE.fullmatch(block.text) and not block.text.endswith("."):
            out.append(replace(block, kind="heading", level=5))
        elif paged and block.kind == "heading" and out and _takes_title(out[-1]) and len(block.text) <= _LONGEST:
            out[-1] = replace(out[-1], text=f"{out[-1].text} – {block.text}")
        elif block.kind == "heading" and started and paged and not block.text.startswith("Notes de bas de page"):
            out.append(replace(block, kind="text", level=0))
        else:
            out.append(block)
    return out


def division(text: str) -> int:
    """The level of a division's title; 0 when a paragraph is none."""
    text = " ".join(text.split())
    if len(text) > _LONGEST or text.endswith((";", ",")):
        return 0
    if match := _DIVISION.fullmatch(text):
        return _LEVELS[match.group("kind").lower()]
    return 1 if _ANNEX_LINE.fullmatch(text) else 0


def _takes_title(block: Block) -> bool:
    """Whether the line under a title is the rest of it."""
    bare = _ARTICLE_LINE.fullmatch(block.text) or _ANNEX_LINE.fullmatch(block.text) or _DIVISION.fullmatch(block.text)
    return block.kind == "heading" and bool(bare) and len(block.text) < 40


def _split(block: Block, head: re.Match[str]) -> list[Block]:
    """« Art. 3. – Text » as the title « Art. 3 » and its text."""
    cut = head.end()
    page = block.pages(cut, cut + 1)[0]
    title = Block("heading", f"Art. {head.group('number')}", ARTICLE_LEVEL, block.page_from, block.page_from)
    breaks = tuple(b - cut for b in block.breaks if b > cut)
    return [title, Block("text", block.text[cut:], 0, page, block.page_to, breaks)]
