"""`corpus check`: the tiny corpus is clean, and each rule has a change that breaks it, and only it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.corpus.check import Report, check_corpus
from ingest.corpus.check_statements import check_statement, words
from ingest.corpus.glossary import load_glossary
from ingest.corpus.problems import Known
from ingest.corpus.register import load_register
from ingest.corpus.render import write_pages
from tests.samples import (
    CLIMAT,
    DOUBLE_BILAN,
    SEUILS,
    TODAY,
    edited_yaml,
    statement_model,
    tiny_corpus,
    write_yaml,
)


def codes(report: Report) -> list[str]:
    return [p.code for p in report.problems]


def statement_codes(corpus_dir: Path, level: str = "error", **changes: Any) -> list[str]:
    """Codes of one statement, checked by itself."""
    known = Known(load_register(corpus_dir), load_glossary(corpus_dir), frozenset({"cnc"}), TODAY)
    found = check_statement(statement_model(**changes), "ici", known)
    return [p.code for p in found if p.level == level]


def test_the_tiny_corpus_is_clean(corpus_dir: Path) -> None:
    report = check_corpus(corpus_dir, TODAY)
    assert report.problems == []
    assert report.warnings == []
    assert (report.fiches, report.statements, report.sources) == (4, 15, 8)
    assert report.by_domain == {"cnc": 7, "csrd": 3, "label": 3, "climat": 2}
    assert report.by_confidence == {"haute": 14, "basse": 1}
    assert report.by_role["dement"] == 2


def test_the_report_has_the_shape_of_the_contract(corpus_dir: Path) -> None:
    keys = {"fiches", "statements", "sources", "by_domain", "by_confidence", "problems"}
    assert keys <= set(check_corpus(corpus_dir, TODAY).as_json())


def test_a_clean_statement_passes(corpus_dir: Path) -> None:
    assert statement_codes(corpus_dir) == []
    assert statement_codes(corpus_dir, level="warning") == []


TWO = {"kind": "nombre", "value": 2, "unit": "bilans", "of": "bilans"}
LONG = "Le producteur remet au CNC 2 bilans carbone avec sa demande d'aide, " + "et " * 40 + "c'est tout."


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": LONG}, "text_long"),
        ({"lead": "Le producteur remet au CNC 2 bilans carbone " + "et encore " * 10 + "tout."}, "lead_long"),
        ({"text": "Il remet au CNC 2 bilans carbone avec sa demande d'aide."}, "pronoun"),
        ({"text": "Cela suppose 2 bilans carbone avec la demande d'aide."}, "pronoun"),
        ({"lead": "Elle remet 2 bilans carbone au CNC."}, "pronoun"),
        ({"lead": "Le producteur remet 3 bilans carbone au CNC."}, "lead_claim"),
        ({"lead": "Le producteur ne remet pas les 2 bilans carbone au CNC."}, "lead_claim"),
        ({"lead": "Dès 2025, le producteur remet 2 bilans carbone au CNC."}, "lead_claim"),
        ({"en": "The producer files 3 carbon reports with the CNC."}, "en_claim"),
        ({"en": "The producer files carbon reports with the CNC."}, "en_claim"),
        ({"en": "The producer does not file the 2 carbon reports with the CNC."}, "en_claim"),
        ({"facets": {"genre": ["peplum"]}}, "facet"),
        ({"source": {"id": "inconnue"}}, "source"),
        ({"also": ["inconnue"]}, "source"),
        ({"contacts": ["inconnu"]}, "contact"),
        ({"asked_as": ["Que remettre ?", "que remettre", "What to file?"]}, "asked_as"),
        ({"source": {"id": "rga", "locator": "art. premier bis ?"}}, "locator"),
        ({"values": [TWO, {"kind": "date", "value": "2025-03-01"}]}, "value"),
        ({"values": [TWO, {"kind": "nombre", "value": "10 à 20"}]}, "value"),
    ],
)
def test_each_rule_has_a_statement_that_breaks_it(corpus_dir: Path, changes: dict[str, Any], code: str) -> None:
    assert set(statement_codes(corpus_dir, **changes)) == {code}


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "Il faut remettre au CNC 2 bilans carbone avec la demande d'aide."},
        {"text": "Il existe 2 bilans carbone à remettre avec la demande d'aide."},
        {"lead": "Le producteur remet deux bilans carbone au CNC."},
        {"en": "The producer files two carbon reports with the CNC."},
        {"values": [{"kind": "nombre", "value": 2, "unit": "bilans", "of": "bilans"}]},
        {"source": {"id": "cnc-faq", "locator": "question 4"}},
    ],
)
def test_what_says_the_same_otherwise_passes(corpus_dir: Path, changes: dict[str, Any]) -> None:
    assert statement_codes(corpus_dir, **changes) == []


def test_a_dropped_negation_of_an_obligation_is_found(corpus_dir: Path) -> None:
    found = statement_codes(
        corpus_dir,
        text="Le bilan carbone n'est pas obligatoire pour une aide à l'écriture.",
        lead="Le bilan carbone est obligatoire.",
        en="The carbon report is not mandatory for writing support.",
        polarity="n_oblige_pas",
    )
    assert found == ["lead_claim"]


def test_a_number_that_the_text_does_not_hold_is_a_warning(corpus_dir: Path) -> None:
    values = [{"kind": "nombre", "value": n, "of": "bilans"} for n in (2, 12)]
    assert statement_codes(corpus_dir, values=values) == []
    assert statement_codes(corpus_dir, level="warning", values=values) == ["value"]


@pytest.mark.parametrize(("day", "found"), [("2026-11-24", ["review_due"]), ("2026-11-25", [])])
def test_a_review_date_past_is_a_warning(corpus_dir: Path, day: str, found: list[str]) -> None:
    assert statement_codes(corpus_dir, level="warning", review_by=day) == found


@pytest.mark.parametrize(
    ("text", "count"), [("Un bilan : deux mots.", 4), ("« Un » — mot", 2), ("", 0), ("l'aide du CNC", 3)]
)
def test_words_are_counted_as_a_reader_does(text: str, count: int) -> None:
    assert words(text) == count


def _statements(data: Any) -> list[dict[str, Any]]:
    return data["sections"][0]["statements"]  # type: ignore[no-any-return]


def _same_id(data: Any) -> None:
    _statements(data)[0]["id"] = "bilan-sanction"


def _near_duplicate(data: Any) -> None:
    copy = dict(_statements(data)[3])
    copy |= {
        "id": "bilan-sanction-bis",
        "text": copy["text"].replace("Un bilan", "Le bilan"),
        "asked_as": ["Une ?", "Deux ?", "Trois ?"],
    }
    _statements(data).append(copy)


def _same_question(data: Any) -> None:
    _statements(data)[0]["asked_as"][0] = "Que risque le producteur qui ne remet pas le bilan carbone"


def _figure_in_introduction(data: Any) -> None:
    data["introduction"] = "Les aides du CNC supposent de remettre 2 bilans carbone."


def _date_in_introduction(data: Any) -> None:
    data["introduction"] = "Depuis mars 2025, les aides supposent de remettre des bilans."


def _unknown_see_also(data: Any) -> None:
    data["see_also"] = ["inconnue"]


def _other_id(data: Any) -> None:
    data["id"] = "autre"


def _other_domain(data: Any) -> None:
    data["domain"] = "label"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_same_id, "duplicate_id"),
        (_near_duplicate, "near_duplicate"),
        (_same_question, "asked_as_twice"),
        (_figure_in_introduction, "introduction_claims"),
        (_date_in_introduction, "introduction_claims"),
        (_unknown_see_also, "see_also"),
        (_other_id, "fiche_path"),
        (_other_domain, "fiche_path"),
    ],
)
def test_each_rule_across_statements_has_a_corpus_that_breaks_it(
    corpus_dir: Path, change: Callable[[Any], None], code: str
) -> None:
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as data:
        change(data)
    assert codes(check_corpus(corpus_dir, TODAY)) == [code]


def test_two_versions_of_one_rule_are_not_duplicates(corpus_dir: Path) -> None:
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as data:
        _near_duplicate(data)
        _statements(data)[-1]["in_force"] = {"from": "2027-01-01", "until": None}
    assert codes(check_corpus(corpus_dir, TODAY)) == []


def test_a_problem_says_where_it_stands(corpus_dir: Path) -> None:
    with edited_yaml(corpus_dir / SEUILS) as data:
        _statements(data)[1]["lead"] = "La CSRD vise les entreprises de plus de 500 salariés."
    (problem,) = check_corpus(corpus_dir, TODAY).problems
    lines = (corpus_dir / SEUILS).read_text(encoding="utf-8").splitlines()
    where = next(i for i, line in enumerate(lines, 1) if "id: csrd-seuil-2026" in line)
    assert problem.where == f"{SEUILS}:{where} csrd-seuil-2026"
    assert "500" in problem.message


def test_a_source_that_nothing_cites_is_a_warning_unless_it_is_official(corpus_dir: Path) -> None:
    with edited_yaml(corpus_dir / CLIMAT) as data:
        _statements(data)[0]["source"] = {"id": "code-env", "locator": "art. L. 229-67"}
    with edited_yaml(corpus_dir / SEUILS) as data:
        _statements(data)[2]["source"] = {"id": "dir-csrd", "locator": "art. 19 bis"}
    report = check_corpus(corpus_dir, TODAY)
    assert codes(report) == []
    assert [(p.code, p.where) for p in report.warnings] == [("source_never_cited", "efrag-vsme")]


def test_pages_that_drifted_are_found_once_there_are_pages(corpus_dir: Path) -> None:
    assert codes(check_corpus(corpus_dir, TODAY)) == []
    write_pages(corpus_dir)
    assert codes(check_corpus(corpus_dir, TODAY)) == []
    page = (corpus_dir / SEUILS).with_suffix(".md")
    page.write_text(page.read_text(encoding="utf-8") + "Retouche.\n", encoding="utf-8")
    assert [(p.code, p.where) for p in check_corpus(corpus_dir, TODAY).problems] == [("page_drift", page.name)]
    page.unlink()
    assert codes(check_corpus(corpus_dir, TODAY)) == ["page_drift"]


def test_everything_falls_due_one_day(corpus_dir: Path) -> None:
    report = check_corpus(corpus_dir, date(2030, 1, 1))
    assert codes(report) == []
    assert len(report.warnings) == 15


def test_the_builders_give_what_is_on_disk(corpus_dir: Path) -> None:
    before = {name: (corpus_dir / name).read_bytes() for name in tiny_corpus()}
    for name, data in tiny_corpus().items():
        write_yaml(corpus_dir / name, data)
    assert before == {name: (corpus_dir / name).read_bytes() for name in tiny_corpus()}
