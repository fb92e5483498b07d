"""The one grammar of references: the same point has the same key, wherever and however it is written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.language.locators import (
    TextNames,
    canonical_number,
    locator_keys,
    parse_references,
    strip_spans,
)

NAMES = TextNames(
    {
        "RGA": "rga",
        "règlement général des aides": "rga",
        "code du cinéma": "code-cinema",
        "code de l'environnement": "code-env",
        "c. env.": "code-env",
        "code de commerce": "code-com",
        "directive CSRD": "dir-csrd",
        "CSRD": "dir-csrd",
    }
)


def numbers(text: str) -> list[str]:
    return [r.number for r in parse_references(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # letters, dots and spaces do not count
        ("l'article L. 229-67", ["L229-67"]),
        ("l'article L.229-67", ["L229-67"]),
        ("L229-67", ["L229-67"]),
        ("L 229-67", ["L229-67"]),
        ("l'article R. 543-278", ["R543-278"]),
        ("art. R*123-4", ["R123-4"]),
        ("article D. 311-1-1", ["D311-1-1"]),
        ("article LO 123-4", ["LO123-4"]),
        ("art. L. 541-15-10", ["L541-15-10"]),
        ("L'ARTICLE 122-18 et ARTICLE 7", ["122-18", "7"]),
        ("122-18", ["122-18"]),
        ("art 122-18", ["122-18"]),
        ("l'article 122-17-1", ["122-17-1"]),
        # ordinals
        ("19 bis", ["19bis"]),
        ("article 19 bis", ["19bis"]),
        ("29 quater", ["29quater"]),
        ("article 29 quater A", ["29quaterA"]),
        ("article 48 decies", ["48decies"]),
        ("article 220 quaterdecies du CGI", ["220quaterdecies"]),
        ("article 1er", ["1"]),
        ("l'article premier", ["1"]),
        ("l'article 3 A du code", ["3A"]),
        ("l'article 58A", ["58A"]),
        ("l'article L132-1 A.", ["L132-1A"]),
        ("l'article 5 A compter de 2024", ["5"]),
        # English
        ("Article 19a", ["19bis"]),
        ("Articles 19a and 29a", ["19bis", "29bis"]),
        ("Article 1", ["1"]),
        ("Articles 3 to 5", ["3", "5"]),
        ("Arts. 3 and 4", ["3", "4"]),
        # lists and ranges
        ("articles 122-18, 122-19 et 122-20", ["122-18", "122-19", "122-20"]),
        ("articles 122-18,122-19", ["122-18", "122-19"]),
        ("articles L. 229-61 à L. 229-67", ["L229-61", "L229-67"]),
        ("articles 1er à 3", ["1", "3"]),
        ("articles R. 229-47 et D. 229-106", ["R229-47", "D229-106"]),
        ("article 19 bis ou article 29 bis", ["19bis", "29bis"]),
        ("l'article 5 et l'article 6", ["5", "6"]),
        # what refines a reference is not one
        ("art. 122-18, 1° et 2°", ["122-18"]),
        ("art. 8, 14° et 15 °", ["8"]),
        ("art. 19 bis, § 1, et 29 bis, § 1", ["19bis", "29bis"]),
        ("art. L. 132-2, al. 2", ["L132-2"]),
        ("art. 35, IV", ["35"]),
        # figures beside an article are not articles
        ("l'article L. 229-67, 100 000 € d'amende", ["L229-67"]),
        ("l'article 5 et 3 mois", ["5"]),
        ("l'article 12, 30 jours", ["12"]),
        ("l'article 8 et 2,5 %", ["8"]),
        # recitals, annexes
        ("considérant 12", ["considerant:12"]),
        ("considérants n° 12", ["considerant:12"]),
        ("Recital (29)", ["considerant:29"]),
        ("annexe II", ["annexe:II"]),
        ("Annex I and annexe 2", ["annexe:I", "annexe:2"]),
        # disclosures and criteria
        ("ESRS E1-6", ["E1-6"]),
        ("E1-6", ["E1-6"]),
        ("GOV-1 et SBM-3", ["GOV-1", "SBM-3"]),
        ("ESRS S3", ["S3"]),
        ("ESRS 1", ["ESRS1"]),
        ("ESRS 2", ["ESRS2"]),
        ("critère E1", ["critere:E1"]),
        ("critère d3", ["critere:D3"]),
        ("criterion G1", ["critere:G1"]),
        # not references
        ("le scénario de drone S3", []),
        ("S3", []),
        ("E1", []),
        ("la directive 2022/2464", []),
        ("la loi n° 2021-1104", []),
        ("le 01-02-2023", []),
        ("ISO 14064-1", []),
        ("AFNOR SPEC 2308", []),
        ("la prime RSE+", []),
        ("un article de presse", []),
        ("", []),
    ],
)
def test_references_are_read_in_every_form(text: str, expected: list[str]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "kind", "weak"),
    [
        ("article 122-18", "article", False),
        ("122-18", "article", True),
        ("19 bis", "article", True),
        ("L. 229-67", "article", False),
        ("considérant 3", "recital", False),
        ("annexe I", "annex", False),
        ("E1-6", "disclosure", False),
        ("critère E1", "criterion", False),
    ],
)
def test_a_bare_number_is_weak_and_a_kind_is_named(text: str, kind: str, weak: bool) -> None:
    (reference,) = parse_references(text)
    assert (reference.kind, reference.weak) == (kind, weak)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("l'article L. 229-67 du code de l'environnement", ["code-env:L229-67"]),
        ("l'article L. 229-67 du Code de l’Environnement", ["code-env:L229-67"]),
        ("L229-67 c. env.", ["code-env:L229-67"]),
        ("les articles 122-18 et 122-19 du RGA", ["rga:122-18", "rga:122-19"]),
        ("Selon le RGA, article 122-18", ["rga:122-18"]),
        ("article L. 225-102-1 du code de commerce et article 122-18 du RGA", ["code-com:L225-102-1", "rga:122-18"]),
        ("Article 19a of the CSRD", ["dir-csrd:19bis"]),
        ("l'article 19 bis de la directive CSRD", ["dir-csrd:19bis"]),
        ("l'article 5", [None]),
        (
            "L'article 5 vise les sociétés de production établies en France depuis longtemps, dit le RGA ou la CSRD",
            [None],
        ),
        ("Le RGA demande un bilan, dont le contenu est fixé par une décision du président : article 3", ["rga:3"]),
    ],
)
def test_the_text_named_beside_a_reference_gives_its_key(text: str, keys: list[str | None]) -> None:
    assert [r.key() for r in parse_references(text, NAMES)] == keys


def test_the_same_article_has_one_key_in_a_text_in_a_fiche_and_in_a_question() -> None:
    wanted = "dir-csrd:19bis"
    assert locator_keys("art. 19 bis, § 1", "dir-csrd", NAMES) == [wanted]
    assert parse_references("What does Article 19a say?")[0].key("dir-csrd") == wanted
    assert f"dir-csrd:{canonical_number('19a')}" == f"dir-csrd:{canonical_number('19 bis')}" == wanted


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("L. 229-67", "L229-67"),
        ("l.229-67", "L229-67"),
        ("R.* 123-4", "R123-4"),
        ("1er", "1"),
        ("premier", "1"),
        ("19 BIS", "19bis"),
        ("19a", "19bis"),
        ("58 A", "58A"),
        ("48-1-A", "48-1A"),
        ("5 bis a", "5bisA"),
    ],
)
def test_canonical_numbers(raw: str, canonical: str) -> None:
    assert canonical_number(raw) == canonical


@pytest.mark.parametrize(
    ("locator", "keys"),
    [
        ("art. 122-18 et 122-2", ["rga:122-18", "rga:122-2"]),
        ("art. 122-18, 1° et 2°", ["rga:122-18"]),
        ("art. L. 111-2 du code du cinéma", ["code-cinema:L111-2"]),
        ("question 4", []),
        ("122-18", []),
        ("annexe I, ESRS 1", ["rga:annexe:I", "rga:ESRS1"]),
        ("art. 122-18 et art. 122-18", ["rga:122-18"]),
        ("", []),
        (None, []),
    ],
)
def test_the_locator_of_a_fiche_gives_article_keys(locator: str | None, keys: list[str]) -> None:
    assert locator_keys(locator, "rga", NAMES) == keys


def test_spans_point_at_the_reference_itself() -> None:
    text = "Voir les articles L. 229-61 et 122-18, le considérant 4 et ESRS E1-6."
    found = parse_references(text)
    assert [text[r.start : r.end] for r in found] == ["L. 229-61", "122-18", "considérant 4", "ESRS E1-6"]
    assert [r.start for r in found] == sorted(r.start for r in found)


def test_names_are_found_longest_first_whatever_their_case_and_spaces() -> None:
    text = "la DIRECTIVE  csrd et le Règlement général\ndes aides, mais pas le RGAA"
    assert [(text[a:b], source) for a, b, source in NAMES.find(text)] == [
        ("DIRECTIVE  csrd", "dir-csrd"),
        ("Règlement général\ndes aides", "rga"),
    ]
    assert TextNames({}).find(text) == []


@given(st.text(alphabet="articles LRD.0123456789-°§, bister()ESRS\n", max_size=300))
def test_references_never_overlap_and_lie_in_the_text(text: str) -> None:
    end = 0
    for reference in parse_references(text, NAMES):
        assert end <= reference.start < reference.end <= len(text)
        end = reference.end


@given(st.text(max_size=100), st.integers(0, 100), st.integers(0, 100))
def test_stripping_spans_keeps_offsets(text: str, a: int, b: int) -> None:
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    out = strip_spans(text, [(start, end)])
    assert (len(out), out[:start], out[end:]) == (len(text), text[:start], text[end:])


@pytest.mark.parametrize(
    "unit",
    ["art. 1 ", "art. 1 RGA ", "L. 229-67 du code de l'environnement, ", "122-18 ", "articles 1, ", "article ", "E1-6 ",
     "1-", "-", " ", "annexe I ", "article 1 à ", "RGA ", "considérant ", "L.", "critère E1-", "19 bis "],
)  # fmt: skip
def test_two_hundred_kilobytes_of_anything_are_read_in_linear_time(unit: str) -> None:
    text = (unit * 200_000)[:200_000]
    started = time.thread_time()
    parse_references(text, NAMES)
    assert (
        time.thread_time() - started < 10
    )  # a quadratic pattern takes minutes; a busy machine does not make this one fail
