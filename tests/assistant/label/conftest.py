"""Fixtures of the workbench's tests.

desk      a service over the real frameworks with the tiny corpus's index, in a folder of its own
lea, marc two browsers of that service's API, each with its own signed cookie
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from assistant.app import create_app
from assistant.service import Service
from ingest.clock import Clock
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings


@pytest.fixture
def desk(service: Service, clock: Clock) -> Service:
    corpus = Settings(_env_file=None).corpus_dir  # type: ignore[call-arg]
    shutil.copytree(corpus / "criteria", service.settings.corpus_dir / "criteria", dirs_exist_ok=True)
    return Service(service.settings, HashingEncoder(), clock)


def browser(desk: Service) -> TestClient:
    return TestClient(create_app(desk), headers={"Sec-Fetch-Site": "same-origin"})


@pytest.fixture
def lea(desk: Service) -> Iterator[TestClient]:
    with browser(desk) as client:
        yield client


@pytest.fixture
def marc(desk: Service, lea: TestClient) -> TestClient:
    return TestClient(lea.app, headers={"Sec-Fetch-Site": "same-origin"})
