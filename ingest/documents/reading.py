"""One file → one document tree, by what its bytes are: the ending of its name is only a claim.

Guarantee: a file whose bytes are not what its name says is refused by that name; a file whose format is not read is
refused before any parser touches it. This runs in the child process of `ingest.documents.sandbox`, and imports little.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from importlib import import_module

from ingest.documents.archive import checked_zip
from ingest.documents.encoding import decode
from ingest.documents.remarks import with_remarks
from ingest.documents.tree import Document
from ingest.errors import ClapvertError, ErrorCode

_READERS = {
    "pdf": ("ingest.documents.pdf", "read_pdf"),
    "html": ("ingest.documents.html", "read_html"),
    "xml": ("ingest.documents.xml", "read_xml"),
    "docx": ("ingest.documents.docx", "read_docx"),
    "xlsx": ("ingest.documents.sheet", "read_xlsx"),
    "csv": ("ingest.documents.sheet", "read_csv"),
    "markdown": ("ingest.documents.markdown", "read_markdown"),
    "text": ("ingest.documents.text", "read_text"),
}
ENDINGS = {
    ".pdf": "pdf", ".html": "html", ".htm": "html", ".xhtml": "html", ".xml": "xml", ".docx": "docx", ".xlsx": "xlsx",
    ".csv": "csv", ".tsv": "csv", ".md": "markdown", ".markdown": "markdown", ".txt": "text",
}  # fmt: skip
_NAMES = {
    "pdf": "un PDF", "html": "une page HTML", "xml": "un fichier XML", "docx": "un document Word",
    "xlsx": "un classeur Excel", "text": "du texte", "zip": "une archive zip",
    "ole": "un fichier Office ancien ou protégé",
    "image": "une image", "program": "un programme", "gzip": "une archive compressée", "rtf": "un fichier RTF",
    "odf": "un document LibreOffice",
}  # fmt: skip
_MAGIC = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x89PNG\r\n", "image"), (b"\xff\xd8\xff", "image"), (b"GIF8", "image"), (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf", "gzip"), (b"Rar!", "gzip"), (b"BZh", "gzip"), (b"\xfd7zXZ", "gzip"),
    (b"MZ", "program"), (b"\x7fELF", "program"), (b"#!", "program"), (b"\xca\xfe\xba\xbe", "program"),
    (b"{\\rtf", "rtf"),
)  # fmt: skip
_TEXTS = {"markdown", "text", "csv"}
_HTML = re.compile(
    r"^\s*(?:<!--.{0,2000}?-->\s*)?(?:<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>])", re.IGNORECASE | re.DOTALL
)
_FRAGMENT = re.compile(r"^\s*<(?:p|div|table|br|span|b|i|ul|ol|h[1-6])\b", re.IGNORECASE)
_XML = re.compile(r"^\s*(?:<\?xml\b|<!DOCTYPE\s+(?!html)|<[A-Za-z][\w.:-]*(?:\s[^<>]*)?>)")


def sniff(data: bytes) -> str:
    """What the bytes are: a key of the readers, or the name of something that is not read."""
    head = data[:1024]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(data)
    text = _head_text(data)
    if _HTML.match(text):
        return "html"
    if text.lstrip().startswith("<?xml"):
        return "html" if re.search(r"<html[\s>]", text[:4000], re.IGNORECASE) else "xml"
    return "xml" if _XML.match(text) and not _FRAGMENT.match(text) else "text"


def read_bytes(data: bytes, name: str) -> Document:
    """Read a file; a `ClapvertError` names what is wrong with it."""
    if not data:
        raise ClapvertError(ErrorCode.DOCUMENT_REFUSED, "Le fichier est vide.")
    kind = reader_for(data, name)
    document = with_remarks(_reader(kind)(data))
    if not any(b.text.strip() for b in document.blocks if b.kind != "heading"):
        raise ClapvertError(ErrorCode.DOCUMENT_REFUSED, "Aucun texte trouvé dans le fichier.")
    return document


def reader_for(data: bytes, name: str) -> str:
    """The reader of a file; refused when its name promises another format than its bytes hold."""
    ending = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    claimed, found = ENDINGS.get(ending), sniff(data)
    if claimed is None and found not in _READERS:
        raise _unknown(ending or name, found)
    if claimed is None:
        if ending and found == "text":
            raise _unknown(ending, found)
        return found
    if claimed in _TEXTS and found in ("text", "xml", "html"):
        return claimed if found == "text" or (claimed != "csv" and not _HTML.match(_head_text(data))) else found
    if claimed == "html" and found in ("html", "xml", "text"):
        return "html" if found != "text" or "<" in _head_text(data) else _disguised(claimed, found)
    if claimed == "xml" and found == "html":
        return "html"  # XHTML has entities of its own (&nbsp;) that XML alone does not know
    return claimed if claimed == found else _disguised(claimed, found)


def _reader(kind: str) -> Callable[[bytes], Document]:
    module, function = _READERS[kind]
    try:
        read: Callable[[bytes], Document] = getattr(import_module(module), function)
    except ModuleNotFoundError as exc:
        raise ClapvertError(
            ErrorCode.DOCUMENT_REFUSED, f"Il manque de quoi lire {_NAMES.get(kind, kind)} ({exc.name})."
        ) from exc
    return read


def _disguised(claimed: str, found: str) -> str:
    names = {**_NAMES, "markdown": "du texte", "csv": "un tableau CSV"}
    raise ClapvertError(
        ErrorCode.DOCUMENT_DISGUISED,
        f"Le nom annonce {names[claimed]}, le contenu est {names.get(found, found)}.",
        "Téléchargez le document d'origine, ou donnez au fichier sa vraie extension.",
    )


def _unknown(ending: str, found: str) -> ClapvertError:
    said = f" ({_NAMES[found]})" if found in _NAMES and found != "text" else ""
    return ClapvertError(
        ErrorCode.DOCUMENT_REFUSED, f"Format non lu : « {ending} »{said}.", f"Formats lus : {', '.join(ENDINGS)}."
    )


def _sniff_zip(data: bytes) -> str:
    try:
        names = set(checked_zip(data).namelist())
    except ClapvertError as exc:
        if exc.code is ErrorCode.DOCUMENT_DAMAGED and (b"word/" in data or b"xl/" in data):
            raise
        if exc.code is ErrorCode.DOCUMENT_DAMAGED:
            return "zip"
        raise
    except zipfile.LargeZipFile:
        return "zip"
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "odf" if "content.xml" in names and "mimetype" in names else "zip"


def _head_text(data: bytes) -> str:
    """The head of a text file; bytes that are no text are refused by `decode`."""
    head = data[:8192]
    for cut in range(4):  # a character cut by the head is not a fault of the file
        try:
            return decode(head[: len(head) - cut] if cut else head)
        except ClapvertError:
            if len(data) <= 8192:
                raise
    return decode(data)
