"""`clapvert projet`, through click's runner: new, set, show, obligations, export."""

from __future__ import annotations

import json
from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner

from assistant.commands import project as command
from assistant.service import Service
from ingest.errors import ClapvertError

RUNNER = CliRunner()


@pytest.fixture
def here(studio: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(command, "_service", lambda: studio)
    return studio


def run(*args: str) -> str:
    result = RUNNER.invoke(command.projet, list(args))
    if isinstance(result.exception, ClapvertError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_from_a_new_project_to_its_files(here: Service, tmp_path: Path) -> None:
    made = json.loads(run("new", "Embruns", "works=long", "headcount=1 200", "shoot=2027-03-01", "--json"))
    assert made["facts"] == {"genre": ["long-metrage"], "headcount": 1200.0, "shoot": "2027-03-01"}
    assert "Quel est votre chiffre d'affaires ?  turnover=" in run("obligations", "embruns")
    run("set", "Embruns", "turnover=460 M€", "shoot=", "--note", "en mars")
    found = json.loads(run("obligations", made["id"], "--json"))
    assert [r["rule"] for s in found["sections"] for r in s["binding"]] == ["csrd-publier"]
    assert json.loads(run("obligations", made["id"], "--as-of", "2025-01-01", "--json"))["rules"] == 0
    run("set", "Embruns", "--done", "csrd-publier")
    assert "(fait le 25 novembre 2026)" in run("obligations", "Embruns")
    for kind in ("docx", "csv", "ics", "md", "pdf"):
        run("export", "Embruns", str(tmp_path / f"liste.{kind}"))
    assert icalendar.Calendar.from_ical((tmp_path / "liste.ics").read_bytes())["X-WR-CALNAME"] == "Embruns"
    assert "Rapport CSRD" in (tmp_path / "liste.md").read_text("utf-8")
    assert [p["title"] for p in json.loads(run("show", "--json"))] == ["Embruns"]
    assert run("show", "Embruns", "--link").startswith("/projets/invitation/")
    run("show", "Embruns", "--delete")
    assert json.loads(run("show", "--json")) == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("new", "Film", "douze"), "Fait illisible"),
        (("new", "Film", "headcount=douze"), "n'est pas un chiffre"),
        (("new", "Film", "works=roman"), "Choix inconnu"),
        (("new", "Film", "shoot=demain"), "n'est pas une date"),
        (("obligations", "Rien"), "Aucun projet"),
    ],
    ids=str,
)
def test_bad_input_is_named(here: Service, args: tuple[str, ...], said: str) -> None:
    with pytest.raises(ClapvertError, match=said):
        run(*args)


def test_a_file_of_no_kind_and_a_rule_that_is_none(here: Service, tmp_path: Path) -> None:
    run("new", "Film")
    with pytest.raises(ClapvertError, match="format inconnu"):
        run("export", "Film", str(tmp_path / "liste.xyz"))
    with pytest.raises(ClapvertError, match="Aucune règle"):
        run("set", "Film", "--done", "inconnue")


def test_the_form_is_listed(here: Service) -> None:
    assert "Long métrage" in run("show", "--form")


def test_facts_told_one_after_another_add_up_and_what_is_replaced_is_said(here: Service) -> None:
    run("new", "Sillage", "headcount=12", "genre=fiction")
    said = RUNNER.invoke(command.projet, ["set", "Sillage", "genre=long-metrage", "headcount=18"]).stderr
    assert "genre : + long-metrage" in said
    assert "headcount : 12 → 18" in said
    found = json.loads(run("show", "Sillage", "--json"))
    assert found["facts"] == {"genre": ["fiction", "long-metrage"], "headcount": 18.0}
    run("set", "Sillage", "genre=-fiction")
    assert json.loads(run("show", "Sillage", "--json"))["facts"]["genre"] == ["long-metrage"]
    run("set", "Sillage", "genre=")
    assert "genre" not in json.loads(run("show", "Sillage", "--json"))["facts"]
