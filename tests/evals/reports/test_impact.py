"""What a change of a text touches, on the tiny corpus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import evals.reference_set
from evals.commands import group as cli
from evals.reference_set import Question, ReferenceSet
from evals.reports.impact import changed_keys, impact
from ingest.articles.structure import split_units
from ingest.corpus.register import load_register
from ingest.documents.markdown import read_markdown
from ingest.errors import ClapvertError
from ingest.settings import Settings
from ingest.texts.diff import diff_units
from tests.samples import DOUBLE_BILAN, OFFICIAL_TEXT, edited_yaml

CHANGED = OFFICIAL_TEXT.replace("bilan", "compte rendu")
QUESTIONS = ReferenceSet(
    questions=(
        Question(id="q1", question="Quels bilans ?", kind="fact", outcome=("answered",), facts=("CNC-1",), domain="cnc", topic="a"),
        Question(id="q2", question="Que dit l'article 122-18 du RGA ?", kind="reference", outcome=("answered",), domain="cnc", topic="b"),
        Question(id="q3", question="Et le label ?", kind="fact", outcome=("answered",), facts=("LAB-1",), domain="label", topic="c"),
    ),
    dialogues=(),
)  # fmt: skip


def test_statements_and_questions_of_the_changed_articles(corpus_dir: Path) -> None:
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as fiche:
        fiche["sections"][0]["statements"][0]["fact"] = ["CNC-1"]
    register = load_register(corpus_dir)
    source = register.get("code-cinema")
    units = [split_units(read_markdown(t.encode())) for t in (OFFICIAL_TEXT, CHANGED)]
    keys = changed_keys(diff_units(*units), source, register)
    assert "rga:122-18" in keys
    found = impact(keys, source, corpus_dir, register, QUESTIONS)
    assert found.statements
    assert all(set(t.keys) <= set(keys) for t in found.statements)
    assert {t.fiche for t in found.statements} == {"double-bilan"}
    assert found.questions == ("q1", "q2")
    assert impact((), source, corpus_dir, register, QUESTIONS).questions == ()


def test_on_the_command_line(use_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evals.reference_set, "load_reference", lambda: QUESTIONS)
    (tmp_path / "a.md").write_text(OFFICIAL_TEXT, encoding="utf-8")
    (tmp_path / "b.md").write_text(CHANGED, encoding="utf-8")
    done = CliRunner().invoke(
        cli.evaluate, ["impact", "a.md", "b.md", "--as", "code-cinema", "--json"], catch_exceptions=False
    )
    assert done.exit_code == 0
    assert "q2" in json.loads(done.stdout)["questions"]
    with pytest.raises(ClapvertError, match="--as"):
        CliRunner().invoke(cli.evaluate, ["impact", "a.md", "b.md"], catch_exceptions=False)
