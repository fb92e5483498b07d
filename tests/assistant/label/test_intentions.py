"""The action plan and the note of intent: by department, from what is retained, opened and read back."""

from __future__ import annotations

import datetime as dt
import io
import re

import docx
import pypdf
import pytest

from assistant.history.owner import LOCAL
from assistant.label.evidence.exports import export_evidence
from assistant.label.frameworks import Frameworks
from assistant.label.grid.imports import Choice, planned, taken
from assistant.label.projects.projects import Project
from assistant.label.workbench import Workbench
from ingest.clock import fixed
from ingest.corpus.criteria import Framework
from ingest.corpus.register import load_register
from ingest.errors import ClapvertError
from ingest.settings import Settings
from ingest.storage.storage import Storage
from tests.assistant.label.published import DEPARTMENTS, PREFIXES, eight_sheets
from tests.samples import TODAY

CODES = [f"{p}-{n:02d}" for p in PREFIXES for n in range(1, 11)]
DOCUMENTS = ("dossier", "plan", "note")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Framework]:
    bench = Workbench(Storage(tmp_path_factory.mktemp("bench")), Frameworks.of(Settings().corpus_dir), fixed(TODAY))
    project = bench.create(LOCAL, "label-ecoprod", "Les Embruns", "performance", "Tourné en Bretagne.")
    choice = Choice(take_answers=True)
    taken(bench, project.id, LOCAL, planned(bench, LOCAL, "g.xlsx", eight_sheets(), choice), choice)
    bench.put(
        project.id, LOCAL, "RÉG-02", {"person": "Léa", "due": dt.date(2026, 12, 15), "note": "Commander les bacs."}
    )
    bench.put(project.id, LOCAL, "SON-02", {"status": "sans_objet", "not_applicable_reason": "Film muet."})
    bench.put(project.id, LOCAL, "IMG-02", {"status": "non_retenu", "note": "Trop cher."})
    return bench.store.get(project.id, LOCAL), bench.frameworks.get("label-ecoprod")


def written(made: tuple[Project, Framework], document: str, kind: str) -> bytes:
    register = load_register(Settings().corpus_dir)
    return export_evidence(*made, register, TODAY, kind, document).content  # type: ignore[arg-type]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_code_is_broken_and_the_first_page_is_full(made: tuple[Project, Framework], document: str) -> None:
    pages = pypdf.PdfReader(io.BytesIO(written(made, document, "pdf"))).pages
    text = "\n".join(page.extract_text() for page in pages)
    heights: list[float] = []
    pages[0].extract_text(
        visitor_text=lambda said, _cm, tm, _font, _size: heights.append(tm[5] + _cm[5]) if said.strip() else None
    )
    foot = min(h for h in heights if h > 75)  # above the footer
    assert foot < 842 * 0.2, foot  # the room of one block at most is left
    for code in CODES:
        assert code in text, code
    assert not re.search(r"[A-ZÉ]{2,5}-\d$", text, re.MULTILINE)
    assert "15/12/2026" in text or document == "note"


@pytest.mark.parametrize("document", ["plan", "note"])
def test_the_word_file_holds_each_department_with_its_proofs(made: tuple[Project, Framework], document: str) -> None:
    opened = docx.Document(io.BytesIO(written(made, document, "docx")))
    heads = [p.text for p in opened.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert [h.split(" (")[0].replace("\u00a0", " ") for h in heads[:8]] == list(DEPARTMENTS)
    cells = [c.text for t in opened.tables for r in t.rows for c in r.cells]
    words = " ".join([*(p.text for p in opened.paragraphs), *cells]).replace("\u2011", "-").replace("\u00a0", " ")
    for said in ("RÉG-02", "Pièce RÉG 2", "Commander les bacs.", "Film muet.", "Trop cher.", "retient 78 critères"):
        assert said in words, said
    assert "au seuil de 65 %" in words
    if document == "note":
        assert "Tourné en Bretagne." in words
    else:
        assert "15/12/2026" in words


def test_what_is_not_retained_stands_apart(made: tuple[Project, Framework]) -> None:
    plan = written(made, "plan", "md").decode()
    kept, _, apart = plan.partition("Critères non retenus (1)")
    assert "IMG-02" not in kept.replace("IMG\\-02", "IMG-02")
    assert "IMG-02" in apart.replace("\\", "")
    assert "SON-02" in apart.replace("\\", "")


def test_a_table_is_no_note(made: tuple[Project, Framework]) -> None:
    with pytest.raises(ClapvertError):
        written(made, "note", "xlsx")
