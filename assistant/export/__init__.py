"""Documents to take away: one small model, written as DOCX, PDF or Markdown; tables as CSV or XLSX.

from assistant.export import Document, Heading, Paragraph, Run, write
data = write(Document("Titre", (Heading("Une partie"), Paragraph("Un paragraphe."))), Format.PDF)
"""

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
    file_name,
)
from assistant.export.formats import Format, write

__all__ = [
    "Block", "Column", "Document", "Format", "Heading", "Listing", "Paragraph", "Quote", "Run", "Table", "Text",
    "file_name", "write",
]  # fmt: skip
