"""Fixtures of the assistant's tests, over the ones of `tests.conftest`.

understanding    reads questions with the tiny corpus's glossary and register
ask              `ask("…", as_of=…)` → `Answer`, on the shared tiny service; checks every invariant on the way
real             the real corpus and the real model, built once for the session; skips where no model can be had
days             a clock that the test moves
conversations    an empty store of conversations, on `days`
mine             the tiny corpus, with these conversations
apart, client    the tiny corpus in a data folder of its own, whose every byte is looked at; a browser of it
with_official    a service whose library also holds `tests.samples.OFFICIAL_TEXT`, in force since 2023-02-01
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.answer import Answer
from assistant.app import create_app
from assistant.engine import Engine, EngineConfig
from assistant.history.store import Conversations
from assistant.planning.decision import DecisionConfig
from assistant.planning.scope import ScopeConfig
from assistant.reading.question import Understanding
from assistant.service import Ask, Service
from ingest.clock import Clock, fixed
from ingest.index.pipeline import Library
from ingest.model.embedding import Encoder, HashingEncoder
from ingest.passages.passages import Passage
from ingest.storage.storage import Storage
from tests.assistant.support import Days, add_text, faults
from tests.conftest import Build, ingest_with, real_settings, settings_in
from tests.samples import OFFICIAL_TEXT, TODAY

AskIt = Callable[..., Answer]
DOUBLE = EngineConfig(
    scope=ScopeConfig(field=0.0, contrast=0.0, bias=-3.0),
    decision=DecisionConfig(sure=0.35, verdict=0.35, told=0.0),
)
"""The hashing double's vectors are not those that the field head was fitted for, and its similarities have no scale: what is
missing is judged on words alone, and only orders are out of scope."""


@pytest.fixture(scope="session")
def engine(tiny: Service) -> Engine:
    return tiny.engine


@pytest.fixture(scope="session")
def understanding(engine: Engine) -> Understanding:
    return engine.understanding


@pytest.fixture(scope="session")
def real(model: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The real corpus and the real model, in a folder of its own."""
    settings = real_settings(tmp_path_factory.mktemp("real"))
    ingest_with(settings, encoder=model)
    return Service(settings, model, fixed(TODAY))


def opener(service: Service) -> Callable[[str], Passage | None]:
    """Opens passages of the service's library, current or not."""
    snapshot = service.snapshot

    def open_passage(passage_id: str) -> Passage | None:
        position = snapshot.position(passage_id)
        return snapshot.open_passage(position) if position is not None else service.store.latest(passage_id)

    return open_passage


@pytest.fixture(scope="session")
def ask(tiny: Service) -> AskIt:
    open_passage = opener(tiny)

    def run(question: str, **how: Any) -> Answer:
        answer = tiny.ask(Ask(question, **how))
        assert faults(answer, open_passage, tiny.snapshot.manifest.name) == []
        return answer

    return run


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
def conversations(tmp_path: Path, days: Days) -> Conversations:
    elsewhere = Storage.of(settings_in(tmp_path)).database_url
    return Conversations(elsewhere or tmp_path / "conversations.db", 30, days)


@pytest.fixture
def mine(tiny: Service, conversations: Conversations, days: Days) -> Service:
    service = Service(tiny.settings, HashingEncoder(), days, DOUBLE)
    service._conversations = conversations
    return service


@pytest.fixture
def apart(service: Service, days: Days) -> Service:
    return Service(service.settings, HashingEncoder(), days, DOUBLE)


@pytest.fixture
def client(apart: Service) -> TestClient:
    return TestClient(create_app(apart))


@pytest.fixture
def with_official(library: Library, build: Build, tmp_path: Path, encoder: HashingEncoder, clock: Clock) -> Service:
    add_text(library, tmp_path, OFFICIAL_TEXT, valid_from=date(2023, 2, 1))
    build()
    return Service(library.settings, encoder, clock, DOUBLE)
