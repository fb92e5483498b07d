"""Word (DOCX) → document tree.

Guarantee: paragraphs and tables in the order of the page; inserted text of tracked changes is read, deleted text is
not, and both are said; text set as hidden, white or tiny is left out and reported.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn

from ingest.documents.archive import checked_zip
from ingest.documents.remarks import hidden_note
from ingest.documents.tables import table_text
from ingest.documents.tree import Block, Document
from ingest.errors import ClapvertError, ErrorCode

_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_P, _TBL, _SDT, _CONTENT = qn("w:p"), qn("w:tbl"), qn("w:sdt"), qn("w:sdtContent")
_GONE = {qn("w:del"), qn("w:moveFrom"), qn("w:txbxContent"), f"{{{_COMPATIBILITY}}}Fallback"}
_T, _TAB, _BR, _R, _HYPHEN = qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:r"), qn("w:noBreakHyphen")
_HEADING = re.compile(r"^(?:heading|titre)\s?(\d)$", re.IGNORECASE)
_TINY = 4
"""Half-points: text of 2 points or less is not meant to be read."""


def read_docx(data: bytes) -> Document:
    """Read a Word file; `DOCUMENT_DAMAGED` or `DOCUMENT_TOO_BIG` when it cannot be read whole."""
    checked_zip(data)
    try:
        file = docx.Document(io.BytesIO(data))
        reader = _Reader(file)
        blocks = tuple(reader.blocks(file.element.body))
    except (KeyError, ValueError, AttributeError, SyntaxError) as exc:  # what python-docx raises on a broken package
        raise ClapvertError(ErrorCode.DOCUMENT_DAMAGED, "Le document Word est abîmé ou incomplet.") from exc
    properties = file.core_properties
    title = properties.title or next((b.text for b in blocks if b.kind == "heading" and b.level == 1), None)
    meta = {"last_updated": properties.modified.date().isoformat()} if properties.modified else {}
    return Document(title or None, blocks, meta, notes=reader.notes(file.element.body))


class _Reader:
    def __init__(self, file: Any) -> None:
        self.hidden: list[str] = []
        self._levels = {s.style_id: _level(s) for s in file.styles if s.type is not None}

    def blocks(self, body: Any) -> Iterator[Block]:
        """Blocks of a body or of a content control."""
        for node in body:
            if node.tag == _P:
                text = self._text(node)
                if text:
                    level = self._heading_level(node)
                    kind = "heading" if level else "text"
                    yield Block(kind, " ".join(text.split()) if level else text, level)  # type: ignore[arg-type]
            elif node.tag == _TBL:
                if text := self._table(node):
                    yield Block("table", text)
            elif node.tag == _SDT and (content := node.find(_CONTENT)) is not None:
                yield from self.blocks(content)

    def notes(self, body: Any) -> tuple[str, ...]:
        """What was found and not read."""
        notes = list(hidden_note(self.hidden))
        if any(True for _ in body.iter(qn("w:ins"), qn("w:del"))):
            notes.append("Modifications suivies : le texte inséré est lu, le texte supprimé ne l'est pas.")
        if any(True for _ in body.iter(qn("w:numPr"))):
            notes.append("Numérotation automatique : les numéros que Word calcule ne sont pas dans le texte lu.")
        if any(True for _ in body.iter(qn("w:txbxContent"))):
            notes.append("Zones de texte flottantes : non lues.")
        return tuple(notes)

    def _heading_level(self, paragraph: Any) -> int:
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        outline = paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if outline is not None and (value := outline.get(qn("w:val")) or "").isdigit() and int(value) < 9:
            return min(int(value) + 1, 6)
        return self._levels.get(style.get(qn("w:val")), 0) if style is not None else 0

    def _text(self, node: Any) -> str:
        """The visible text of a paragraph; line breaks kept."""
        out: list[str] = []
        stack = [node]
        while stack:
            one = stack.pop()
            if one.tag in _GONE:
                continue
            if one.tag == _R and _unseen(one):
                self.hidden.append("".join(t.text or "" for t in one.iter(_T)))
                continue
            if one.tag == _T:
                out.append(one.text or "")
            elif one.tag == _BR:
                out.append("\n")
            elif one.tag == _TAB and one.getparent().tag == _R:
                out.append(" ")
            elif one.tag == _HYPHEN:
                out.append("-")
            stack.extend(reversed(one))
        return "\n".join(" ".join(line.split()) for line in "".join(out).split("\n")).strip()

    def _table(self, node: Any) -> str:
        rows, headers = [], 0
        above: dict[int, str] = {}
        for r, row in enumerate(node.iterchildren(qn("w:tr"))):
            line: list[str] = []
            for cell in row.iterchildren(qn("w:tc")):
                text = self._cell(cell)
                merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                if merge is not None and merge.get(qn("w:val")) != "restart":
                    text = above.get(len(line), "")
                above[len(line)] = text
                span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
                width = span.get(qn("w:val")) if span is not None else "1"
                line += [text] * (min(int(width), 100) if str(width).isdigit() else 1)
            rows.append(line)
            if row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None and headers == r:
                headers = r + 1
        return table_text(rows, headers or (1 if len(rows) > 1 else 0))

    def _cell(self, cell: Any) -> str:
        return " ".join(filter(None, (self._text(p) for p in cell.iter(_P))))


def _level(style: Any) -> int:
    name = style.name or ""
    if match := _HEADING.match(name):
        return min(int(match.group(1)), 6) or 1
    return 1 if name.lower() in ("title", "titre") else 0


def _unseen(run: Any) -> bool:
    properties = run.find(qn("w:rPr"))
    if properties is None:
        return False
    vanish, colour, size = (properties.find(qn(f"w:{n}")) for n in ("vanish", "color", "sz"))
    if vanish is not None and vanish.get(qn("w:val")) not in ("0", "false", "off"):
        return True
    shaded = properties.find(qn("w:shd")) is not None or properties.find(qn("w:highlight")) is not None
    if colour is not None and (colour.get(qn("w:val")) or "").upper() == "FFFFFF" and not shaded:
        return not any(a.find(f"{qn('w:tcPr')}/{qn('w:shd')}") is not None for a in run.iterancestors(qn("w:tc")))
    return size is not None and (size.get(qn("w:val")) or "99").isdigit() and int(size.get(qn("w:val"))) <= _TINY
