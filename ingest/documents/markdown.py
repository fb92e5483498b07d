"""Markdown → document tree.

Guarantee: the text of a block is the text of the file, line for line. The Markdown parser only tells where blocks
start and end: letting it render would drop « 1. » or « - » at the head of a legal paragraph, and quotes would no
longer be verbatim.
"""

from __future__ import annotations

import re

import yaml
from markdown_it import MarkdownIt

from ingest.documents.tree import Block, Document
from ingest.errors import ClapvertError, ErrorCode

_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_parser = MarkdownIt("commonmark").enable("table").disable(["code", "html_block", "lheading", "reference", "inline"])


def read_markdown(data: bytes) -> Document:
    """Read a Markdown file; `DOCUMENT_REFUSED` when it is not UTF-8 text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ClapvertError(
            ErrorCode.DOCUMENT_REFUSED,
            "Le fichier n'est pas du texte UTF-8.",
            "Enregistrez-le en UTF-8 et recommencez.",
        ) from exc
    if "\x00" in text:
        raise ClapvertError(ErrorCode.DOCUMENT_REFUSED, "Le fichier contient des octets nuls : ce n'est pas du texte.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    meta: dict[str, str] = {}
    if (front := _FRONT.match(text)) and (found := _front_matter(front.group(1))) is not None:
        meta = found
        text = text[front.end() :]
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
