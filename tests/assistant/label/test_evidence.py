"""The evidence file in every format: the same criteria, in the same order, with the score or the reason why there is none."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import docx
import openpyxl
import pypdf
import pytest
from docx.oxml.ns import qn

from assistant.label.evidence.exports import FORMATS, export_evidence
from assistant.label.evidence.file import LEGAL, EvidenceBook, Part, evidence_book
from assistant.label.grid.importing import plan_import
from assistant.label.projects.projects import CriterionState, EvidenceFile, Project, Status
from ingest.corpus.criteria import Framework, load_frameworks
from ingest.corpus.register import Register, load_register
from ingest.errors import ClapvertError
from ingest.settings import Settings
from tests.assistant.label.workbooks import here, import_grid, test_grid

AT = dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)
DAY = AT.date()
LONG = "Une note d'essai qui dit tout ce qu'il y a à dire. " * 8
HOSTILE = ['=HYPERLINK("http://x","y")', "+33 6 00", "-2+3", "@SUM(A1)", "\t=1", "<b>gras</b>"]


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register(Settings().corpus_dir)


@pytest.fixture(scope="module")
def label() -> Framework:
    return next(f.framework for f in load_frameworks(Settings().corpus_dir) if f.framework.thresholds)


def attached(name: str) -> EvidenceFile:
    return EvidenceFile(
        id=name, name=name, sha256="0" * 64, size=1, media_type="application/pdf", added_at=AT, added_by="moi"
    )


@pytest.fixture(scope="module")
def project(label: Framework) -> Project:
    grid = import_grid(plan_import(test_grid(), "grille-essai.xlsx", reader=here), AT)
    said: dict[str, dict[str, Any]] = {
        "A1": {"status": Status.FAIT, "evidence": (attached("note-intention.pdf"), attached("photo.jpg"))},
        "B1": {"status": Status.FAIT, "person": "Déco", "note": LONG},
        "C3": {"status": Status.EN_COURS, "person": HOSTILE[0], "due": dt.date(2026, 11, 20), "note": HOSTILE[3]},
        "D2": {"status": Status.NON_RETENU, "note": HOSTILE[1]},
        "E4": {"status": Status.SANS_OBJET, "not_applicable_reason": HOSTILE[2]},
    }
    states = {k: CriterionState(code=k, **v) for k, v in said.items()}
    return Project(
        id="p", framework=label.id, title="Film d'essai", scheme="engagement", created_at=AT, updated_at=AT, grid=grid, states=states
    )  # fmt: skip


@pytest.fixture(scope="module")
def book(project: Project, label: Framework, register: Register) -> EvidenceBook:
    return evidence_book(project, label, register, DAY)


def test_what_is_missing_comes_first_in_the_order_of_the_grid(book: EvidenceBook) -> None:
    assert [(p.value, len(book.part(p))) for p in Part] == [
        ("Ce qui manque", 77), ("Fait, preuve jointe", 1), ("Non retenu", 1), ("Sans objet", 1),
    ]  # fmt: skip
    for part in Part:
        ranks = [e.rank for e in book.part(part)]
        assert ranks == sorted(ranks)
    assert sorted(e.rank for e in book.entries) == list(range(1, 81))
    first = {e.key: e for e in book.part(Part.MISSING)}
    assert first["B1"].status == "Fait, sans preuve"  # done without a file is missing its evidence
    assert (first["C3"].status, first["C3"].late) == ("En cours", True)
    assert book.score is not None
    assert (book.score.obtained, book.score.possible, book.score.not_applicable) == (2, 200, 4)


@pytest.mark.parametrize("to", FORMATS)
def test_every_format_says_the_same(project: Project, label: Framework, register: Register, to: str) -> None:
    made = export_evidence(project, label, register, DAY, to)
    assert made.name == f"dossier-film-d-essai-2026-11-26.{to}"
    if to in ("csv", "xlsx"):  # the writers of the others are tested with them
        assert made.content == export_evidence(project, label, register, DAY, to).content
    text = " ".join(said_by(made.content, to).split()).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")
    for expected in (
        "Film d'essai", "26 novembre 2026", "de 1,00 % à 1,02 %", "2 points sur 200", LEGAL, "note-intention.pdf", "Déco",
        "grille-essai.xlsx", "Pièce d'essai C3", "Non retenu", "Sans objet", "Fait, sans preuve", "Label Ecoprod",
        "version de 2026 (fiabilité haute)",
    ):  # fmt: skip
        assert expected in text, expected
    assert "20/11/2026" in text or "2026-11-20" in text
    assert LONG.split(".")[0] in text
    assert ("voir sous le tableau" in text) == (to in ("docx", "pdf", "md"))
    if to != "pdf":  # where cells break over lines
        assert text.index("Critère d'essai H10") < text.index("Critère d'essai A1 sur")


def said_by(content: bytes, to: str) -> str:
    if to == "csv":
        return " \n".join(" ".join(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    if to == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        values = (c.value for s in book.worksheets for row in s.iter_rows() for c in row if c.value is not None)
        feet = [s.oddFooter.left.text or "" for s in book.worksheets]
        return " ".join([v.strftime("%d/%m/%Y") if isinstance(v, dt.datetime) else str(v) for v in values] + feet)
    if to == "docx":
        body = docx.Document(io.BytesIO(content)).element.body
        foot = docx.Document(io.BytesIO(content)).sections[0].footer.paragraphs[0].text
        return " ".join(["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))] + [foot])
    if to == "pdf":
        return " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(content)).pages)
    return content.decode().replace("\\", "")


def test_no_cell_is_a_formula(project: Project, label: Framework, register: Register) -> None:
    sheets = openpyxl.load_workbook(
        io.BytesIO(export_evidence(project, label, register, DAY, "xlsx").content)
    ).worksheets
    cells = [c for s in sheets for row in s.iter_rows() for c in row]
    assert all(c.data_type != "f" for c in cells)
    for text in HOSTILE[:4]:
        assert any(c.value == text and c.data_type in ("s", "inlineStr") for c in cells), text
    text = export_evidence(project, label, register, DAY, "csv").content.decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert not any(c.startswith(("=", "+", "-", "@", "\t")) for row in read for c in row)
    rows: Any = sheets[1]
    assert [s.title for s in sheets] == ["Synthèse", "Critères", "Répartition"]
    assert (rows.freeze_panes, rows.auto_filter.ref, rows.print_title_rows) == ("D2", "A1:U81", "$1:$1")
    assert rows["E2"].value == 2
    assert rows["A81"].value == "Sans objet"


def test_without_a_grid_the_file_says_why_there_is_no_score(
    project: Project, label: Framework, register: Register
) -> None:
    bare = project.model_copy(update={"grid": None, "states": {}})
    for to in ("csv", "xlsx", "md"):
        text = said_by(export_evidence(bare, label, register, DAY, to).content, to)
        text = " ".join(text.split()).replace("\u00a0", " ")
        assert "le barème du Label Ecoprod n'est pas public" in text
        assert "la liste officielle peut en compter d'autres" in text
        assert "Suggérée : par une application tierce" in text
    entries = evidence_book(bare, label, register, DAY).entries
    assert len(entries) == len(label.criteria)
    assert all(e.points is None and e.mandatory is None for e in entries)
    assert {e.confidence for e in entries} == {"moyenne", "basse"}
    assert all(e.source for e in entries)


def test_the_other_framework_has_no_score_and_says_so(register: Register) -> None:
    spec = next(f.framework for f in load_frameworks(Settings().corpus_dir) if not f.framework.thresholds)
    project = Project(id="p", framework=spec.id, title="Essai", created_at=AT, updated_at=AT)
    found = evidence_book(project, spec, register, DAY)
    assert found.score is None
    assert "n'a pas de score" in found.no_score
    with pytest.raises(ClapvertError):
        export_evidence(project, spec, register, DAY, "exe")
