"""The pages that people read: what the fiches say, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ingest.clock import FACT_BASE_DATE
from ingest.corpus.fiches import load_fiches
from ingest.corpus.register import load_register
from ingest.corpus.render import INDEX, pages, write_pages
from ingest.language.claims import french_date
from tests.samples import CLIMAT, DOUBLE_BILAN, LABEL, SEUILS, edited_yaml, statement


@pytest.fixture
def page(corpus_dir: Path) -> str:
    return pages(corpus_dir)[(corpus_dir / DOUBLE_BILAN).with_suffix(".md")]


def test_every_fiche_has_its_page_beside_it(corpus_dir: Path) -> None:
    assert write_pages(corpus_dir) == 5  # the index too
    found = sorted(p.relative_to(corpus_dir).as_posix() for p in (corpus_dir / "fiches").rglob("*.md"))
    assert found == [
        "fiches/README.md",
        "fiches/climat/allegations.md",
        "fiches/cnc/double-bilan.md",
        "fiches/csrd/csrd-seuils.md",
        "fiches/label/label-score.md",
    ]


def test_a_page_holds_every_statement_of_its_fiche_word_for_word(corpus_dir: Path, page: str) -> None:
    fiche = next(f.fiche for f in load_fiches(corpus_dir) if f.fiche.id == "double-bilan")
    assert page.startswith(f"# {fiche.title}\n")
    assert fiche.introduction in page
    for _, said in fiche.statements():
        assert said.text in page


def test_a_page_says_that_it_is_a_notice_and_no_official_text(page: str) -> None:
    assert "Notice Clapvert" in page
    assert "pas un texte officiel" in page
    assert "pas un conseil juridique" in page
    assert "Textes vérifiés au 24 novembre 2026" in page


def test_a_page_gives_the_day_on_which_the_fact_base_was_checked(page: str) -> None:
    assert f"Textes vérifiés au {french_date(FACT_BASE_DATE)}.*" in page


def test_what_a_reader_needs_to_weigh_a_sentence_stands_beside_it(page: str, corpus_dir: Path) -> None:
    assert "avec le coût définitif de production. *(depuis le 1er février 2023)*" in page
    assert "**Idée reçue** : *« Les courts métrages sont dispensés de bilan carbone »*. **En fait** : Le court" in page
    assert "**Ce que les textes ne disent pas.** Aucun texte ne fixe le prix" in page
    assert "*(confiance basse)* → À qui demander : [CNC](https://www.cnc.fr)" in page
    assert page.count("*« Confiance moyenne »") == 1  # what it means, once
    threshold = pages(corpus_dir)[(corpus_dir / SEUILS).with_suffix(".md")]
    assert "*(concerne : exercices ouverts à compter de cette date, à partir du 1er janvier 2027)*" in threshold
    assert "« Confiance moyenne »" not in threshold  # all of it is sure


def test_old_rules_and_rules_to_come_are_told_apart_from_the_law_of_the_day(page: str, corpus_dir: Path) -> None:
    assert "- **Ancienne règle.** Du 1er février 2023 au 28 février 2025, seules les aides" in page
    assert "- Depuis le 1er mars 2025, toute demande d'aide" in page
    coming = pages(corpus_dir)[(corpus_dir / CLIMAT).with_suffix(".md")]
    assert "- **À venir.** À partir du 1er janvier 2027, l'annonceur déclarera" in coming


def test_days_that_the_sentence_gives_are_not_said_twice(page: str) -> None:
    line = next(x for x in page.splitlines() if "toute demande d'aide" in x)
    assert "*(" not in line


def test_a_page_of_many_sections_opens_on_them(corpus_dir: Path, page: str) -> None:
    assert "Dans cette fiche" not in page
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as data:
        one = data["sections"][0]
        data["sections"] = [
            {"title": title, "statements": [s]}
            for title, s in zip(["La règle", "L'an 2023 : avant", "Échéances"], one["statements"], strict=False)
        ]
    page = pages(corpus_dir)[(corpus_dir / DOUBLE_BILAN).with_suffix(".md")]
    assert "[La règle](#la-règle) · [L'an 2023 : avant](#lan-2023--avant) · [Échéances](#échéances)" in page


def test_every_note_has_its_source_once(page: str) -> None:
    body, sources = page.split("## Sources")
    called = {int(n) for n in re.findall(r"\[\[(\d+)\]\]\(#sources\)", body)}
    listed = [int(n) for n in re.findall(r"^(\d+)\. ", sources, re.MULTILINE)]
    assert listed == sorted(called) == list(range(1, len(listed) + 1))
    assert "art. 122-18, version de mars 2026 (texte officiel)" in sources
    assert "version d'octobre 2026 (autorité publique)" in sources


def test_see_also_links_to_the_page_of_the_other_fiche(page: str, corpus_dir: Path) -> None:
    link = re.search(r"- \[Le score du Label Ecoprod\]\((.*)\)", page)
    assert link is not None
    write_pages(corpus_dir)
    assert ((corpus_dir / DOUBLE_BILAN).parent / link.group(1)).resolve() == (corpus_dir / LABEL).with_suffix(".md")


def test_the_index_leads_to_every_page(corpus_dir: Path) -> None:
    write_pages(corpus_dir)
    index = corpus_dir / "fiches" / INDEX
    links = re.findall(r"\]\((.*?)\)", index.read_text(encoding="utf-8"))
    assert {(index.parent / x).resolve() for x in links} == {p.resolve() for p in index.parent.glob("*/*.md")}
    assert "- [Les deux bilans carbone du CNC](cnc/double-bilan.md) : savoir quels bilans" in index.read_text("utf-8")


def test_nothing_else_carries_a_figure(corpus_dir: Path) -> None:
    """The frame around the statements claims nothing: every figure of a page stands in a statement or a reference."""
    register = load_register(corpus_dir)
    for file in load_fiches(corpus_dir):
        page = pages(corpus_dir)[file.file.path.with_suffix(".md")].split("## Sources")[0]
        for _, s in file.fiche.statements():
            page = page.replace(s.text, "").replace(s.belief or "\0", "")
        page = re.sub(r"\*\([^)]*\)\*|\[\d+\]|Textes vérifiés au 24 novembre 2026", "", page)
        assert not re.search(r"\d", page), page
    assert register.sources


def test_writing_again_writes_only_what_changed(corpus_dir: Path) -> None:
    write_pages(corpus_dir)
    assert write_pages(corpus_dir) == 0
    with edited_yaml(corpus_dir / LABEL) as data:
        data["introduction"] = "Le Label Ecoprod se gagne sur un score."
    assert write_pages(corpus_dir) == 1
    assert write_pages(corpus_dir) == 0


def test_the_page_of_a_fiche_that_left_is_dropped(corpus_dir: Path) -> None:
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as data:
        data["see_also"] = []
    write_pages(corpus_dir)
    (corpus_dir / LABEL).unlink()
    assert write_pages(corpus_dir) == 2  # dropped, and the index says so
    assert not (corpus_dir / LABEL).with_suffix(".md").exists()


def test_a_damaged_page_is_written_again(corpus_dir: Path) -> None:
    write_pages(corpus_dir)
    page = (corpus_dir / LABEL).with_suffix(".md")
    wanted = page.read_text(encoding="utf-8")
    page.write_text("abîmée", encoding="utf-8")
    assert write_pages(corpus_dir) == 1
    assert page.read_text(encoding="utf-8") == wanted


@pytest.mark.parametrize(
    ("in_force", "told"),
    [
        ({"from": "2026-02-12", "until": None}, "*(projet, situation depuis le 12 février 2026)*"),
        (
            {"from": "2024-01-01", "until": "2025-12-31"},
            "*(projet, situation du 1er janvier 2024 au 31 décembre 2025)*",
        ),
        ({"from": "2027-01-01", "until": None}, "*(projet, situation depuis le 1er janvier 2027)*"),
        ({"from": None, "until": None}, "*(projet)*"),
    ],
)
def test_a_bill_is_never_rendered_as_law(corpus_dir: Path, in_force: dict[str, Any], told: str) -> None:
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as data:
        data["sections"][0]["statements"] = [
            statement(text="Un amendement vise le double bilan.", nature="projet", polarity="fait", in_force=in_force)
        ]
    write_pages(corpus_dir)
    page = (corpus_dir / DOUBLE_BILAN).with_suffix(".md").read_text(encoding="utf-8")
    assert f"- Un amendement vise le double bilan. {told}" in page
    assert "en vigueur" not in page
    assert "À venir" not in page
    assert "Ancienne règle" not in page
