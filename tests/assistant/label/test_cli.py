"""`clapvert label`, through click's runner: project, import, status, score, export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.commands.label import label
from ingest.errors import ClapvertError
from ingest.settings import Settings
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
