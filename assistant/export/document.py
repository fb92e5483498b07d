"""The document that every writer writes: title, headings, paragraphs, lists, tables, quotes, footer.

Guarantee: text is text. Nothing in a run is markup for any writer, whoever wrote it; a link is an http(s) or mailto
address, or the anchor of a heading of the document, and anything else is shown as plain text. A quote is written
character for character; elsewhere French punctuation may get the unbreakable spaces that typography asks for.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold, and what no reader should meet."""
_BIDI = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Invisible marks that can make a text read otherwise than it is written."""
_BEFORE = re.compile(r" (?=[;:!?»])|(?<=«) |(?<=\d) (?=[€%°]|Md?€|\d{3}(?!\d)|(?:kg|km|tonnes?|pages?|salariés)\b)")
_NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one dress. `link`: an http(s) or mailto address, or `#anchor` of a heading."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str | None = None

    @property
    def target(self) -> str | None:
        """The link, when it is one that may be followed."""
        if not self.link:
            return None
        if re.fullmatch(r"#[a-z0-9-]+", self.link):
            return self.link
        return self.link if _followed(self.link) else None


Text = str | Run | tuple[str | Run, ...]
"""What a caller gives as text: a string, a run, or several."""


def runs(text: Text) -> tuple[Run, ...]:
    """A text as its runs."""
    parts = text if isinstance(text, tuple) else (text,)
    return tuple(Run(p) if isinstance(p, str) else p for p in parts)


def plain(text: Text) -> str:
    """A text without its dress."""
    return "".join(r.text for r in runs(text))


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the highest under the title. `anchor` can be linked to."""

    text: Text
    level: Literal[1, 2, 3] = 1
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. `lead` is larger, for what matters most; `small` for remarks; `notice` stands out, for warnings."""

    text: Text
    style: Literal["body", "lead", "small", "notice"] = "body"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, with bullets or numbers; `lead` is larger, for what matters most."""

    items: tuple[Text, ...]
    ordered: bool = False
    style: Literal["body", "lead"] = "body"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `width` is its share of the page, relative to the others. `whole`: its cells are codes or
    figures, never broken over two lines, and take the room they need."""

    title: str
    width: float = 1.0
    align: Literal["left", "right"] = "left"
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose header row is repeated on each page. With `headers=False` the first column names each row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]
    headers: bool = True

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("each row has one cell a column")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of someone else, character for character, and where they stand; `quiet`: of less weight than others."""

    text: str
    source: Text = ""
    quiet: bool = False


Block = Heading | Paragraph | Listing | Table | Quote


@dataclass(frozen=True, slots=True)
class Document:
    """A document. `footer` stands on each page; `date` is the day it was made, written in its properties."""

    title: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    footer: str = ""
    date: dt.date = dt.date(2000, 1, 1)
    author: str = "Clapvert"
    subject: str = ""
    keywords: tuple[str, ...] = field(default=())
    language: Literal["fr", "en"] = "fr"

    @property
    def locale(self) -> str:
        """The language as a tag (BCP 47)."""
        return {"fr": "fr-FR", "en": "en-GB"}[self.language]

    @property
    def moment(self) -> dt.datetime:
        """The instant written in the properties: noon of the day, for equal documents are equal files."""
        return dt.datetime.combine(self.date, dt.time(12), dt.UTC)


def clean(text: str) -> str:
    """A text that any format can hold: no control characters, no invisible marks, one kind of line break."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _BIDI.sub("", _CONTROL.sub("", text))


def line(text: str) -> str:
    """A clean text on one line."""
    return re.sub(r"[ \t\n]+", " ", clean(text))


def spaced(text: str, language: str = "fr") -> str:
    """French punctuation and units kept on the line of the word before."""
    return _BEFORE.sub(_NBSP, text) if language == "fr" else text


def unbroken(text: Text) -> Text:
    """A text that no line break may cut."""
    return tuple(
        Run(re.sub(r"[ \u00a0]", _NBSP, r.text).replace("-", "\u2011"), r.bold, r.italic, r.link) for r in runs(text)
    )


def paragraphs(text: str) -> list[str]:
    """The lines of a text that has several, empty ones left out."""
    return [t for t in (line(part).strip() for part in clean(text).split("\n")) if t]


def file_name(words: Iterable[str], extension: str, limit: int = 60) -> str:
    """`("Note Clapvert", "Quels bilans ?")` → `note-clapvert-quels-bilans.pdf`: ASCII, no path, no surprise."""
    folded = unicodedata.normalize("NFKD", " ".join(words).lower().replace("œ", "oe").replace("æ", "ae"))
    folded = re.sub(r"[’'\-–—/.]", " ", folded)
    stem = "-".join(re.findall(r"[a-z0-9]+", "".join(c for c in folded if not unicodedata.combining(c))))
    if len(stem) > limit:
        stem = stem[:limit].rsplit("-", 1)[0]
    return f"{stem or 'document'}.{extension}"


def _followed(link: str) -> bool:
    if re.search(r"[\s<>\"\x00-\x20]", link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return (parts.scheme in ("http", "https") and bool(parts.netloc)) or (parts.scheme == "mailto" and bool(parts.path))
