"""Writes a document as Markdown (CommonMark, with the tables of GitHub).

Guarantee: a reader of Markdown shows the text that was given, to the character: every character that could be markup is
escaped, addresses in text do not become links by themselves, and a paragraph is one line, so that no line of it can
start a list, a heading or a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.export.document import (
    Block,
    Column,
    Document,
    Heading,
    Listing,
    Paragraph,
    Quote,
    Run,
    Table,
    Text,
    clean,
    line,
    paragraphs,
    runs,
)

_ANYWHERE = re.compile(r"[\\`*_{}\[\]<>|~$&@]")
_AT_START = re.compile(r"^(?:[#+=-]|(\d{1,9})(?=[.)]))")
_ADDRESS = re.compile(r"(?i)(https?|ftp|mailto|xmpp):|www\.")


def markdown_bytes(document: Document) -> bytes:
    """The file, UTF-8."""
    meta = [f"# {_escaped(line(document.title))}"]
    if document.subtitle:
        meta.append(_escaped(line(document.subtitle), True))
    parts = [*meta, *(_block(b) for b in document.blocks)]
    if document.footer:
        parts += ["---", f"*{_inside(line(document.footer))}*"]
    return ("\n\n".join(p for p in parts if p) + "\n").encode()


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * (level + 1)} {_text(text)}"
        case Paragraph(text, style):
            told = _text(text, start=True)
            return f"> {told}" if style == "notice" else told
        case Listing(items, ordered, _):
            return "\n".join(f"{f'{n}.' if ordered else '-'} {_text(i, start=True)}" for n, i in enumerate(items, 1))
        case Quote(text, source, _):
            lines = [_escaped(p, True) for p in paragraphs(text)]
            told = "\n>\n".join(f"> {t}" for t in lines)
            return f"{told}\n>\n> — {_text(source)}" if source else told
        case Table():
            return "\n".join(_table(block))


def _table(table: Table) -> Iterator[str]:
    columns: tuple[Column, ...] = table.columns
    yield _row([_escaped(line(c.title)) if table.headers else "" for c in columns])
    yield _row(["---:" if c.align == "right" else "---" for c in columns])
    for cells in table.rows:
        yield _row([_text(c) for c in cells])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(c.strip() or ' ' for c in cells)} |"


def _text(text: Text, start: bool = False) -> str:
    """The runs of a text on one line; `start`: it opens a line, where some characters are markup."""
    out = "".join(_run(r) for r in runs(text)).strip()
    return _started(out) if start else out


def _run(run: Run) -> str:
    raw = re.sub(r"[ \t\n]+", " ", clean(run.text))
    inner = raw.strip()
    if not inner:
        return raw
    told = _escaped(inner)
    target = run.target
    if target and not target.startswith("#"):
        told = f"<{target}>" if target == inner else f"[{told}](<{target}>)"
    mark = "***" if run.bold and run.italic else "**" if run.bold else "*" if run.italic else ""
    before, after = raw[: len(raw) - len(raw.lstrip())], raw[len(raw.rstrip()) :]
    return f"{before}{mark}{told}{mark}{after}"


def _inside(text: str) -> str:
    return _escaped(text.strip())


def _escaped(text: str, start: bool = False) -> str:
    """A text whose every character is itself."""
    out = _ANYWHERE.sub(lambda m: f"\\{m.group(0)}" if m.group(0) != "&" else "&amp;", text)
    out = out.replace("!\\[", "\\!\\[")
    out = _ADDRESS.sub(lambda m: f"{m.group(0)[:-1]}\\{m.group(0)[-1]}", out)
    return _started(out) if start else out


def _started(text: str) -> str:
    return _AT_START.sub(lambda m: f"{m.group(1)}\\" if m.group(1) else f"\\{m.group(0)}", text)
