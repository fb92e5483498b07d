"""PDF → document tree.

Guarantee: a block's page is the page it stands on, counted from 1; text that the eye does not see is reported and never
read; a file without text, or that asks for a password, is refused with what to do, never taken for an empty one. The
outline is used only where it says what the page says: an outline can name what the page does not hold.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pypdf import PageObject, PasswordType, PdfReader
from pypdf.errors import DependencyError, PyPdfError

from ingest.documents.pdf_layout import Paragraph, body_size, paragraphs
from ingest.documents.pdf_runs import PageRuns, page_runs
from ingest.documents.remarks import excerpt
from ingest.documents.tree import Block, Document
from ingest.errors import ClapvertError, ErrorCode

MAX_PAGES = 3000
_HEAD = 1024
"""Bytes before `%PDF-` that readers forgive (a mail or HTTP head saved with the file)."""
_BROKEN = (
    PyPdfError, KeyError, ValueError, TypeError, AttributeError, IndexError, AssertionError, NotImplementedError,
    ZeroDivisionError, OverflowError, RecursionError, OSError, EOFError, UnicodeError,
)  # fmt: skip
_HEAD_LINE = re.compile(r"(?=.*[^\W\d_]{2})[^(«\"“a-zà-ÿ].{0,298}[^.;,]")
"""What a line in large or bold print must look like to be a heading: no quote, no list, no sentence."""
_TRUTHFUL = 0.6
"""Share of the outline's titles that must stand on the page they point to, for the outline to be used."""
_AGAIN = "Téléchargez-le de nouveau depuis son adresse officielle."
NOTES_HEADING = "Notes de bas de page"


def read_pdf(data: bytes) -> Document:
    """Read a PDF; the error says why it cannot be read: `DOCUMENT_ENCRYPTED`, `DOCUMENT_NEEDS_OCR` (no text layer),
    `DOCUMENT_DAMAGED`, `DOCUMENT_DISGUISED`, `DOCUMENT_TOO_BIG`, or `DOCUMENT_REFUSED` (invisible text alone)."""
    reader = _open(data)
    pages: list[PageRuns] = []
    for n, page in enumerate(_pages(reader), 1):
        try:
            pages.append(page_runs(page))
        except DependencyError as exc:
            raise _encrypted("par un chiffrement que Clapvert ne lit pas (AES)") from exc
        except _BROKEN as exc:
            raise _damaged(f"La page {n} de ce PDF est abîmée.") from exc
    found = paragraphs(pages)
    if not any(any(c.isalnum() for c in p.text) for p in found):
        raise _without_text(pages)
    outline, ignored = _outline(reader, found)
    blocks = tuple(_blocks(found, outline, {n for n, p in enumerate(pages, 1) if p.scan}))
    title = _title(reader, blocks)
    return Document(title, blocks, notes=(*_notes(pages), *ignored))


def _damaged(message: str) -> ClapvertError:
    return ClapvertError(ErrorCode.DOCUMENT_DAMAGED, message, _AGAIN)


def _encrypted(how: str) -> ClapvertError:
    return ClapvertError(
        ErrorCode.DOCUMENT_ENCRYPTED,
        f"Ce PDF est protégé {how}.",
        "Enregistrez-en une copie sans mot de passe et recommencez.",
    )


def _without_text(pages: list[PageRuns]) -> ClapvertError:
    if any(p.hidden for p in pages):
        return ClapvertError(
            ErrorCode.DOCUMENT_REFUSED,
            "Ce PDF ne contient que du texte invisible, qui n'est pas lu.",
            "Vérifiez d'où vient ce fichier ; demandez-en une copie lisible.",
        )
    return ClapvertError(
        ErrorCode.DOCUMENT_NEEDS_OCR,
        "Ce PDF n'a pas de couche texte : ce sont des images de pages.",
        "Passez-le par un logiciel de reconnaissance de caractères (OCR, par exemple `ocrmypdf`), puis recommencez.",
    )


def _open(data: bytes) -> PdfReader:
    start = data.find(b"%PDF-", 0, _HEAD)
    if start < 0:
        raise ClapvertError(
            ErrorCode.DOCUMENT_DISGUISED,
            "Ce fichier n'est pas un PDF, malgré son nom.",
            "Vérifiez qu'il n'est pas une page d'erreur.",
        )
    try:
        reader = PdfReader(io.BytesIO(data[start:]))
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise _encrypted("par un mot de passe")
        count = len(reader.pages)
    except DependencyError as exc:
        raise _encrypted("par un chiffrement que Clapvert ne lit pas (AES)") from exc
    except _BROKEN as exc:
        raise _damaged("Ce PDF est tronqué ou abîmé : il ne s'ouvre pas.") from exc
    if count > MAX_PAGES:
        raise ClapvertError(
            ErrorCode.DOCUMENT_TOO_BIG,
            f"Ce PDF a {count} pages : {MAX_PAGES} au plus.",
            "Découpez-le et ajoutez-en les parties.",
        )
    return reader


def _pages(reader: PdfReader) -> Iterator[PageObject]:
    for n in range(len(reader.pages)):
        try:
            yield reader.pages[n]
        except _BROKEN as exc:
            raise _damaged(f"La page {n + 1} de ce PDF est abîmée.") from exc


def _notes(pages: list[PageRuns]) -> Iterator[str]:
    """Remarks for the person who adds the file."""
    reasons = sorted({reason for p in pages for reason in p.hidden})
    for reason in reasons:
        where = [n for n, p in enumerate(pages, 1) if reason in p.hidden]
        words = " ".join(pages[n - 1].hidden[reason] for n in where)
        head = excerpt(words, 120)
        yield f"Texte invisible non lu ({reason}), {_numbers(where)} : « {head} » ({len(words)} caractères)."
    scans = [n for n, p in enumerate(pages, 1) if p.scan]
    if scans:
        yield f"Texte issu d'une reconnaissance de caractères, {_numbers(scans)} : à relire sur l'image."
    blank = [n for n, p in enumerate(pages, 1) if p.images and not p.runs and not p.scan]
    if blank:
        yield f"Images sans texte, non lues, {_numbers(blank)} : passez-les par un OCR si elles comptent."


def _numbers(pages: list[int]) -> str:
    shown = ", ".join(map(str, pages[:8])) + ("…" if len(pages) > 8 else "")
    return f"page {shown}" if len(pages) == 1 else f"pages {shown}"


def _plain(text: str) -> str:
    """Letters and digits alone, to compare a title with what stands on a page."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


def _outline(reader: PdfReader, found: list[Paragraph]) -> tuple[dict[int, int], tuple[str, ...]]:
    """Heading level of the paragraphs that a truthful outline names, by identity; a remark when it is not truthful."""
    entries: list[tuple[int, int, str]] = []

    def walk(items: list[Any], depth: int) -> None:
        for item in items:
            if isinstance(item, list):
                walk(item, depth + 1)
            elif title := _plain(str(getattr(item, "title", "") or "")):
                page = reader.get_destination_page_number(item)
                entries.append((depth, -1 if page is None else page + 1, title))

    try:
        walk(reader.outline, 1)
    except _BROKEN:
        return {}, ("Plan du PDF illisible : ignoré.",)
    by_page: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for paragraph in found if entries else ():
        if paragraph.lines <= 4:
            by_page[paragraph.page_from].append((id(paragraph), _plain(paragraph.text)))
    levels: dict[int, int] = {}
    for depth, page, title in entries:
        for ident, text in by_page.get(page, ()):
            if text.startswith(title) and len(text) < len(title) + 12:
                levels.setdefault(ident, min(depth, 5))
                break
    if entries and len(levels) < _TRUTHFUL * len(entries):
        return {}, ("Plan du PDF sans rapport avec ses pages : ignoré.",) if len(entries) > 2 else ()
    return levels, ()


def _blocks(found: list[Paragraph], outline: dict[int, int], scans: set[int]) -> Iterator[Block]:
    """Paragraphs as blocks: headings by the outline, else by their print (which a scan has not kept); footnotes under
    a heading of their own."""
    body = body_size(found)
    sizes = sorted({p.size for p in found if p.size >= 1.15 * body}, reverse=True)
    noted = False
    for p in found:
        level = outline.get(id(p), 0) if outline else 0
        printed = not p.note and p.page_from not in scans and p.lines <= 4 and _HEAD_LINE.fullmatch(p.text)
        if not level and printed:
            if p.size >= 1.15 * body:
                level = min(1 + sizes.index(p.size), 4)
            elif p.bold:
                level = 5
        if p.note and not noted:
            noted = True
            yield Block("heading", NOTES_HEADING, level=1)
        kind = "heading" if level else "text"
        yield Block(kind, p.text, level, p.page_from, p.page_to, tuple(p.breaks))  # type: ignore[arg-type]


def _title(reader: PdfReader, blocks: tuple[Block, ...]) -> str | None:
    """The file's own title when its first pages say it, else its first heading."""
    try:
        said = " ".join(str(reader.metadata.title or "").split()) if reader.metadata else ""
    except _BROKEN:
        said = ""
    front = _plain(" ".join(b.text for b in blocks if (b.page_from or 0) <= 2))
    if len(said) >= 8 and _plain(said) in front:
        return said
    heads = [b.text for b in blocks if b.kind == "heading" and b.text != NOTES_HEADING and (b.page_from or 0) <= 2]
    return next((h for h in heads if len(h) > 30), heads[0] if heads else None)
