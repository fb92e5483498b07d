"""Criteria as data: the unknown stays unknown, errors name their place, passages stand alone and share no key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.corpus.check import check_corpus
from ingest.corpus.criteria import (
    DEPARTMENT_LABELS,
    Department,
    Framework,
    framework_source_id,
    load_frameworks,
    poste_key,
)
from ingest.corpus.criteria_statements import criterion_text
from ingest.corpus.register import Rank, load_register
from ingest.errors import ClapvertError
from ingest.language.locators import parse_references
from ingest.passages.criteria import criterion_passages
from ingest.settings import Settings
from tests.samples import TODAY

CORPUS = Settings().corpus_dir
REGISTER = load_register(CORPUS)
FRAMEWORKS = {f.framework.id: f.framework for f in load_frameworks(CORPUS)}
LABEL, AFNOR = FRAMEWORKS["label-ecoprod"], FRAMEWORKS["afnor-spec-2308"]
BOTH = pytest.mark.parametrize("framework", [LABEL, AFNOR], ids=["label", "afnor"])
Edit = Callable[[dict[str, Any]], None]


def test_the_counts_are_those_of_the_fact_base() -> None:
    assert (len(LABEL.criteria), LABEL.announced_criteria) == (48, 80)
    assert (len(AFNOR.criteria), AFNOR.announced_criteria) == (28, 28)
    assert sum(c.code is None for c in LABEL.criteria) == 2
    assert sum(c.confidence == "basse" for c in LABEL.criteria) == 16
    assert [sum(c.level == n for c in AFNOR.criteria) for n in (1, 2, 3)] == [12, 14, 2]
    assert sum(c.obligatory is True for c in AFNOR.criteria) == 26


def test_nothing_unknown_is_filled_in() -> None:
    assert {c.points for f in (LABEL, AFNOR) for c in f.criteria} == {None}
    assert {c.obligatory for c in LABEL.criteria} == {None}
    assert {c.level for c in LABEL.criteria} == {None}
    assert LABEL.mandatory_criteria is None
    assert [t.minimum_percent for t in LABEL.thresholds] == [65, 70]
    assert AFNOR.thresholds == ()
    assert [c.code for c in LABEL.criteria if c.evidence.status == "officielle"] == ["A1"]
    for c in (*LABEL.criteria, *AFNOR.criteria):
        assert c.impact is None or c.impact.according_to == "perset-ecoprod-criteria"


@BOTH
def test_a_criterion_text_names_its_framework_its_source_and_its_evidence(framework: Framework) -> None:
    for c in framework.criteria:
        text = criterion_text(framework, c).fr
        assert framework.name.fr in text
        assert (f"critère {c.code} " in text) if c.code else ("sans numéro connu" in text)
        assert any(w in text for w in ("tierce", "référentiel commun de décembre 2022", "page non datée d'Ecoprod"))
        assert ("Preuve suggérée par un tiers" in text) == (c.evidence.status == "suggeree")
        assert ("proposée par Clapvert" in text) == (c.evidence.status == "deduite")


@BOTH
def test_what_is_not_published_is_said_where_it_is_not_known(framework: Framework) -> None:
    for c in framework.criteria:
        text = criterion_text(framework, c)
        unknown = framework.unknown_as is not None and c.obligatory is None
        assert ("points et caractère obligatoire non publiés" in text.fr) == unknown
        assert ("points and mandatory status not published" in text.en) == unknown
    assert (framework.unknown_as is not None) == any(c.obligatory is None for c in framework.criteria)


def test_a_low_one_says_so_and_is_in_the_conditional() -> None:
    for c in LABEL.criteria:
        text = criterion_text(LABEL, c).fr
        doubtful = (
            text.startswith("D'après une application tierce, à vérifier auprès d'Ecoprod") and "demanderait" in text
        )
        assert doubtful == (c.confidence == "basse"), c.code


@BOTH
def test_passages_are_notices_with_keys_of_their_own(framework: Framework) -> None:
    passages = criterion_passages(framework, REGISTER)
    assert len(passages) == len(framework.criteria) + len(framework.postes)
    assert len({p.id for p in passages}) == len(passages)
    for p in passages:
        assert (p.kind, p.rank, p.source_id) == ("criterion", Rank.NOTICE, framework_source_id(framework.id))
        assert p.statement is not None
        assert p.based_on is not None
        assert p.text == p.statement.text
        assert all(k.startswith(f"{framework.id}:") for k in p.keys)
    keys = [k for p in passages for k in p.keys]
    assert len(set(keys)) == len(keys)
    assert {f"{framework.id}:critere:{c.code}" for c in framework.criteria if c.code} <= set(keys)
    assert passages[0].next_id == passages[1].id


def test_locators_and_keys_are_the_grammar_s() -> None:
    by_key = {k: p for f in (LABEL, AFNOR) for p in criterion_passages(f, REGISTER) for k in p.keys}
    assert by_key["label-ecoprod:critere:D3"].locator == "critère D3 (Label Ecoprod)"
    assert by_key["afnor-spec-2308:critere:2.3"].locator == "critère 2.3 (AFNOR SPEC 2308)"
    assert by_key["label-ecoprod:critere:D2"].locator == "poste D (Label Ecoprod)"  # its wording is not known
    assert by_key["label-ecoprod:critere:H4"].confidence == "basse"
    assert poste_key("label-ecoprod:critere:D2") == "label-ecoprod:poste:D"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("critère G1 du Label Ecoprod", ["label-ecoprod:critere:G1"]),
        ("Ecoprod criterion E1", ["label-ecoprod:critere:E1"]),
        ("d3 label ecoprod", ["label-ecoprod:critere:D3"]),
        ("critères D3, D4 et F1 du référentiel Ecoprod", [f"label-ecoprod:critere:{c}" for c in ("D3", "D4", "F1")]),
        ("critère 6.4 de l'AFNOR SPEC 2308", ["afnor-spec-2308:critere:6.4"]),
        ("2.3 de la SPEC 2308", ["afnor-spec-2308:critere:2.3"]),
        ("ESRS E1", ["regl-2023-2772:E1"]),
        ("ESRS E1 et Label Ecoprod", ["regl-2023-2772:E1"]),
        ("ESRS E1, critère E1 du Label Ecoprod", ["regl-2023-2772:E1", "label-ecoprod:critere:E1"]),
        ("critère E1 des ESRS", ["regl-2023-2772:critere:E1"]),
        ("E1-6 et le Label Ecoprod", [None]),
        ("scénario drone S3 et Label Ecoprod", []),
        ("D3 ?", []),
        ("le Label Ecoprod et l'article 122-18 du RGA", ["rga:122-18"]),
        ("Ecoprod et l'article 122-18", [None]),
    ],
)
def test_codes_are_read_with_their_framework(text: str, keys: list[str | None]) -> None:
    assert [r.key() for r in parse_references(text, REGISTER.names)] == keys


def test_every_department_has_a_label() -> None:
    assert set(DEPARTMENT_LABELS) == set(Department)


def edited(folder: Path, edit: Edit) -> Path:
    """The tiny corpus with a framework of one criterion, changed."""
    data = yaml.safe_load((CORPUS / "criteria" / "label-ecoprod.yaml").read_text(encoding="utf-8"))
    data |= {"source": "ecoprod-label", "contacts": ["ecoprod"], "thresholds": [], "id": "ecoprod-label"}
    data["postes"] = [p for p in data["postes"] if p["code"] == "D"]
    data["criteria"] = [c for c in data["criteria"] if c["code"] in ("D3", "D4")]
    for c in data["criteria"]:
        c |= {"source": {"id": "ecoprod-label"}, "also": [], "impact": None}
    edit(data)
    (folder / "criteria").mkdir()
    path = folder / "criteria" / f"{data['id']}.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def test_a_clean_framework_is_checked_and_counted(corpus_dir: Path) -> None:
    edited(corpus_dir, lambda data: None)
    report = check_corpus(corpus_dir, TODAY)
    assert report.problems == []
    assert report.as_json()["criteria"] == 2


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (lambda d: d["criteria"][0].update(departments=["cascade"]), "criteria.0.departments.0"),
        (lambda d: d["criteria"][1].update(points="beaucoup"), "criteria.1.points"),
        (lambda d: d["criteria"][1].update(code="D3"), "criteria.1.code"),
        (lambda d: d["criteria"][0].update(code="F3"), "poste D"),
        (lambda d: d["criteria"][0].update(attribution="rumeur"), "attribution inconnue rumeur"),
        (lambda d: d["criteria"][0].pop("evidence"), "criteria.0.evidence"),
        (lambda d: d["criteria"][0].update(asked_as=["Une seule ?"]), "criteria.0.asked_as"),
    ],
)
def test_an_error_names_file_line_and_field(corpus_dir: Path, edit: Edit, field: str) -> None:
    path = edited(corpus_dir, edit)
    with pytest.raises(ClapvertError) as caught:
        load_frameworks(corpus_dir)
    assert str(path) in caught.value.message
    assert "ligne" in caught.value.message
    assert field in caught.value.message


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda d: d["criteria"][0].update(source={"id": "inconnue"}), "source"),
        (lambda d: d["criteria"][0].update(also=["inconnue"]), "source"),
        (lambda d: d["criteria"][0].update(impact={"value": "fort", "according_to": "inconnue"}), "source"),
        (lambda d: d.update(contacts=["personne"]), "contact"),
        (lambda d: d["criteria"][0]["intent"].update(en="take 3 measures against waste"), "en_claim"),
        (lambda d: d["criteria"][1].update(asked_as=d["criteria"][0]["asked_as"]), "asked_as_twice"),
    ],
)
def test_what_a_check_refuses(corpus_dir: Path, edit: Edit, code: str) -> None:
    edited(corpus_dir, edit)
    assert code in {p.code for p in check_corpus(corpus_dir, TODAY).problems}
