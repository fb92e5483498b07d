"""What applies to a case over HTTP: grouped, with passages that open; the same facts and refusals as a rule tried."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.app import create_app
from assistant.service import Service
from tests.assistant.support import bytes_of, problem

GROUPS = ("applies", "depends", "missing", "does_not_apply", "told")


@pytest.fixture(scope="module")
def client(tiny: Service) -> TestClient:
    return TestClient(create_app(tiny))


def ask(client: TestClient, given: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = client.post("/api/obligations", json={"given": given, **more})
    assert found.status_code == 200
    told: dict[str, Any] = found.json()
    return told


@pytest.mark.parametrize(
    ("given", "group", "verdict"),
    [
        ({"headcount": 12}, "does_not_apply", "no"),
        ({"headcount": 1200, "turnover": 500_000_000}, "applies", "yes"),
        ({"headcount": [900, 1200]}, "missing", "open"),
    ],
)
def test_a_rule_is_told_once_in_the_group_of_its_verdict(
    client: TestClient, given: dict[str, Any], group: str, verdict: str
) -> None:
    told = ask(client, given)
    assert {g: len(told[g]) for g in GROUPS} == dict.fromkeys(GROUPS, 0) | {group: 1}
    (row,) = told[group]
    assert (row["rule"], row["verdict"], row["about"], row["regime"]) == ("csrd-publier", verdict, "duty", "ue")
    assert (row["bound"], row["settles_en"]) == (["producteur"], "Must a company publish a CSRD report?")
    assert told["rules"] == 1
    tried = client.post("/api/rules/csrd-publier/try", json={"given": given}).json()
    assert (tried["verdict"], tried["used"]) == (row["verdict"], row["used"])


def test_every_passage_opens_and_says_what_is_told(client: TestClient) -> None:
    (row,) = ask(client, {"headcount": 12})["does_not_apply"]
    (said,) = row["shown"]
    opened = client.get(f"/api/passages/{said['passage_id']}").json()
    assert (opened["text"], opened["locator"]) == (said["text"], said["locator"])
    assert said["text_en"]


def test_what_is_missing_is_asked_for(client: TestClient) -> None:
    (row,) = ask(client, {"headcount": 1200})["missing"]
    assert row["missing"] == {
        "field": "turnover", "value": None, "ask": "Quel est votre chiffre d'affaires ?", "ask_en": "How much?",
    }  # fmt: skip
    assert row["shown"]


def test_a_case_that_tells_nothing_of_a_rule_or_a_day_before_it_gets_none(client: TestClient) -> None:
    for told in (ask(client, {}), ask(client, {"surface": 12}), ask(client, {"headcount": 12}, on="2020-01-01")):
        assert all(told[g] == [] for g in GROUPS)
    assert ask(client, {"headcount": 12}, on="2020-01-01")["rules"] == 0


@pytest.mark.parametrize(
    "given",
    [
        {"taille_du_chien": 3},
        {"headcount": "beaucoup"},
        {"headcount": []},
        {"headcount": "inf"},
        {"genre": "inconnu"},
        {"genre": [{"a": 1}]},
        {"shoot": "9999-12-31"},
        {"financial_year": 99_999},
    ],
)
@pytest.mark.parametrize("route", ["/api/obligations", "/api/rules/csrd-publier/try"])
def test_a_fact_that_is_none_is_refused_alike(client: TestClient, route: str, given: dict[str, Any]) -> None:
    problem(client.post(route, json={"given": given}), 422, "fact_invalid")


def test_nothing_of_the_case_is_kept(client: TestClient, tiny: Service) -> None:
    ask(client, {"headcount": 918273645})
    assert b"918273645" not in bytes_of(tiny.settings.data_dir)
