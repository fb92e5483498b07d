"""`clapvert label`, through click's runner: project, import, status, score, export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.commands.label import label
from ingest.errors import ClapvertError
from ingest.settings import Settings
from tests.assistant.label.published import eight_sheets, sections
from tests.assistant.label.workbooks import test_grid as grid_of_80

RUNNER = CliRunner()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAPVERT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CLAPVERT_CORPUS_DIR", str(Settings(_env_file=None).corpus_dir))  # type: ignore[call-arg]
    return tmp_path


def run(*args: str) -> Result:
    result = RUNNER.invoke(label, list(args))
    if isinstance(result.exception, ClapvertError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def test_from_a_new_project_to_its_evidence_file(here: Path) -> None:
    workbook = here / "grille.xlsx"
    workbook.write_bytes(grid_of_80())
    made = json.loads(run("projects", "--new", "Les Embruns", "--json").output)[0]
    with pytest.raises(ClapvertError, match="pas public"):
        run("score", "les embruns")
    assert json.loads(run("import", made["id"], str(workbook), "--json").output)["points"] == 200
    assert json.loads(run("import", made["id"], str(workbook), "--plan", "--json").output)["rows"] == 80
    run("status", "Les Embruns", "A9", "fait", "--person", "Léa")
    score = json.loads(run("score", made["id"][:8], "--target", "65", "--json").output)
    assert (score["obtained"], score["percent"], score["ratio"]) == (5.0, 2.5, "1/40")
    assert score["plan"]["reachable"]
    assert "1 fait sur 80" in run("status", "Les Embruns").output
    run("export", "Les Embruns", str(here / "dossier.csv"))
    assert "Critère d'essai A9" in (here / "dossier.csv").read_text("utf-8-sig")
    run("projects", "--delete", made["id"])
    assert json.loads(run("projects", "--json").output) == []


def test_each_thing_of_the_pages_is_done_in_the_terminal(here: Path) -> None:
    workbook, proof = here / "huit.xlsx", here / "preuve.pdf"
    workbook.write_bytes(eight_sheets())
    proof.write_bytes(b"%PDF-1.7")
    run("projects", "--new", "Marée")
    plan = json.loads(run("import", "Marée", str(workbook), "--plan", "--json").output)
    assert (plan["criteria"], plan["points"], plan["mandatory"], plan["doubts"]) == (80, 124.0, 8, [])
    assert "8 feuilles lues, 80 critères, 124 points, 8 obligatoires." in run("import", "Marée", str(workbook)).output
    run("status", "Marée", "RÉG-02", "en_cours", "--person", "Léa", "--due", "2026-12-15")
    assert "15/12/2026  RÉG-02" in run("due", "Marée", "--ics", str(here / "a.ics")).output
    assert (here / "a.ics").read_bytes().count(b"BEGIN:VEVENT") == 1
    assert "preuve.pdf" in run("evidence", "Marée", "RÉG-02", str(proof)).output
    held = json.loads(run("evidence", "Marée", "RÉG-02", "--json").output)
    assert "Aucune preuve" in run("evidence", "Marée", "RÉG-02", "--remove", held[0]["id"]).output
    assert "Prise de son" in run("departments", "Marée", "--rename", "Son", "Prise de son").output
    assert (
        "Costumes - HMC                       11 critères"
        in run("departments", "Marée", "--move", "SON-01", "Costumes - HMC").output
    )
    for document in ("plan", "note"):
        run("export", "Marée", str(here / f"{document}.md"), "--document", document)
    assert "Prise de son" in (here / "plan.md").read_text()
    assert "Léa" in run("history", "Marée", "RÉG-02").output
    run("edit", "Marée", "--scheme", "engagement", "--copy", "Marée 2")
    assert "écarts." in run("compare", "Marée", "Marée 2").output
    assert json.loads(run("match", "Marée", "--json").output) == []
    run("template", str(here / "vide.xlsx"), "--department", "Régie")
    assert (here / "vide.xlsx").read_bytes().startswith(b"PK")


def test_an_import_waits_for_what_it_does_not_understand(here: Path) -> None:
    workbook = here / "sections.xlsx"
    workbook.write_bytes(sections())
    run("projects", "--new", "Marée")
    with pytest.raises(ClapvertError, match="À décider avant d'importer"):
        run("import", "Marée", str(workbook))
    (here / "faux.csv").write_text("Code;Critère;Points\nA1;Essai;beaucoup\n", encoding="utf-8")
    with pytest.raises(ClapvertError, match="C2"):
        run("import", "Marée", str(here / "faux.csv"), "--marked", str(here / "marque.xlsx"))
    assert (here / "marque.xlsx").read_bytes().startswith(b"PK")
    assert "Importé." in run("import", "Marée", str(workbook), "--accept", "all").output


def test_a_framework_without_a_score_has_none_here_either(here: Path) -> None:
    workbook = here / "grille.xlsx"
    workbook.write_bytes(grid_of_80())
    run("projects", "--new", "Les Embruns", "--framework", "afnor-spec-2308")
    run("import", "Les Embruns", str(workbook))
    with pytest.raises(ClapvertError, match="n'a pas de score"):
        run("score", "Les Embruns", "--target", "65")


def test_criteria_are_listed_and_shown(here: Path) -> None:
    assert "points inconnus" in run("list", "--department", "régie").output
    assert "critère I1" in run("show", "i1").output
    assert {c["points"] for c in json.loads(run("list", "--json").output)} == {None}


def test_a_wrong_status_and_an_unknown_project_are_refused(here: Path) -> None:
    run("projects", "--new", "Les Embruns")
    with pytest.raises(ClapvertError, match="inconnu"):
        run("status", "Les Embruns", "A1", "terminé")
    with pytest.raises(ClapvertError, match="Aucun projet"):
        run("status", "Autre film")
