"""Writes a document as PDF: embedded fonts, title, author and language in its properties, outline, links, page x/y.

Guarantee: text is escaped before reportlab reads its own small markup in it; a character that the fonts do not have is
written with its nearest equivalent, or shown as missing, never dropped. Equal documents give equal bytes.
"""

from __future__ import annotations

import io
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import reportlab  # type: ignore[import-untyped]
from reportlab.lib import colors  # type: ignore[import-untyped]
from reportlab.lib.enums import TA_RIGHT  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from reportlab.platypus import (  # type: ignore[import-untyped]
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    ListFlowable,
    ListItem,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import Paragraph as Para
from reportlab.platypus import Table as Grid

from assistant.export.document import (
    Block,
    Document,
    Heading,
    Listing,
    Paragraph,
    Quote,
    Run,
    Table,
    Text,
    line,
    paragraphs,
    plain,
    runs,
    spaced,
)

_INK, _GREEN, _GREY = colors.HexColor("#1B221E"), colors.HexColor("#1E5B43"), colors.HexColor("#555F59")
_RULE, _TINT, _AMBER = colors.HexColor("#B9C4BD"), colors.HexColor("#EEF3F0"), colors.HexColor("#B7791F")
_MARGIN, _TOP, _BOTTOM = 22 * mm, 18 * mm, 24 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_FACES = {"Vera": "Vera.ttf", "Vera-Bold": "VeraBd.ttf", "Vera-Italic": "VeraIt.ttf", "Vera-BoldItalic": "VeraBI.ttf"}
_NEAREST = {
    "\u202f": "\u00a0", "\u2009": "\u00a0", "\u2011": "-", "\u2010": "-", "\u2212": "-", "→": "->", "←": "<-", "₂": "2",
    "✓": "oui", "✔": "oui", "✗": "non", "⚠": "!", "№": "n°", "\u2028": " ", "\u2029": " ",
}  # fmt: skip
_CELL_SIZE, _CELL_PAD = 8, 12
"""Size of the text of a cell, and what stands on both sides of it."""
_FIRST_LINES = 26 * mm
"""Room for a heading and the first rows of a table under it."""
_MISSING = "□"
_KEPT = 600
"""Characters up to which a block is kept on the page of the next one: platypus never ends placing a run of blocks that
are kept together and are taller than a page."""


def pdf_bytes(document: Document) -> bytes:
    """The file."""
    _fonts()
    out = io.BytesIO()
    template = _Template(out, document)
    template.build(_Story(document).flowables(), canvasmaker=_Numbered)
    return out.getvalue()


@lru_cache(maxsize=1)
def _fonts() -> frozenset[int]:
    """Register the fonts that reportlab brings; the code points that all four faces have."""
    folder = Path(reportlab.__file__).parent / "fonts"
    known: list[frozenset[int]] = []
    for name, file in _FACES.items():
        font = TTFont(name, str(folder / file))
        pdfmetrics.registerFont(font)
        known.append(frozenset(font.face.charToGlyph))
    pdfmetrics.registerFontFamily("Vera", *_FACES)
    return frozenset.intersection(*known)


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    options = {"fontName": "Vera", "leading": size * 1.42, "textColor": _INK, "spaceAfter": 5, "splitLongWords": 1}
    return ParagraphStyle(name, fontSize=size, **(options | more))


_STYLES = {
    "title": _style("title", 17, fontName="Vera-Bold", textColor=_GREEN, leading=21, spaceAfter=3),
    "subtitle": _style("subtitle", 9, textColor=_GREY, spaceAfter=10),
    "h1": _style("h1", 11.5, fontName="Vera-Bold", textColor=_GREEN, spaceBefore=13, spaceAfter=4),
    "h2": _style("h2", 9.5, fontName="Vera-Bold", textColor=_GREEN, spaceBefore=9, spaceAfter=3),
    "h3": _style("h3", 9, fontName="Vera-Bold", textColor=_INK, spaceBefore=6, spaceAfter=2),
    "body": _style("body", 9),
    "lead": _style("lead", 11, spaceAfter=8),
    "small": _style("small", 7.5, textColor=_GREY, spaceAfter=3),
    "notice": _style("notice", 9, leftIndent=0, spaceAfter=0),
    "item": _style("item", 9, spaceAfter=3),
    "item-lead": _style("item-lead", 9.5, spaceAfter=5),
    "quote": _style("quote", 9, spaceAfter=2),
    "source": _style("source", 7.5, textColor=_GREY, spaceAfter=0),
    "cell": _style("cell", _CELL_SIZE, spaceAfter=0),
    "right": _style("right", _CELL_SIZE, spaceAfter=0, alignment=TA_RIGHT),
}


class _Story:
    """The blocks of a document as flowables."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.anchors = {b.anchor for b in document.blocks if isinstance(b, Heading) and b.anchor}

    def flowables(self) -> list[Flowable]:
        d = self.document
        out = [Para(self._said(d.title), _STYLES["title"])]
        if d.subtitle:
            out.append(Para(self._said(d.subtitle), _STYLES["subtitle"]))
        for n, block in enumerate(d.blocks):
            out += self._block(block, n)
        return out

    def _block(self, block: Block, n: int) -> list[Flowable]:
        match block:
            case Heading(text, level, anchor):
                name = anchor or f"h-{n}"
                shown = Para(f"<a name={quoteattr(name)}/>{self._runs(text)}", _STYLES[f"h{level}"])
                shown.outline = (level - 1, line(plain(text)), name)
                room = self._room(n)
                shown.keepWithNext = room is None and len(plain(text)) <= _KEPT
                return [shown] if room is None else [CondPageBreak(room), shown]
            case Paragraph(text, "notice"):
                return [_Barred([Para(self._runs(text), _STYLES["notice"])], _AMBER)]
            case Paragraph(text, style):
                return [Para(self._runs(text), _STYLES[style])]
            case Listing(items, ordered, style):
                numbers, dots = {"bulletType": "1", "bulletFormat": "%s."}, {"bulletType": "bullet", "start": "•"}
                marks = numbers if ordered else dots
                dress = _STYLES["item-lead" if style == "lead" else "item"]
                shown = [ListItem(Para(self._runs(i), dress)) for i in items]
                look = {"leftIndent": 16, "bulletFontName": "Vera", "bulletFontSize": dress.fontSize}
                return [ListFlowable(shown, bulletColor=_GREEN, **look, **marks), Spacer(1, 3)]
            case Quote(text, source, quiet):
                told = [Para(escape(_known(p)), _STYLES["quote"]) for p in paragraphs(text)]
                if source:
                    told.append(Para(self._runs(source), _STYLES["source"]))
                return [_Barred(told, _RULE if quiet else _GREEN, keep=self._remarked(n, text))]
            case Table():
                return [self._table(block), Spacer(1, 6)]

    def _room(self, n: int) -> float | None:
        """The room that a heading needs on its page when what follows may be split over two: its first lines. None when
        it is to be kept with the whole of what follows. Kept whole, a long table would leave half a page blank."""
        room = 0.0
        for block in self.document.blocks[n + 1 : n + 4]:
            if isinstance(block, Table | Listing):
                return room + float(_FIRST_LINES)
            if not (isinstance(block, Heading) or (isinstance(block, Paragraph) and block.style == "small")):
                return None
            room += float(_FIRST_LINES) / 3
        return None

    def _remarked(self, n: int, text: str) -> bool:
        """Whether a quote stays on the page of the remark under it."""
        after = self.document.blocks[n + 1 : n + 2]
        return len(text) <= _KEPT and bool(after) and isinstance(after[0], Paragraph) and after[0].style == "small"

    def _table(self, table: Table) -> Grid:
        widths = self._widths(table)
        dress = [_STYLES["right" if c.align == "right" else "cell"] for c in table.columns]
        rows: list[list[Flowable]] = []
        if table.headers:
            titles = (self._runs(Run(c.title, bold=True)) for c in table.columns)
            rows.append([Para(t, s) for t, s in zip(titles, dress, strict=True)])
        for row in table.rows:
            cells = [Run(plain(c), bold=True) if not table.headers and i == 0 else c for i, c in enumerate(row)]
            rows.append([Para(self._runs(c), s) for c, s in zip(cells, dress, strict=True)])
        look: list[tuple[Any, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.5, _RULE),
            ("LINEABOVE", (0, 0), (-1, 0), 0.5, _RULE), ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4), ("LEFTPADDING", (0, 0), (-1, -1), 5),
            ("RIGHTPADDING", (0, 0), (-1, -1), 5),
            ("BACKGROUND", (0, 0), (-1, 0) if table.headers else (0, -1), _TINT),
        ]  # fmt: skip
        return Grid(rows, widths, style=look, repeatRows=1 if table.headers else 0, splitInRow=1, hAlign="LEFT")

    def _widths(self, table: Table) -> list[float]:
        """The widths of columns: what is never broken takes the room of its longest text, the others share the rest."""
        room = dict.fromkeys(range(len(table.columns)), 0.0)
        for i, column in enumerate(table.columns):
            if column.whole:
                texts = [column.title, *(plain(row[i]) for row in table.rows)]
                widest = max(pdfmetrics.stringWidth(_known(line(t)), "Vera-Bold", _CELL_SIZE) for t in texts)
                room[i] = min(widest + _CELL_PAD, _WIDTH / 3)
        rest = _WIDTH - sum(room.values())
        shared = sum(c.width for c in table.columns if not c.whole)
        return [room[i] if c.whole else rest * c.width / shared for i, c in enumerate(table.columns)]

    def _runs(self, text: Text) -> str:
        return "".join(self._run(r) for r in runs(text))

    def _run(self, run: Run) -> str:
        told = self._said(run.text)
        if run.bold:
            told = f"<b>{told}</b>"
        if run.italic:
            told = f"<i>{told}</i>"
        target = run.target
        if target is None or (target.startswith("#") and target[1:] not in self.anchors):
            return told
        colour = f' color="{_GREEN.hexval().replace("0x", "#")}"'
        return f"<a href={quoteattr(target)}{colour}>{told}</a>"

    def _said(self, text: str) -> str:
        return escape(_known(spaced(line(text), self.document.language)))


class _Barred(Flowable):  # type: ignore[misc]
    """Paragraphs with a rule on the left, which follows them over a page break."""

    def __init__(self, content: list[Flowable], colour: Any, keep: bool = False) -> None:
        super().__init__()
        self.content, self.colour, self.keepWithNext = content, colour, keep
        self.spaceBefore, self.spaceAfter = 3, 7

    def _height(self, width: float) -> float:
        return float(
            sum(p.wrap(width - 12, 1e6)[1] + (p.style.spaceAfter if i else 0) for i, p in enumerate(self.content))
        )

    def wrap(self, width: float, height: float) -> tuple[float, float]:  # noqa: ARG002
        self.width, self.height = width, self._height(width)
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        fitting: list[Flowable] = []
        rest = list(self.content)
        room = height
        while rest:
            tall = rest[0].wrap(width - 12, 1e6)[1] + (rest[0].style.spaceAfter if fitting else 0)
            if tall > room:
                break
            room -= tall
            fitting.append(rest.pop(0))
        if rest and (pieces := rest[0].split(width - 12, room)) and len(pieces) > 1:
            fitting.append(pieces[0])
            rest[:1] = pieces[1:]
        return [_Barred(part, self.colour) for part in (fitting, rest) if part] if fitting else []

    def draw(self) -> None:
        canvas = self.canv
        canvas.saveState()
        canvas.setFillColor(self.colour)
        canvas.rect(0, -1, 2, self.height + 1, stroke=0, fill=1)
        canvas.restoreState()
        y = self.height
        for i, p in enumerate(self.content):
            y -= p.wrap(self.width - 12, 1e6)[1] + (p.style.spaceAfter if i else 0)
            p.drawOn(canvas, 12, y)


class _Template(BaseDocTemplate):  # type: ignore[misc]
    """Pages with a footer, an outline of the headings, and the properties of the document."""

    def __init__(self, out: io.BytesIO, document: Document) -> None:
        super().__init__(
            out, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_TOP, bottomMargin=_BOTTOM,
            title=_known(line(document.title)), author=document.author, subject=_known(line(document.subject)),
            keywords=", ".join(document.keywords), creator="Clapvert", producer="Clapvert", lang=document.locale,
            invariant=1,
        )  # fmt: skip
        self.document = document
        frame = Frame(_MARGIN, _BOTTOM, _WIDTH, A4[1] - _TOP - _BOTTOM, 0, 0, 0, 0, id="page")
        self.addPageTemplates(PageTemplate("page", [frame]))
        self._levels: list[int] = []

    def beforeDocument(self) -> None:  # noqa: N802
        """Called by platypus once the canvas is there."""
        canvas = self.canv
        canvas.footer = spaced(_known(line(self.document.footer)), self.document.language)
        canvas.setViewerPreference("DisplayDocTitle", "true")
        stamp = canvas._doc._timeStamp
        moment = self.document.moment
        stamp.t, stamp.lt = moment.timestamp(), moment.timetuple()
        stamp.YMDhms = tuple(stamp.lt)[:6]
        self._levels = []

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802
        """Called by platypus after each flowable: headings go to the outline."""
        outline = getattr(flowable, "outline", None)
        if outline is None:
            return
        level, text, name = outline
        while self._levels and self._levels[-1] >= level:
            self._levels.pop()
        self.canv.addOutlineEntry(_known(text), name, len(self._levels), closed=False)
        self._levels.append(level)


class _Numbered(Canvas):  # type: ignore[misc]
    """Draws the footers once the number of pages is known."""

    footer = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802
        """Keep the page for later."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Draw the footers and write the file."""
        total = len(self._pages)
        for n, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._foot(n, total)
            super().showPage()
        super().save()

    def _foot(self, n: int, total: int) -> None:
        y = 13 * mm
        self.setStrokeColor(_RULE)
        self.setLineWidth(0.5)
        self.line(_MARGIN, y + 14, A4[0] - _MARGIN, y + 14)
        number = f"{n} / {total}"
        style = _style("footer", 7, textColor=_GREY)
        told = Para(escape(self.footer), style)
        _, tall = told.wrap(_WIDTH - 50, 40)
        told.drawOn(self, _MARGIN, y + 10 - tall)
        self.setFont("Vera", 7)
        self.setFillColor(_GREY)
        self.drawRightString(A4[0] - _MARGIN, y + 2, number)


def _known(text: str) -> str:
    """A text in the characters that the fonts have."""
    known = _fonts()
    if all(ord(c) in known for c in text):
        return text
    whole = unicodedata.normalize("NFC", text)
    return "".join(c if ord(c) in known else _nearest(c, known) for c in whole)


def _nearest(char: str, known: frozenset[int]) -> str:
    if char in _NEAREST:
        return _NEAREST[char]
    simpler = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    if unicodedata.combining(char):
        return ""
    return simpler if simpler and all(ord(c) in known for c in simpler) else (_MISSING if 0x25A1 in known else "?")
