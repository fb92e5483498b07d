"""Passages: exact text under an id that never changes, cut only between sentences, hosted where they belong."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.articles.structure import split_units
from ingest.articles.units import Unit
from ingest.corpus.fiches import Fiche, load_fiches, notice_source_id
from ingest.corpus.register import Rank, Register, load_register
from ingest.documents.markdown import read_markdown
from ingest.documents.tree import Block
from ingest.language.sentences import sentence_spans
from ingest.passages.passages import (
    MAX_CHARACTERS,
    Passage,
    fiche_passages,
    passage_id,
    split_text,
    unit_passages,
)
from ingest.passages.versions import TextVersion
from tests.drawn import by_day
from tests.samples import ARTICLE_122_18, OFFICIAL_TEXT, fiche, statement

COPY = TextVersion(attested_at=date(2026, 3, 1))


@pytest.fixture
def register(corpus_dir: Path) -> Register:
    return load_register(corpus_dir)


def text_passages(text: str, register: Register, version: TextVersion = COPY) -> list[Passage]:
    units = split_units(read_markdown(text.encode()))
    return unit_passages(units, register.get("code-cinema"), register, version, "fr")


def fiche_of(*statements: dict[str, object]) -> Fiche:
    return Fiche.model_validate(fiche("essai", "cnc", *statements))


def test_ids_are_those_of_yesterday() -> None:
    """An id is cited in saved answers: if this test fails, every old citation is lost."""
    assert passage_id("rga", "art. 122-18", date(2025, 3, 1), "Texte.") == "cdd02463f565a474af36"
    assert passage_id("rga", "art. 122-18", None, "Texte.") == "39c7a8750a98cc95b724"


@pytest.mark.parametrize(
    "other",
    [
        ("rga2", "art. 1", date(2025, 3, 1), "Texte."),
        ("rga", "art. 2", date(2025, 3, 1), "Texte."),
        ("rga", "art. 1", date(2025, 3, 2), "Texte."),
        ("rga", "art. 1", None, "Texte."),
        ("rga", "art. 1", date(2025, 3, 1), "Texte"),
        ("rg", "aart. 1", date(2025, 3, 1), "Texte."),
    ],
)
def test_an_id_changes_with_source_place_start_and_text(other: tuple[str, str, date | None, str]) -> None:
    assert passage_id(*other) != passage_id("rga", "art. 1", date(2025, 3, 1), "Texte.")


def test_a_statement_is_one_passage_that_says_what_it_rests_on(register: Register) -> None:
    (passage,) = fiche_passages(
        fiche_of(statement(in_force={"from": "2025-03-01", "until": "2026-12-31"}, also=["cnc-faq"])), register
    )
    assert passage.kind == "statement"
    assert passage.text == "Le producteur remet au CNC 2 bilans carbone avec sa demande d'aide."
    assert passage.rank is Rank.NOTICE
    assert passage.source_id == notice_source_id("essai") == "notice.essai"
    assert passage.keys == ("rga:122-18",)
    assert (passage.valid_from, passage.valid_until) == (date(2025, 3, 1), date(2026, 12, 31))
    assert passage.based_on is not None
    assert (passage.based_on.source_id, passage.based_on.title) == ("rga", "RGA du CNC")
    assert (passage.based_on.locator, passage.based_on.rank) == ("art. 122-18", Rank.OFFICIEL)
    assert passage.based_on.also == ("cnc-faq",)


def test_the_index_text_holds_headings_text_and_questions_and_the_text_does_not(register: Register) -> None:
    (passage,) = fiche_passages(fiche_of(statement()), register)
    for words in ("Fiche d'essai essai", "Règles", passage.text, "faut il un bilan carbonne"):
        assert words in passage.index_text
    assert "carbonne" not in passage.text
    assert "carbon reports" in passage.lexical_text


def test_a_statement_keeps_its_id_when_what_surrounds_it_changes(register: Register) -> None:
    def pid(**changes: object) -> str:
        return fiche_passages(fiche_of(statement(**changes)), register)[0].id

    assert pid() == pid(lead=None, asked_as=["A ?", "B ?", "C ?"], confidence="moyenne", review_by="2028-01-01")
    assert pid() != pid(text="Le producteur remet au CNC 2 bilans carbone avec la demande d'aide.")
    assert pid() != pid(in_force={"from": "2025-03-01", "until": None})
    assert pid() == pid(in_force={"from": None, "until": "2026-12-31"})


def test_neighbours_are_linked_in_reading_order(register: Register, corpus_dir: Path) -> None:
    passages = fiche_passages(load_fiches(corpus_dir)[1].fiche, register)
    assert [p.position for p in passages] == list(range(7))
    assert [p.previous_id for p in passages] == [None, *[p.id for p in passages[:-1]]]
    assert [p.next_id for p in passages] == [*[p.id for p in passages[1:]], None]


def test_an_article_hosted_in_a_code_goes_to_its_own_text(register: Register) -> None:
    code, hosted, other = text_passages(OFFICIAL_TEXT, register)
    assert (code.source_id, code.keys, code.locator) == ("code-cinema", ("code-cinema:L111-2",), "art. L. 111-2")
    assert (hosted.source_id, hosted.source_title, hosted.keys) == ("rga", "RGA du CNC", ("rga:122-18",))
    assert other.keys == ("rga:122-19",)
    assert hosted.text == "\n\n".join(ARTICLE_122_18)
    assert hosted.heading_path == ("RGA du CNC", "Livre I : Dispositions générales")
    assert (hosted.rank, hosted.regime.value) == (Rank.OFFICIEL, "cnc")
    assert hosted.attested_at == date(2026, 3, 1)
    assert hosted.valid_from is None
    assert hosted.based_on is None


def test_text_outside_articles_stays_with_the_file(register: Register) -> None:
    (passage,) = text_passages("# Code\n\nPréambule.\n", register)
    assert (passage.source_id, passage.keys, passage.locator) == ("code-cinema", (), "Code")


def test_two_dated_versions_of_one_article_are_two_passages(register: Register) -> None:
    old, new = (
        text_passages(OFFICIAL_TEXT, register, TextVersion(valid_from=date(year, 1, 1)))[1] for year in (2023, 2025)
    )
    assert old.text == new.text
    assert old.id != new.id
    assert old.keys == new.keys


def test_the_same_words_twice_at_one_place_are_one_passage(register: Register) -> None:
    passages = text_passages("# C\n\n## Article 1\n\nUn.\n\n## Article 1\n\nUn.\n\n## Article 1\n\nDeux.\n", register)
    assert [p.text for p in passages] == ["Un.", "Deux."]
    assert len({p.id for p in passages}) == 2


def test_a_long_article_is_split_between_its_paragraphs(register: Register) -> None:
    paragraphs = [f"{i}° " + f"Le producteur remet la pièce {i}. " * 20 for i in range(1, 6)]
    passages = text_passages("# C\n\n## Article 9\n\n" + "\n\n".join(paragraphs), register)
    assert [p.locator for p in passages] == [f"art. 9 ({i}/{len(passages)})" for i in range(1, len(passages) + 1)]
    assert len(passages) > 1
    assert {p.keys for p in passages} == {("rga:9",)}
    assert all(len(p.text) <= MAX_CHARACTERS for p in passages)
    assert "\n\n".join(p.text for p in passages) == "\n\n".join(x.strip() for x in paragraphs)
    assert all(re.match(r"\d° ", p.text) for p in passages)


def test_pages_come_from_the_first_and_the_last_block() -> None:
    parts = [Block("text", "a" * 900, page_from=3, page_to=3), Block("text", "b" * 500, page_from=4, page_to=5)]
    assert split_text(parts) == [("a" * 900 + "\n\n" + "b" * 500, (3, 5))]


def test_the_words_that_open_a_list_go_with_its_first_item() -> None:
    opening = ["2. Les bilans sont dus:", "a) à partir du 1er janvier 2026:"]
    texts = ["a" * 1000, "b" * 600, *opening, "i) par les producteurs; " * 4, "ii) par les distributeurs."]
    pieces = [text for text, _ in split_text([Block("text", t) for t in texts])]
    assert pieces == ["\n\n".join(texts[:2]), "\n\n".join(texts[2:])]


@pytest.mark.parametrize("item", [1650, 1700])
def test_an_opening_that_cannot_go_with_its_item_stays_where_it_is(item: int) -> None:
    texts = ["a" * 500, "b" * 100 + ":", "c" * item]
    assert [text for text, _ in split_text([Block("text", t) for t in texts])] == ["\n\n".join(texts[:2]), texts[2]]
    assert [text for text, _ in split_text([Block("text", t) for t in texts[1:]])] == texts[1:]


def test_one_endless_sentence_stays_whole() -> None:
    endless = "le producteur remet un bilan et " * 200
    assert [text for text, _ in split_text([Block("text", endless.strip())])] == [endless.strip()]


WORDS = ["Le producteur", "remet un bilan", "l'art. L. 229-67", "est visé", "selon M. Dupont", "1 000 €", "S.A.R.L."]
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).map(
    lambda words: "Or " + " ".join(words) + " fin."
)
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=12).map(" ".join)


@by_day(60)
@given(st.lists(PARAGRAPH, min_size=1, max_size=6))
def test_pieces_are_verbatim_hold_every_word_and_are_never_cut_inside_a_sentence(paragraphs: list[str]) -> None:
    whole = "\n\n".join(paragraphs)
    pieces = [text for text, _ in split_text([Block("text", p) for p in paragraphs])]
    assert " ".join(pieces).split() == whole.split()
    ends = {b for _, b in sentence_spans(whole)}
    at = 0
    for piece in pieces:
        start = whole.find(piece, at)
        assert start >= 0
        at = start + len(piece)
        assert at in ends
        assert len(piece) <= MAX_CHARACTERS or len(sentence_spans(piece)) == 1


def test_a_unit_keeps_the_exact_text_of_its_parts(register: Register) -> None:
    unit = Unit("1", "art. 1", (), (Block("text", "Un  espace\u00a0:\ndeux lignes."), Block("table", "| a |\n|---|")))
    (passage,) = unit_passages([unit], register.get("rga"), register, COPY, "fr")
    assert passage.text == "Un  espace\u00a0:\ndeux lignes.\n\n| a |\n|---|"
