"""The retriever in LangChain's hands: its own tests of retrievers where they are installed, and what they do not ask."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from assistant.reading.dates import AsOf
from assistant.retriever import ClapvertRetriever, as_document
from assistant.service import Service
from ingest.corpus.register import Domain
from tests.samples import TODAY

QUESTION = "Quels bilans carbone remettre pour une aide du CNC ?"


@pytest.fixture
def retriever(tiny: Service) -> ClapvertRetriever:
    return ClapvertRetriever(service=tiny, k=3)


def test_documents_are_the_passages_of_the_search(retriever: ClapvertRetriever, tiny: Service) -> None:
    documents = retriever.invoke(QUESTION)
    hits = tiny.engine.search.search_text(QUESTION, AsOf.on(None, TODAY)).hits[:3]
    assert [d.id for d in documents] == [h.passage.id for h in hits]
    assert [d.page_content for d in documents] == [h.passage.text for h in hits]
    assert all(isinstance(d, Document) for d in documents)


def test_what_a_call_asks_holds_for_it_alone(retriever: ClapvertRetriever) -> None:
    assert len(retriever.invoke(QUESTION, k=1)) == 1
    assert len(retriever.invoke(QUESTION)) == 3
    label = retriever.invoke(QUESTION, k=5, domains=["label"])
    assert label
    assert all(d.metadata["source_id"].startswith("notice.label") for d in label)
    assert {d.metadata["source_id"] for d in retriever.invoke(QUESTION)} == {"notice.double-bilan"}


def test_it_keeps_to_the_day_of_the_call(retriever: ClapvertRetriever) -> None:
    then = " ".join(d.page_content for d in retriever.invoke("seuil de la CSRD", k=15, as_of=date(2024, 6, 1)))
    now = " ".join(d.page_content for d in retriever.invoke("seuil de la CSRD", k=15))
    assert "250 salariés" in then
    assert "1 000 salariés" not in then
    assert "1 000 salariés" in now


def test_articles_named_by_their_keys_come_first(retriever: ClapvertRetriever) -> None:
    for found in (
        retriever.invoke("seuil de la CSRD", k=2, keys=["rga:122-18"]),
        retriever.invoke("article 122-18 du RGA", k=2),
    ):
        assert "rga:122-18" in found[0].metadata["keys"]


def test_async_takes_the_same_call(retriever: ClapvertRetriever) -> None:
    asked = asyncio.run(retriever.ainvoke(QUESTION, k=2, domains=[Domain.CNC]))
    assert [d.id for d in asked] == [d.id for d in retriever.invoke(QUESTION, k=2, domains=[Domain.CNC])]


def test_documents_know_where_they_come_from(retriever: ClapvertRetriever) -> None:
    (document,) = retriever.invoke("Quel score faut-il pour le Label Ecoprod ?", k=1)
    assert document.metadata["source_id"] == "notice.label-score"
    assert document.metadata["rank"] == "notice"
    assert document.metadata["link"] == f"/passages/{document.id}"
    assert document.metadata["score"] > 0
    assert {"valid_from", "valid_until", "attested_at", "page_from", "url"} <= set(document.metadata)


def test_a_passage_without_a_score(tiny: Service) -> None:
    assert as_document(tiny.snapshot.open_passage(0)).metadata["score"] is None


def test_a_chain_can_take_it(retriever: ClapvertRetriever) -> None:
    chain = retriever | (lambda documents: [d.page_content for d in documents])
    assert len(chain.invoke(QUESTION)) == 3


suite = pytest.importorskip("langchain_tests.integration_tests", reason="the extra `dev` brings langchain-tests")


@pytest.mark.anyio
class TestLangChainsOwn(suite.RetrieversIntegrationTests):  # type: ignore[name-defined]
    """LangChain's tests of any retriever, its asynchronous ones too."""

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @pytest.fixture(autouse=True)
    def _served(self, tiny: Service) -> None:
        type(self).served = tiny  # type: ignore[attr-defined]

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return ClapvertRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"service": type(self).served}  # type: ignore[attr-defined]

    @property
    def retriever_query_example(self) -> str:
        return QUESTION
