"""Markdown → document tree.

Guarantee: the text of a block is the text of the file, line for line. The Markdown parser only tells where blocks
start and end: letting it render would drop « 1. » or « - » at the head of a legal paragraph, and quotes would no
longer be verbatim.
"""

from __future__ import annotations

import re
from html import escape

import yaml
from markdown_it import MarkdownIt

from ingest.documents.encoding import decode
from ingest.documents.html import read_markup
from ingest.documents.tree import Block, Document

_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_TAG = re.compile(r"</?(?:p|br|div|table|tr|ul|ol|li|center|a\s+href=[^<>]{0,600})\s*/?>", re.IGNORECASE)
_HEADING_LINE = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*$", re.MULTILINE)
_parser = MarkdownIt("commonmark").enable("table").disable(["code", "html_block", "lheading", "reference", "inline"])


def read_markdown(data: bytes) -> Document:
    """Read a Markdown file; `DOCUMENT_REFUSED` when it is no text. Bodies written in HTML are read as HTML."""
    text = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    meta: dict[str, str] = {}
    if (front := _FRONT.match(text)) and (found := _front_matter(front.group(1))) is not None:
        meta = found
        text = text[front.end() :]
    if _is_html(text):
        page = read_markup(_HEADING_LINE.sub(_as_html, text))
        return Document(meta.get("title") or page.title, page.blocks, {**page.meta, **meta}, notes=page.notes)
    lines = text.split("\n")
    blocks: list[Block] = []
    depth = 0
    for i, token in enumerate(tokens := _parser.parse(text)):
        if token.nesting == -1:
            depth -= 1
        top, depth = depth == 0, depth + (1 if token.nesting == 1 else 0)
        if not top or token.map is None or token.nesting == -1:
            continue
        raw = "\n".join(lines[token.map[0] : token.map[1]]).strip("\n")
        if token.type == "heading_open":
            blocks.append(Block("heading", tokens[i + 1].content.strip(), level=int(token.tag[1])))
        elif token.type != "hr" and raw.strip():
            blocks.append(Block("table" if token.type == "table_open" else "text", raw.strip()))
    title = meta.get("title") or next((b.text for b in blocks if b.kind == "heading" and b.level == 1), None)
    return Document(title, tuple(blocks), meta)


def _is_html(text: str) -> bool:
    """Whether most lines of the body are HTML: Légifrance's articles are often kept so, under a Markdown heading."""
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith(("#", "|"))]
    return bool(lines) and (
        _TAG.match(lines[0]) is not None or 2 * sum(bool(_TAG.search(line)) for line in lines) >= len(lines)
    )


def _as_html(heading: re.Match[str]) -> str:
    level = len(heading.group(1))
    return f"<h{level}>{escape(heading.group(2))}</h{level}>"


def _front_matter(raw: str) -> dict[str, str] | None:
    """The plain fields of a front matter, as written; None when it is none, but text between two rules."""
    try:
        data = yaml.load(raw, yaml.BaseLoader)  # noqa: S506 - strings only: builds no objects, not even dates
    except (yaml.YAMLError, RecursionError):
        return None
    return (
        {k: v for k, v in data.items() if isinstance(v, str) and v not in ("", "~", "null")}
        if isinstance(data, dict)
        else None
    )
