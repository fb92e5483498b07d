"""The pages that people read: what the fiches say, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.fiches import load_fiches
from ingest.register import load_register
from ingest.render import pages, write_pages
from tests.samples import DOUBLE_BILAN, LABEL, edited_yaml


@pytest.fixture
def page(corpus_dir: Path) -> str:
    return pages(corpus_dir)[(corpus_dir / DOUBLE_BILAN).with_suffix(".md")]


def test_every_fiche_has_its_page_beside_it(corpus_dir: Path) -> None:
    assert write_pages(corpus_dir) == 4
    found = sorted(p.relative_to(corpus_dir).as_posix() for p in (corpus_dir / "fiches").rglob("*.md"))
    assert found == [
        "fiches/climat/allegations.md",
        "fiches/cnc/double-bilan.md",
        "fiches/csrd/csrd-seuils.md",
        "fiches/label/label-score.md",
    ]


def test_a_page_holds_every_statement_of_its_fiche_word_for_word(corpus_dir: Path, page: str) -> None:
    fiche = next(f.fiche for f in load_fiches(corpus_dir) if f.fiche.id == "double-bilan")
    assert page.startswith(f"# {fiche.title}\n")
    assert fiche.introduction in page
    for _, statement in fiche.statements():
        assert statement.text in page


def test_a_page_says_that_it_is_a_notice_and_no_official_text(page: str) -> None:
    assert "Notice Clapvert" in page
    assert "pas un texte officiel" in page
    assert "pas un conseil juridique" in page


def test_dates_beliefs_confidence_and_contacts_are_shown(page: str) -> None:
    assert "*(en vigueur du 01/02/2023 au 28/02/2025)*" in page
    assert "*(depuis le 01/03/2025)*" in page
    assert "**Idée reçue.** *On croit : « Les courts métrages sont dispensés de bilan carbone. »*" in page
    assert "**Ce que les textes ne disent pas.** Aucun texte ne fixe le prix" in page
    assert "→ CNC" in page
    assert page.count("confiance moyenne") == 1


def test_every_note_has_its_source_once(page: str) -> None:
    body, sources = page.split("## Sources")
    called = {int(n) for n in re.findall(r"\[(\d+)\](?!\()", body)}
    listed = [int(n) for n in re.findall(r"^(\d+)\. ", sources, re.MULTILINE)]
    assert listed == sorted(called) == list(range(1, len(listed) + 1))
    assert "art. 122-18, version 2026-03 (officiel)" in sources


def test_see_also_links_to_the_page_of_the_other_fiche(page: str, corpus_dir: Path) -> None:
    link = re.search(r"- \[Le score du Label Ecoprod\]\((.*)\)", page)
    assert link is not None
    write_pages(corpus_dir)
    assert ((corpus_dir / DOUBLE_BILAN).parent / link.group(1)).resolve() == (corpus_dir / LABEL).with_suffix(".md")


def test_nothing_else_carries_a_figure(corpus_dir: Path) -> None:
    """The frame around the statements claims nothing: every figure of a page stands in a statement or a reference."""
    register = load_register(corpus_dir)
    for file in load_fiches(corpus_dir):
        page = pages(corpus_dir)[file.file.path.with_suffix(".md")].split("## Sources")[0]
        for _, s in file.fiche.statements():
            page = page.replace(s.text, "").replace(s.belief or "\0", "")
        page = re.sub(r"\*\([^)]*\)\*|\[\d+\]", "", page)
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
    assert write_pages(corpus_dir) == 1
    assert not (corpus_dir / LABEL).with_suffix(".md").exists()


def test_a_damaged_page_is_written_again(corpus_dir: Path) -> None:
    write_pages(corpus_dir)
    page = (corpus_dir / LABEL).with_suffix(".md")
    wanted = page.read_text(encoding="utf-8")
    page.write_text("abîmée", encoding="utf-8")
    assert write_pages(corpus_dir) == 1
    assert page.read_text(encoding="utf-8") == wanted
