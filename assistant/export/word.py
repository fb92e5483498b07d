"""Writes a document as DOCX, with the styles that Word, LibreOffice and screen readers know.

Guarantee: headings are headings, lists are lists, the header row of a table is repeated on each page, the language of
the text is set, and the properties carry title, author and date. Equal documents give equal bytes: the parts of the
archive are dated by the document, not by the clock.
"""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from assistant.export.archive import dated
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
    unbroken,
)

_FONT = "Arial"
_INK, _GREEN, _GREY = RGBColor(0x1B, 0x22, 0x1E), RGBColor(0x1E, 0x5B, 0x43), RGBColor(0x55, 0x5F, 0x59)
_RULE, _TINT, _AMBER = "B9C4BD", "EEF3F0", "B7791F"
_SIZES = {"Title": 20, "Subtitle": 10.5, "Heading 1": 13, "Heading 2": 11, "Heading 3": 10}
_PAGE_MM = 210 - 2 * 22
_LETTER_MM = 2.25
"""Room of a letter of a cell, the widest counted as the others."""


def docx_bytes(document: Document) -> bytes:
    """The file."""
    return _Writer(document).bytes()


def _widths(table: Table) -> list[float]:
    """The widths of columns in millimetres: what is never broken takes the room of its longest text."""
    room = {
        i: min(
            _LETTER_MM * max(len(line(plain(t))) for t in (c.title, *(row[i] for row in table.rows))) + 4, _PAGE_MM / 3
        )
        for i, c in enumerate(table.columns)
        if c.whole
    }
    rest = _PAGE_MM - sum(room.values())
    shared = sum(c.width for c in table.columns if not c.whole)
    return [room[i] if c.whole else rest * c.width / shared for i, c in enumerate(table.columns)]


class _Writer:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.out = docx.Document()
        self._bookmarks = 0
        self._styles()
        self._page()

    def bytes(self) -> bytes:
        d = self.document
        self.out.add_paragraph(self._said(d.title), "Title")
        if d.subtitle:
            self.out.add_paragraph(self._said(d.subtitle), "Subtitle")
        for block in d.blocks:
            self._block(block)
        self._properties()
        raw = io.BytesIO()
        self.out.save(raw)
        return dated(raw.getvalue(), d.date)

    def _block(self, block: Block) -> None:
        match block:
            case Heading(text, level, anchor):
                p = self.out.add_heading("", level)
                self._runs(p, text)
                if anchor:
                    self._bookmark(p, anchor)
            case Paragraph(text, style):
                names = {"body": "Normal", "lead": "Lead", "small": "Remark", "notice": "Notice"}
                self._runs(self.out.add_paragraph(style=names[style]), text)
            case Listing(items, ordered, style):
                for n, item in enumerate(items):
                    p = self.out.add_paragraph(style="List Number" if ordered else "List Bullet")
                    if ordered and n == 0:
                        self._restart(p)
                    elif ordered:
                        self._numbered(p, self._number)
                    if style == "lead":
                        p.paragraph_format.space_after = Pt(6)
                    self._runs(p, item, 10.5 if style == "lead" else None)
            case Quote(text, source, quiet):
                tail = " Quiet" if quiet else ""
                for part in paragraphs(text):
                    self.out.add_paragraph(part, f"Quote{tail}")
                if source:
                    self._runs(self.out.add_paragraph(style=f"Quote Source{tail}"), source)
            case Table():
                self._table(block)

    def _table(self, table: Table) -> None:
        out = self.out.add_table(rows=1 if table.headers else 0, cols=len(table.columns))
        out.style = "Table Grid"
        out.autofit = False
        widths = [Mm(width) for width in _widths(table)]
        for column, width in zip(out.columns, widths, strict=True):
            column.width = width
        if table.headers:
            head = out.rows[0]
            _flag(head._tr.get_or_add_trPr(), "w:tblHeader")
            for cell, column, width in zip(head.cells, table.columns, widths, strict=True):
                self._cell(cell, Run(column.title, bold=True), column.align, width, _TINT)
        for row in table.rows:
            line_ = out.add_row()
            _flag(line_._tr.get_or_add_trPr(), "w:cantSplit")
            for i, (cell, text) in enumerate(zip(line_.cells, row, strict=True)):
                named = not table.headers and i == 0
                shown: Text = Run(plain(text), bold=True) if named else text
                shown = unbroken(shown) if table.columns[i].whole else shown
                self._cell(cell, shown, table.columns[i].align, widths[i], _TINT if named else None)
        _borders(out._tbl.tblPr)
        self.out.add_paragraph(style="Gap")

    def _cell(self, cell: Any, text: Text, align: str, width: Any, tint: str | None) -> None:
        cell.width = width
        p = cell.paragraphs[0]
        p._p.style = "Cell"  # by its id: by name, python-docx searches every style again for each cell
        if align == "right":
            p.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self._runs(p, text)
        if tint:
            shade = OxmlElement("w:shd")
            for key, value in (("val", "clear"), ("color", "auto"), ("fill", tint)):
                shade.set(qn(f"w:{key}"), value)
            cell._tc.get_or_add_tcPr().append(shade)

    def _runs(self, paragraph: Any, text: Text, size: float | None = None) -> None:
        for run in runs(text):
            made = self._run(paragraph, run)
            if size:
                made.font.size = Pt(size)

    def _run(self, paragraph: Any, run: Run) -> Any:
        target = run.target
        if target is None:
            made = paragraph.add_run(self._said(run.text))
            self._dressed(made, run)
            return made
        link = OxmlElement("w:hyperlink")
        if target.startswith("#"):
            link.set(qn("w:anchor"), target[1:])
        else:
            ident = paragraph.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            link.set(qn("r:id"), ident)
        made = paragraph.add_run(self._said(run.text))
        self._dressed(made, run)
        made.font.color.rgb = _GREEN
        made.font.underline = not target.startswith("#")
        link.append(made._r)
        paragraph._p.append(link)
        return made

    @staticmethod
    def _dressed(made: Any, run: Run) -> None:
        made.bold, made.italic = run.bold or None, run.italic or None

    def _said(self, text: str) -> str:
        return spaced(line(text), self.document.language)

    def _bookmark(self, paragraph: Any, name: str) -> None:
        self._bookmarks += 1
        for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(tag)
            mark.set(qn("w:id"), str(self._bookmarks))
            if tag.endswith("Start"):
                mark.set(qn("w:name"), name)
            paragraph._p.append(mark)

    def _restart(self, paragraph: Any) -> None:
        """A numbered list that starts at 1, whatever came before."""
        numbering = self.out.part.numbering_part.element
        style = self.out.styles["List Number"]
        base = style.element.pPr.numPr.numId.val
        abstract = next(n for n in numbering.num_lst if n.numId == base).abstractNumId.val
        num = numbering.add_num(abstract)
        num.add_lvlOverride(ilvl=0).add_startOverride(1)
        self._number = num.numId
        self._numbered(paragraph, num.numId)

    @staticmethod
    def _numbered(paragraph: Any, number: int) -> None:
        found = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        found.get_or_add_ilvl().val = 0
        found.get_or_add_numId().val = number

    def _styles(self) -> None:
        styles = self.out.styles
        normal = styles["Normal"]
        _font(normal, _FONT, 10, _INK)
        normal.paragraph_format.space_after = Pt(6)
        normal.paragraph_format.line_spacing = 1.15
        lang = OxmlElement("w:lang")
        for key in ("val", "eastAsia", "bidi"):
            lang.set(qn(f"w:{key}"), self.document.locale)
        defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
        for old in defaults.findall(qn("w:lang")):
            defaults.remove(old)
        defaults.append(lang)
        for name, size in _SIZES.items():
            style = styles[name]
            _font(style, _FONT, size, _GREY if name == "Subtitle" else _GREEN)
            style.font.bold = name != "Subtitle"
            style.font.italic = False
            style.font.all_caps = False
            for spacing in style.element.rPr.findall(qn("w:spacing")):
                style.element.rPr.remove(spacing)
            style.paragraph_format.space_before = Pt({"Heading 1": 16, "Heading 2": 11, "Heading 3": 8}.get(name, 0))
            style.paragraph_format.space_after = Pt(4 if name != "Subtitle" else 10)
            style.paragraph_format.keep_with_next = True
            for border in style.element.pPr.findall(qn("w:pBdr")):
                style.element.pPr.remove(border)
        for name in ("List Number", "List Bullet"):  # a little air between items
            for mark in styles[name].element.pPr.findall(qn("w:contextualSpacing")):
                styles[name].element.pPr.remove(mark)
            styles[name].paragraph_format.space_after = Pt(3)
        quote = styles["Quote"]
        _font(quote, _FONT, 10, _INK)
        quote.font.italic = False
        quote.paragraph_format.left_indent = Mm(5)
        quote.paragraph_format.space_after = Pt(3)
        quote.paragraph_format.keep_together = True
        quote.paragraph_format.keep_with_next = True
        _side(quote, "1E5B43")
        for name, base, size, colour in (
            ("Lead", "Normal", 12, _INK), ("Remark", "Normal", 8.5, _GREY), ("Notice", "Normal", 10, _INK),
            ("Quote Source", "Quote", 8.5, _GREY), ("Quote Quiet", "Quote", 10, _INK),
            ("Quote Source Quiet", "Quote Quiet", 8.5, _GREY), ("Cell", "Normal", 9, _INK), ("Gap", "Normal", 4, _INK),
        ):  # fmt: skip
            style = styles.add_style(name, 1)
            style.base_style = styles[base]
            _font(style, _FONT, size, colour)
            style.paragraph_format.space_after = Pt({"Cell": 1, "Gap": 2, "Remark": 4}.get(name, 6))
        styles["Notice"].paragraph_format.left_indent = Mm(5)
        _side(styles["Notice"], _AMBER)
        _side(styles["Quote Quiet"], _RULE)

    def _page(self) -> None:
        section = self.out.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(22)
        section.top_margin, section.bottom_margin = Mm(20), Mm(22)
        footer = section.footer.paragraphs[0]
        footer.style = "Remark"
        stops = footer.paragraph_format.tab_stops
        stops.add_tab_stop(Mm(_PAGE_MM), 2)  # right
        footer.add_run(f"{self._said(self.document.footer)}\t" if self.document.footer else "\t")
        _field(footer, "PAGE")
        footer.add_run(" / ")
        _field(footer, "NUMPAGES")

    def _properties(self) -> None:
        d, core = self.document, self.out.core_properties
        core.title, core.author, core.last_modified_by = line(d.title)[:255], d.author, d.author
        core.subject, core.keywords, core.comments = line(d.subject)[:255], ", ".join(d.keywords)[:255], ""
        core.language = d.locale
        core.created = core.modified = d.moment.replace(tzinfo=None)
        core.revision = 1


def _font(style: Any, name: str, size: float, colour: RGBColor) -> None:
    style.font.name, style.font.size, style.font.color.rgb = name, Pt(size), colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{key}"), None)
    for key in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{key}"), name)


def _side(style: Any, colour: str) -> None:
    """A rule on the left, as quotes have."""
    borders = OxmlElement("w:pBdr")
    left = OxmlElement("w:left")
    for key, value in (("val", "single"), ("sz", "14"), ("space", "8"), ("color", colour)):
        left.set(qn(f"w:{key}"), value)
    borders.append(left)
    properties = style.element.get_or_add_pPr()
    later = [qn(f"w:{t}") for t in ("shd", "tabs", "spacing", "ind", "jc", "outlineLvl", "contextualSpacing")]
    at = next((i for i, child in enumerate(properties) if child.tag in later), len(properties))
    properties.insert(at, borders)


def _borders(properties: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        edge = OxmlElement(f"w:{side}")
        drawn = side in ("top", "bottom", "insideH")
        for key, value in (("val", "single" if drawn else "nil"), ("sz", "4"), ("space", "0"), ("color", _RULE)):
            edge.set(qn(f"w:{key}"), value)
        borders.append(edge)
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 50), ("left", 100), ("bottom", 50), ("right", 100)):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(width))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    indent = OxmlElement("w:tblInd")  # the cells' text moves right by their margin: the rules stand under the text
    indent.set(qn("w:w"), "100")
    indent.set(qn("w:type"), "dxa")
    layout, look = properties.find(qn("w:tblLayout")), properties.find(qn("w:tblLook"))
    layout.addprevious(indent)
    layout.addprevious(borders)
    look.addprevious(margins)


def _flag(properties: Any, tag: str) -> None:
    flag = OxmlElement(tag)
    flag.set(qn("w:val"), "true")
    properties.append(flag)


def _field(paragraph: Any, instruction: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run = paragraph.add_run("1")
    field.append(run._r)
    paragraph._p.append(field)
