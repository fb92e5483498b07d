"""closed      a closed server over the tiny corpus and the real frameworks, and keys to it: `closed.key("ask")` →
headers; `closed.client(…)`"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.access.access import Access
from assistant.access.caller import Scope
from assistant.app import create_app
from assistant.service import Service
from ingest.clock import fixed
from ingest.index.pipeline import Library
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.assistant.conftest import DOUBLE
from tests.samples import TODAY


class Hours:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass
class Closed:
    """A closed server."""

    service: Service
    access: Access
    app: Any
    hours: Hours

    def token(self, *scopes: str, **how: Any) -> str:
        return self.access.keys.create("essai", [Scope(s) for s in scopes], **how)[1]

    def key(self, *scopes: str, **how: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(*scopes, **how)}"}

    def client(self, *scopes: str, keyed: bool = True, **how: Any) -> TestClient:
        client = TestClient(self.app, client=how.pop("peer", ("203.0.113.7", 50000)))
        if keyed:
            client.headers.update(self.key(*scopes, **how))
        return client


def closed_over(settings: Settings, **changes: Any) -> Closed:
    """A closed server over a ready data folder, its settings changed."""
    changed = settings.model_copy(update={"access": "closed"} | changes)
    hours = Hours()
    service = Service(changed, HashingEncoder(), fixed(TODAY), DOUBLE)
    access = Access(changed, now=hours)
    return Closed(service, access, create_app(service, access), hours)


@pytest.fixture
def closed(library: Library) -> Closed:
    corpus = Settings(_env_file=None).corpus_dir  # type: ignore[call-arg]
    shutil.copytree(corpus / "criteria", library.settings.corpus_dir / "criteria", dirs_exist_ok=True)
    return closed_over(library.settings)
