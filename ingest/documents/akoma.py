"""Akoma Ntoso (OASIS LegalDocML) → document tree."""

from __future__ import annotations

import re

from lxml import etree

from ingest.documents.tables import table_text
from ingest.documents.tree import Block, Document
from ingest.documents.xmltext import ARTICLE, add_heading, day_of, inline, number_first, strip_namespaces

_CONTAINERS = {
    "TOME": 1,
    "PART": 1,
    "BOOK": 2,
    "TITLE": 3,
    "CHAPTER": 4,
    "SUBCHAPTER": 5,
    "SECTION": 5,
    "SUBSECTION": 6,
}


def read_akoma(root: etree._Element) -> Document:
    """An act in Akoma Ntoso, whatever its version of the schema."""
    strip_namespaces(root)
    out: list[Block] = []
    title = inline(root.find(".//preface//docTitle")) or inline(root.find(".//longTitle")) or None
    if title:
        out.append(Block("heading", title, 1))
    for part in ("preamble", "body", "mainBody", "conclusions", "attachments"):
        for node in root.iter(part):
            _akoma_block(node, out)
    work = root.find(".//FRBRWork/FRBRdate")
    meta = {"date": work.get("date") or ""} if work is not None else {}
    starts = [day_of(e.get("date")) for e in root.iter("eventRef") if e.get("type") == "generation"]
    known = [d for d in starts if d]
    expression = root.find(".//FRBRExpression/FRBRdate")
    start = day_of(expression.get("date")) if expression is not None and expression.get("name") != "original" else None
    return Document(title, tuple(out), meta, valid_from=start or (known[0] if len(known) == 1 else None))


def _akoma_block(node: etree._Element, out: list[Block]) -> None:
    tag = node.tag if isinstance(node.tag, str) else ""
    if not tag or tag in ("authorialNote", "meta", "num", "heading", "subheading", "remark"):
        return
    number, heading = inline(node.find("num")), inline(node.find("heading"))
    if tag == "article":
        label = number if re.match(r"(?i)art", number) else f"Article {number}"
        add_heading(out, [label, heading], ARTICLE)
    elif tag.upper() in _CONTAINERS:
        add_heading(out, [number, heading], _CONTAINERS[tag.upper()])
    elif tag == "recital":
        _akoma_numbered(node, number, out)
        return
    elif tag == "table":
        rows = [[inline(c) for c in row if c.tag in ("td", "th")] for row in node.iter("tr")]
        head = next((i for i, r in enumerate(node.iter("tr")) if any(c.tag == "td" for c in r)), len(rows))
        if text := table_text(rows, head, inline(node.find("caption"))):
            out.append(Block("table", text))
        return
    elif number or heading:
        if heading:
            out.append(Block("text", f"{number} {heading}".strip()))
            number = ""
        _akoma_numbered(node, number, out)
        return
    elif tag in ("p", "block", "tocItem", "formula") or not len(node):
        if text := inline(node):
            out.append(Block("text", text))
        return
    for child in node:
        _akoma_block(child, out)


def _akoma_numbered(node: etree._Element, number: str, out: list[Block]) -> None:
    before = len(out)
    for child in node:
        _akoma_block(child, out)
    number_first(out, before, number)
