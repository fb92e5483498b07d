"""Real official files: every article whole, verbatim, under the text that it belongs to.

The files are not committed. They are read from the folder shared by the checkouts (`../shared/texts`), else skipped.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from ingest.articles.structure import split_units
from ingest.articles.titles import titled
from ingest.articles.units import Unit
from ingest.corpus.register import load_register
from ingest.documents.markdown import read_markdown
from ingest.language.sentences import sentence_spans
from ingest.passages.passages import MAX_CHARACTERS, Passage, unit_passages
from ingest.passages.versions import TextVersion
from ingest.texts.texts import read_document, version_of
from tests.official import CORPUS, TEXTS, needs_texts
from tests.samples import TODAY

CODE = TEXTS / "fr" / "codes" / "code-cinema_2026-03.md"
FILES = sorted(p for folder in ("codes", "lois") for p in (TEXTS / "fr" / folder).glob("*.md"))

pytestmark = needs_texts


def plain(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def headings_with_a_body(path: Path) -> list[str]:
    """Titles of the `Article` headings that have text before the next heading, read with no Markdown parser."""
    parts = re.split(r"^(#{1,6} .*)$", plain(path), flags=re.MULTILINE)[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return [head for head, body in pairs if re.match(r"#+ Article\b", head) and re.search(r"\w", body)]


@pytest.fixture(scope="module")
def units() -> list[Unit]:
    return split_units(read_document(CODE))


@pytest.fixture(scope="module")
def passages(units: list[Unit]) -> list[Passage]:
    register = load_register(CORPUS)
    version = version_of(read_markdown(CODE.read_bytes()), None, None, None, TODAY)
    return unit_passages(units, register.get("code-cinema"), register, version, "fr")


def test_every_article_of_the_code_is_a_unit(units: list[Unit]) -> None:
    articles = [u for u in units if u.number]
    assert len(articles) == len(headings_with_a_body(CODE)) == 1979


def test_every_article_is_a_verbatim_run_of_the_file(units: list[Unit]) -> None:
    text, at = plain(CODE), 0
    for unit in units:
        for part in unit.parts:
            at = text.find(part.text, at)
            assert at >= 0, unit.locator
        assert unit.text in text, unit.locator


def test_article_122_18_is_whole_under_the_rga(passages: list[Passage]) -> None:
    (article,) = [p for p in passages if "rga:122-18" in p.keys]
    assert (article.source_id, article.locator) == ("rga", "art. 122-18")
    assert article.text.startswith("Les entreprises sollicitant l'attribution d'une aide financière à la production")
    assert "\n\n1° Lors de la remise du devis de production, un bilan prévisionnel détaillé" in article.text
    assert "\n\n2° Lors de la remise du coût définitif de production ou lorsque l'aide" in article.text
    assert article.text.endswith("le non-versement du solde de l'aide.")
    body = plain(CODE).split("## Article 122-18\n")[1].split("\n## ")[0].strip()
    assert article.text == body
    assert article.attested_at == date(2026, 3, 1)
    assert article.valid_from is None


def test_lettered_articles_stay_in_the_code_and_numbered_ones_go_to_the_rga(passages: list[Passage]) -> None:
    for passage in passages:
        lettered = bool(re.match(r"art\. [LRDA]", passage.locator))
        assert passage.source_id == ("code-cinema" if lettered else "rga"), passage.locator
    assert {p.source_id for p in passages} == {"code-cinema", "rga"}


def test_pieces_of_long_articles_hold_every_word_and_are_cut_between_sentences(
    units: list[Unit], passages: list[Passage]
) -> None:
    pieces: dict[str, list[Passage]] = {}
    for passage in passages:
        pieces.setdefault(passage.locator.split(" (")[0], []).append(passage)
    long = [u for u in units if len(u.text) > MAX_CHARACTERS]
    assert len(long) > 50
    for unit in long:
        mine = pieces[unit.locator]
        assert "".join("".join(p.text.split()) for p in mine) == "".join(unit.text.split()), unit.locator
        ends = {unit.text[:b].rstrip() for _, b in sentence_spans(unit.text)}
        at = 0
        for p in mine:
            at = unit.text.index(p.text, at) + len(p.text)
            assert unit.text[:at] in ends, p.locator
            assert len(p.text) <= MAX_CHARACTERS or len(sentence_spans(p.text)) == 1, p.locator


def test_ids_are_all_different(passages: list[Passage]) -> None:
    assert len({p.id for p in passages}) == len(passages)


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_every_official_file_is_read_whole_and_verbatim(path: Path) -> None:
    text = plain(path)
    document = read_document(path)
    at = 0
    for block in document.blocks:
        at = text.find(block.text, at)
        assert at >= 0, block.text[:80]
    units = split_units(document)
    read = "".join(u.text for u in units) + "".join(b.text for b in titled(document) if b.kind == "heading")
    body = text.split("\n---\n", 1)[1] if "\n---\n" in text[:2000] else text
    assert sorted(re.findall(r"[^\W_]", read)) == sorted(re.findall(r"[^\W_]", body))
    assert len([u for u in units if u.locator.startswith(("art.", "Article", "annexe à"))]) == len(
        headings_with_a_body(path) or re.findall(r"^Article [LRD]?\d[\d-]*$", text, re.MULTILINE)
    )


def test_two_versions_of_article_122_18_are_kept_apart() -> None:
    register = load_register(CORPUS)
    path = TEXTS / "fr" / "versions" / "cinema_122-18" / "2023-02-01.md"
    old = unit_passages(
        split_units(read_document(path)),
        register.get("code-cinema"),
        register,
        TextVersion(valid_from=date(2023, 2, 1)),
        "fr",
    )
    assert {p.source_id for p in old} == {"rga"}
    assert {k for p in old for k in p.keys} == {"rga:122-18"}
    assert all(p.valid_from == date(2023, 2, 1) for p in old)
