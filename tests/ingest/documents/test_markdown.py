"""Markdown: the text of a block is the text of the file, line for line, and nothing is lost."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.documents.markdown import read_markdown
from ingest.documents.tree import Block
from ingest.errors import ClapvertError, ErrorCode
from tests.samples import ARTICLE_122_18, OFFICIAL_TEXT


def blocks(text: str) -> list[tuple[str, str]]:
    return [(b.kind, b.text) for b in read_markdown(text.encode()).blocks]


def texts(text: str) -> list[str]:
    return [b.text for b in read_markdown(text.encode()).blocks]


def test_an_official_file_gives_headings_and_paragraphs_in_order() -> None:
    document = read_markdown(OFFICIAL_TEXT.encode())
    assert document.title == "Code du cinéma (extrait d'essai)"
    assert document.meta == {"title": "Code du cinéma (extrait d'essai)", "snapshot": "2026-03"}
    assert [(b.level, b.text) for b in document.blocks if b.kind == "heading"] == [
        (1, "Code du cinéma (extrait d'essai)"),
        (2, "Livre I : Dispositions générales"),
        (3, "Article L. 111-2"),
        (3, "Article 122-18"),
        (3, "Article 122-19"),
    ]
    assert set(ARTICLE_122_18) <= {b.text for b in document.blocks}


@pytest.mark.parametrize(
    "paragraph",
    [
        "1° Lors de la remise du devis ;",
        "1. Le producteur remet un bilan.",
        "1) Le producteur remet un bilan.",
        "- le devis ;\n- le coût.",
        "* le devis ;\n* le coût.",
        "a) le devis ;",
        "I. – Le producteur remet un bilan.",
        "1. un\n2. deux\n\n   suite de deux",
        "> Texte cité\n> sur deux lignes",
        "Une ligne  \nune autre, sans *mise en forme* `rendue` [ni lien](https://exemple.fr) &amp; entité",
        "Un texte <b>avec</b> des balises",
        "[1]: une note qui ressemble à un lien",
        "[Note]: https://exemple.fr 'titre'",
        "```\ndu code\n```",
        "Titre souligné\n=====",
        "#Pas un titre",
        "####### Sept dièses",
        "\\* échappé \\_ aussi",
        "Une formule 2 < 3 et 4 > 1",
        "Fin avec deux espaces insécables\u00a0: 28\u202f000\u00a0€",
    ],
)
def test_a_paragraph_is_kept_exactly(paragraph: str) -> None:
    found = texts(f"# Titre\n\nAvant.\n\n{paragraph}\n\nAprès.\n")
    assert found[:2] == ["Titre", "Avant."]
    assert found[-1] == "Après."
    assert "\n\n".join(found[2:-1]) == paragraph


def test_a_line_underlined_with_dashes_is_a_paragraph_and_a_rule() -> None:
    assert blocks("Texte\n-----\n") == [("text", "Texte")]


def test_an_indented_paragraph_is_text_and_not_code() -> None:
    assert blocks("Avant.\n\n    Alinéa en retrait\n    sur deux lignes\n") == [
        ("text", "Avant."),
        ("text", "Alinéa en retrait\n    sur deux lignes"),
    ]


def test_a_table_keeps_its_headers_and_every_row() -> None:
    table = "| Seuil | Valeur |\n|---|---|\n| Salariés | 1 000 |\n| CA | 450 M€ |"
    assert blocks(f"Avant.\n\n{table}\n\nAprès.") == [("text", "Avant."), ("table", table), ("text", "Après.")]


def test_a_heading_loses_only_its_marks() -> None:
    found = read_markdown("# Titre #\n\n###### Article 5 – Objet\n\n## **Gras**\n".encode()).blocks
    assert found == (
        Block("heading", "Titre", 1),
        Block("heading", "Article 5 – Objet", 6),
        Block("heading", "**Gras**", 2),
    )


@pytest.mark.parametrize("rule", ["---", "***", "___", "- - -"])
def test_a_rule_between_paragraphs_is_not_text(rule: str) -> None:
    assert texts(f"Avant.\n\n{rule}\n\nAprès.") == ["Avant.", "Après."]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_count(newline: str) -> None:
    assert read_markdown(OFFICIAL_TEXT.replace("\n", newline).encode()) == read_markdown(OFFICIAL_TEXT.encode())


def test_a_byte_order_mark_does_not_hide_the_front_matter() -> None:
    assert read_markdown(b"\xef\xbb\xbf" + OFFICIAL_TEXT.encode()) == read_markdown(OFFICIAL_TEXT.encode())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("Évaluation".encode("utf-16")[:-1], "UTF-16"),
        ("Évaluation des dépenses, déchets, énergie".encode() + b" \xe9t\xe9", "plusieurs encodages"),
        ("Évaluation à l'é".encode()[:-1], "tronqué"),
        (b"%PDF-1.7\n\xff\xfe\x00", "octets nuls"),
        (b"Article 1\x00", "octets nuls"),
    ],
)
def test_what_is_not_text_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ClapvertError, match=reason) as refused:
        read_markdown(data)
    assert refused.value.code is ErrorCode.DOCUMENT_REFUSED


@pytest.mark.parametrize(
    ("front", "meta"),
    [
        ("title: Essai\nsnapshot: 2026-03", {"title": "Essai", "snapshot": "2026-03"}),
        ("snapshot: 2026-03-01", {"snapshot": "2026-03-01"}),
        ("snapshot: 2026-13-45", {"snapshot": "2026-13-45"}),
        ("title: null\nauthor: ~\nurl:", {}),
        ("title: Essai\ntags: [a, b]\nmore: {a: b}", {"title": "Essai"}),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]", {}),
    ],
)
def test_front_matter_gives_its_plain_fields_as_text(front: str, meta: dict[str, str]) -> None:
    document = read_markdown(f"---\n{front}\n---\n\nTexte.\n".encode())
    assert document.meta == meta
    assert [b.text for b in document.blocks] == ["Texte."]


@pytest.mark.parametrize("start", ["---\n\nPas une en-tête.\n\n---\n", "---\n---\n\nPas une en-tête.\n\n---\n"])
def test_text_between_two_rules_is_not_taken_for_front_matter(start: str) -> None:
    document = read_markdown(f"{start}\nTexte.\n".encode())
    assert document.meta == {}
    assert [b.text for b in document.blocks] == ["Pas une en-tête.", "Texte."]


def test_front_matter_that_is_not_yaml_stays_in_the_text() -> None:
    assert "titre: [ouvert" in "\n".join(texts("---\ntitre: [ouvert\n---\n\nTexte.\n"))


def test_the_title_is_that_of_the_front_matter_else_the_first_heading_else_none() -> None:
    assert read_markdown(b"---\ntitle: A\n---\n# B\n").title == "A"
    assert read_markdown(b"## Sous-titre\n\n# B\n\n# C\n").title == "B"
    assert read_markdown(b"Texte.\n").title is None


@pytest.mark.parametrize("data", [b"", b"\n\n  \n", b"---\na: b\n---\n"])
def test_a_file_without_text_has_no_blocks(data: bytes) -> None:
    assert read_markdown(data).blocks == ()


ALPHABET = "aé1.°-*#>|[]()`:_ \n\tA\\<&"


@given(st.text(alphabet=ALPHABET, max_size=400))
@example("[a]: b\n[c]: d\n")
@example("1. a\n\n    b\n- c\n")
@example("|a|\n|-|\n|b|\n")
def test_every_block_is_a_verbatim_run_of_the_file_and_no_word_is_lost(text: str) -> None:
    document = read_markdown(text.encode())
    at = 0
    for block in document.blocks:
        found = text.find(block.text, at)
        assert found >= 0, block
        at = found + len(block.text)
    assert re.findall(r"[^\W_]", "".join(b.text for b in document.blocks)) == re.findall(r"[^\W_]", text)


@pytest.mark.parametrize(
    "unit", ["[", "![", "*a", "`", "<", "[a](", "> ", "- ", "| a ", "&", "**a ", "[a]: b\n", "1. "]
)
def test_hostile_markdown_is_read_in_linear_time(unit: str) -> None:
    started = time.thread_time()
    read_markdown((unit * 200_000)[:200_000].encode())
    assert time.thread_time() - started < 2
