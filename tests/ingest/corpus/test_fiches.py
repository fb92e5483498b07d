"""Fiches: what is well-formed loads, what is not names file, line and field."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ingest.corpus.fiches import FicheFile, Interval, Role, Statement, fiche_paths, load_fiches
from ingest.errors import ClapvertError, ErrorCode
from tests.samples import DOUBLE_BILAN, edited_yaml, fiche, statement, statement_model, tiny_fiches, write_yaml


def test_the_tiny_fiches_load_in_a_stable_order(corpus_dir: Path) -> None:
    files = load_fiches(corpus_dir)
    assert [f.fiche.id for f in files] == ["allegations", "double-bilan", "csrd-seuils", "label-score"]
    assert [p.relative_to(corpus_dir).as_posix() for p in fiche_paths(corpus_dir)] == sorted(tiny_fiches())


def test_statements_come_in_reading_order_with_their_section(tmp_path: Path) -> None:
    sections = [
        {"title": "Avant", "statements": [statement(id="a"), statement(id="b")]},
        {"title": "Après", "statements": [statement(id="c")]},
    ]
    file = FicheFile(write_yaml(tmp_path / "essai.yaml", fiche("essai", "cnc", sections=sections)))
    assert [(title, s.id) for title, s in file.fiche.statements()] == [("Avant", "a"), ("Avant", "b"), ("Après", "c")]


def test_each_statement_knows_its_line(corpus_dir: Path) -> None:
    file = FicheFile(corpus_dir / DOUBLE_BILAN)
    lines = (corpus_dir / DOUBLE_BILAN).read_text(encoding="utf-8").splitlines()
    assert len(file.lines()) == 7
    for statement_id, line in file.lines().items():
        assert lines[line - 1].strip() == f"- id: {statement_id}"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("role", "devoir", "role"),
        ("polarity", "peut-etre", "polarity"),
        ("answers", [], "answers"),
        ("answers", ["parfois"], "answers.0"),
        ("asked_as", ["Une ?", "Deux ?"], "asked_as"),
        ("asked_as", [f"Question {i} ?" for i in range(7)], "asked_as"),
        ("text", "Court.", "text"),
        ("id", "Pas Un Slug", "id"),
        ("review_by", "bientôt", "review_by"),
        ("regime", "martien", "regime"),
        ("couleur", "vert", "couleur"),
        ("in_force", {"from": "2026-02-01", "until": "2026-01-31"}, "in_force"),
        ("in_force", {"from": "2026-02-01", "to": "2026-03-01"}, "in_force.to"),
        ("source", {"id": "rga", "version": "mars 2026"}, "source.version"),
        ("values", [{"kind": "couleur", "value": 2}], "values.0.kind"),
        ("confidence", "totale", "confidence"),
        ("confidence", "basse", "basse"),
        ("facets", {"couleur": ["vert"]}, "facette inconnue : couleur"),
        ("role", "dement", "belief"),
        ("role", "absence", "contacts"),
    ],
)
def test_a_broken_statement_names_file_line_and_field(corpus_dir: Path, field: str, value: Any, reason: str) -> None:
    path = corpus_dir / DOUBLE_BILAN
    with edited_yaml(path) as data:
        data["sections"][0]["statements"][2][field] = value
    with pytest.raises(ClapvertError) as refused:
        FicheFile(path)
    assert refused.value.code is ErrorCode.CORPUS_INVALID
    message = refused.value.message
    assert str(path) in message
    assert "champ sections.0.statements.2" in message
    assert reason in message
    line = int(message.split("ligne ")[1].split(",")[0])
    first = FicheFile(write_yaml(path, tiny_fiches()[DOUBLE_BILAN])).lines()
    assert first["double-bilan-moments"] <= line <= first["bilan-sanction"] + 3


def test_a_review_date_that_does_not_exist_names_file_and_line(tmp_path: Path) -> None:
    path = write_yaml(tmp_path / "essai.yaml", "id: essai\ntitle: Essai\nreview_by: 2027-02-29\n")
    with pytest.raises(ClapvertError, match=r"essai\.yaml, ligne 3 : date impossible"):
        FicheFile(path)


@pytest.mark.parametrize("field", ["id", "topic", "text", "en", "role", "answers", "asked_as", "source", "review_by"])
def test_a_statement_without_a_required_field_is_refused(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Statement.model_validate(statement(**{field: None}))


@pytest.mark.parametrize("section", [{"title": "Vide", "statements": []}, {"title": "X", "statements": [statement()]}])
def test_a_section_has_a_title_and_statements(tmp_path: Path, section: dict[str, Any]) -> None:
    with pytest.raises(ClapvertError, match=r"sections\.0\.(statements|title)"):
        FicheFile(write_yaml(tmp_path / "essai.yaml", fiche("essai", "cnc", sections=[section])))


def test_an_absence_may_be_of_low_confidence_and_names_who_would_know() -> None:
    absence = statement_model(role="absence", contacts=["cnc"], confidence="basse")
    assert absence.role is Role.ABSENCE
    assert absence.contacts == ("cnc",)


def test_one_fact_or_several_are_always_several() -> None:
    assert statement_model(fact="CNC-03").fact == ("CNC-03",)
    assert statement_model(fact=["CNC-03", "CNC-04"]).fact == ("CNC-03", "CNC-04")
    assert statement_model().fact == ()


@pytest.mark.parametrize(
    ("start", "end", "day", "inside"),
    [
        ("2026-01-01", "2026-12-31", date(2026, 1, 1), True),
        ("2026-01-01", "2026-12-31", date(2026, 12, 31), True),
        ("2026-01-01", "2026-12-31", date(2027, 1, 1), False),
        ("2026-01-01", None, date(2999, 1, 1), True),
        (None, "2026-12-31", date(1900, 1, 1), True),
        (None, None, date(2026, 1, 1), True),
    ],
)
def test_intervals_hold_both_their_ends(start: str | None, end: str | None, day: date, inside: bool) -> None:
    interval = Interval.model_validate({"from": start, "until": end})
    assert interval.contains(day) is inside
    assert interval.overlaps(day, day) is inside


def test_intervals_overlap_when_they_share_a_day() -> None:
    interval = Interval.model_validate({"from": "2026-03-01", "until": "2026-03-31"})
    assert interval.overlaps(date(2026, 1, 1), date(2026, 3, 1))
    assert interval.overlaps(date(2026, 3, 31), date(2026, 12, 31))
    assert not interval.overlaps(date(2026, 4, 1), date(2026, 12, 31))


def test_what_is_loaded_is_frozen() -> None:
    with pytest.raises(ValidationError):
        statement_model().text = "Autre chose."  # type: ignore[misc]
