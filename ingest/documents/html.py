"""HTML → document tree: EUR-Lex (Official Journal and consolidated pages), Légifrance, and plain pages.

Guarantee: what a reader of the page sees is read, in order; what is hidden from the eye is left out and reported;
navigation, scripts and forms are not text. A line break starts a new paragraph, since Légifrance separates alinéas so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import lxml.html
from lxml import etree

from ingest.documents.encoding import decode
from ingest.documents.remarks import hidden_note
from ingest.documents.tables import MAX_CELLS, span, table_text
from ingest.documents.tree import Block, Document
from ingest.documents.xmltext import pieces
from ingest.errors import ClapvertError, ErrorCode

_SKIPPED = {"script", "style", "head", "nav", "template", "noscript", "iframe", "object", "svg", "math", "button",
            "select", "textarea", "form", "footer", "audio", "video", "canvas", "dialog"}  # fmt: skip
_PARAGRAPHS = {"p", "div", "section", "article", "main", "body", "html", "li", "ul", "ol", "dl", "dt", "dd", "center",
               "blockquote", "header", "aside", "figure", "figcaption", "fieldset", "address", "pre", "hr", "details",
               "summary", "caption"}  # fmt: skip
_LEVELS = (
    (re.compile(r"^\W*(?:partie|part)\b", re.IGNORECASE), 1),
    (re.compile(r"^\W*(?:livre|book)\b", re.IGNORECASE), 2),
    (re.compile(r"^\W*(?:titre|title)\b", re.IGNORECASE), 3),
    (re.compile(r"^\W*(?:chapitre|chapter)\b", re.IGNORECASE), 4),
    (re.compile(r"^\W*sous-section\b", re.IGNORECASE), 6),
    (re.compile(r"^\W*section\b", re.IGNORECASE), 5),
    (re.compile(r"^\W*(?:annexe|annex)\b", re.IGNORECASE), 2),
)
_ARTICLE_CLASS = re.compile(r"(?:^|\s)(?:oj-)?(?:ti-art|title-article-norm)(?:\s|$)")
_SUBTITLE_CLASS = re.compile(r"(?:^|\s)(?:oj-)?(?:sti-art|stitle-article-norm|ti-section-2|title-division-2)(?:\s|$)")
_SECTION_CLASS = re.compile(r"(?:^|\s)(?:oj-)?(?:ti-section-1|ti-grseq-1|title-division-1|title-annex-1)(?:\s|$)")
_TITLE_CLASS = re.compile(r"(?:^|\s)(?:oj-)?(?:doc-ti|title-doc-first|eli-main-title)(?:\s|$)")
_MARGIN_CLASS = re.compile(
    r"(?:^|\s)(?:oj-hd-\S+|hd-\S+|arrow|modref|disclaimer|reference|breadcrumb\S*)(?:\s|$)", re.I
)
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|rem|%)?\s*(?:;|$|!)|opacity\s*:\s*0*\.?0+\s*(?:;|$|!)"
    r"|(?<![-\w])color\s*:\s*transparent\b|text-indent\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_WHITE = re.compile(r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|white\b)", re.IGNORECASE)
_HIDING_RULE = re.compile(r"([.#][\w-]+)\s*\{([^{}]{0,2000})\}")
_MARKER = re.compile(r"^(?:\(?\d{1,3}(?:bis|ter|quater)?[).°]?|\(?[a-z]{1,4}\)|[—–-]|[•·]|\(?[ivxlIVXL]{1,6}[).])$")
_NOTA = re.compile(r"^NOTA\s*:?\s*$")
_LINES = "\x1e"
"""Stands for a line break until the paragraph is cut."""


def read_html(data: bytes) -> Document:
    """Read a page; `DOCUMENT_REFUSED` when it is nested so deep that the parser would drop its text."""
    return read_markup(decode(data))


def read_markup(text: str) -> Document:
    """Read a page given as text."""
    root = parse_html(text)
    reader = _Reader(_hiding_selectors(root))
    reader.walk(root)
    blocks = reader.finish()
    h1 = next((b.text for b in blocks if b.kind == "heading" and b.level == 1), None)
    title = h1 or (root.findtext(".//title") or "").strip() or None
    return Document(
        " ".join(title.split()) if title else None, tuple(blocks), _meta(root), notes=hidden_note(reader.hidden)
    )


def parse_html(text: str) -> etree._Element:
    """The element tree of a page, however broken."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root = lxml.html.document_fromstring(body.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as exc:
        raise ClapvertError(ErrorCode.DOCUMENT_REFUSED, "La page HTML est vide ou illisible.") from exc
    if any("RESOURCE_LIMIT" in str(e.type_name) for e in parser.error_log):
        raise ClapvertError(
            ErrorCode.DOCUMENT_TOO_BIG, "La page HTML imbrique trop d'éléments : elle ne peut pas être lue en entier."
        )
    return root


class _Reader:
    """Walks a page once, in document order, without recursion."""

    def __init__(self, hiding: set[str]) -> None:
        self.blocks: list[Block] = []
        self.hidden: list[str] = []
        self._inline: list[str] = []
        self._hiding = hiding
        self._marker = ""

    def walk(self, root: etree._Element) -> None:
        stack: list[tuple[str, etree._Element]] = [("open", root)]
        while stack:
            what, node = stack.pop()
            if what == "tail":
                self._inline.append(node.tail or "")
            elif what == "mark":
                self._flush()
                self._marker = self._visible(node)
            elif what == "close":
                self._flush()
            elif what == "cell":
                stack.append(("close", node))
                self._open(node, stack)
            else:
                if node is not root:
                    stack.append(("tail", node))
                self._open(node, stack)

    def finish(self) -> list[Block]:
        self._flush()
        return self.blocks

    def _open(self, node: etree._Element, stack: list[tuple[str, etree._Element]]) -> None:
        tag = node.tag if isinstance(node.tag, str) else ""
        names = node.get("class") or ""
        if tag in _SKIPPED or not tag:
            if tag in ("nav", "form", "footer"):
                self._flush()
            return
        if self._unseen(node):
            self.hidden.append(" ".join(node.itertext()))
            return
        if tag == "br":
            self._inline.append(_LINES)
        elif tag == "table":
            self._table(node, stack)
        elif re.fullmatch(r"h[1-6]", tag):
            self._heading(self._visible(node), int(tag[1]))
        elif _MARGIN_CLASS.search(names) and tag in ("p", "div", "span"):
            return
        elif _TITLE_CLASS.search(names) and tag == "p":
            self._title(self._visible(node))
        elif _ARTICLE_CLASS.search(names):
            self._heading(self._visible(node), 6)
        elif _SUBTITLE_CLASS.search(names):
            self._subtitle(self._visible(node))
        elif _SECTION_CLASS.search(names):
            text = self._visible(node)
            self._heading(text, next((level for pattern, level in _LEVELS if pattern.search(text)), 4))
        elif "grid-list-column-1" in names:
            self._flush()
            self._marker = self._visible(node)
        else:
            if tag in _PARAGRAPHS:
                self._flush()
                stack.append(("close", node))
            self._inline.append(node.text or "")
            stack.extend(("open", child) for child in reversed(node))

    def _unseen(self, node: etree._Element) -> bool:
        style = node.get("style") or ""
        if node.get("hidden") is not None or _UNSEEN_STYLE.search(style):
            return True
        if _WHITE.search(style) and not _has_background(node):
            return True
        names = {f".{c}" for c in (node.get("class") or "").split()} | {f"#{node.get('id')}"}
        return bool(names & self._hiding)

    def _visible(self, node: etree._Element) -> str:
        """The text of an element on one line, hidden parts left out and remembered."""

        def before(one: etree._Element) -> str | None:
            if not isinstance(one.tag, str) or one.tag in _SKIPPED:
                return None
            if self._unseen(one):
                self.hidden.append(" ".join(one.itertext()))
                return None
            return " " if one.tag == "br" or one.tag in _PARAGRAPHS else ""

        return " ".join("".join(pieces(node, before)).split())

    def _flush(self) -> None:
        lines = "".join(self._inline).split(_LINES)
        self._inline.clear()
        for line in lines:
            if text := " ".join(line.split()):
                self._paragraph(text)

    def _paragraph(self, text: str) -> None:
        if self._marker:
            text, self._marker = f"{self._marker} {text}", ""
        last = self.blocks[-1] if self.blocks else None
        if last and last.kind == "text" and (_NOTA.match(last.text) or last.text in "—–-•·"):
            self.blocks[-1] = Block("text", f"{last.text} {text}")
        else:
            self.blocks.append(Block("text", text))

    def _heading(self, text: str, level: int) -> None:
        self._flush()
        if text:
            self.blocks.append(Block("heading", text, level))

    def _title(self, text: str) -> None:
        """EUR-Lex sets a title in several lines of one class."""
        self._flush()
        last = self.blocks[-1] if self.blocks else None
        if last and last.kind == "heading" and last.level == 1 and text:
            self.blocks[-1] = Block("heading", f"{last.text} {text}", 1)
        else:
            self._heading(text, next((lv for pattern, lv in _LEVELS if lv == 2 and pattern.search(text)), 1))

    def _subtitle(self, text: str) -> None:
        """The subject of an article or chapter belongs to its heading."""
        self._flush()
        last = self.blocks[-1] if self.blocks else None
        if last and last.kind == "heading" and text:
            self.blocks[-1] = Block("heading", f"{last.text} – {text}", last.level)
        else:
            self._heading(text, 6)

    def _table(self, node: etree._Element, stack: list[tuple[str, etree._Element]]) -> None:
        self._flush()
        rows = list(_rows(node))
        if _is_layout(node, rows):
            for row in reversed(rows):
                cells = _cells(row)
                first = self._visible(cells[0]) if len(cells) > 1 else ""
                if len(cells) > 1 and _MARKER.match(first):
                    stack.extend(("cell", c) for c in reversed(cells[1:]))
                    stack.append(("mark", cells[0]))
                else:
                    stack.extend(("cell", c) for c in reversed(cells))
            return
        caption = node.find("caption")
        text = table_text(*self._grid(rows), caption=self._visible(caption) if caption is not None else "")
        if text:
            self.blocks.append(Block("table", text))

    def _grid(self, rows: list[etree._Element]) -> tuple[list[list[str]], int]:
        """The cells of a table with merged ones spread out, and how many rows are its header."""
        grid: dict[tuple[int, int], str] = {}
        headers = 0
        for r, row in enumerate(rows):
            c = 0
            cells = _cells(row)
            parent = row.getparent()
            is_head = (parent is not None and parent.tag == "thead") or (
                bool(cells) and all(x.tag == "th" or "tbl-hdr" in "".join(x.xpath(".//@class")) for x in cells)
            )
            headers = r + 1 if is_head and headers == r else headers
            for cell in cells:
                while (r, c) in grid:
                    c += 1
                text = self._visible(cell)
                for i in range(span(cell.get("rowspan"))):
                    for j in range(span(cell.get("colspan"))):
                        grid.setdefault((r + i, c + j), text if r + i < len(rows) else "")
                if len(grid) > MAX_CELLS:
                    raise ClapvertError(ErrorCode.DOCUMENT_TOO_BIG, "Un tableau de la page a trop de cellules.")
        width = max((c for _, c in grid), default=-1) + 1
        return [[grid.get((r, c), "") for c in range(width)] for r in range(len(rows))], headers


def _has_background(node: etree._Element) -> bool:
    """Whether white text may stand on a colour: a background, or a class that may give one, on it or around it."""
    return any(
        one.get("class") or one.get("bgcolor") or "background" in (one.get("style") or "")
        for one in (node, *node.iterancestors())
    )


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """The rows of a table, not those of tables inside it."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def _cells(row: etree._Element) -> list[etree._Element]:
    return [c for c in row if c.tag in ("td", "th")]


def _is_layout(table: etree._Element, rows: list[etree._Element]) -> bool:
    """EUR-Lex sets recitals and lists in borderless tables of two columns, the first one a number or a dash."""
    names = table.get("class") or ""
    if "oj-table" in names or "borderOj" in names or (table.get("border") or "0") not in ("0", ""):
        return False
    if any(c.tag == "th" for row in rows for c in _cells(row)) or table.find("caption") is not None:
        return False
    if table.find(".//table") is not None:
        return True
    width = max((len(_cells(row)) for row in rows), default=0)
    firsts = [" ".join("".join(_cells(row)[0].itertext()).split()) for row in rows if _cells(row)]
    return width < 2 or (width <= 3 and all(_MARKER.match(f) or not f for f in firsts))


def _hiding_selectors(root: etree._Element) -> set[str]:
    """Classes and ids that the page's own style sheet hides."""
    css = "\n".join(style.text or "" for style in root.iter("style"))[:200_000]
    return {name for name, rule in _HIDING_RULE.findall(css) if _UNSEEN_STYLE.search(rule)}


def _meta(root: etree._Element) -> dict[str, str]:
    """What the page says of itself."""
    meta = {
        name.lower(): content.strip()
        for tag in root.iter("meta")
        if (name := tag.get("name") or tag.get("property")) and (content := tag.get("content"))
    }
    if lang := (root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[:2].lower():
        meta.setdefault("language", lang)
    if "etat-du-droit" in meta:
        meta.setdefault("snapshot", meta["etat-du-droit"])
    return meta
