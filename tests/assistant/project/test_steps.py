"""The steps of the démarches beside the obligations of a project: the right ones, of its case, on its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.project.ground import Ground
from assistant.project.projects import Project
from assistant.project.sheet import Sheet, sheet
from assistant.project.words import Speaker
from ingest.corpus.demarches import load_demarches, load_vocabulary
from tests.assistant.project.conftest import CORPUS, DAY
from tests.assistant.project.test_sheet import ADVERT, FILM, WILD


@pytest.fixture(scope="module")
def guided(ground: Ground) -> Ground:
    return replace(ground, demarches=tuple(load_demarches(CORPUS)), vocabulary=load_vocabulary(CORPUS))


@pytest.fixture
def read(guided: Ground, made: Callable[..., Project]) -> Callable[..., Sheet]:
    return lambda said: sheet(made(**said), guided, DAY)


@pytest.mark.parametrize(
    ("said", "rule", "demarche"),
    [
        (FILM, "cnc-double-bilan-devoir", "cnc-remettre-double-bilan"),
        (FILM, "foret-autorisation", "tournage-en-foret"),
        (FILM, "tournage-biodechets-trier", "tournage-cantine"),
        (ADVERT, "climat-mobilite-message", "climat-spot-automobile"),
        (WILD, "parc-national-autorisation", "tournage-parc-national"),
    ],
)
def test_the_closest_demarche_is_beside_the_rule(
    read: Callable[..., Sheet], said: dict[str, str], rule: str, demarche: str
) -> None:
    row = next(r for r in read(said).binding if r.rule.id == rule)
    assert {t.demarche.id for t in row.steps} == {demarche}


def test_a_step_of_another_case_is_left_out(read: Callable[..., Sheet]) -> None:
    steps = [t.step for r in read(WILD).binding for t in r.steps]
    assert {p for s in steps for p in s.supposes.get("lieu", ())} <= {"mercantour", "parc-national"}


def test_a_lead_time_is_a_day_of_the_project(read: Callable[..., Sheet], guided: Ground) -> None:
    found = read(WILD)
    assert (dt.date(2027, 2, 1), "tournage-parc-national") in {(day, t.demarche.id) for day, _, t in found.days}
    say = Speaker(guided.glossary)
    todo = next(t for day, _, t in found.days if t.demarche.id == "tournage-parc-national")
    assert say.when(todo, guided.vocabulary) == "production, plus de quatre mois avant le tournage, 1er février 2027"
