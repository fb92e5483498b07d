"""Formex (EUR-Lex, Publications Office) → document tree.

Guarantee: an article keeps its number and subject, a paragraph its number, a quotation its marks; footnotes and
bibliographic data are not text; articles that an act inserts into another one are quoted text, not its own articles.
"""

from __future__ import annotations

from lxml import etree

from ingest.documents.tables import MAX_CELLS, span, table_text
from ingest.documents.tree import Block, Document
from ingest.documents.xmltext import ARTICLE, add_heading, day_of, inline, number_first
from ingest.errors import ClapvertError, ErrorCode

_FORMEX_BLOCKS = {"P", "ALINEA", "PARAG", "NP", "LIST", "ITEM", "DLIST", "DLIST.ITEM", "CONSID", "VISA",
                  "PREAMBLE.INIT",
                  "PREAMBLE.FINAL", "GR.CONSID.INIT", "SIGNATURE", "SIGNATORY", "PL.DATE", "GR.SEQ", "CONTENTS",
                  "ENACTING.TERMS", "PREAMBLE", "FINAL", "GR.CONSID", "GR.VISA", "QUOT.S", "ARTICLE", "DIVISION",
                  "SUBDIV", "COMMENT", "ANNOTATION", "INTRO", "GR.TBL", "CONS.DOC", "CONS.ANNEX", "TBL",
                  "TITLE"}  # fmt: skip
_FORMEX_SKIPPED = {"BIB.INSTANCE", "BIB.DATA", "NOTE", "DOCUMENT.REF", "DOCUMENT.REF.CONS", "BIB.INSTANCE.CONS", "TOC",
                   "INFO.CONSLEG", "FAM.COMP", "GR.MOD.ACT", "INFO.PROD", "LINK", "INCL.ELEMENT"}  # fmt: skip


def read_formex(root: etree._Element) -> Document:
    """An act, a consolidated act or an annex."""
    out: list[Block] = []
    entitled = root.find("TITLE") if root.find("TITLE") is not None else root.find("CONS.DOC/TITLE")
    title = inline(entitled) or None
    if title:
        out.append(Block("heading", title, 1))
    for child in root:
        if child.tag != "TITLE":
            _formex_block(child, out, 2)
    meta = {}
    if (number := root.findtext(".//NO.CELEX")) or (number := root.get("CELEX")):
        meta["celex"] = number.strip()
    if (day := root.find(".//BIB.INSTANCE/DATE")) is not None and (iso := day_of(day.get("ISO"))):
        meta["date"] = iso.isoformat()
    if language := root.findtext(".//LG.DOC"):
        meta["language"] = language.lower()
    start = day_of(root.get("START.DATE")) or day_of((root.findtext(".//START.DATE") or "").strip())
    return Document(title, tuple(out), meta, valid_from=start)


def _formex_block(node: etree._Element, out: list[Block], level: int) -> None:
    tag = node.tag if isinstance(node.tag, str) else ""
    if tag in _FORMEX_SKIPPED or not tag:
        return
    if tag == "TITLE" and node.getparent().tag == "CONS.DOC":
        return
    if tag == "TITLE":
        add_heading(out, [inline(node.find("TI")), inline(node.find("STI"))], level)
    elif tag == "GR.CONSID":
        out.append(Block("heading", inline(node.find("GR.CONSID.INIT")) or "Considérants", 2))
        for child in node:
            if child.tag != "GR.CONSID.INIT":
                _formex_block(child, out, level)
    elif tag in ("DIVISION", "GR.SEQ", "SUBDIV"):
        for child in node:
            _formex_block(child, out, level if child.tag == "TITLE" else min(level + 1, ARTICLE - 1))
    elif tag == "ARTICLE":
        add_heading(out, [inline(node.find("TI.ART")), inline(node.find("STI.ART"))], ARTICLE)
        for child in node:
            if child.tag not in ("TI.ART", "STI.ART"):
                _formex_block(child, out, level)
    elif tag == "QUOT.S" or (tag == "TXT" and node.find("QUOT.S") is not None):
        _quoted(node, out, level)
    elif tag == "TBL":
        _formex_table(node, out)
    elif tag == "NP":
        number = inline(node.find("NO.P"))
        rest = [c for c in node if c.tag != "NO.P"]
        _numbered(number, rest, out, level)
    elif tag == "PARAG":
        _numbered(inline(node.find("NO.PARAG")), [c for c in node if c.tag != "NO.PARAG"], out, level)
    elif any(isinstance(c.tag, str) and c.tag in _FORMEX_BLOCKS for c in node):
        if text := " ".join((node.text or "").split()):
            out.append(Block("text", text))
        for child in node:
            _formex_block(child, out, level)
            if text := " ".join((child.tail or "").split()):
                out.append(Block("text", text))
    elif text := inline(node):
        out.append(Block("text", text))


def _numbered(number: str, rest: list[etree._Element], out: list[Block], level: int) -> None:
    """A numbered paragraph: its number is part of its first line."""
    before = len(out)
    for child in rest:
        _formex_block(child, out, level)
    number_first(out, before, number)


def _quoted(node: etree._Element, out: list[Block], level: int) -> None:
    """Text that an act inserts into another: its headings are quoted text, not headings of this act."""
    inner: list[Block] = []
    if text := " ".join((node.text or "").split()):
        inner.append(Block("text", text))
    for child in node:
        _formex_block(child, inner, level)
    out.extend(b if b.kind == "table" else Block("text", b.text) for b in inner)


def _formex_table(node: etree._Element, out: list[Block]) -> None:
    rows: list[list[str]] = []
    headers = 0
    down: dict[int, tuple[int, str]] = {}
    count = 0
    for row in node.iter("ROW"):
        line: list[str] = []
        cells = [c for c in row if c.tag == "CELL"]
        is_head = row.get("TYPE") in ("HEADER", "ALIAS") or (
            bool(cells) and all(c.get("TYPE") == "HEADER" for c in cells)
        )
        for cell in cells:
            column = int(cell.get("COL") or len(line) + 1) - 1
            while len(line) < min(column, 200):
                left, text = down.get(len(line), (0, ""))
                line.append(text if left else "")
                down[len(line) - 1] = (left - 1, text) if left else (0, "")
            text = inline(cell)
            down[len(line)] = (span(cell.get("ROWSPAN")) - 1, text)
            line += [text] * span(cell.get("COLSPAN"))
        count += len(line)
        if count > MAX_CELLS:
            raise ClapvertError(ErrorCode.DOCUMENT_TOO_BIG, "Un tableau du fichier a trop de cellules.")
        headers = len(rows) + 1 if is_head and headers == len(rows) else headers
        rows.append(line)
    caption = inline(node.find("TITLE"))
    if text := table_text(rows, headers, caption):
        out.append(Block("table", text))
