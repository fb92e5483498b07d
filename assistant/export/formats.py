"""The formats of a document, each with what a browser and a file system need to know."""

from __future__ import annotations

from enum import StrEnum

from assistant.export.document import Document


class Format(StrEnum):
    """A format that a document can be written in; the value is the extension of the file."""

    DOCX = "docx"
    PDF = "pdf"
    MD = "md"

    @property
    def media_type(self) -> str:
        """The media type of the file."""
        return _MEDIA[self]


_MEDIA = {
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.PDF: "application/pdf",
    Format.MD: "text/markdown; charset=utf-8",
}


def write(document: Document, to: Format) -> bytes:
    """The bytes of a document in a format; equal documents give equal bytes. The writer is loaded at first use."""
    if to is Format.DOCX:
        from assistant.export.word import docx_bytes

        return docx_bytes(document)
    if to is Format.PDF:
        from assistant.export.pdf import pdf_bytes

        return pdf_bytes(document)
    from assistant.export.markdown import markdown_bytes

    return markdown_bytes(document)
