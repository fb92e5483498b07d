"""Documents → articles: whole, under their canonical number and their headings, with nothing lost."""

from __future__ import annotations

import pytest

from ingest.articles.structure import split_units
from ingest.articles.units import Unit, pretty_number
from ingest.documents.markdown import read_markdown
from tests.samples import ARTICLE_122_18, OFFICIAL_TEXT


def units(text: str) -> list[Unit]:
    return split_units(read_markdown(text.encode()))


def under(heading: str) -> Unit:
    (unit,) = units(f"# Code\n\n## Titre I\n\n### {heading}\n\nTexte.\n")
    return unit


def test_an_official_file_gives_its_articles_whole_under_their_headings() -> None:
    found = units(OFFICIAL_TEXT)
    assert [(u.number, u.locator) for u in found] == [
        ("L111-2", "art. L. 111-2"),
        ("122-18", "art. 122-18"),
        ("122-19", "art. 122-19"),
    ]
    assert {u.heading_path for u in found} == {("Livre I : Dispositions générales",)}
    assert found[1].text == "\n\n".join(ARTICLE_122_18)
    assert [p.text for p in found[1].parts] == list(ARTICLE_122_18)


@pytest.mark.parametrize(
    ("heading", "number", "locator"),
    [
        ("Article 122-18", "122-18", "art. 122-18"),
        ("Article L. 229-67", "L229-67", "art. L. 229-67"),
        ("Article L229-67", "L229-67", "art. L. 229-67"),
        ("ARTICLE R. 543-278", "R543-278", "art. R. 543-278"),
        ("Article R*123-4", "R123-4", "art. R. 123-4"),
        ("Article D. 311-1-1", "D311-1-1", "art. D. 311-1-1"),
        ("Article 1er", "1", "art. 1"),
        ("Article premier", "1", "art. 1"),
        ("Article 19 bis", "19bis", "art. 19 bis"),
        ("Article 19a", "19bis", "art. 19 bis"),
        ("Article 29 quater", "29quater", "art. 29 quater"),
        ("Article 5 bis A", "5bisA", "art. 5 bis A"),
        ("Article L132-1 A", "L132-1A", "art. L. 132-1 A"),
        ("Article 58A", "58A", "art. 58 A"),
        ("Article 48-1-A", "48-1A", "art. 48-1 A"),
        ("**Article 7**", "7", "art. 7"),
        ("Art. 8", "8", "art. 8"),
        ("Annexe II", "annexe:II", "annexe II"),
        ("ANNEXE 2-1 : pièces", "annexe:2-1", "annexe 2-1"),
        ("Annexe", "annexe", "annexe"),
        ("Article Annexe à l'article R312-9", "annexe:R312-9", "annexe à l'art. R. 312-9"),
        ("Annexe à l’article D. 211-2 du code", "annexe:D211-2", "annexe à l'art. D. 211-2"),
        ("Chapitre 3", None, "Chapitre 3"),
        ("Articles additionnels", None, "Articles additionnels"),
        ("Article liminaire", None, "Article liminaire"),
    ],
)
def test_headings_give_canonical_numbers_and_locators(heading: str, number: str | None, locator: str) -> None:
    unit = under(heading)
    assert (unit.number, unit.locator) == (number, locator)


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("Article 5", ("Titre I",)),
        ("Article 5 – Objet", ("Titre I", "Objet")),
        ("Article L. 229-67 (abrogé)", ("Titre I", "(abrogé)")),
        ("Annexe II : pièces", ("Titre I", "Annexe II : pièces")),
        ("Chapitre 3", ("Titre I", "Chapitre 3")),
    ],
)
def test_the_heading_path_holds_what_stands_above_and_the_article_title(heading: str, path: tuple[str, ...]) -> None:
    assert under(heading).heading_path == path


def test_a_heading_closes_those_of_its_level_and_below() -> None:
    found = units("# C\n\n## T1\n\n### S1\n\n#### Article 1\n\na\n\n## T2\n\n#### Article 2\n\nb\n\n### S2\n\nc\n")
    assert [u.heading_path for u in found] == [("T1", "S1"), ("T2",), ("T2", "S2")]


def test_what_stands_outside_any_article_is_kept() -> None:
    found = units("Avant tout titre.\n\n# Code\n\nPréambule.\n\n## Article 1\n\nUn.\n\n## Notes\n\nFin.\n")
    assert [(u.number, u.text) for u in found] == [
        (None, "Avant tout titre."),
        (None, "Préambule."),
        ("1", "Un."),
        (None, "Fin."),
    ]


def test_an_article_without_text_is_dropped() -> None:
    assert [u.number for u in units("# C\n\n## Article 1\n\n## Article 2\n\nDeux.\n")] == ["2"]


def test_a_file_without_headings_is_one_unit() -> None:
    (unit,) = units("Un.\n\nDeux.\n")
    assert (unit.number, unit.locator, unit.heading_path, unit.text) == (None, "texte", (), "Un.\n\nDeux.")


@pytest.mark.parametrize(
    ("number", "pretty"),
    [
        ("L229-67", "L. 229-67"),
        ("19bis", "19 bis"),
        ("5bisA", "5 bis A"),
        ("122-18", "122-18"),
        ("annexe:I", "annexe:I"),
    ],
)
def test_pretty_numbers(number: str, pretty: str) -> None:
    assert pretty_number(number) == pretty
