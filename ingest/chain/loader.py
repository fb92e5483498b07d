"""Articles of a file as LangChain's `Document`s.

Guarantee: one document an article, whole and untouched, with its place, its pages and its dates; what stands outside
any article comes under its headings. The file is read in a limited child process, and refused by name if it is no text.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from ingest.articles.structure import split_units
from ingest.clock import paris_today
from ingest.texts.proposal import language_of, title_of
from ingest.texts.texts import read_document, version_of


class ClapvertLoader(BaseLoader):
    """Loads the articles of one file (PDF, HTML, XML, Word, sheets, Markdown, text).

    `title`: how its documents name it; what the file says otherwise. Raises `ClapvertError` for a file that is refused.
    """

    def __init__(self, path: str | Path, title: str | None = None, today: date | None = None) -> None:
        self.path, self.title, self.today = Path(path), title, today

    def lazy_load(self) -> Iterator[Document]:
        """The articles, in reading order. Metadata: `source`, `title`, `locator`, `number`, `heading_path`,
        `page_from`, `page_to`, `valid_from`, `valid_until`, `attested_at` (ISO days), `language`."""
        document = read_document(self.path)
        version = version_of(document, None, None, None, self.today or paris_today(), None, self.path.name)
        title = self.title or title_of(document, self.path)
        dates = {name: day.isoformat() if day else None for name, day in version.model_dump().items()}
        language = document.meta.get("language") or language_of(" ".join(b.text for b in document.blocks[:400]))
        for unit in split_units(document):
            first, last = unit.parts[0], unit.parts[-1]
            yield Document(
                page_content=unit.text,
                metadata={
                    "source": str(self.path), "title": title, "locator": unit.locator, "number": unit.number,
                    "heading_path": list(unit.heading_path), "page_from": first.pages(0, 1)[0],
                    "page_to": last.pages(0, len(last.text))[1], "language": language, **dates,
                },
            )  # fmt: skip
