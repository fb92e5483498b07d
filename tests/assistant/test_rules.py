"""A rule from the message to the page: the verdict first, with the asker's figures; what is missing is asked for; the
same rule listed, read and tried over HTTP, in the terminal and on its page."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from assistant.answer import Answer
from assistant.app import create_app
from assistant.checking.openings import reasons_of, split_opening
from assistant.planning.verdicts import turned
from assistant.service import Service
from ingest.clock import fixed
from ingest.index.pipeline import Library
from ingest.main import cli
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.assistant.conftest import DOUBLE, opener
from tests.assistant.support import faults, problem
from tests.conftest import ingest_with, settings_in
from tests.samples import TODAY, tiny_rule_card, write_corpus

TRY = "/api/rules/csrd-publier/try"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The tiny corpus, with the card whose question the rule decides."""
    folder = tmp_path_factory.mktemp("ruled")
    write_corpus(folder / "corpus", {"cartes/csrd/regle.yaml": [tiny_rule_card()]})
    settings = settings_in(folder)
    ingest_with(settings)
    return Service(settings, HashingEncoder(), fixed(TODAY), DOUBLE)


@pytest.fixture(scope="module")
def client(tiny: Service) -> TestClient:
    return TestClient(create_app(tiny))


def ask(service: Service, question: str) -> Answer:
    answer, _ = service.engine.ask(question)
    assert faults(answer, opener(service)) == []
    return answer


def test_the_verdict_stands_first_with_the_figure_that_decides(tiny: Service) -> None:
    answer = ask(tiny, "Doit-on publier un rapport CSRD avec 12 salariés ?")
    (part,) = answer.parts
    assert (part.state, part.verdict, part.strength, part.rule) == ("computed", "no", "likely", "csrd-publier")
    assert (part.bound, part.regime) == ("producteur", "ue")
    reason = "votre effectif, 12 salariés, ne dépasse pas 1\u202f000 salariés"
    assert part.because == reason
    assert answer.answer.startswith(f"**Non, a priori : {reason}.** ")


def test_what_is_missing_is_asked_for(tiny: Service) -> None:
    answer = ask(tiny, "Doit-on publier un rapport CSRD avec 1 200 salariés ?")
    assert (answer.outcome, answer.reason) == ("partial", "unclear")
    assert answer.depends_on is not None
    assert (answer.depends_on.field, answer.parts[0].verdict) == ("turnover", "depends")


def test_the_contrary_of_what_is_settled_turns_the_verdict(tiny: Service) -> None:
    answer = ask(tiny, "Est-on dispensé de publier un rapport CSRD avec 12 salariés ?")
    assert (answer.parts[0].verdict, answer.parts[0].rule) == ("yes", "csrd-publier")


@pytest.mark.parametrize(
    ("part", "contrary"),
    [
        ("Faut-il trier ?", False),
        ("Est-on dispensé de trier ?", True),
        ("Est-ce interdit de trier ?", None),
        ("On ne doit pas trier ?", None),
        ("On risque quoi si on ne trie pas ?", None),
    ],
)
def test_a_duty_is_asked_or_its_contrary_or_another_thing(part: str, contrary: bool | None) -> None:
    assert turned(part, "Doit-on trier ?") is contrary


def test_a_question_without_a_fact_of_the_case_is_not_decided(tiny: Service) -> None:
    answer = ask(tiny, "Sommes-nous obligés de publier un rapport CSRD ?")
    assert answer.parts[0].rule is None


def test_an_opening_is_what_was_computed_and_nothing_else() -> None:
    because = reasons_of(["votre effectif, 12 salariés, ne dépasse pas 500 ; dépôt : mars 2027", None])
    said = "Non, a priori (dépôt : mars 2027) : votre effectif, 12 salariés, ne dépasse pas 500. Le bilan est dû."
    assert split_opening(said, because)[1] == "Le bilan est dû."
    for other in (
        "Non : votre effectif, 13 salariés, ne dépasse pas 500. Le bilan est dû.",
        "Oui : le bilan est dû.",
        "Le bilan est dû.",
    ):
        assert split_opening(other, because) == ("", other)


def test_rules_are_listed_read_and_tried(client: TestClient) -> None:
    (row,) = client.get("/api/rules").json()["rules"]
    assert (row["id"], row["inputs"], row["cases"]) == ("csrd-publier", ["headcount", "turnover"], 5)
    assert len(client.get("/api/rules/csrd-publier").json()["cases"]) == 5
    found = client.post(TRY, json={"given": {"headcount": 1001, "turnover": 450_000_001}}).json()
    assert (found["verdict"], found["strength"], found["shown"]) == ("yes", "likely", ["csrd-seuil-2026"])
    found = client.post(TRY, json={"given": {"headcount": 1001}}).json()
    assert (found["verdict"], found["asks_field"]) == ("open", "turnover")
    assert client.post(TRY, json={"given": {"headcount": 12}, "on": "2020-01-01"}).json()["verdict"] == "nothing"
    problem(client.get("/api/rules/inconnue"), 404, "rule_not_found")
    problem(client.post(TRY, json={"given": {"taille_du_chien": 3}}), 422, "fact_invalid")
    problem(client.post(TRY, json={"given": {"headcount": "beaucoup"}}), 422, "fact_invalid")


def test_the_page_of_a_rule_tries_what_its_address_says(client: TestClient) -> None:
    html = client.get("/sources/regles").text
    assert "/sources/regles/csrd-publier" in html
    html = client.get("/sources/regles/csrd-publier?headcount=1 001&turnover=500000000&day=2026-11-25").text
    assert "Oui, a priori" in " ".join(html.split())
    assert "headcount &gt; 1000" in html
    html = client.get("/sources/regles/csrd-publier?headcount=rien").text
    assert 'role="alert"' in html
    assert client.get("/sources/regles/inconnue").status_code == 404


def test_the_answer_leads_to_the_rule_with_its_facts(client: TestClient, tiny: Service) -> None:
    asked = client.post("/api/chat", json={"question": "Doit-on publier un rapport CSRD avec 12 salariés ?"}).json()
    html = client.get(f"/?conversation={asked['conversation_id']}").text
    assert "/sources/regles/csrd-publier?headcount=12.0" in html or asked["parts"][0]["rule"] == "csrd-publier"


def test_in_the_terminal(use_settings: Settings, library: Library) -> None:
    run = CliRunner().invoke(cli, ["regle", "list"])
    assert (run.exit_code, "csrd-publier" in run.output, "1 règles." in run.output) == (0, True, True)
    run = CliRunner().invoke(cli, ["regle", "show", "csrd-publier"])
    assert "headcount > 1000" in run.output
    run = CliRunner().invoke(cli, ["regle", "try", "csrd-publier", "headcount=12", "--json"])
    assert json.loads(run.output)["verdict"] == "no"
    run = CliRunner().invoke(cli, ["regle", "try", "csrd-publier", "headcount=1200"])
    assert "Quel est votre chiffre d'affaires ?" in run.output
