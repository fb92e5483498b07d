"""Files as LangChain loads and splits them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.chain.loader import ClapvertLoader
from ingest.errors import ClapvertError
from tests.samples import ARTICLE_122_18, OFFICIAL_TEXT, TODAY


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "code.md"
    path.write_text(OFFICIAL_TEXT, encoding="utf-8")
    return path


def test_one_document_an_article(file: Path) -> None:
    documents = ClapvertLoader(file, today=TODAY).load()
    assert [d.metadata["locator"] for d in documents] == ["art. L. 111-2", "art. 122-18", "art. 122-19"]
    article = documents[1]
    assert article.page_content == "\n\n".join(ARTICLE_122_18)
    assert article.metadata["number"] == "122-18"
    assert article.metadata["title"] == "Code du cinéma (extrait d'essai)"
    assert article.metadata["attested_at"] == "2026-03-01"
    assert article.metadata["language"] == "fr"


def test_a_file_that_is_refused_is_named(tmp_path: Path) -> None:
    (tmp_path / "vide.pdf").write_bytes(b"")
    with pytest.raises(ClapvertError, match=r"vide\.pdf"):
        ClapvertLoader(tmp_path / "vide.pdf").load()


def test_the_splitter_never_cuts_a_sentence(file: Path) -> None:
    pytest.importorskip("langchain_text_splitters", reason="the extra `chain` brings it")
    from ingest.chain.splitter import ClapvertSplitter

    pieces = ClapvertSplitter(longest=260).split_documents(ClapvertLoader(file, today=TODAY).load())
    held = [p for p in pieces if p.metadata["number"] == "122-18"]
    assert len(held) > 1
    assert held[0].page_content.startswith(ARTICLE_122_18[0])
    assert all(p.page_content.rstrip().endswith((".", ";", ":")) for p in held)
    assert held[0].metadata["locator"] == "art. 122-18"


def test_a_long_table_keeps_its_header() -> None:
    pytest.importorskip("langchain_text_splitters", reason="the extra `chain` brings it")
    from ingest.chain.splitter import ClapvertSplitter

    table = "| Poste | Taux |\n|---|---|\n" + "\n".join(f"| Décor {n} | {n} % |" for n in range(40))
    pieces = ClapvertSplitter(longest=200).split_text(table)
    assert len(pieces) > 2
    assert all(p.startswith("| Poste | Taux |\n|---|---|\n| Décor") for p in pieces)
    assert "".join(p.removeprefix("| Poste | Taux |\n|---|---|\n") for p in pieces).count("Décor") == 40
