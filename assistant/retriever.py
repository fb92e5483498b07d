"""Clapvert as a LangChain retriever, for other chains.

Guarantee: what a call asks for holds for that call alone: how many passages, of which day, in which domains, of which
articles; nothing out of force on the day is given. It passes LangChain's own tests of retrievers (`langchain_tests`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables.config import run_in_executor
from pydantic import ConfigDict

from assistant.reading.dates import AsOf
from assistant.search.hybrid import HybridSearch
from assistant.service import Service
from ingest.corpus.register import Domain
from ingest.language.locators import parse_references
from ingest.passages.passages import Passage
from ingest.settings import Settings


class ClapvertRetriever(BaseRetriever):
    """Passages in force as `Document`s. `k`, `as_of` and `domains` are what a call does not say otherwise:
    `retriever.invoke("…", k=3, as_of=date(2024, 6, 1), domains=["csrd"], keys=["rga:122-18"])`.

    Metadata: ids, title, locator, article keys, rank, validity (ISO days), pages, address and link of the passage.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    service: Service
    k: int = 10
    as_of: date | None = None
    domains: tuple[Domain, ...] = ()

    @classmethod
    def open(cls, settings: Settings | None = None, **given: Any) -> ClapvertRetriever:
        """A retriever over the index of an installation; `INDEX_MISSING` before its first `clapvert ingest`."""
        return cls(service=Service(settings or Settings()), **given)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun | None = None,  # noqa: ARG002
        k: int | None = None,
        as_of: date | None = None,
        domains: Collection[Domain | str] | None = None,
        keys: Collection[str] = (),
    ) -> list[Document]:
        search: HybridSearch = self.service.engine.search
        day = AsOf.on(as_of or self.as_of, self.service.clock())
        wanted = self.domains if domains is None else tuple(Domain(d) for d in domains)
        named = [key for r in parse_references(query, self.service.register.names) if (key := r.key())]
        found = search.search_text(query, day, wanted, (*keys, *named))
        return [as_document(hit.passage, hit.score) for hit in found.hits[: self.k if k is None else k]]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun | None = None, **asked: Any
    ) -> list[Document]:
        sync = run_manager.get_sync() if run_manager else None
        return await run_in_executor(None, partial(self._get_relevant_documents, query, run_manager=sync, **asked))


def as_document(passage: Passage, score: float | None = None) -> Document:
    """A passage as LangChain's `Document`."""
    days = {n: getattr(passage, n) for n in ("valid_from", "valid_until", "attested_at")}
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "passage_id": passage.id, "source_id": passage.source_id, "source_title": passage.source_title,
            "locator": passage.locator, "keys": list(passage.keys), "heading_path": list(passage.heading_path),
            "rank": passage.rank.value, "url": passage.url, "link": f"/passages/{passage.id}",
            "page_from": passage.page_from, "page_to": passage.page_to, "language": passage.language, "score": score,
            **{name: day.isoformat() if day else None for name, day in days.items()},
        },
    )  # fmt: skip
