"""Fixtures of the projects' tests.

ground    the real rules, statements and form, read without an index
made      `made(works="serie", headcount=12)` → a project; what is no field of the form is a fact
studio    a service over the tiny corpus with a small form, in a folder of its own
lea, marc two browsers of that service, each with its own signed cookie
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.app import create_app
from assistant.planning.sayings import Saying, Sayings
from assistant.project.ground import Ground
from assistant.project.projects import Project
from assistant.service import Service
from ingest.clock import Clock
from ingest.corpus.fiches import Statement, load_fiches
from ingest.corpus.glossary import load_glossary
from ingest.corpus.intake import FIELDS, load_intake
from ingest.corpus.rules import load_rules
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.samples import write_yaml

CORPUS = Settings(_env_file=None).corpus_dir
DAY = dt.date(2026, 11, 28)
NOW = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)
FORM: dict[str, Any] = {
    "always": ["producteur"],
    "own": ["producteur"],
    "works": [{"id": "long", "label": "Long métrage", "en": "Feature film", "sets": {"genre": ["long-metrage"]}}],
    "places": [{"id": "studio", "label": "Studio", "en": "Studio", "sets": {"lieu": ["studio"]}}],
    "figures": ["headcount", "turnover"],
    "days": ["filing", "shoot", "delivery"],
    "first": [{"field": "headcount", "ask": "Combien de salariés ?", "ask_en": "How many employees?"}],
    "asks": ["c'est quoi mes obligations ?"],
    "others": ["bonjour tout le monde"],
}


class Read(Sayings):
    """Statements by their files: no passage to open."""

    def __init__(self, statements: dict[str, Statement]) -> None:
        self._statements = statements

    def statement(self, sid: str) -> Statement | None:
        return self._statements.get(sid)

    def of(self, ids: Iterable[str]) -> list[Saying]:
        return [
            Saying(statement=i, passage_id=i, text=s.text, text_en=s.en, source_title="Notice", locator="1")
            for i in ids
            if (s := self._statements.get(i)) is not None
        ]


@pytest.fixture(scope="session")
def ground() -> Ground:
    glossary = load_glossary(CORPUS)
    statements = {s.id: s for f in load_fiches(CORPUS) for _, s in f.fiche.statements()}
    return Ground(tuple(load_rules(CORPUS)), glossary, load_intake(CORPUS, glossary), Read(statements))


@pytest.fixture
def made() -> Callable[..., Project]:
    def make(**said: Any) -> Project:
        picked = {f: tuple(str(said.pop(f)).split(",")) for f in FIELDS if f in said}
        fields = {n: said.pop(n) for n in ("done", "aside") if n in said}
        return Project(id="p", title="Essai", picked=picked, given=said, created_at=NOW, updated_at=NOW, **fields)

    return make


@pytest.fixture
def studio(service: Service, clock: Clock) -> Service:
    write_yaml(service.settings.corpus_dir / "projet.yaml", FORM)
    return Service(service.settings, HashingEncoder(), clock)


@pytest.fixture
def lea(studio: Service) -> Iterator[TestClient]:
    with TestClient(create_app(studio), headers={"Sec-Fetch-Site": "same-origin"}) as client:
        yield client


@pytest.fixture
def marc(lea: TestClient) -> TestClient:
    return TestClient(lea.app, headers={"Sec-Fetch-Site": "same-origin"})
