"""Runs → paragraphs: lines, columns, running heads, footnotes, hyphens.

Guarantee: every visible word of the page is in a paragraph, in reading order, with the pages it stands on; only running
heads and page numbers are dropped, and footnotes are set apart from the text that they interrupt. A word cut at a line
end is mended; a hyphen that the document writes elsewhere is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ingest.documents.pdf_runs import PageRuns, Run

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_ENUMERATOR = re.compile(
    r"(?:[\"«“]\s?)?(?:\(?(?:\d{1,3}|[a-z]|[ivx]{1,6}|\*+)\)|\d{1,3}\.(?=\s)|[IVX]{1,6}\.|[–—•▪-]\s|Art(?:icle|\.)\s)"
)
_END = re.compile(r"[.;:!?…]\s?[\"»”)]*$")
_NOTE = re.compile(r"\(?(?:\d{1,3}|[¹²³⁰-⁹]{1,3}|\*{1,5})\)?(?=\s|[A-ZÀ-Ý]|$)")
_NUMBER = re.compile(r"[-–—\s]*(?:page\s)?\d{1,4}(?:\s?(?:/|sur|of|de)\s?\d{1,4})?[-–—\s]*", re.IGNORECASE)
_OFFICIAL = re.compile(
    r"(?:[A-Z]{2}\s)?(?:Journal officiel(?: de l[’']Union européenne)?|de l[’']Union européenne|Série [LC])"
    r"(?:\s[A-Z]{2})?|Official Journal(?: of the European Union)?|of the European Union|[LC] series|[A-Z]{2}"
    r"|(?P<l>FR|EN|SV|DE|ES|IT)(?:\s\d{1,3})?\s(?P=l)|(?:\d{4}/\d{1,6})?\s?(?:\d{1,2}\.\d{1,2}\.\d{4})?"
    r"|ELI: http\S+\s\d{1,3}/\d{1,3}|.{0,40}JOURNAL OFFICIEL DE LA RÉPUBLIQUE FRANÇAISE.{0,40}"
)
_RULE = re.compile(r"[_\-–—=.·*\s]*")
_WIDTH = 0.48
"""Mean width of a character, in font sizes: pypdf tells where text starts, not where it ends."""


@dataclass(slots=True)
class Row:
    """One line, or the part of one that stands in one column."""

    page: int
    runs: list[Run]

    @property
    def x(self) -> float:
        """Left edge, in points."""
        return self.runs[0].x

    @property
    def end(self) -> float:
        """Right edge, estimated."""
        last = self.runs[-1]
        return last.x + len(last.text) * last.size * _WIDTH

    @property
    def size(self) -> float:
        """Font size of most of its characters."""
        return _usual((round(run.size, 1), run.text) for run in self.runs)

    @property
    def y(self) -> float:
        """Baseline of the text, whatever superscripts stand in it."""
        size = self.size
        return next((r.y for r in self.runs if abs(r.size - size) < 0.2), self.runs[0].y)

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return any(r.bold for r in self.runs) and all(r.bold for r in self.runs if len(r.text) > 1)

    @property
    def text(self) -> str:
        """Its words; a raised figure that would read as part of a number is written raised."""
        out = ""
        size, y = self.size, self.y
        for n, run in enumerate(self.runs):
            text = run.text.translate(_LIGATURES)
            raised = run.size < 0.8 * size and run.y > y + 0.5
            if raised and text.isdigit() and not out.endswith("("):
                text = text.translate(_SUPERSCRIPT)
            out += (" " if run.gap and n else "") + text
        return " ".join(out.split())


@dataclass(slots=True)
class Paragraph:
    """A paragraph as it will stand in the document tree. `lines` counts its rows."""

    text: str
    page_from: int
    page_to: int
    size: float
    bold: bool
    lines: int = 1
    breaks: list[int] = field(default_factory=list)
    note: bool = False


def paragraphs(pages: list[PageRuns]) -> list[Paragraph]:
    """The paragraphs of a document, its footnotes last (`note`); page numbers are 1-based."""
    rows = [_columns(_rows(page, n), page.width) for n, page in enumerate(pages, 1)]
    rows = _without_running_heads(rows, pages)
    rows = [[r for r in page if not _RULE.fullmatch(r.text)] for page in rows]
    body = _usual((r.size, r.text) for page in rows for r in page)
    words = _vocabulary(r.text for page in rows for r in page)
    text: list[Row] = []
    notes: list[Row] = []
    for page in rows:
        cut = _footnotes(page, body)
        text += page[:cut]
        notes += page[cut:]
    leading = _leading(text)
    out = _assemble(text, leading, words)
    for paragraph in _assemble(notes, leading, words, notes=True):
        paragraph.note = True
        out.append(paragraph)
    return out


def body_size(found: list[Paragraph]) -> float:
    """The font size of most of the text."""
    return _usual((p.size, p.text) for p in found if not p.note)


def _usual(texts: Iterable[tuple[float, str]]) -> float:
    """The size of most of the characters; 0 when there is no text."""
    sizes: Counter[float] = Counter()
    for size, text in texts:
        sizes[size] += len(text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _rows(page: PageRuns, number: int) -> list[Row]:
    """Runs gathered by baseline, in the order of drawing; a wide gap starts another row at the same height."""
    rows: list[Row] = []
    for run in page.runs:
        if rows:
            row, last = rows[-1], rows[-1].runs[-1]
            level = abs(run.y - row.y) <= 0.55 * max(run.size, row.size) or abs(run.y - last.y) <= 0.5
            near = last.x - 1 <= run.x <= row.end + 3 * max(run.size, row.size)
            if level and near:
                row.runs.append(run)
                continue
        rows.append(Row(number, [run]))
    return rows


def _columns(rows: list[Row], width: float) -> list[Row]:
    """Rows in reading order: when a producer draws two columns line by line across both, the left one first.

    Columns are told from a table by their gutter near the middle, kept by most lines, with long text on both sides.
    """
    lines: list[list[Row]] = []
    for row in rows:
        if lines and abs(lines[-1][0].y - row.y) <= 2 and row.x > lines[-1][-1].x:
            lines[-1].append(row)
        else:
            lines.append([row])
    pairs = [line for line in lines if len(line) == 2 and 0.4 * width <= line[1].x <= 0.62 * width]
    if len(pairs) < 8:
        return _merged(lines)
    gutter = Counter(round(line[1].x / 3) for line in pairs).most_common(1)[0][0] * 3
    good = [p for p in pairs if abs(p[1].x - gutter) <= 4]
    long = median(len(p[0].text) for p in good) >= 25 and median(len(p[1].text) for p in good) >= 25 if good else False
    if not long or len(good) < 0.5 * len(lines):
        return _merged(lines)
    out: list[Row] = []
    left: list[Row] = []
    right: list[Row] = []
    for line in lines:
        across = len(line) == 1 and line[0].x < gutter - 20 and line[0].end > gutter + 20
        if across:
            out += left + right + line
            left, right = [], []
        else:
            left += [r for r in line if r.x < gutter - 4]
            right += [r for r in line if r.x >= gutter - 4]
    return out + left + right


def _merged(lines: list[list[Row]]) -> list[Row]:
    """Cells at one height as one row, left to right (a table row)."""
    out = []
    for line in lines:
        runs = list(line[0].runs)
        for cell in line[1:]:
            first = cell.runs[0]
            runs.append(Run(first.text, first.x, first.y, first.size, " ", first.bold))
            runs += cell.runs[1:]
        out.append(Row(line[0].page, runs))
    return out


def _without_running_heads(rows: list[list[Row]], pages: list[PageRuns]) -> list[list[Row]]:
    """Drop what repeats at the top and bottom of pages, page numbers, and the titles of an Official Journal."""

    def signature(row: Row) -> str:
        return " ".join(sorted(re.sub(r"\d+", "#", row.text).split()))

    def margin(row: Row, page: PageRuns) -> bool:
        return row.y > 0.88 * page.height or row.y < 0.11 * page.height

    seen: Counter[str] = Counter()
    for page_rows, page in zip(rows, pages, strict=True):
        seen.update({signature(r) for r in page_rows if margin(r, page)})
    often = max(2, 0.4 * len(pages))
    out: list[list[Row]] = []
    for page_rows, page in zip(rows, pages, strict=True):
        edge = {id(r) for r in (*sorted(page_rows, key=lambda r: r.y)[:1], *sorted(page_rows, key=lambda r: -r.y)[:1])}
        out.append(
            [
                r
                for r in page_rows
                if not (
                    (margin(r, page) and (seen[signature(r)] >= often or _OFFICIAL.fullmatch(r.text)))
                    or (id(r) in edge and margin(r, page) and _NUMBER.fullmatch(r.text))
                )
            ]
        )
    return out if any(out) else rows  # a document that repeats one line is not all running heads


def _footnotes(rows: list[Row], body: float) -> int:
    """Index of the first footnote row of a page: small print that ends the page and starts with a call."""
    start = len(rows)
    while start and rows[start - 1].size <= 0.93 * body:
        start -= 1
    while start < len(rows) and not _NOTE.match(rows[start].text):
        start += 1
    return start


def _leading(rows: list[Row]) -> float:
    """The usual distance between two lines of a paragraph, in font sizes."""
    gaps = [
        (a.y - b.y) / a.size
        for a, b in pairwise(rows)
        if a.page == b.page and a.size == b.size and 0.9 * a.size <= a.y - b.y <= 2.2 * a.size
    ]
    return median(gaps) if gaps else 1.2


def _vocabulary(texts: Iterable[str]) -> Counter[str]:
    """Words of the document that no line end cuts."""
    words: Counter[str] = Counter()
    for text in texts:
        words.update(w.lower() for w in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(text.split()[1:-1])))
    return words


def _assemble(rows: list[Row], leading: float, words: Counter[str], notes: bool = False) -> list[Paragraph]:
    out: list[Paragraph] = []
    wide = max((r.end for r in rows), default=0.0)
    before: Row | None = None
    for row in rows:
        if before is None or _starts(before, row, leading, wide, notes):
            out.append(Paragraph(row.text.replace("\xad", ""), row.page, row.page, row.size, row.bold))
            if row.text.endswith("\xad"):
                out[-1].text += "\xad"
        else:
            _append(out[-1], row, words)
        before = row
    for paragraph in out:
        paragraph.text = paragraph.text.replace("\xad", "")
    return [p for p in out if p.text]


def _starts(before: Row, row: Row, leading: float, wide: float, notes: bool) -> bool:
    """Whether a row starts a paragraph."""
    if notes:
        return bool(_NOTE.match(row.text)) or abs(before.size - row.size) > 0.08 * before.size
    if before.bold != row.bold or abs(before.size - row.size) > 0.08 * before.size:
        return True
    ended, opens = bool(_END.search(before.text)), bool(_ENUMERATOR.match(row.text))
    gap = (before.y - row.y) / before.size
    if row.page != before.page or gap < -1:  # a new page or column goes on, unless the sentence had ended
        return ended or (opens and row.text[:1] not in "-–—")
    if gap > 1.35 * leading or (gap < 0.2 and row.x < before.x):
        return True
    if ended and (opens or row.x > before.x + 4):
        return True
    return ended and before.end < 0.8 * wide and before.end < row.end


def _append(paragraph: Paragraph, row: Row, words: Counter[str]) -> None:
    text = row.text
    cut = paragraph.text.rpartition(" ")[2]
    if row.page != paragraph.page_to:
        join = "" if cut.endswith(("-", "\xad")) else " "
        paragraph.breaks += [len(paragraph.text) + len(join)] * (row.page - paragraph.page_to)
        paragraph.page_to = row.page
    first = re.match(r"[^\W\d_]+(?:-[^\W\d_]+)*", text)
    if cut.endswith("\xad"):
        paragraph.text = paragraph.text[:-1] + text
    elif cut.endswith(("-", "‐")) and len(cut) > 1 and cut[-2].isalnum() and text[:1].isalnum():
        left = re.sub(r"^\W+|\W+$", "", cut).lower()
        right = first.group(0).lower() if first and first.group(0)[0].islower() else ""
        if right and not _keeps_hyphen(left, right, words):
            paragraph.text = paragraph.text[:-1] + text
            paragraph.breaks = [min(b, len(paragraph.text)) for b in paragraph.breaks]
        else:
            paragraph.text += text
    else:
        paragraph.text = f"{paragraph.text} {text}"
    paragraph.lines += 1


def _keeps_hyphen(left: str, right: str, words: Counter[str]) -> bool:
    """Whether a hyphen at a line end belongs to the word: the document's own spelling decides."""
    kept, mended = words[f"{left}-{right}"], words[f"{left}{right}"]
    if kept or mended:
        return kept > mended
    return words[left] > 0 and words[right] > 0 and len(left) > 2 and len(right) > 2
