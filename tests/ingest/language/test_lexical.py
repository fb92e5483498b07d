"""The lexical side: one analyser for documents and questions, whole article numbers, mended slips, determinism."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.language.lexical import LexicalIndex, analyse, fold

TEXTS = [
    "Le producteur remet un bilan carbone prévisionnel au CNC, article 122-18.",
    "Les œuvres d'animation et les jeux vidéo remettent un bilan carbone.",
    "La CSRD vise les entreprises de plus de 1 000 salariés.",
    "L'article L. 229-67 du code de l'environnement prévoit une déclaration.",
    "La prime RSE+ récompense une production vertueuse, selon l'ESRS E1-6.",
    "",
]


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex.build(TEXTS)


def best(index: LexicalIndex, question: str) -> int:
    return int(np.argmax(index.scores(index.query_terms(question))))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("l'œuvre", "oeuvre"),
        ("L’ŒUVRE", "les œuvres"),
        ("l'environnement", "environnement"),
        ("qu'une production", "la production"),
        ("ÉNERGIE", "energie"),
        ("prévisionnel", "previsionnels"),
        ("bilans", "bilan"),
        ("28 000", "28000"),
        ("28\u202f000", "28\u00a0000"),
        ("1 000 000", "1000000"),
        ("L. 229-67", "l229-67"),
        ("l'article L.229-67", "L 229-67"),
        ("R. 543-278", "art. r543-278"),
        ("A. 123-4", "a123-4"),
        ("CO₂", "co2"),
        ("porté à 250 salariés", "250 salariés porté"),
    ],
)
def test_what_reads_the_same_is_the_same(one: str, other: str) -> None:
    def terms(text: str) -> list[str]:
        return sorted(t for t in analyse(text) if t != "art")

    assert terms(one) == terms(other) != []


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("l'article 122-18 du RGA", "122-18"),
        ("l'article 122-17-1", "122-17-1"),
        ("art. L. 541-15-10", "l541-15-10"),
        ("la prime RSE+", "rse+"),
        ("ESRS E1-6", "e1-6"),
        ("le scénario S3", "s3"),
        ("un taux de 12,5 %", "12,5"),
        ("jusqu'à 150 t", "150"),
        ("à 2024", "2024"),
    ],
)
def test_numbers_and_codes_stay_whole(text: str, whole: str) -> None:
    assert whole in analyse(text)


@pytest.mark.parametrize("text", ["", "le de la", "Est-ce que je dois ?", "…", "The of to"])
def test_stopwords_alone_give_no_terms(text: str) -> None:
    assert analyse(text) == []


def test_terms_come_in_order_and_repeated() -> None:
    assert analyse("bilan carbone, bilan") == ["bilan", "carbon", "bilan"]


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_and_analysis_follows_the_fold(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert analyse(text) == analyse(fold(text))


@pytest.mark.parametrize(
    ("question", "position"),
    [
        ("Quel bilan carbone prévisionnel ?", 0),
        ("article 122-18", 0),
        ("bilan d'un jeu video", 1),
        ("seuil de 1000 salaries", 2),
        ("que dit L229-67", 3),
        ("rse+", 4),
        ("E1-6", 4),
    ],
)
def test_a_question_finds_its_passage(index: LexicalIndex, question: str, position: int) -> None:
    assert best(index, question) == position


@pytest.mark.parametrize(
    ("slip", "position"),
    [
        ("previsionel", 0),
        ("animmation", 1),
        ("entrprises", 2),
        ("envionnement", 3),
        ("vertueues", 4),
        ("carbonne", 0),
    ],
)
def test_a_slip_is_mended(index: LexicalIndex, slip: str, position: int) -> None:
    assert best(index, slip) == position


@pytest.mark.parametrize("unknown", ["xylophone", "bla", "zebre", "999", "122-19"])
def test_what_is_unknown_stays_unknown(index: LexicalIndex, unknown: str) -> None:
    assert index.query_terms(unknown) == []
    assert not index.scores(index.query_terms(unknown)).any()


def test_a_term_counts_once_however_often_it_is_asked(index: LexicalIndex) -> None:
    assert index.query_terms("bilan bilans BILAN carbone") == ["bilan", "carbon"]


def test_frequency_counts_passages(index: LexicalIndex) -> None:
    assert index.frequency("bilan") == 2
    assert index.frequency("122-18") == 1
    assert index.frequency("inconnu") == 0


def test_scores_have_one_row_a_passage_and_none_for_nothing(index: LexicalIndex) -> None:
    assert index.scores([]).tolist() == [0.0] * len(TEXTS)
    scores = index.scores(index.query_terms("bilan"))
    assert scores.shape == (len(TEXTS),)
    assert scores.dtype == np.float32
    assert [bool(s) for s in scores] == [True, True, False, False, False, False]


def test_a_saved_index_answers_the_same(index: LexicalIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path)
    assert loaded.size == len(TEXTS)
    for question in ("bilan carbone", "previsionel 122-18", "L. 229-67"):
        terms = index.query_terms(question)
        assert loaded.query_terms(question) == terms
        assert np.array_equal(loaded.scores(terms), index.scores(terms))


def test_ties_are_mended_alike_in_every_process() -> None:
    code = (
        "from ingest.language.lexical import LexicalIndex\n"
        "i = LexicalIndex.build(['carbond bilan', 'carbonf bilan', 'carbonh carbonf', 'bilan'])\n"
        "t = i.query_terms('carbong bilan')\n"
        "print(t, i.scores(t).tolist())\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1", "2", "3")
    }
    assert len(said) == 1
    assert "carbonf" in said.pop()


@given(st.text())
def test_folding_takes_every_mark_away_whatever_the_script(text: str) -> None:
    plain = text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'").replace("₂", "2")
    assert fold(text) == "".join(c for c in unicodedata.normalize("NFD", plain) if unicodedata.category(c) != "Mn")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 000 salariés", "1000"),
        ("28\u202f000 €", "28000"),
        ("EUR 28,000", "28000"),
        ("0,125 kg", "0,125"),
        ("1,000,000", None),
    ],
)
def test_thousands_are_joined_and_decimals_are_not(text: str, number: str | None) -> None:
    assert (number in analyse(text)) if number else "1000000" not in analyse(text)


def test_an_index_of_some_passages_scores_them_where_they_stand() -> None:
    ours = ["bilan carbone du film", "prime du film", "chantier"]
    alone, positions = LexicalIndex.build(ours), np.array([0, 2, 3])
    placed = alone.placed(positions, 5)
    assert (placed.size, placed.count, placed.frequency("film")) == (5, 3, alone.frequency("film"))
    terms = placed.query_terms("film bilan")
    assert placed.scores(terms)[positions].tolist() == alone.scores(terms).tolist()
    assert placed.scores(terms)[[1, 4]].tolist() == [0.0, 0.0]
    assert placed.scores([]).tolist() == [0.0] * 5
