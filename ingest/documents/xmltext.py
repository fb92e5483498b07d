"""Text of elements, as pages and the schemas of official texts share it: lines, headings, days."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from lxml import etree

from ingest.documents.tree import Block

ARTICLE = 6
"""Level of an article's heading: below any division."""


def add_heading(out: list[Block], parts: list[str], level: int) -> None:
    """A heading made of its number and its subject."""
    if text := " – ".join(p for p in parts if p):
        out.append(Block("heading", text, level))


_QUOTES: dict[str, Callable[[etree._Element], str]] = {
    "QUOT.START": lambda n: _character(n.get("CODE"), "“"),
    "QUOT.END": lambda n: _character(n.get("CODE"), "”"),
}
_APART = {"P", "NP", "ALINEA", "ITEM", "LIST", "TXT", "NO.P", "p", "td", "br", "content", "TI", "STI", "block", "item"}


def _character(code: str | None, default: str) -> str:
    try:
        return chr(int(code or "", 16))
    except (ValueError, OverflowError):
        return default


def inline(node: etree._Element | None) -> str:
    """The text of an element on one line, without footnotes, with the quotation marks that Formex keeps as codes."""
    return " ".join("".join(pieces(node, _before)).split()) if node is not None else ""


def _before(node: etree._Element) -> str | None:
    if not isinstance(node.tag, str) or node.tag in ("NOTE", "authorialNote"):
        return None
    quote = _QUOTES[node.tag](node) if node.tag in _QUOTES else ""
    return f"{quote} " if node.tag in _APART else quote


def pieces(node: etree._Element, before: Callable[[etree._Element], str | None]) -> Iterator[str]:
    """The text of an element in reading order, however deep it nests. `before` gives what stands before the text of an
    element, None for one that is left out with all that it holds."""
    stack: list[tuple[bool, etree._Element]] = [(True, node)]
    while stack:
        opening, one = stack.pop()
        if not opening:
            yield one.tail or ""
            continue
        if one is not node:
            stack.append((False, one))
        if (said := before(one)) is not None:
            yield said + (one.text or "")
            stack.extend((True, child) for child in reversed(one))


def day_of(value: str | None) -> date | None:
    """A day, as `20190417` or `2019-04-17`; None for none, and for the years that stand for none."""
    digits = re.sub(r"\D", "", value or "")
    if len(digits) != 8 or digits[:4] in ("2999", "2222", "9999", "0000"):
        return None
    try:
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except ValueError:
        return None


def strip_namespaces(root: etree._Element) -> None:
    """Names without their namespaces, in place."""
    for node in root.iter(etree.Element):
        node.tag = etree.QName(node).localname


def number_first(out: list[Block], before: int, number: str) -> None:
    """Put the number of a paragraph before its first line, as printed; `before` is where its blocks start."""
    if number and len(out) > before and out[before].kind == "text":
        out[before] = replace(out[before], text=f"{number} {out[before].text}")
    elif number:
        out.insert(before, Block("text", number))
