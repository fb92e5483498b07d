"""What added texts are called, and what a file proposes of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.articles.structure import split_units
from ingest.corpus.fiches import load_fiches
from ingest.corpus.register import Domain, Register, load_register
from ingest.documents.text import read_text
from ingest.passages.passages import Passage, fiche_passages, unit_passages
from ingest.passages.versions import TextVersion
from ingest.texts.naming import TextName, text_names
from ingest.texts.proposal import Given, propose
from ingest.texts.texts import AddedText, TextShelf, read_document
from tests.samples import OFFICIAL_TEXT, TODAY, write_corpus

CHARTE = """# Canal Azur — Charte de production

## 1. Objet

La chaîne demande un bilan. La chaîne le lit. La chaîne répond à Canal Azur.

## 2. Retenue

La chaîne retient 5 % du prix.
"""


@pytest.fixture
def corpus_dir(tmp_path: Path) -> Path:
    write_corpus(tmp_path / "corpus")
    return tmp_path / "corpus"


@pytest.fixture
def register(corpus_dir: Path) -> Register:
    return load_register(corpus_dir)


def named(tmp_path: Path, corpus_dir: Path, register: Register, text: str, file: str) -> TextName:
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")
    document = read_document(path)
    source, _, _ = propose(document, path, register, corpus_dir, Given())
    version = TextVersion(attested_at=TODAY)
    added, _ = TextShelf(tmp_path / "texts").add(path, source.id, None, source, version, "fr", document)
    passages: list[Passage] = [p for f in load_fiches(corpus_dir) for p in fiche_passages(f.fiche, register)]
    passages += unit_passages(split_units(document), source, register, version, "fr")
    (name,) = text_names([added], passages, register)
    return name


def test_names_come_from_title_file_and_text(tmp_path: Path, corpus_dir: Path, register: Register) -> None:
    name = named(tmp_path, corpus_dir, register, CHARTE, "charte-diffuseur.md")
    assert {"canal azur — charte de production", "canal azur", "azur", "charte diffuseur"} <= set(name.phrases)
    assert "chart" in name.kinds
    assert "chain" in name.bodies
    assert not name.registered


def test_what_our_notices_speak_of_names_no_added_text(tmp_path: Path, corpus_dir: Path, register: Register) -> None:
    name = named(tmp_path, corpus_dir, register, CHARTE.replace("Canal Azur", "CNC"), "charte.md")
    assert "cnc" not in {*name.phrases, *name.words}


def test_a_file_alone_says_what_it_is(tmp_path: Path, corpus_dir: Path, register: Register) -> None:
    path = tmp_path / "charte.md"
    path.write_text(CHARTE, encoding="utf-8")
    source, known, alike = propose(read_document(path), path, register, corpus_dir, Given())
    assert (source.id, source.title) == ("canal-azur-charte-de-production", "Canal Azur — Charte de production")
    assert (source.language, known, alike) == ("fr", False, None)


def test_what_is_given_wins(tmp_path: Path, corpus_dir: Path, register: Register) -> None:
    path = tmp_path / "charte.md"
    path.write_text(CHARTE, encoding="utf-8")
    given = Given(id="ma-charte", title="Ma charte", domain=Domain.CSRD, language="en")
    source, _, _ = propose(read_document(path), path, register, corpus_dir, given)
    assert (source.id, source.title, source.domains, source.language) == (
        "ma-charte",
        "Ma charte",
        (Domain.CSRD,),
        "en",
    )


def test_a_text_of_the_register_is_known_by_its_title(tmp_path: Path, corpus_dir: Path, register: Register) -> None:
    path = tmp_path / "code.md"
    path.write_text(OFFICIAL_TEXT, encoding="utf-8")
    source, known, _ = propose(read_document(path), path, register, corpus_dir, Given())
    assert (source.id, known) == ("code-cinema", True)
    other, known, alike = propose(read_document(path), path, register, corpus_dir, Given(id="mon-code"))
    assert (other.id, known, alike and alike.id) == ("mon-code", False, "code-cinema")


def test_an_article_added_under_an_id_of_its_own_answers_to_its_code(
    tmp_path: Path, corpus_dir: Path, register: Register
) -> None:
    path = tmp_path / "code.md"
    path.write_text(OFFICIAL_TEXT, encoding="utf-8")
    document = read_document(path)
    source, _, _ = propose(document, path, register, corpus_dir, Given(id="mon-code"))
    passages = unit_passages(split_units(document), source, register, TextVersion(attested_at=TODAY), "fr")
    article = next(p for p in passages if p.locator == "art. 122-18")
    assert {"mon-code:122-18", "rga:122-18", "code-cinema:122-18"} <= set(article.keys)


def test_numbered_lines_are_titles_and_lists_are_not() -> None:
    text = "Guide\n\n1. Qui peut demander\nLes sociétés.\n\n2. Pièces\n1. le devis\n2. le plan\nà joindre\n\n3. Délai\nUn mois."
    document = read_text(text.encode())
    assert [b.text for b in document.blocks if b.kind == "heading"] == ["1. Qui peut demander", "2. Pièces", "3. Délai"]
    assert document.title == "Guide"


def test_the_name_of_a_file_is_kept(tmp_path: Path, corpus_dir: Path, register: Register) -> None:
    named(tmp_path, corpus_dir, register, CHARTE, "charte-diffuseur.md")
    (kept,) = TextShelf(tmp_path / "texts").all()
    assert kept.name == "charte-diffuseur.md"
    assert AddedText.model_validate({**kept.model_dump(), "name": ""}).name == ""
