"""Acts without markup: titles told by their words, recitals, points that amend another act, disclosure requirements."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.articles.structure import split_units
from ingest.articles.titles import division, quoted_article
from ingest.articles.units import Unit
from ingest.corpus.register import Register, Source
from ingest.documents.tree import Block, Document
from ingest.passages.passages import unit_passages
from ingest.passages.versions import TextVersion


def source(text_id: str, *aliases: str) -> Source:
    return Source.model_validate(
        {"id": text_id, "title": f"Texte {text_id}", "issuer": "Essai", "nature": "directive", "rank": "officiel",
         "domains": ["csrd"], "regime": "ue", "aliases": list(aliases)}
    )  # fmt: skip


ACT = [
    "h|Directive d'essai du 1er janvier 2030",
    "LE PARLEMENT EUROPÉEN, considérant ce qui suit:",
    "(1) La règle manque.",
    "Elle est attendue depuis longtemps.",
    "(2) Il faut l'écrire (3) fois.",
    "ONT ADOPTÉ LA PRÉSENTE DIRECTIVE:",
    "Article premier",
    "h|Modifications de la directive comptable",
    "La directive comptable est modifiée comme suit:",
    "1) À l’article 20, le paragraphe 1 est remplacé par le texte suivant:",
    "«1. Le rapport dit tout.",
    "2) Ce point-ci est dans la citation.».",
    "2) L’article 19 bis est remplacé par le texte suivant:",
    '"Article 19 bis',
    "h|Information",
    'Les entreprises publient leurs "incidences".";',
    "3) Les articles suivants sont insérés:",
    "«Article 29 ter",
    "Des normes sont adoptées.",
    "Article 29 quater",
    "D'autres aussi.».",
    "Article 2",
    "Transposition",
    "Les États membres transposent avant le 1er janvier 2031.",
    "ANNEXE I",
    "Tableau des normes.",
]


def document(lines: list[str], paged: bool = True) -> Document:
    blocks = []
    for n, text in enumerate(lines):
        heading = text.startswith("h|")
        page = n // 10 + 1 if paged else None
        blocks.append(Block("heading" if heading else "text", text.removeprefix("h|"), 5 if heading else 0, page, page))
    return Document("Directive d'essai", tuple(blocks))


@pytest.fixture
def units() -> list[Unit]:
    return split_units(document(ACT))


def test_an_act_gives_its_recitals_articles_points_and_annexes(units: list[Unit]) -> None:
    assert [(u.number, u.locator, u.also) for u in units] == [
        (None, "Directive d'essai du 1er janvier 2030", ()),
        ("considerant:1", "considérant 1", ()),
        ("considerant:2", "considérant 2", ()),
        (None, "Directive d'essai", ()),
        ("1", "art. 1", ()),
        ("1", "art. 1, point 1", ("20",)),
        ("1", "art. 1, point 2", ("19bis",)),
        ("1", "art. 1, point 3 (art. 29 ter)", ("29ter",)),
        ("1", "art. 1, point 3 (art. 29 quater)", ("29quater",)),
        ("2", "art. 2", ()),
        ("annexe:I", "annexe I", ()),
    ]
    assert units[1].text == "(1) La règle manque.\n\nElle est attendue depuis longtemps."
    assert units[5].text.endswith("2) Ce point-ci est dans la citation.».")
    assert units[6].text.split("\n\n")[1:3] == ['"Article 19 bis', "Information"]
    assert units[4].heading_path == ("Modifications de la directive comptable",)


def test_nothing_is_lost(units: list[Unit]) -> None:
    said = "\n".join("\n".join((*u.heading_path, u.locator, u.text)) for u in units)
    for text in ACT:
        if text not in ("Article premier", "Article 2", "ANNEXE I"):
            assert text.removeprefix("h|") in said


def test_a_point_answers_to_the_act_that_it_changes_and_to_its_own(units: list[Unit]) -> None:
    register = Register((source("dir-neuve", "directive d'essai"), source("dir-compta", "directive comptable")))
    passages = unit_passages(units, register.get("dir-neuve"), register, TextVersion(), "fr")
    keys = {p.locator: p.keys for p in passages}
    assert keys["art. 1, point 2"] == ("dir-neuve:1", "dir-compta:19bis", "dir-neuve:19bis")
    assert keys["art. 1, point 3 (art. 29 quater)"] == ("dir-neuve:1", "dir-compta:29quater", "dir-neuve:29quater")
    assert keys["art. 1"] == ("dir-neuve:1",)
    assert keys["considérant 2"] == ("dir-neuve:considerant:2",)


def test_a_number_of_its_own_is_never_lent_to_the_act_that_it_changes() -> None:
    lines = [*ACT[:9], "1) L’article 2 est supprimé, l’article 2 étant devenu inutile.", *ACT[21:]]
    register = Register((source("dir-neuve"), source("dir-compta", "directive comptable")))
    passages = unit_passages(split_units(document(lines)), register.get("dir-neuve"), register, TextVersion(), "fr")
    point = next(p for p in passages if p.locator == "art. 1, point 1")
    assert point.keys == ("dir-neuve:1", "dir-compta:2")


def test_a_proposal_s_own_articles_are_not_taken_for_amendments() -> None:
    units = split_units(document(["Article premier", "h|Objet", "Un.", "Article 2", "h|Champ", "Deux."]))
    assert [(u.number, u.heading_path, u.text) for u in units] == [("1", ("Objet",), "Un."), ("2", ("Champ",), "Deux.")]


def test_a_file_without_any_markup_gives_its_articles_under_their_divisions() -> None:
    lines = [
        "Livre Ier : Organisation", "Titre II : Registres", "Chapitre III : Inscription des actes,\ndes conventions",
        "Article L123-1", "Pour les œuvres, un registre est tenu.", "Section 1 : Effets", "Article L123-2", "Deux.",
        "Titre III : Suite", "Article L. 131-1", "Trois.",
    ]  # fmt: skip
    units = split_units(document(lines, paged=False))
    assert [(u.number, u.heading_path) for u in units] == [
        ("L123-1", ("Livre Ier : Organisation", "Titre II : Registres", "Chapitre III : Inscription des actes,\ndes conventions")),
        ("L123-2", ("Livre Ier : Organisation", "Titre II : Registres", "Chapitre III : Inscription des actes,\ndes conventions", "Section 1 : Effets")),
        ("L131-1", ("Livre Ier : Organisation", "Titre III : Suite")),
    ]  # fmt: skip


def test_a_title_that_runs_into_its_text_is_parted_from_it_on_the_right_page() -> None:
    block = Block("text", "Art. 1er. – Délégation est donnée à Mme X. Elle signe.", 0, 3, 4, (43,))
    units = split_units(Document(None, (block, replace(block, text="Art. 2. – Fin.", breaks=()))))
    assert [(u.number, u.text) for u in units] == [("1", "Délégation est donnée à Mme X. Elle signe."), ("2", "Fin.")]
    first = units[0].parts[0]
    assert (first.page_from, first.page_to) == (3, 4)
    assert first.pages(first.text.index("Elle"), len(first.text)) == (4, 4)


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Exigence de publication E1-6 — Émissions brutes de GES", "E1-6"),
        ("Disclosure Requirement S1-4 – Taking action", "S1-4"),
        ("Exigence de publication liée à ESRS 2 GOV-3 — Intégration", "GOV-3"),
    ],
)
def test_a_disclosure_requirement_is_a_unit(title: str, number: str) -> None:
    (unit,) = split_units(document([title, "L'entreprise publie."]))
    assert (unit.number, unit.locator, unit.text) == (
        number,
        f"exigence de publication {number}",
        "L'entreprise publie.",
    )


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("LIVRE Ier", 2),
        ("Titre préliminaire : Principes", 3),
        ("CHAPITRE II BIS", 4),
        ("Section 1 – Objet", 5),
        ("Partie législative", 1),
        ("ANNEXE IV", 1),
        ("Titre de séjour obligatoire", 0),
        ("Section 1 du code, il est écrit que", 0),
        ("Chapitre", 0),
    ],
)
def test_divisions_are_told_by_their_words(text: str, level: int) -> None:
    assert division(text) == level


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Article 19 bis", "19bis"),
        ('"Article 29 ter', "29ter"),
        ("«Article 2 bis", "2bis"),
        ("Article 19 bis de la directive", None),
        ("L'article 19", None),
    ],
)
def test_the_title_of_an_article_stands_alone(text: str, number: str | None) -> None:
    assert quoted_article(text) == number
